"""What was written down stays: for the application's role by right, for the owner by trigger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from appointments.models import StatusChange
from clinic_site import roles
from practice import access_log
from practice.models import AccessLog
from practice.roles import Role
from tests import people
from tests.staff import a_member, signed_in

TABLES = [
    "appointments_appointmentevent",
    "appointments_patientevent",
    "appointments_statuschange",
    "practice_accesslog",
]
CHANGES = ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"]


@pytest.fixture
def traces(db: None, now: dt.datetime) -> None:
    """Alice and Bob asked, somebody looked, and both have a history."""
    clinic = people.a_clinic()
    times = people.free_times(clinic.same_day, now)
    people.a_visit(clinic.same_day, now, slot=times[0])
    people.a_visit(clinic.same_day, now, slot=times[1], details=people.bob())
    signed_in(a_member(Role.FRONT_DESK, "fr@clinic.test")).get("/admin/")


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


@contextmanager
def as_application() -> Iterator[None]:
    """As the role the site connects with. Made here where the database has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper OR rolcreaterole FROM pg_roles "
            "WHERE rolname = current_user"
        )
        owner, may_make = cursor.fetchone()
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'clinic_app'")
        if cursor.fetchone() is None:
            if not may_make:
                pytest.skip("this database has no role clinic_app and lets us make none")
            cursor.execute("CREATE ROLE clinic_app")
        cursor.execute("SELECT pg_has_role(current_user, 'clinic_app', 'member')")
        if not cursor.fetchone()[0]:
            if not may_make:
                pytest.skip("we may not take the role clinic_app here")
            cursor.execute(f'GRANT clinic_app TO "{owner}"')
        roles.grant("clinic_app")
        cursor.execute("SET ROLE clinic_app")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


def test_the_tables_that_only_grow_are_these() -> None:
    assert set(TABLES) <= set(roles.append_only_tables())


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_the_application_cannot_change_what_was_written(
    traces: None, table: str, change: str
) -> None:
    before = count(table)
    assert before > 0
    key = "pgh_id" if table.endswith("event") else "id"
    with as_application():
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change.format(table, key, key))
        assert count(table) == before


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", ["practice_accesslog", "appointments_statuschange"])
def test_the_owner_cannot_do_it_by_accident(traces: None, table: str, change: str) -> None:
    before = count(table)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table, "id", "id"))
    assert count(table) == before


def test_the_application_works_with_the_rights_it_has(traces: None, now: dt.datetime) -> None:
    """It books, answers and writes the access log; it cannot alter the tables."""
    looks = AccessLog.objects.count()
    with as_application():
        access_log.record(actor=None, action="inbox", patients=[2, 1, 2], source="", now=now)
        StatusChange.objects.filter(pk=0).exists()
        for forbidden in (
            "DROP TABLE practice_accesslog",
            "CREATE TABLE more (id int)",
            "ALTER TABLE practice_accesslog DISABLE TRIGGER ALL",
            "DELETE FROM django_migrations",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(forbidden)
        assert AccessLog.objects.count() == looks + 1
        row = AccessLog.objects.order_by("pk").last()
        assert row is not None
        assert row.patients == [1, 2]


def test_a_whole_visit_can_be_booked_and_confirmed_by_the_application(
    db: None, now: dt.datetime
) -> None:
    clinic = people.a_clinic()
    user = a_member(Role.FRONT_DESK, "fr@clinic.test")
    browser = signed_in(user)
    with as_application():
        visit = people.a_visit(clinic.same_day, now)
        answer = browser.post(
            f"/admin/appointments/{visit.reference}/confirm/", {"seen_version": visit.version}
        )
    assert answer.status_code == 302
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_history_says_which_member_of_staff_and_nothing_about_the_patient(
    db: None, now: dt.datetime
) -> None:
    clinic = people.a_clinic()
    user = a_member(Role.FRONT_DESK, "fr@clinic.test")
    visit = people.a_visit(clinic.same_day, now)
    signed_in(user).post(
        f"/admin/appointments/{visit.reference}/confirm/", {"seen_version": visit.version}
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.metadata FROM appointments_appointmentevent e "
            "JOIN pghistory_context c ON c.id = e.pgh_context_id WHERE e.status = 'booked'"
        )
        assert [row[0] for row in cursor.fetchall()] == [f'{{"user": {user.pk}}}']
