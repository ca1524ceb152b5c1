"""The site with every comparison of versions taken out, for gunicorn: what a control is run on."""

from __future__ import annotations

from clinic_site.wsgi import application
from tests.appointments import pairs

__all__ = ["application"]

for_as_long_as_it_runs = pairs.comparing_nothing()
for_as_long_as_it_runs.__enter__()
