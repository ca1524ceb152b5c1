"""The day of the visit: worked in, arrived, checked in, done, or did not come."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from practice.models import Location, Practitioner

from . import changing, taking, undoing
from .models import Appointment, Status, VisitType
from .transactions import lock, one_transaction
from .transitions import NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PATIENT_ARRIVES_AT_MOST = dt.timedelta(hours=2)  # before the visit


@one_transaction
def work_in(
    *,
    key: uuid.UUID,
    visit_type: VisitType,
    practitioner: Practitioner,
    location: Location,
    details: changing.RequestDetails,
    reason: str,
    by: User,
    now: dt.datetime,
) -> Appointment:
    """Today without a time, between this person's visits: it is booked, and takes nothing of the
    calendar. `reason` is for staff alone. Nobody is written to: the patient stands at the counter
    or is on the telephone. The same key answers the first result. Raises Busy.
    """
    lock([practitioner.pk])
    if first := Appointment.objects.filter(key=key).first():
        return first
    lasts = dt.timedelta(minutes=visit_type.minutes)
    return changing.begin(
        key,
        changing.Place(
            visit_type.pk, visit_type.modality, practitioner.pk, location.pk, now, now + lasts
        ),
        details,
        verb="work_in",
        by=by,
        now=now,
        is_work_in=True,
        work_in_reason=reason,
    )


@one_transaction
def arrive(
    appointment: Appointment,
    *,
    by: User | None,
    now: dt.datetime,
    seen_version: int | None = None,
) -> Appointment:
    """booked → arrived; for staff also noshow → arrived (late). Patients from two hours before.

    Here and below: without `seen_version` the row that was handed in counts as seen; again answers
    how it stands. Raises AlreadyChanged, NotAllowed, Busy.
    """
    if by is None and appointment.starts_at - now > PATIENT_ARRIVES_AT_MOST:
        raise NotAllowed("too early to have arrived")
    return _step(appointment, "arrive", Status.ARRIVED, seen_version, by, now)


@one_transaction
def check_in(
    appointment: Appointment, *, by: User, now: dt.datetime, seen_version: int | None = None
) -> Appointment:
    """arrived → checked-in: the papers are done."""
    return _step(appointment, "check_in", Status.CHECKED_IN, seen_version, by, now)


@one_transaction
def fulfil(
    appointment: Appointment, *, by: User, now: dt.datetime, seen_version: int | None = None
) -> Appointment:
    """arrived, checked-in → fulfilled."""
    return _step(appointment, "fulfil", Status.FULFILLED, seen_version, by, now)


@one_transaction
def mark_no_show(
    appointment: Appointment, *, by: User, now: dt.datetime, seen_version: int | None = None
) -> Appointment:
    """booked, arrived → noshow, once the visit should have begun."""
    if now < appointment.starts_at:
        raise NotAllowed("nobody is late before it begins")
    return _step(appointment, "mark_no_show", Status.NOSHOW, seen_version, by, now)


@one_transaction
def enter_in_error(
    appointment: Appointment,
    *,
    by: User,
    reason: str,
    now: dt.datetime,
    seen_version: int | None = None,
) -> Appointment:
    """Whatever it was, it should never have been written; its time is free. Nobody is told."""
    taking.lock_own(appointment)
    moved = changing.move(
        appointment,
        "enter_in_error",
        seen_version=seen_version,
        by=by,
        now=now,
        reason=reason,
        occupancy=None,
        cancelled_by="",
        needs_rebooking=False,
    )
    changing.give_back(moved)
    return moved


def _step(
    appointment: Appointment,
    verb: str,
    to: Status,
    seen_version: int | None,
    by: User | None,
    now: dt.datetime,
) -> Appointment:
    current = changing.fresh(appointment)
    if current.status == to:
        return current
    moved = changing.move(appointment, verb, seen_version=seen_version, by=by, now=now)
    if by is not None:
        undoing.keep(moved, verb, by=by, now=now)
    return moved
