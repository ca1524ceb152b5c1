"""Reminders: two days and two hours before, each once, and only what the patient chose."""

from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest

from appointments import booking, reminders
from appointments.models import Appointment, Patient
from correspondence import delivery
from correspondence.models import OutboxMessage
from tests import people
from tests.conftest import Clock

pytestmark = pytest.mark.django_db

CHICAGO = ZoneInfo("America/Chicago")
Choice = Patient.Reminders
TWO_DAYS, TWO_HOURS = "reminder_two_days", "reminder_two_hours"
MINUTE = dt.timedelta(minutes=1)


def a_visit_on(
    clinic: people.Clinic, at: dt.datetime, *, booked: dt.datetime, **said: str
) -> Appointment:
    """Booked by Alice for that wall-clock time, out of the times that were free."""
    wanted = at.astimezone(dt.UTC)
    slot = next(
        one for one in people.free_times(clinic.office_visit, booked) if one.start == wanted
    )
    return people.a_visit(clinic.office_visit, booked, slot=slot, details=people.alice(**said))


def reminded(visit: Appointment) -> list[tuple[str, dt.datetime]]:
    return [
        (message.kind, message.created_at)
        for message in OutboxMessage.objects.filter(
            subject=f"appointment:{visit.pk}", kind__startswith="reminder"
        )
    ]


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


def utc(text: str) -> dt.datetime:
    return local(text).astimezone(dt.UTC)


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.check)])
def test_a_day_of_fake_minutes_gives_each_reminder_once(now: dt.datetime, step: int) -> None:
    clinic = people.a_clinic()
    first = a_visit_on(clinic, local("2026-11-25 14:20"), booked=now - dt.timedelta(days=3))
    second = a_visit_on(clinic, local("2026-11-27 10:15"), booked=now)
    begins = utc("2026-11-25 00:00")
    put = [reminders.send_due(now=begins + MINUTE * n) for n in range(0, 24 * 60, step)]
    assert sum(put) == 2
    assert reminded(first) == [(TWO_HOURS, utc("2026-11-25 12:20"))]
    assert reminded(second) == [(TWO_DAYS, utc("2026-11-25 10:15"))]


def test_running_twice_in_a_minute_or_late_by_hours_changes_nothing(now: dt.datetime) -> None:
    clinic = people.a_clinic()
    visit = a_visit_on(clinic, local("2026-11-30 10:15"), booked=now)
    late = utc("2026-11-28 21:30")  # the worker was away for half a day
    assert [reminders.send_due(now=late) for _ in range(3)] == [1, 0, 0]
    assert reminded(visit) == [(TWO_DAYS, late)]


@pytest.mark.parametrize(
    "woken",
    ["2026-11-29 10:15", "2026-11-30 08:14", "2026-11-30 09:45", "2026-11-30 10:16"],
)
def test_a_reminder_that_no_longer_helps_is_not_sent(now: dt.datetime, woken: str) -> None:
    clinic = people.a_clinic()
    visit = a_visit_on(clinic, local("2026-11-30 10:15"), booked=now)
    assert reminders.send_due(now=utc(woken)) == 0
    assert reminded(visit) == []


def test_who_has_just_been_told_the_time_is_not_reminded_of_it(now: dt.datetime) -> None:
    clinic = people.a_clinic()
    tomorrow = a_visit_on(clinic, local("2026-11-25 14:20"), booked=now)
    today = a_visit_on(clinic, local("2026-11-24 10:50"), booked=now)
    assert sum(reminders.send_due(now=now + MINUTE * 20 * n) for n in range(100)) == 1
    assert [kind for kind, _at in reminded(tomorrow)] == [TWO_HOURS]
    assert reminded(today) == []


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        (Choice.BOTH, [TWO_DAYS, TWO_HOURS]),
        (Choice.TWO_DAYS, [TWO_DAYS]),
        (Choice.TWO_HOURS, [TWO_HOURS]),
        (Choice.NONE, []),
    ],
)
def test_only_what_the_patient_chose(now: dt.datetime, choice: str, wanted: list[str]) -> None:
    clinic = people.a_clinic()
    visit = a_visit_on(clinic, local("2026-11-30 10:15"), booked=now, reminders=choice)
    for moment in ("2026-11-28 10:15", "2026-11-30 08:15"):
        reminders.send_due(now=utc(moment))
    assert [kind for kind, _at in reminded(visit)] == wanted


