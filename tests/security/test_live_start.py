"""A live site that would be dangerous does not start, and says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from clinic_site import checks
from practice.roles import Role
from tests.serving import database_url
from tests.staff import a_member

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD: dict[str, Any] = {
    "DEMO": False,
    "DEBUG": False,
    "SECRET_KEY": "kQ9vZr2mXw7LpT4hYc8NbJ6fGd3sAe5uRo1iWnBtVyCxEzHqPdMf",
    "LINK_KEY": "mW3nB7vC1xZ9lK5jH2gF8dS4aP6oI0uYtReQzXcVbNmLkJhGwTsy",
    "CLINIC_URL": "https://clinic.test",
    "CLINIC_NOW": "",
    "EMAIL_CONFIG": {"EMAIL_HOST": "mail.clinic.test"},
    "EMAIL_HOST": "mail.clinic.test",
    "EMAIL_USE_SSL": True,
}


@pytest.fixture
def live(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


def test_a_site_that_is_set_up_starts(db: None, live: Any) -> None:
    assert checks.live_settings(None) == []
    checks.refuse_to_start()


@pytest.mark.parametrize(
    ("name", "value", "what_to_do"),
    [
        ("SECRET_KEY", "short", "Set SECRET_KEY"),
        ("SECRET_KEY", "django-insecure-" + GOOD["SECRET_KEY"], "Set SECRET_KEY"),
        ("LINK_KEY", "x" * 60, "Set LINK_KEY"),
        ("LINK_KEY", GOOD["SECRET_KEY"], "Make a key of its own"),
        ("CLINIC_URL", "http://clinic.test", "Set CLINIC_URL to the https:// address"),
        ("CLINIC_URL", "https://*", "Set CLINIC_URL to the https:// address"),
        ("CLINIC_URL", "https://.clinic.test", "Set CLINIC_URL to the https:// address"),
        ("CLINIC_URL", "https://clinic.test/spine", "Set CLINIC_URL to the https:// address"),
        ("CLINIC_URL", "https:", "Set CLINIC_URL to the https:// address"),
        ("EMAIL_CONFIG", None, "Set EMAIL_URL"),
        ("EMAIL_USE_SSL", False, "Use smtp\\+ssl"),
        ("DEBUG", True, "Take DEBUG out"),
        ("CLINIC_NOW", "2026-11-24T09:00:00Z", "Unset CLINIC_NOW"),
    ],
)
def test_each_danger_is_refused_with_what_to_do(
    db: None, live: Any, name: str, value: object, what_to_do: str
) -> None:
    setattr(live, name, value)
    with pytest.raises(ImproperlyConfigured, match=what_to_do):
        checks.refuse_to_start()


def test_demo_accounts_keep_a_live_site_from_starting(db: None, live: Any) -> None:
    a_member(Role.MANAGER, "manager@example.com")
    with pytest.raises(ImproperlyConfigured, match="Demo accounts are on this site"):
        checks.refuse_to_start()
    call_command("make_demo", remove=True)
    checks.refuse_to_start()


def test_no_demo_accounts_are_made_on_a_live_site(db: None, live: Any) -> None:
    with pytest.raises(CommandError, match="no demo accounts"):
        call_command("make_demo")


def manage(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CLINIC_", "DJANGO_", "SECRET_", "LINK_", "DEMO_"))
    }
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**env, "DATABASE_URL": database_url(), "CLINIC_MODE": "live", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_check_finds_nothing(db: None) -> None:
    facts = {name: GOOD[name] for name in ("SECRET_KEY", "LINK_KEY", "CLINIC_URL")}
    facts["EMAIL_URL"] = "smtp+ssl://clinic:word@mail.clinic.test:465"
    done = manage("check", "--deploy", "--fail-level", "WARNING", **facts)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_without_a_key_nothing_runs_at_all(db: None) -> None:
    done = manage("check", LINK_KEY=GOOD["LINK_KEY"], CLINIC_URL="https://clinic.test")
    assert done.returncode != 0
    assert "SECRET_KEY is not set. Put a long random value" in done.stderr


def test_a_key_file_that_is_not_there_is_named(db: None) -> None:
    done = manage("check", SECRET_KEY_FILE="/no/such/key", LINK_KEY=GOOD["LINK_KEY"])
    assert done.returncode != 0
    assert "SECRET_KEY_FILE is /no/such/key, which cannot be read" in done.stderr
