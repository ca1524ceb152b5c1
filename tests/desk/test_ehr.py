"""What the desk has to write into the EHR by hand: a list that empties by tick."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import booking, ehr, patients
from appointments.models import Appointment, EhrEntry
from practice.models import AccessLog
from practice.roles import Role
from tests import people
from tests.desk.crowd import a_crowd

PAGE = "/admin/ehr/"


@pytest.fixture
def alice(clinic: people.Clinic, now: dt.datetime) -> Appointment:
    return people.a_visit(clinic.office_visit, now)


def value(visit: Appointment) -> str:
    entry = EhrEntry.objects.get(pk=visit.pk)
    return f"{entry.pk}.{entry.version}"


def tick(desk: Client, *visits: Appointment) -> str:
    said = {"visit": [value(visit) for visit in visits]}
    return str(desk.post(PAGE, said, follow=True).content.decode())


def listed() -> list[str]:
    return [visit.reference for visit in ehr.due()]


def test_a_booked_visit_is_listed_until_it_is_ticked(desk: Client, alice: Appointment) -> None:
    page = desk.get(PAGE).content.decode()
    assert "1 visit stands otherwise here than there." in page
    assert "Write in" in page
    assert alice.reference in page
    assert AccessLog.objects.get().patients == [alice.patient_id]
    page = tick(desk, alice)
    assert "1 visit is in the EHR." in page
    assert "All is written there." in page
    entry = EhrEntry.objects.get()
    assert (entry.due, entry.ticked_by and entry.ticked_by.first_name) == (False, "Frances")


def test_several_are_ticked_at_once_and_the_others_stay(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    visits = [people.a_visit(clinic.office_visit, now) for _ in range(3)]
    assert "2 visits are in the EHR." in tick(desk, visits[0], visits[2])
    assert listed() == [visits[1].reference]


def test_a_request_is_listed_once_it_is_confirmed(
    desk: Client, clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    asked = people.a_visit(clinic.same_day, now)
    assert listed() == []
    booking.confirm(asked, seen_version=asked.version, by=frances, now=now)
    assert listed() == [asked.reference]


def test_a_visit_that_was_moved_comes_back_as_one_to_take_out_and_one_to_write_in(
    desk: Client, clinic: people.Clinic, alice: Appointment, frances: User, now: dt.datetime
) -> None:
    tick(desk, alice)
    slot = people.free_times(clinic.office_visit, now)[9]
    moved = booking.reschedule(alice, key=uuid.uuid4(), slot=slot, by=frances, now=now)
    page = desk.get(PAGE).content.decode()
    assert page.index("Take out") < page.index("Write in")
    assert "moved from" in page
    assert sorted(listed()) == sorted([alice.reference, moved.reference])
    tick(desk, alice, moved)
    assert listed() == []


def test_a_visit_that_never_stood_there_and_is_cancelled_is_nothing_to_do(
    desk: Client, alice: Appointment, now: dt.datetime
) -> None:
    booking.cancel(alice, by=None, reason="", now=now)
    assert listed() == []


def test_one_that_stood_there_and_is_cancelled_is_to_be_taken_out(
    desk: Client, alice: Appointment, now: dt.datetime
) -> None:
    tick(desk, alice)
    booking.cancel(alice, by=None, reason="", now=now)
    assert "Take out" in desk.get(PAGE).content.decode()
    tick(desk, alice)
    assert listed() == []


def test_a_person_who_is_corrected_comes_back_with_what_changed(
    desk: Client, alice: Appointment, frances: User, now: dt.datetime
) -> None:
    tick(desk, alice)
    who = alice.patient
    seen = patients.version_of(who)
    patients.correct(
        who, said={"phone": "+12145550188", "needs": "a chair"}, seen=seen, by=frances, now=now
    )
    page = desk.get(PAGE).content.decode()
    assert "(214) 555-0101" in page[page.index("Change</span>") :]
    assert "(214) 555-0188" in page
    assert "a chair" not in page
    seen = patients.version_of(who)
    patients.correct(who, said={"phone": "+12145550101"}, seen=seen, by=frances, now=now)
    assert listed() == [], "as it stands there again"


def test_what_changed_after_the_page_was_read_is_not_ticked_away(
    desk: Client, alice: Appointment, frances: User, now: dt.datetime
) -> None:
    old = value(alice)
    tick(desk, alice)
    booking.cancel(alice, by=None, reason="", now=now)
    page = desk.post(PAGE, {"visit": [old]}, follow=True).content.decode()
    assert "1 has changed meanwhile and stays on the list." in page
    assert listed() == [alice.reference]


def test_the_day_itself_is_nothing_to_write(
    desk: Client, alice: Appointment, frances: User, now: dt.datetime
) -> None:
    tick(desk, alice)
    here = booking.arrive(alice, by=frances, now=now)
    booking.fulfil(here, seen_version=here.version, by=frances, now=alice.ends_at)
    assert listed() == []


@pytest.mark.parametrize("sent", [{}, {"visit": ["x"]}, {"visit": ["1"]}, {"visit": ["9" * 60]}])
def test_nonsense_ticks_nothing(desk: Client, alice: Appointment, sent: dict[str, Any]) -> None:
    page = desk.post(PAGE, sent, follow=True).content.decode()
    assert "Tick the visits that are in the EHR now." in page
    assert listed() == [alice.reference]


@pytest.mark.parametrize(
    ("role", "sees", "ticks"),
    [
        (Role.MANAGER, 200, 302),
        (Role.AUDITOR, 200, 403),
        (Role.DOCTOR, 403, 403),
        (Role.ASSISTANT, 403, 403),
        (Role.EDITOR, 403, 403),
    ],
)
def test_who_sees_and_who_ticks(
    alice: Appointment, as_role: Callable[[Role], Client], role: Role, sees: int, ticks: int
) -> None:
    browser = as_role(role)
    assert browser.get(PAGE).status_code == sees
    assert browser.post(PAGE, {"visit": [value(alice)]}).status_code == ticks
    assert (listed() == []) is (ticks == 302)


def test_a_long_list_has_pages_and_takes_as_many_questions(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    a_crowd(clinic, now, count=70)
    first, *others = Appointment.objects.all()
    asked = []
    for visits in ([first], others):
        EhrEntry.objects.bulk_create(EhrEntry(appointment=one, since=now) for one in visits)
        with CaptureQueriesContext(connection) as seen:
            page = desk.get(PAGE).content.decode()
        asked.append(sum("SAVEPOINT" not in one["sql"] for one in seen))
    assert asked[0] == asked[1] <= 12
    assert "Page 1 of 2" in page
    assert page.count('name="visit"') == 50
    assert desk.get(f"{PAGE}?page=2").content.decode().count('name="visit"') == 20
