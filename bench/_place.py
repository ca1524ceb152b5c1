"""A database of its own for one measurement, migrated and empty; dropped at the end."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


@contextlib.contextmanager
def a_database() -> Iterator[None]:
    """In the PostgreSQL of DATABASE_URL, else in one started for this. Django is set up inside."""
    with contextlib.ExitStack() as stack:
        if "DATABASE_URL" not in os.environ:
            from clinic_site.embedded_postgres import OWNER_ROLE
            from clinic_site.throw_away_postgres import throw_away_cluster

            cluster = stack.enter_context(throw_away_cluster())
            os.environ["DATABASE_URL"] = cluster.url(OWNER_ROLE)
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        import logging

        import django

        django.setup()
        logging.disable()
        from tests.databases import Databases

        databases = Databases()
        try:
            databases.provide()
            yield
        finally:
            databases.drop()


def machine() -> str:
    from bench.start import machine as said

    return said()
