"""A manager invites, gives roles and closes accounts; nobody shuts the house from inside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from practice.roles import Role
from tests.staff import a_member, signed_in

PAGE = "/admin/staff/"
NINA = {
    "given_name": "Nina",
    "family_name": "North",
    "email": "Nina@clinic.test",
    "role": "Front desk",
}


@pytest.fixture
def maria(db: None) -> User:
    return a_member(Role.MANAGER, "maria@clinic.test", "Maria", "Moss")


@pytest.fixture
def manager(maria: User) -> Client:
    return signed_in(maria)


@pytest.fixture
def frances(maria: User) -> User:
    return a_member(Role.FRONT_DESK, "frances@clinic.test", "Frances", "Field")


def role_of(user: User) -> str:
    return user.groups.get().name


def test_an_invited_person_chooses_a_password_and_has_exactly_their_role(
    manager: Client, maria: User
) -> None:
    manager.post(PAGE + "invite/", NINA)
    nina = User.objects.get(username="nina@clinic.test")
    assert not nina.has_usable_password()
    assert (role_of(nina), nina.is_staff, nina.is_superuser) == ("Front desk", True, False)
    letter = next(one for one in mail.outbox if one.to == ["nina@clinic.test"])
    found = re.search(r"https?://\S+/accounts/\S+", str(letter.body))
    assert found is not None
    page = Client().get(found[0].split("/", 3)[-1].join(["/", ""]), follow=True)
    assert page.status_code == 200
    assert b"password" in page.content
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (maria, str(nina.pk))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "frances@clinic.test"}, "has an account already"),
        ({"email": "FRANCES@CLINIC.TEST"}, "has an account already"),
        ({"email": "no address"}, "Enter a valid email address"),
        ({"role": "Owner"}, "Select a valid choice"),
        ({"given_name": ""}, "This field is required"),
    ],
)
def test_an_invitation_that_cannot_be_says_why_and_makes_nobody(
    manager: Client, frances: User, typed: dict[str, str], sentence: str
) -> None:
    answer = manager.post(PAGE + "invite/", NINA | typed)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert "North" in answer.content.decode(), "nothing typed is lost"
    assert not User.objects.filter(last_name="North").exists()
    assert mail.outbox == []


def test_an_address_for_examples_is_refused_where_patients_are_real(
    manager: Client, settings: Any
) -> None:
    settings.DEMO = False
    from clinic_site.staff_accounts import InviteForm

    form = InviteForm(NINA | {"email": "nina@example.com"})
    assert "an address for examples" in str(form.errors["email"])


def test_closing_an_account_ends_its_sessions_at_once_and_keeps_its_name(
    manager: Client, frances: User
) -> None:
    at_work = signed_in(frances)
    assert at_work.get("/admin/").status_code == 200
    manager.post(f"{PAGE}{frances.pk}/close/")
    assert at_work.get("/admin/").headers["Location"].startswith("/accounts/login/")
    assert User.objects.filter(pk=frances.pk, is_active=False).exists()
    manager.post(f"{PAGE}{frances.pk}/open/")
    assert signed_in(User.objects.get(pk=frances.pk)).get("/admin/").status_code == 200


def test_a_new_role_counts_from_the_next_request_on(manager: Client, frances: User) -> None:
    at_work = signed_in(frances)
    assert at_work.get("/admin/").status_code == 200
    manager.post(f"{PAGE}{frances.pk}/role/", {"role": "Editor"})
    assert role_of(frances) == "Editor"
    assert at_work.get("/admin/appointments/").status_code == 403


def test_nobody_changes_their_own_account(manager: Client, maria: User) -> None:
    a_member(Role.MANAGER, "olga@clinic.test", "Olga", "Orr")
    for act, typed in (("close", {}), ("role", {"role": "Editor"})):
        said = manager.post(f"{PAGE}{maria.pk}/{act}/", typed, follow=True).content.decode()
        assert "Nobody changes their own account" in said
    maria.refresh_from_db()
    assert maria.is_active
    assert role_of(maria) == "Manager"


def test_the_last_manager_stays(maria: User) -> None:
    operator = User.objects.create_superuser("root@clinic.test", "root@clinic.test", "x" * 20)
    browser = signed_in(operator)
    for act, typed in (("close", {}), ("role", {"role": "Editor"})):
        said = browser.post(f"{PAGE}{maria.pk}/{act}/", typed, follow=True).content.decode()
        assert "the last manager" in said
    maria.refresh_from_db()
    assert maria.is_active
    assert role_of(maria) == "Manager"


def test_a_manager_cannot_touch_the_operator(manager: Client) -> None:
    operator = User.objects.create_superuser("root@clinic.test", "root@clinic.test", "x" * 20)
    a_member(Role.MANAGER, "olga@clinic.test", "Olga", "Orr")
    manager.post(f"{PAGE}{operator.pk}/close/")
    operator.refresh_from_db()
    assert operator.is_active


def test_the_list_says_who_has_no_second_factor_in_a_fixed_number_of_queries(
    manager: Client, frances: User
) -> None:
    manager.get(PAGE)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert b"No second factor" in manager.get(PAGE).content
        return len(seen)

    before = queries()
    for number in range(20):
        a_member(Role.EDITOR, f"editor{number}@clinic.test", "E", str(number))
    assert queries() == before <= 12
