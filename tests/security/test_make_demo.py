from __future__ import annotations

import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from clinic_site.management.commands.make_demo import ACCOUNTS
from tests import people


@pytest.fixture
def home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.CLINIC_HOME = tmp_path
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    return tmp_path


def test_four_accounts_with_one_password_that_only_the_owner_of_the_file_reads(
    db: None, home: Path
) -> None:
    clinic = people.a_clinic()
    said = StringIO()
    call_command("make_demo", stdout=said)
    kept = home / "demo-accounts.txt"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    accounts = dict(line.split() for line in kept.read_text().splitlines())
    assert list(accounts) == list(ACCOUNTS)
    assert all(password in said.getvalue() for password in accounts.values())
    for email, password in accounts.items():
        browser = Client()
        answer = browser.post("/accounts/login/", {"login": email, "password": password})
        assert answer.headers["Location"] == "/admin/"
        assert browser.get("/admin/").status_code == 200
    clinic.doctor.refresh_from_db()
    clinic.assistant.refresh_from_db()
    assert clinic.doctor.user == User.objects.get(email="doctor@example.com")
    assert clinic.assistant.user == User.objects.get(email="assistant@example.com")


def test_it_can_be_run_again_and_changes_nothing(db: None, home: Path) -> None:
    call_command("make_demo", stdout=StringIO())
    before = list(User.objects.order_by("pk").values("pk", "email", "password"))
    kept = (home / "demo-accounts.txt").read_text()
    call_command("make_demo", stdout=(said := StringIO()))
    assert list(User.objects.order_by("pk").values("pk", "email", "password")) == before
    assert (home / "demo-accounts.txt").read_text() == kept
    assert said.getvalue() == ""


def test_a_given_password_is_used_and_not_written_down(
    db: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "open sesame, please")
    call_command("make_demo", stdout=(said := StringIO()))
    assert User.objects.get(email="manager@example.com").check_password("open sesame, please")
    assert list(home.iterdir()) == []
    assert "sesame" not in said.getvalue()


def test_the_front_desk_has_nothing_to_do_with_pages(db: None, home: Path) -> None:
    call_command("make_demo", stdout=StringIO())
    for email, opens in {
        "manager@example.com": True,
        "frontdesk@example.com": False,
        "doctor@example.com": True,
        "assistant@example.com": False,
    }.items():
        browser = Client()
        browser.force_login(User.objects.get(email=email))
        answer = browser.get("/cms/", follow=False)
        assert (answer.status_code == 200) is opens
