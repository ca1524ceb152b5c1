"""Another time for the same visit: the old one is kept until the new one is locked."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest

from appointments import booking
from appointments.models import Appointment, Occupancy, Status
from correspondence.models import OutboxMessage
from practice.models import Closure
from tests.appointments.test_booking import everything
from tests.people import Clinic, a_visit, bob, free_times

MINUTE = dt.timedelta(minutes=1)


def move(visit: Appointment, slot: Any, now: dt.datetime, **facts: Any) -> Appointment:
    return booking.reschedule(
        visit, **{"key": uuid.uuid4(), "slot": slot, "by": None, "now": now, **facts}
    )


def test_a_booked_visit_moves_in_one_step_and_is_told_once(
    clinic: Clinic, now: dt.datetime
) -> None:
    old = a_visit(clinic.office_visit, now)
    bobs = a_visit(clinic.office_visit, now, details=bob())
    slot, key = free_times(clinic.office_visit, now)[3], uuid.uuid4()
    new = move(old, slot, now, key=key)
    assert move(old, slot, now, key=key) == new
    old.refresh_from_db()
    assert (old.status, old.occupancy, old.cancelled_by) == (Status.CANCELLED, None, "patient")
    assert (new.status, new.starts_at, new.replaces) == (Status.BOOKED, slot.start, old)
    assert new.patient == old.patient
    assert old.starts_at in {time.start for time in free_times(clinic.office_visit, now)}
    kinds = OutboxMessage.objects.exclude(subject=f"appointment:{bobs.pk}")
    assert list(kinds.order_by("pk").values_list("kind", flat=True)) == ["booked", "rescheduled"]


def test_a_new_time_may_overlap_the_old_one(clinic: Clinic, now: dt.datetime, dana: Any) -> None:
    old = a_visit(clinic.office_visit, now)
    slot = replace(
        free_times(clinic.office_visit, now)[0],
        start=old.starts_at + 10 * MINUTE,
        end=old.ends_at + 10 * MINUTE,
    )
    new = move(old, slot, now, by=dana)
    assert new.starts_at == old.starts_at + 10 * MINUTE
    assert Occupancy.objects.get().key == new.key


def test_a_time_that_somebody_has_leaves_the_old_one_as_it_was(
    clinic: Clinic, now: dt.datetime
) -> None:
    old = a_visit(clinic.office_visit, now)
    slot = free_times(clinic.office_visit, now)[0]
    a_visit(clinic.office_visit, now, slot=slot, details=bob())
    before = everything()
    with pytest.raises(booking.SlotTaken) as refused:
        move(old, slot, now)
    assert len(refused.value.nearest) == 3
    assert everything() == before


def test_a_request_that_moves_is_asked_for_anew(clinic: Clinic, now: dt.datetime) -> None:
    old = a_visit(clinic.same_day, now)
    new = move(old, free_times(clinic.same_day, now)[2], now)
    assert new.status == Status.PENDING
    assert new.answer_due_at
    assert Occupancy.objects.get().kind == "request"


def test_what_is_over_does_not_move(clinic: Clinic, now: dt.datetime) -> None:
    old = booking.cancel(a_visit(clinic.office_visit, now), by=None, reason="", now=now)
    before = everything()
    with pytest.raises(booking.NotAllowed):
        move(old, free_times(clinic.office_visit, now)[1], now)
    assert everything() == before


def test_a_closure_leaves_the_visit_booked_and_flags_it_until_it_is_lifted(
    clinic: Clinic, now: dt.datetime
) -> None:
    visit = a_visit(clinic.office_visit, now)
    video = a_visit(clinic.same_day, now, details=bob())
    assert booking.flag_stranded(now=now) == 0
    closure = Closure.objects.create(
        during=(visit.starts_at, visit.ends_at), practitioner=clinic.doctor
    )
    assert booking.flag_stranded(now=now) == 1
    assert list(Appointment.objects.needing_a_new_time(now)) == [visit]
    assert Appointment.objects.get(pk=visit.pk).status == Status.BOOKED
    closure.delete()
    assert booking.flag_stranded(now=now) == 1
    assert not Appointment.objects.needing_a_new_time(now).exists()
    clinic.same_day.active = False
    clinic.same_day.save()
    assert booking.flag_stranded(now=now) == 1
    assert list(Appointment.objects.needing_a_new_time(now)) == [video]
