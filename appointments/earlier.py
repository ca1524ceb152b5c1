"""Something earlier: a patient with a booked visit waits for it, and keeps the visit meanwhile.

The wait is a row of its own on the waiting list, with `earlier_than`. It is offered times as every
other row there, only earlier ones; `accept` moves the visit to one of them. When the booked visit
moves, begins or is cancelled, the wait ends with it (`changing.move`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from practice.models import Practice

from . import changing, messages, taking, transitions
from .models import Appointment, Status, StatusChange
from .transactions import one_transaction
from .transitions import NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

WAITING = (Status.WAITLIST, Status.PROPOSED)


def waiting_beside(booked: Appointment) -> Appointment | None:
    """The row that waits for something earlier than this visit."""
    rows = Appointment.objects.with_people().filter(earlier_than=booked, status__in=WAITING)
    return rows.first()


@one_transaction
def wait_for_earlier(
    booked: Appointment,
    *,
    part: str = "",
    any_practitioner: bool = False,
    by: User | None,
    now: dt.datetime,
) -> Appointment:
    """Answers the waiting row; the booked visit stays as it is. Once is enough: again answers the
    first. Raises NotAllowed, Busy."""
    taking.lock_own(booked)
    current = changing.fresh(booked)
    if found := waiting_beside(current):
        return found
    if current.status != Status.BOOKED or current.starts_at <= now:
        raise NotAllowed("nothing is earlier than a visit that is not to come")
    zone = Practice.objects.current().zone
    waiting = changing.write_down(
        changing.copy_of(current),
        uuid.uuid4(),
        changing.Place(
            current.visit_type_id,
            current.modality,
            current.practitioner_id,
            current.location_id,
            current.starts_at,
            current.ends_at,
        ),
        move=transitions.find(
            "join_waitlist",
            transitions.NEW,
            StatusChange.Actor.DESK if by else StatusChange.Actor.PATIENT,
        ),
        by=by,
        now=now,
        earlier_than=current,
        waiting_since=now,
        wanted_from=now.astimezone(zone).date(),
        wanted_until=current.starts_at.astimezone(zone).date(),
        wanted_part=part,
        any_practitioner=any_practitioner,
    )
    messages.waiting(waiting, now=now, by_staff=by is not None)
    return waiting


@one_transaction
def stop_waiting(booked: Appointment, *, by: User | None, now: dt.datetime) -> None:
    """The patient keeps what is booked and waits no more; what was offered is free again. Nothing
    to end is no mistake. Raises AlreadyChanged, Busy."""
    taking.lock_own(booked)
    waiting = waiting_beside(booked)
    if waiting is not None:
        changing.let_go(waiting, "cancel", seen_version=waiting.version, by=by, reason="", now=now)
