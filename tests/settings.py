"""The site's own settings, as a demo under a fixed clock, with nothing left behind on the disk."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

CLOCK = "2026-11-24T09:00:00-06:00"  # a Tuesday morning in Chicago
HOME = Path(tempfile.mkdtemp(prefix="clinic-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

if "DATABASE_URL" not in os.environ:
    raise SystemExit(
        "The tests need a PostgreSQL: run `python3 run.py test`, which brings its own, "
        "or set DATABASE_URL to one whose role may create databases."
    )
os.environ.update(
    {
        "CLINIC_MODE": "demo",
        "CLINIC_URL": "http://127.0.0.1:8000",
        "CLINIC_HOME": str(HOME),
        "CLINIC_NOW": CLOCK,
        "SECRET_KEY": "only for tests " * 4,
        "LINK_KEY": "only for links in tests " * 3,
        "CLINIC_DB_POOL": os.environ.get("TESTS_DB_POOL", "false"),
        # Playwright's synchronous calls run inside an event loop, where Django refuses queries.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
)
os.environ.pop("DATABASE_OWNER_URL", None)

from clinic_site.settings import *  # noqa: E402, F403
from clinic_site.settings import DATABASES  # noqa: E402

# A test is one long transaction that computes between its queries; a machine with much to do
# may need more than the site's ten seconds for that.
options = DATABASES["default"]["OPTIONS"]
options["options"] += " -c idle_in_transaction_session_timeout=120000"

(HOME / "static").mkdir()
(HOME / "mail").mkdir()
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True  # serves static/ as it lies there
