"""The content a new site starts with, for tests that look at whole pages."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
SAMPLE_BUNDLE = ROOT / "clinic_site" / "sample_bundle"


def fill() -> None:
    with mock.patch.dict(os.environ):  # a live site does not start while it is set
        os.environ.setdefault("DEMO_PASSWORD", "a long demo password")
        call_command("import_content", str(SAMPLE_BUNDLE), publish_as_is=True, verbosity=0)
        call_command("make_demo", verbosity=0)
