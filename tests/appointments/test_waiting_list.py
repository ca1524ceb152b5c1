"""Who waits for a time, in which order, and what is offered to whom."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from appointments import booking, calendars
from appointments.models import Appointment, Occupancy, Status
from tests.people import Clinic, a_visit, alice, bob, free_times, works

MINUTE = dt.timedelta(minutes=1)


def waits(
    clinic: Clinic, now: dt.datetime, details: booking.RequestDetails | None = None, **facts: Any
) -> Appointment:
    today = now.astimezone(clinic.practice.zone).date()
    return booking.join_waitlist(
        key=uuid.uuid4(),
        details=details or alice(),
        visit_type="office-visit",
        period=booking.Period(first=today, last=today + 7 * dt.timedelta(days=1), **facts),
        by=None,
        now=now,
    )


@pytest.fixture
def full(clinic: Clinic, now: dt.datetime) -> Appointment:
    """The doctor has one time a day from noon, and the one of today is Bob's."""
    clinic.office_visit.working_hours.all().delete()
    clinic.office_visit.horizon_days = 0
    clinic.office_visit.save()
    works(clinic.doctor, clinic.office_visit, dt.time(12), dt.time(12, 30), location=clinic.office)
    return a_visit(clinic.office_visit, now, details=bob())


def test_who_waits_takes_no_time_and_sends_the_form_once(clinic: Clinic, now: dt.datetime) -> None:
    first = waits(clinic, now)
    again = booking.join_waitlist(
        key=first.key,
        details=bob(),
        visit_type="office-visit",
        period=booking.Period(first=now.date(), last=now.date()),
        by=None,
        now=now,
    )
    assert (first.status, first.occupancy) == (Status.WAITLIST, None)
    assert again == Appointment.objects.get() == first
    assert not Appointment.objects.on_day(first.starts_at.date(), clinic.practice.zone).exists()


def test_a_freed_time_is_offered_to_one_and_then_to_the_next(
    clinic: Clinic, now: dt.datetime, full: Appointment
) -> None:
    longest, next_one = waits(clinic, now), waits(clinic, now + MINUTE, bob())
    assert booking.offer_freed_time(now=now + 2 * MINUTE) == 0
    booking.cancel(full, by=None, reason="", now=now + 2 * MINUTE)
    later = now + 3 * MINUTE
    assert booking.offer_freed_time(now=later) == 1
    assert booking.offer_freed_time(now=later) == 0
    (held,) = booking.offers_of(longest, now=later)
    assert held.expires_at == later + 30 * MINUTE
    assert free_times(clinic.office_visit, later) == []
    booking.release_expired(now=held.expires_at)
    assert booking.offer_freed_time(now=held.expires_at) == 1
    longest.refresh_from_db()
    next_one.refresh_from_db()
    assert (longest.status, next_one.status) == (Status.WAITLIST, Status.PROPOSED)
    slot = calendars.slot_of(booking.offers_of(next_one, now=held.expires_at)[0])
    booked = booking.accept(next_one, slot=slot, by=None, now=held.expires_at)
    assert (booked.status, booked.starts_at) == (Status.BOOKED, full.starts_at)


def test_the_order_is_stated_and_the_desk_may_change_it(
    clinic: Clinic, now: dt.datetime, dana: Any
) -> None:
    long_ago = waits(clinic, now)
    with_a_sign = waits(clinic, now + MINUTE, bob(red_flag="today"))
    latest = waits(clinic, now + 2 * MINUTE)
    order = Appointment.objects.in_waiting_order
    assert list(order()) == [with_a_sign, long_ago, latest]
    first = booking.put_in_order(latest, rank=1, by=dana, now=now)
    assert list(order()) == [latest, with_a_sign, long_ago]
    assert booking.why_here(first) == "Put here by the desk"
    assert booking.why_here(long_ago) == "By waiting time"
    with pytest.raises(booking.AlreadyChanged):
        booking.put_in_order(latest, rank=2, by=dana, now=now)


def test_a_time_that_does_not_suit_is_not_offered(clinic: Clinic, now: dt.datetime) -> None:
    evening = waits(clinic, now, part="evening")
    assert booking.offer_freed_time(now=now) == 0
    morning = waits(clinic, now, bob(), part="morning")
    assert booking.offer_freed_time(now=now) == 1
    morning.refresh_from_db()
    evening.refresh_from_db()
    assert (morning.status, evening.status) == (Status.PROPOSED, Status.WAITLIST)


def test_nobody_is_offered_a_time_in_the_night(clinic: Clinic, now: dt.datetime) -> None:
    waits(clinic, now)
    assert booking.offer_freed_time(now=now + dt.timedelta(hours=16)) == 0
    assert not Occupancy.objects.exists()


def test_waiting_ends_with_its_period_and_the_patient_is_told(
    clinic: Clinic, now: dt.datetime
) -> None:
    waiting = waits(clinic, now)
    assert booking.release_expired(now=now + dt.timedelta(days=7)) == 0
    assert booking.release_expired(now=now + dt.timedelta(days=8)) == 1
    waiting.refresh_from_db()
    assert (waiting.status, waiting.cancelled_by) == (Status.CANCELLED, "practice")


def test_a_request_can_become_a_wait_and_frees_its_time(clinic: Clinic, now: dt.datetime) -> None:
    asked = a_visit(clinic.same_day, now)
    today = now.date()
    waiting = booking.wait_instead(
        asked, period=booking.Period(first=today, last=today), by=None, now=now
    )
    assert waiting.status == Status.WAITLIST
    assert asked.starts_at in {slot.start for slot in free_times(clinic.same_day, now)}