def test_a_choice_made_later_on_the_page_of_the_visit_counts(now: dt.datetime) -> None:
    clinic = people.a_clinic()
    visit = a_visit_on(clinic, local("2026-11-30 10:15"), booked=now)
    booking.correct_details(
        visit, corrections=booking.Corrections(reminders=Choice.NONE), by=None, now=now
    )
    assert reminders.send_due(now=utc("2026-11-28 10:15")) == 0


@pytest.mark.parametrize(
    ("visit_at", "two_days", "two_hours"),
    [
        # The night in between has 25 hours (November 1), then 23 (March 14).
        ("2026-11-02 08:30", "2026-10-31T13:30Z", "2026-11-02T12:30Z"),
        ("2027-03-15 08:30", "2027-03-13T14:30Z", "2027-03-15T11:30Z"),
    ],
)
def test_across_a_clock_change_a_reminder_comes_at_the_hour_of_the_visit_once(
    visit_at: str, two_days: str, two_hours: str
) -> None:
    clinic = people.a_clinic()
    at = local(visit_at)
    booked = at.astimezone(dt.UTC) - dt.timedelta(days=6)
    visit = a_visit_on(clinic, at, booked=booked)
    begins = at.astimezone(dt.UTC) - dt.timedelta(hours=54)
    for n in range(54 * 2 + 1):
        reminders.send_due(now=begins + dt.timedelta(minutes=30) * n)
    assert reminded(visit) == [
        (TWO_DAYS, dt.datetime.fromisoformat(two_days)),
        (TWO_HOURS, dt.datetime.fromisoformat(two_hours)),
    ]


def test_on_the_night_itself_two_hours_are_two_hours() -> None:
    skipped = dt.datetime(2027, 3, 14, 3, 30, tzinfo=CHICAGO)  # 2:00 to 3:00 does not exist
    (hours,) = reminders.of(skipped.astimezone(dt.UTC), Choice.TWO_HOURS, CHICAGO)
    assert skipped.astimezone(dt.UTC) - hours.due == dt.timedelta(hours=2)
    assert hours.due.astimezone(CHICAGO).hour == 0


def test_a_cancelled_visit_takes_its_reminder_back(now: dt.datetime, clock: Clock) -> None:
    clinic = people.a_clinic()
    visit = a_visit_on(clinic, local("2026-11-30 10:15"), booked=now)
    later = clock.at(utc("2026-11-28 10:15"))
    reminders.send_due(now=later)  # and the mail server is down
    booking.cancel(visit, by=None, reason="", now=later)
    message = OutboxMessage.objects.get(kind=TWO_DAYS)
    assert (message.state, message.trouble) == ("left_out", "over")
    delivery.deliver(message.pk)
    message.refresh_from_db()
    assert message.state == "left_out"
    assert reminders.send_due(now=later + MINUTE) == 0


def test_a_moved_visit_is_reminded_of_its_new_time_alone(now: dt.datetime) -> None:
    clinic = people.a_clinic()
    visit = a_visit_on(clinic, local("2026-11-30 10:15"), booked=now)
    reminders.send_due(now=utc("2026-11-28 10:15"))
    wanted = utc("2026-12-03 09:05")
    slot = next(one for one in people.free_times(clinic.office_visit, now) if one.start == wanted)
    new = booking.reschedule(
        visit, key=uuid.uuid4(), slot=slot, by=None, now=utc("2026-11-28 10:05")
    )
    assert OutboxMessage.objects.get(kind=TWO_DAYS).state == "left_out"
    for moment in ("2026-11-30 08:15", "2026-12-01 09:05", "2026-12-03 07:05"):
        reminders.send_due(now=utc(moment))
    assert [kind for kind, _at in reminded(new)] == [TWO_DAYS, TWO_HOURS]
    assert len(reminded(visit)) == 1


def test_a_reminder_that_lay_in_the_outbox_too_long_is_left_out(
    now: dt.datetime, clock: Clock
) -> None:
    clinic = people.a_clinic()
    a_visit_on(clinic, local("2026-11-30 10:15"), booked=now)
    reminders.send_due(now=utc("2026-11-30 08:15"))
    clock.at(utc("2026-11-30 09:45"))
    message = OutboxMessage.objects.get(kind=TWO_HOURS)
    delivery.deliver(message.pk)
    message.refresh_from_db()
    assert (message.state, message.trouble) == ("left_out", "too late")
