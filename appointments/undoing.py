"""Ten seconds in which staff can take back what they just did. So long no message leaves
(`correspondence.outbox.HELD_BACK`), and afterwards nothing is undone: somebody may have read it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from correspondence import outbox
from practice.models import Practice

from . import calendars, changing, lapsing, messages, reminders, taking
from .changing import AlreadyChanged
from .models import (
    HOLDS_TIME,
    Act,
    Appointment,
    Call,
    Kind,
    Occupancy,
    OfferedTime,
    Patient,
    State,
    Status,
    StatusChange,
)
from .taking import SlotGone, SlotTaken
from .transactions import EXCLUSION, lock, one_transaction, sqlstate

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LASTS = outbox.HELD_BACK


class TooLate(Exception):
    """The ten seconds are over, or a message is on its way. It stands; nothing was changed."""


def keep(
    appointment: Appointment, verb: str, *, by: User, now: dt.datetime, call: Call | None = None
) -> None:
    """Remember what was just done, inside the transaction of the verb that did it."""
    Act.objects.create(
        appointment=appointment, verb=verb, version=appointment.version, at=now, user=by, call=call
    )


def latest(user: User, *, now: dt.datetime) -> Act | None:
    """What this person did last, if it can still be undone."""
    acts = Act.objects.filter(user=user, at__gt=now - LASTS).select_related(
        "appointment__patient", "appointment__practitioner"
    )
    act = acts.last()
    return act if act and not act.undone_at and act.version == act.appointment.version else None


@one_transaction
def undo(appointment: Appointment, *, seen_version: int, by: User, now: dt.datetime) -> Appointment:
    """How it was before `by` did what led to `seen_version`: status, time, offers, deadlines. What
    was to be told of it is never sent.

    Again answers how it stands. Raises TooLate, AlreadyChanged (also when it is somebody else's),
    SlotTaken when the time was given to somebody meanwhile, SlotGone when the offers that it had
    are over, Busy.
    """
    offered = OfferedTime.objects.filter(appointment=appointment)
    practitioners = {
        *taking.people_of(appointment),
        *offered.values_list("practitioner", flat=True),
    }
    lock(practitioners)
    current = changing.fresh(appointment)
    act = Act.objects.filter(appointment=current, version=seen_version, user=by).first()
    if act is None:
        raise AlreadyChanged(current)
    if act.undone_at and current.version == act.version + 1:
        return current
    if current.version != act.version:
        raise AlreadyChanged(current)
    if not act.at <= now < act.at + LASTS:
        raise TooLate
    try:
        messages.undo(current, version=act.version, written_at=act.at)
    except outbox.AlreadyLeft as error:
        raise TooLate from error
    lapsing.release(practitioners, now, but=current)
    restored = _restore(current, by=by, now=now)
    for waiting in _that_ended_with_it(current, act):
        _restore(waiting, by=by, now=now)
    if restored.status == Status.BOOKED:
        _remind_again(restored, act)
    Act.objects.filter(pk=act.pk).update(undone_at=now)
    return restored


def _restore(current: Appointment, *, by: User, now: dt.datetime) -> Appointment:
    before = changing.as_it_was(current, current.version - 1)
    taken = current.occupancy
    if before.status in HOLDS_TIME and not current.is_work_in:
        is_asked = before.status == Status.PENDING
        kind, state = (Kind.REQUEST, State.BUSY_TENTATIVE) if is_asked else (Kind.VISIT, State.BUSY)
        if taken is None:
            changing.give_back(current)
            taken = _take(current, kind, state, now=now)
        else:
            Occupancy.objects.filter(pk=taken.pk).update(kind=kind, state=state)
    elif before.status == Status.PROPOSED:
        _offer_again(current, now=now)
    else:
        changing.give_back(current)
    return changing.go_back(current, before, occupancy=taken, by=by, now=now)


def _take(visit: Appointment, kind: Kind, state: State, *, now: dt.datetime) -> Occupancy:
    """The time that the visit had a moment ago. What the rules say of it now is for the desk's
    list of stranded visits: it was given, and is only given again."""
    minute = dt.timedelta(minutes=1)
    begins = visit.starts_at - visit.buffer_before_minutes * minute
    ends = visit.ends_at + visit.buffer_after_minutes * minute
    row = Occupancy(
        practitioner_id=visit.practitioner_id,
        location_id=visit.location_id,
        visit_type_id=visit.visit_type_id,
        during=DateTimeTZRange(begins, ends),
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        kind=kind,
        state=state,
        key=visit.key,
    )
    return _written(row, now=now)


def _offer_again(visit: Appointment, *, now: dt.datetime) -> None:
    """The times that it could choose from, as long as they were to be kept."""
    offered = OfferedTime.objects.filter(appointment=visit, expires_at__gt=now)
    last = offered.last()
    if last is None:
        raise SlotGone(None, now)
    rules = calendars.rules_from(now)
    for one in offered.filter(at=last.at).select_related("visit_type"):
        kind = rules.visit(one.visit_type.slug)
        if kind is None:
            raise SlotGone(None, now)
        takes, lasts = kind.takes(one.starts_at), kind.lasts(one.starts_at)
        row = Occupancy(
            practitioner_id=one.practitioner_id,
            location_id=one.location_id,
            visit_type_id=one.visit_type_id,
            during=DateTimeTZRange(takes.start, takes.end),
            starts_at=lasts.start,
            ends_at=lasts.end,
            kind=Kind.OFFER,
            state=State.BUSY_TENTATIVE,
            key=visit.key,
            expires_at=one.expires_at,
        )
        _written(row, now=now)


def _written(row: Occupancy, *, now: dt.datetime) -> Occupancy:
    try:
        row.save(force_insert=True)
    except IntegrityError as error:
        if sqlstate(error) == EXCLUSION:
            raise SlotTaken(None, now) from error
        raise
    return row


def _that_ended_with_it(visit: Appointment, act: Act) -> list[Appointment]:
    """Who waited beside the booked visit until that moment."""
    ended = StatusChange.objects.filter(
        appointment__earlier_than=visit, at=act.at, actor=StatusChange.Actor.SYSTEM
    )
    rows: Any = Appointment.objects.with_people().filter(pk__in=ended.values("appointment"))
    return list(rows.filter(status=Status.CANCELLED))


def _remind_again(visit: Appointment, act: Act) -> None:
    zone = Practice.objects.current().zone
    for reminder in reminders.of(visit.starts_at, Patient.Reminders.BOTH, zone):
        messages.reminder_again(visit, reminder.kind, taken_at=act.at, not_after=reminder.not_after)
