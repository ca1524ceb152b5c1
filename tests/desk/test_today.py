"""The day of the visit, from the door to the end, and what the patient reads of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import booking
from appointments.models import Appointment, Delay, Occupancy, Status
from correspondence.models import OutboxMessage
from practice.models import AccessLog
from practice.roles import Role
from tests import people
from tests.conftest import Clock
from tests.desk.crowd import a_crowd
from tests.staff import signed_in

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def alice(clinic: people.Clinic, now: dt.datetime) -> Appointment:
    """Booked with the doctor, today in the office."""
    return people.a_visit(clinic.office_visit, now)


@pytest.fixture
def bob(clinic: people.Clinic, now: dt.datetime, frances: User, alice: Appointment) -> Appointment:
    """Booked with the assistant, today by video."""
    asked = people.a_visit(clinic.same_day, now, details=people.bob())
    return booking.confirm(asked, seen_version=asked.version, by=frances, now=now)


def press(desk: Client, visit: Appointment, verb: str, **said: object) -> Any:
    visit.refresh_from_db()
    return desk.post(
        f"/admin/appointments/{visit.reference}/step/",
        {"verb": verb, "seen_version": visit.version, **said},
    )


def be_late(desk: Client, minutes: int, **said: object) -> Any:
    said = {"practitioner": "ana-ortega", "minutes": minutes, **said}
    return desk.post("/admin/today/late/", said, follow=True)


def status_of(visit: Appointment) -> str:
    visit.refresh_from_db()
    return visit.status


def test_the_day_stands_by_person_and_place(
    desk: Client, alice: Appointment, bob: Appointment
) -> None:
    page = desk.get("/admin/today/").content.decode()
    order = [
        page.find(word)
        for word in ("Ana Ortega", "Main Street", "Alice Adams", "Ben Cole", "By video", "Bob")
    ]
    assert order == sorted(order)
    assert -1 not in order
    assert "2 are still to come" in page


def test_from_the_door_to_the_end_with_one_press_each(
    desk: Client, alice: Appointment, bob: Appointment, frances: User
) -> None:
    for verb, status, said in (
        ("arrive", "arrived", "Alice Adams is here."),
        ("check_in", "checked-in", "Alice Adams is checked in."),
        ("fulfil", "fulfilled", "The visit of Alice Adams is done."),
    ):
        answer = press(desk, alice, verb)
        assert answer["Location"] == f"/admin/today/#visit-{alice.reference}"
        assert said in desk.get("/admin/today/").content.decode()
        assert status_of(alice) == status
    changes = alice.status_changes.values_list("to_status", "user")
    assert list(changes)[1:] == [(s, frances.pk) for s in ("arrived", "checked-in", "fulfilled")]
    assert status_of(bob) == "booked"


def test_nobody_is_missed_before_the_visit_begins_and_who_comes_late_is_here(
    desk: Client, alice: Appointment, clock: Clock, frances: User
) -> None:
    assert "Did not come" not in desk.get("/admin/today/").content.decode()
    assert press(desk, alice, "mark_no_show").status_code == 409
    assert status_of(alice) == "booked"
    clock.at(alice.starts_at + 15 * MINUTE)
    later = signed_in(frances)
    press(later, alice, "mark_no_show")
    assert status_of(alice) == "noshow"
    assert "Here, late" in later.get("/admin/today/").content.decode()
    press(later, alice, "arrive")
    assert status_of(alice) == "arrived"


def test_looking_pressing_twice_and_an_old_page_change_nothing_more(
    desk: Client, alice: Appointment
) -> None:
    address = f"/admin/appointments/{alice.reference}/step/"
    assert desk.get(address).status_code == 405
    assert press(desk, alice, "enter_in_error").status_code == 404
    assert press(desk, alice, "fulfil").status_code == 409
    assert status_of(alice) == "booked"
    said = {"verb": "arrive", "seen_version": 1}
    assert [desk.post(address, said).status_code for _click in range(2)] == [302, 302]
    assert alice.status_changes.filter(to_status="arrived").count() == 1
    assert desk.post(address, {"verb": "check_in", "seen_version": 1}).status_code == 409
    assert status_of(alice) == "arrived"


def test_running_late_is_read_by_those_still_to_come_and_written_only_if_wanted(
    desk: Client, alice: Appointment, bob: Appointment
) -> None:
    told = OutboxMessage.objects.filter(kind="running_late")
    assert "Ana Ortega runs 10 minutes late." in be_late(desk, 10).content.decode()
    assert not told.exists()
    page = be_late(desk, 30, tell="on").content.decode()
    assert "30 minutes late" in page
    assert "On time again" in page
    be_late(desk, 30, tell="on")  # pressed twice
    message = told.get()
    assert (message.to, message.context["minutes"]) == ("alice@example.com", "30")
    assert [delay.minutes for delay in Delay.objects.all()] == [10, 30]
    alice.refresh_from_db()
    assert alice.version == 1


def test_nobody_is_late_by_a_number_that_no_button_says_or_for_a_day_without_visits(
    desk: Client, alice: Appointment
) -> None:
    for minutes, who in ((-5, "ana-ortega"), (5000, "ana-ortega"), (10, "ben-cole"), (10, "x")):
        assert be_late(desk, minutes, practitioner=who).status_code == 404
    assert not Delay.objects.exists()


def test_the_desk_cancels_a_booked_visit_with_a_reason_and_says_who_wanted_it(
    desk: Client, alice: Appointment, bob: Appointment
) -> None:
    address = f"/admin/appointments/{alice.reference}/cancel/"
    assert desk.get(address).status_code == 200
    for said in ({}, {"reason": "other"}, {"reason": "made-up"}):
        assert desk.post(address, {"seen_version": 1, **said}).status_code == 400
    assert status_of(alice) == "booked"
    desk.post(address, {"seen_version": 1, "reason": "cannot", "words": "burst pipe"})
    assert status_of(alice) == "cancelled"
    assert alice.cancelled_by == "practice"
    assert alice.cancellation_reason == "We cannot keep this time: burst pipe"
    assert [row.key for row in Occupancy.objects.all()] == [bob.key]
    assert "burst pipe" not in str(OutboxMessage.objects.get(kind="cancelled").context)
    assert desk.post(address, {"seen_version": 1, "reason": "asked"}).status_code == 409

    theirs = f"/admin/appointments/{bob.reference}/cancel/"
    desk.post(theirs, {"seen_version": bob.version, "reason": "asked"})
    assert status_of(bob) == "cancelled"
    assert bob.cancelled_by == "patient"


def test_a_doctor_runs_their_own_day_and_nobody_elses(
    clinic: people.Clinic,
    alice: Appointment,
    bob: Appointment,
    as_role: Callable[[Role], Client],
) -> None:
    doctor = as_role(Role.DOCTOR)
    clinic.doctor.user = User.objects.get(username="doctor@clinic.test")
    clinic.doctor.save()
    page = doctor.get("/admin/today/").content.decode()
    assert "Alice Adams" in page
    assert "Bob Baker" not in page
    assert press(doctor, bob, "arrive").status_code == 404
    assert be_late(doctor, 10, practitioner="ben-cole").status_code == 404
    assert (status_of(bob), Delay.objects.count()) == ("booked", 0)
    press(doctor, alice, "arrive")
    assert status_of(alice) == "arrived"
    assert alice.status_changes.last().actor == "practitioner"  # type: ignore[union-attr]


def test_every_look_and_press_is_in_the_access_log(
    desk: Client, alice: Appointment, bob: Appointment
) -> None:
    looks = AccessLog.objects.order_by("pk")
    both = sorted((alice.patient_id, bob.patient_id))
    desk.get("/admin/today/")
    press(desk, alice, "arrive")
    desk.get(f"/admin/appointments/{bob.reference}/cancel/")
    be_late(desk, 10)
    assert list(looks.values_list("action", "patients")) == [
        ("today", both),
        ("step", [alice.patient_id]),
        ("cancel", [bob.patient_id]),
        ("running_late", [alice.patient_id]),
        ("today", both),
    ]


def test_the_day_asks_the_database_equally_often_for_one_and_for_a_thousand(
    desk: Client, clinic: people.Clinic, alice: Appointment, now: dt.datetime
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get("/admin/today/").status_code == 200
        return len(asked)

    desk.get("/admin/today/")
    with_one = queries()
    a_crowd(clinic, now, count=999)
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 1000
    assert queries() == with_one
    assert with_one <= 12
