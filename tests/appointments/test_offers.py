"""Up to three times held for one patient; one is taken, the others are free again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from appointments import booking, calendars
from appointments.models import Appointment, Occupancy, OfferedTime, Status
from correspondence.models import OutboxMessage
from practice.models import Closure
from tests.appointments.test_booking import everything
from tests.people import Clinic, a_visit, bob, free_times, works

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def offered(clinic: Clinic, now: dt.datetime, dana: Any) -> Appointment:
    """Alice asked for the first time by video and was offered three in the office."""
    asked = a_visit(clinic.same_day, now)
    times = free_times(clinic.office_visit, now)
    return booking.offer(asked, slots=[times[0], times[2], times[20]], by=dana, now=now)


def kinds_of(appointment: Appointment) -> list[str]:
    rows = OutboxMessage.objects.filter(subject=f"appointment:{appointment.pk}")
    return list(rows.order_by("pk").values_list("kind", flat=True))


def test_three_times_are_held_and_the_patient_is_told_without_naming_them(
    clinic: Clinic, now: dt.datetime, offered: Appointment
) -> None:
    assert offered.status == Status.PROPOSED
    held = booking.offers_of(offered, now=now)
    assert {row.expires_at for row in held} == {min(now + booking_lasts(), held[0].starts_at)}
    assert len(held) == OfferedTime.objects.count() == 3
    assert set(free_times(clinic.office_visit, now)).isdisjoint(map(calendars.slot_of, held))
    assert kinds_of(offered) == ["request_received", "staff_new_request", "times_offered"]
    message = OutboxMessage.objects.get(kind="times_offered")
    assert message.context.keys() == {"practice", "reference", "phone", "answer_by"}


def booking_lasts() -> dt.timedelta:
    from appointments.offering import OFFER_LASTS

    return OFFER_LASTS


def test_what_was_asked_for_is_free_once_other_times_are_offered(
    clinic: Clinic, now: dt.datetime, offered: Appointment
) -> None:
    assert offered.starts_at in {slot.start for slot in free_times(clinic.same_day, now)}


def test_one_offered_time_is_taken_and_the_others_are_free_again(
    clinic: Clinic, now: dt.datetime, offered: Appointment
) -> None:
    first, second, third = map(calendars.slot_of, booking.offers_of(offered, now=now))
    booked = booking.accept(offered, slot=second, by=None, now=now)
    assert (booked.status, booked.starts_at, booked.visit_type) == (
        Status.BOOKED,
        second.start,
        clinic.office_visit,
    )
    assert booked.modality == "in-person"
    assert Occupancy.objects.get().kind == "visit"
    assert {first, third} <= set(free_times(clinic.office_visit, now))
    again = booking.accept(offered, slot=second, by=None, now=now)
    assert again.version == booked.version
    assert kinds_of(offered).count("booked") == 1


def test_a_time_that_was_not_offered_is_not_taken(
    clinic: Clinic, now: dt.datetime, offered: Appointment
) -> None:
    other = free_times(clinic.office_visit, now)[0]
    before = everything()
    with pytest.raises(booking.SlotGone):
        booking.accept(offered, slot=other, by=None, now=now)
    assert everything() == before


def test_offers_end_together_and_the_patient_waits_on_the_list(
    clinic: Clinic, now: dt.datetime, offered: Appointment
) -> None:
    slots = [calendars.slot_of(row) for row in booking.offers_of(offered, now=now)]
    ends = booking.offers_of(offered, now=now)[0].expires_at
    assert ends
    with pytest.raises(booking.SlotGone):
        booking.accept(offered, slot=slots[-1], by=None, now=ends)
    assert booking.release_expired(now=ends) == 1
    offered.refresh_from_db()
    assert offered.status == Status.WAITLIST
    assert offered.waiting_since == ends
    assert not Occupancy.objects.exists()
    assert kinds_of(offered)[-1] == "offer_ended"


def test_the_next_booking_of_an_offered_time_ends_the_offer_without_the_worker(
    clinic: Clinic, now: dt.datetime, offered: Appointment
) -> None:
    last = booking.offers_of(offered, now=now)[-1]
    assert last.expires_at
    wanted = calendars.slot_of(last)
    taken = a_visit(clinic.office_visit, last.expires_at, slot=wanted, details=bob())
    offered.refresh_from_db()
    assert (offered.status, taken.starts_at) == (Status.WAITLIST, wanted.start)


def test_a_time_that_was_closed_since_it_was_offered_is_not_taken(
    clinic: Clinic, now: dt.datetime, offered: Appointment
) -> None:
    slot = calendars.slot_of(booking.offers_of(offered, now=now)[0])
    Closure.objects.create(during=(slot.start, slot.end), practitioner=clinic.doctor)
    before = everything()
    with pytest.raises(booking.SlotGone):
        booking.accept(offered, slot=slot, by=None, now=now)
    assert everything() == before


def test_somebody_else_s_time_is_not_offered_and_the_request_stands(
    clinic: Clinic, now: dt.datetime, dana: Any
) -> None:
    asked = a_visit(clinic.same_day, now)
    slot = free_times(clinic.office_visit, now)[0]
    a_visit(clinic.office_visit, now, slot=slot, details=bob())
    before = everything()
    with pytest.raises(booking.SlotTaken):
        booking.offer(asked, slots=[slot], by=dana, now=now)
    assert everything() == before


def test_offers_hold_at_most_a_third_of_a_day(clinic: Clinic, now: dt.datetime, dana: Any) -> None:
    clinic.office_visit.working_hours.all().delete()
    works(clinic.doctor, clinic.office_visit, dt.time(12), dt.time(14, 20), location=clinic.office)
    times = free_times(clinic.office_visit, now)[:4]
    assert len({slot.day for slot in times}) == 1
    asked = a_visit(clinic.same_day, now)
    before = everything()
    with pytest.raises(booking.TooManyHolds) as refused:
        booking.offer(asked, slots=times[:2], by=dana, now=now)
    assert refused.value.limit == "offers"
    assert everything() == before
    assert booking.offer(asked, slots=times[:1], by=dana, now=now).status == Status.PROPOSED


@pytest.mark.parametrize("count", [0, 4])
def test_no_time_and_four_times_are_no_offer(
    clinic: Clinic, now: dt.datetime, dana: Any, count: int
) -> None:
    asked = a_visit(clinic.same_day, now)
    with pytest.raises(ValueError, match="between one and 3"):
        booking.offer(asked, slots=free_times(clinic.office_visit, now)[:count], by=dana, now=now)
    assert Appointment.objects.get().status == Status.PENDING
