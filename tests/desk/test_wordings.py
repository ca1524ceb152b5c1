"""The screens on which a manager puts messages into the practice's own words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from correspondence import wordings
from correspondence.models import Wording
from practice.roles import Role
from tests import people
from tests.staff import a_member, signed_in

ADDRESS = "/admin/messages/words/booked/en/"
SAID = {
    "subject": "Good news",
    "body": "See you on {when}.\n{reference} {phone}\n{link}",
    "text": "{practice}: {when}. {link}",
    "seen": "0",
}


@pytest.fixture
def maria(clinic: people.Clinic) -> User:
    return a_member(Role.MANAGER, "maria@clinic.test", "Maria", "Moss")


@pytest.fixture
def manager(maria: User) -> Client:
    return signed_in(maria)


def test_every_kind_to_patients_is_listed_in_both_languages(manager: Client) -> None:
    page = manager.get("/admin/messages/words/").content.decode()
    for kind in wordings.editable():
        for language in ("en", "es"):
            assert f"/admin/messages/words/{kind}/{language}/" in page
            answer = manager.get(f"/admin/messages/words/{kind}/{language}/")
            assert answer.status_code == 200
    assert manager.get("/admin/messages/words/staff_waiting/en/").status_code == 404
    assert manager.get("/admin/messages/words/booked/fr/").status_code == 404


def test_a_look_comes_before_saving(manager: Client) -> None:
    page = manager.post(f"{ADDRESS}preview/", SAID).content.decode()
    assert "See you on Tuesday, November 24, 3:20 PM." in page
    assert "Example Spine: Tuesday, November 24, 3:20 PM." in page
    assert "Nothing is saved yet" in page
    assert Wording.objects.count() == 0


def test_what_is_saved_is_told_and_who_changed_it(manager: Client) -> None:
    page = manager.post(ADDRESS, SAID, follow=True).content.decode()
    assert "Messages that wait to be sent go out in these words, too." in page
    assert "Maria Moss: Good news" in page
    assert "own words" in manager.get("/admin/messages/words/").content.decode()


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(manager: Client) -> None:
    wrong = SAID | {"body": SAID["body"] + " kanarie {birth_date}"}
    for address in (ADDRESS, f"{ADDRESS}preview/"):
        answer = manager.post(address, wrong)
        assert answer.status_code == 400
        assert "{birth_date} cannot stand in this message" in answer.content.decode()
        assert "kanarie" in answer.content.decode()
    assert Wording.objects.count() == 0


def test_a_colleague_who_was_first_is_not_overwritten(manager: Client) -> None:
    manager.post(ADDRESS, SAID)
    late = manager.post(ADDRESS, SAID | {"subject": "Other news"})
    assert late.status_code == 409
    assert "Other news" in late.content.decode()
    assert Wording.objects.get().subject == "Good news"


def test_the_default_is_restored_and_the_history_keeps_both(
    manager: Client, now: dt.datetime
) -> None:
    manager.post(ADDRESS, SAID)
    for seen in ("0", "x", ""):
        manager.post(f"{ADDRESS}restore/", {"seen": seen})
        assert wordings.own("booked", "en") is not None
    page = manager.post(f"{ADDRESS}restore/", {"seen": "1"}, follow=True).content.decode()
    assert wordings.own("booked", "en") is None
    assert "the default restored" in page
    assert "Good news" in page


def test_only_managers_change_what_patients_read(
    clinic: people.Clinic, as_role: Callable[[Role], Client]
) -> None:
    for role in (Role.FRONT_DESK, Role.DOCTOR, Role.AUDITOR, Role.EDITOR):
        assert as_role(role).post(ADDRESS, SAID).status_code == 403
    assert Wording.objects.count() == 0
