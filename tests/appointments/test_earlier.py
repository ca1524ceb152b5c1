"""A booked patient waits for something earlier and loses nothing by it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from appointments import booking, calendars
from appointments.models import Appointment, Occupancy, OfferedTime, Status
from correspondence.models import OutboxMessage
from practice import clock as the_clock
from tests.appointments.test_booking import everything
from tests.appointments.visitor import Visitor
from tests.people import Clinic, a_visit, bob, free_times

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def booked(clinic: Clinic, now: dt.datetime) -> Appointment:
    """Alice has the last time of today, with the doctor."""
    today = [slot for slot in free_times(clinic.office_visit, now) if slot.local.day == 24]
    return a_visit(clinic.office_visit, now, slot=today[-1])


def wait(booked: Appointment, now: dt.datetime, **wish: Any) -> Appointment:
    return booking.wait_for_earlier(booked, by=None, now=now, **wish)


def fresh(visit: Appointment) -> Appointment:
    return Appointment.objects.with_people().get(pk=visit.pk)


def offered(waiting: Appointment, now: dt.datetime) -> Any:
    (row,) = booking.offers_of(waiting, now=now)
    return calendars.slot_of(row)


def test_the_booked_time_stays_while_somebody_waits_and_waiting_twice_is_once(
    booked: Appointment, now: dt.datetime
) -> None:
    waiting = wait(booked, now)
    assert (waiting.status, waiting.occupancy) == (Status.WAITLIST, None)
    assert wait(booked, now) == waiting
    assert (fresh(booked).status, fresh(booked).version) == (Status.BOOKED, booked.version)
    assert Occupancy.objects.get().key == booked.key
    assert OutboxMessage.objects.filter(kind="waiting").count() == 1
    assert "wants an earlier one" in booking.why_here(waiting)


def test_taking_an_offered_time_moves_the_visit_in_one_step(
    booked: Appointment, now: dt.datetime
) -> None:
    waiting = wait(booked, now)
    assert booking.offer_freed_time(now=now + MINUTE) == 1
    waiting = fresh(waiting)
    slot = offered(waiting, now + MINUTE)
    assert slot.start < booked.starts_at
    assert fresh(booked).status == Status.BOOKED
    assert {row.kind for row in Occupancy.objects.all()} == {"visit", "offer"}

    taken = booking.accept(waiting, slot=slot, by=None, now=now + 2 * MINUTE)
    assert (taken.status, taken.starts_at, taken.replaces) == ("booked", slot.start, booked)
    old = fresh(booked)
    assert (old.status, old.cancelled_by, old.occupancy) == ("cancelled", "patient", None)
    assert Occupancy.objects.get().key == taken.key
    kinds = list(OutboxMessage.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds[-1] == "rescheduled"
    assert "cancelled" not in kinds
    again = booking.accept(waiting, slot=slot, by=None, now=now + 2 * MINUTE)
    assert again.version == taken.version


def test_an_offer_that_ends_or_is_not_wanted_leaves_the_booked_time_alone(
    booked: Appointment, now: dt.datetime
) -> None:
    waiting = wait(booked, now)
    booking.offer_freed_time(now=now)
    slot = offered(fresh(waiting), now)
    booking.release_expired(now=now + 31 * MINUTE)
    assert fresh(waiting).status == Status.WAITLIST
    before = everything()
    with pytest.raises((booking.AlreadyChanged, booking.NotAllowed, booking.SlotGone)):
        booking.accept(fresh(waiting), slot=slot, by=None, now=now + 32 * MINUTE)
    assert everything() == before
    assert fresh(booked).status == Status.BOOKED


def test_only_earlier_times_are_offered(booked: Appointment, now: dt.datetime) -> None:
    """Everything before is full; tomorrow is free, and later than what Alice has."""
    waiting = wait(booked, now)
    late = booked.starts_at - 20 * MINUTE
    assert booking.offer_freed_time(now=late) == 0
    assert not OfferedTime.objects.exists()
    assert fresh(waiting).status == Status.WAITLIST


@pytest.mark.parametrize("how", ["cancelled", "moved", "here", "missed"])
def test_the_wait_ends_with_the_visit_it_waits_beside(
    clinic: Clinic, booked: Appointment, now: dt.datetime, dana: Any, how: str
) -> None:
    waiting = wait(booked, now)
    booking.offer_freed_time(now=now)
    begun = booked.starts_at + MINUTE
    match how:
        case "cancelled":
            booking.cancel(booked, by=None, reason="", now=now)
        case "moved":
            slot = free_times(clinic.office_visit, now)[-1]
            booking.reschedule(booked, key=uuid.uuid4(), slot=slot, by=None, now=now)
        case "here":
            booking.arrive(booked, by=dana, now=now)
        case _missed:
            booking.mark_no_show(booked, by=dana, now=begun)
    assert fresh(waiting).status == Status.CANCELLED
    assert not Occupancy.objects.filter(kind="offer").exists()
    assert not OutboxMessage.objects.filter(kind="waiting_ended").exists()


def test_only_a_booked_visit_to_come_can_wait(
    clinic: Clinic, booked: Appointment, now: dt.datetime, dana: Any
) -> None:
    asked = a_visit(clinic.same_day, now, details=bob())
    before = everything()
    for visit, at in ((asked, now), (booked, booked.starts_at)):
        with pytest.raises(booking.NotAllowed):
            wait(visit, at)
    assert everything() == before
    waiting = wait(booked, now)
    slot = free_times(clinic.office_visit, now)[0]
    with pytest.raises(booking.NotAllowed):
        booking.reschedule(waiting, key=uuid.uuid4(), slot=slot, by=dana, now=now)
    assert (fresh(waiting).status, fresh(booked).status) == ("waitlist", "booked")


def test_from_the_visits_page_to_the_earlier_time_and_back_out_again(
    clinic: Clinic, clock: Any
) -> None:
    visitor = Visitor().ask("office-visit", number=8)
    mine = Appointment.objects.get()
    page = f"/a/visit/{mine.reference}/"
    visitor.open(page)
    assert "Wait for an earlier time" in visitor.text
    visitor.open(f"{page}earlier/")
    assert "stays yours" in visitor.text
    assert visitor.send(any_practitioner="nobody").problems == ["Choose with whom"]
    visitor.send(any_practitioner="no")
    assert visitor.url == page
    assert "You wait for an earlier time." in visitor.text
    visitor.send(button="leave")
    assert "You wait for an earlier time." not in visitor.text
    assert Appointment.objects.filter(status="booked").get() == mine

    visitor.open(f"{page}earlier/").send(any_practitioner="yes")
    booking.offer_freed_time(now=the_clock.now())
    visitor.open(page)
    assert "An earlier time is free" in visitor.text
    waiting = Appointment.objects.get(status="proposed")
    visitor.open(f"/a/visit/{waiting.reference}/")
    assert "stays yours." in visitor.text
    visitor.send(slot=visitor.slots()[0])
    assert visitor.heading == "Your visit is booked"
    new = Appointment.objects.get(status="booked")
    assert (new.pk, new.replaces_id) == (waiting.pk, mine.pk)
    assert new.starts_at < mine.starts_at
    assert visitor.open(page).url == f"/a/visit/{new.reference}/"


def test_none_of_the_earlier_times_leads_back_to_the_booked_visit(clinic: Clinic) -> None:
    visitor = Visitor().ask("office-visit", number=8)
    mine = Appointment.objects.get()
    page = f"/a/visit/{mine.reference}/"
    visitor.open(f"{page}earlier/").send(any_practitioner="no")
    booking.offer_freed_time(now=the_clock.now())
    visitor.open(page)
    waiting = Appointment.objects.get(status="proposed")
    visitor.open(f"/a/visit/{waiting.reference}/").send(button="none")
    assert visitor.url == page
    assert "You wait for an earlier time." in visitor.text
    assert Occupancy.objects.get().key == mine.key
