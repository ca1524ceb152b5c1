"""A manager says whose account is whose; then the physician finds their pages and signs."""

from __future__ import annotations

import pytest
from wagtail.models import ModelLogEntry

from practice.models import Practitioner
from practice.roles import Role
from procedures import signing
from tests.content import a_physician, an_assistant, the_practice
from tests.staff import a_member, signed_in

pytestmark = pytest.mark.django_db

ADDRESS = "/cms/accounts/"


def form(person: Practitioner, account: object) -> dict[str, str]:
    return {"person": str(person.pk), f"person-{person.pk}-account": str(account)}


def test_a_manager_gives_a_physician_their_account_and_they_can_sign() -> None:
    the_practice()
    ana = a_physician()
    doctor = a_member(Role.DOCTOR, "ana@clinic.test", "Ana", "Ortega")
    manager = a_member(Role.MANAGER, "mia@clinic.test")
    assert signing.physician(doctor) is None
    browser = signed_in(manager)
    assert "No: no account" in browser.get(ADDRESS).content.decode()
    assert browser.post(ADDRESS, form(ana, doctor.pk)).status_code == 302
    assert signing.physician(doctor) == ana
    assert "You sign as Ana Ortega, M.D." in " ".join(
        signed_in(doctor).get("/cms/").content.decode().split()
    )
    written = ModelLogEntry.objects.get()
    assert (written.user, written.data) == (manager, {"account": "ana@clinic.test"})
    assert browser.post(ADDRESS, form(ana, "")).status_code == 302
    assert signing.physician(doctor) is None


def test_one_account_is_one_person() -> None:
    the_practice()
    doctor = a_member(Role.DOCTOR, "ana@clinic.test", "Ana", "Ortega")
    a_physician(user=doctor)
    ben = an_assistant()
    answer = signed_in(a_member(Role.MANAGER, "mia@clinic.test")).post(
        ADDRESS, form(ben, doctor.pk)
    )
    assert "This is the account of Ana Ortega, M.D." in answer.content.decode()
    ben.refresh_from_db()
    assert ben.user is None
    assert not ModelLogEntry.objects.exists()


def test_only_accounts_of_people_who_work_here_can_be_given() -> None:
    the_practice()
    ana = a_physician()
    browser = signed_in(a_member(Role.MANAGER, "mia@clinic.test"))
    gone = a_member(Role.DOCTOR, "gone@clinic.test")
    gone.is_active = False
    gone.save()
    patient = a_member(None, "pat@clinic.test", staff=False)
    for account in (gone.pk, patient.pk, 999_999, "x" * 30):
        assert browser.post(ADDRESS, form(ana, account)).status_code == 200, account
    for person in ("", "0", "9" * 40, "x"):
        assert browser.post(ADDRESS, {"person": person}).status_code == 404, person
    ana.refresh_from_db()
    assert ana.user is None


@pytest.mark.parametrize("role", [one for one in Role if one != Role.MANAGER])
def test_nobody_else_gives_themselves_a_physician_s_name(role: Role) -> None:
    the_practice()
    ana = a_physician()
    somebody = a_member(role, "somebody@clinic.test")
    browser = signed_in(somebody)
    assert browser.post(ADDRESS, form(ana, somebody.pk)).status_code in {302, 403}
    assert browser.get(ADDRESS).status_code in {302, 403}
    browser.post(f"/cms/snippets/practice/practitioner/edit/{ana.pk}/", {"user": somebody.pk})
    ana.refresh_from_db()
    assert ana.user is None


def test_the_menu_names_the_screen_to_managers_alone() -> None:
    the_practice()
    manager = signed_in(a_member(Role.MANAGER, "mia@clinic.test"))
    doctor = signed_in(a_member(Role.DOCTOR, "dan@clinic.test"))
    assert ADDRESS in manager.get("/cms/").content.decode()
    assert ADDRESS not in doctor.get("/cms/").content.decode()
