"""The verbs: the only ways in which time is taken and a status changes.

Each is one transaction of its own: never call one inside `atomic()` (Django's admin wraps its own
change views in one; a desk view is a plain view), it raises RuntimeError there. `now` is
`practice.clock.now()`. Nothing is done when an exception leaves a verb, `Busy` included; a lost
connection comes out as Django's OperationalError, for the middleware to answer.

For those who call:
- `key` is the form's random key. The same key always answers the first result: `request` returns
  the visit it made before, whatever the new details say.
- `source` is where the request came from (an address cut to /32 or /64), for the limit of holds.
  Hand in "" to leave it out of that limit: loopback in demo mode, and the desk.
- A verb returns a fresh row. The one that was handed in is stale afterwards.
- `by` is the member of staff who acts; None is the patient.
- Doing again what is done (a second click, a page sent again) answers how it stands.

The verbs live in seven modules, by what they settle, and are all called as `booking.<verb>`:
asking here, `offering` (offers and the waiting list), `on_the_day`, `reaching` (calls and
corrections), `lapsing` and `stranded` (what the clock and the rules do), and `undoing`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from . import calendars, changing, messages, taking, transitions, undoing
from .availability import Slot
from .changing import AlreadyChanged, Period, RequestDetails
from .earlier import stop_waiting, wait_for_earlier, waiting_beside
from .lapsing import release_expired
from .late import run_late
from .models import Appointment, Kind, Occupancy, State, Status, StatusChange
from .offering import (
    accept,
    join_waitlist,
    offer,
    offer_freed_time,
    offers_of,
    put_in_order,
    wait_instead,
    why_here,
)
from .on_the_day import arrive, check_in, enter_in_error, fulfil, mark_no_show, work_in
from .reaching import Corrections, correct_details, log_call, mark_seen, wish_invitation
from .stranded import flag_stranded
from .taking import SlotGone, SlotTaken, TooManyHolds
from .transactions import Busy, lock, one_transaction
from .transitions import NotAllowed
from .undoing import TooLate, undo

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = [
    "AlreadyChanged",
    "AlreadyRequested",
    "Busy",
    "Corrections",
    "NotAllowed",
    "Period",
    "RequestDetails",
    "SlotGone",
    "SlotTaken",
    "TooLate",
    "TooManyHolds",
    "accept",
    "arrive",
    "cancel",
    "check_in",
    "confirm",
    "correct_details",
    "enter_in_error",
    "flag_stranded",
    "fulfil",
    "hold",
    "join_waitlist",
    "log_call",
    "mark_no_show",
    "mark_seen",
    "offer",
    "offer_freed_time",
    "offers_of",
    "put_in_order",
    "refuse",
    "release_expired",
    "request",
    "reschedule",
    "run_late",
    "stop_waiting",
    "undo",
    "wait_for_earlier",
    "wait_instead",
    "waiting_beside",
    "why_here",
    "wish_invitation",
    "work_in",
]


Actor = StatusChange.Actor
UNSETTLED = (Status.PENDING, Status.PROPOSED, Status.WAITLIST)


class AlreadyRequested(Exception):
    """This form's key has made its visit; show that one."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__(appointment.reference)
        self.appointment = appointment


@one_transaction
def hold(*, key: uuid.UUID, slot: Slot, source: str, now: dt.datetime) -> Occupancy:
    """Keep a time for ten minutes while somebody fills in the form.

    Again with the same time: ten minutes from now. With another: the first is let go, unless the
    new one cannot be had. Raises SlotTaken, SlotGone, TooManyHolds, AlreadyRequested, Busy.
    """
    own = taking.lock_for(key, slot, source=source, now=now)
    if first := Appointment.objects.filter(key=key).first():
        raise AlreadyRequested(first)
    rules, visit, found = taking.still_free(slot, own=[key], now=now)
    taking.keep_to_the_limits(rules, visit, found, key=key, source=source, now=now)
    return taking.take(
        own,
        found,
        visit,
        key=key,
        kind=Kind.HOLD,
        state=State.BUSY_TENTATIVE,
        source=source,
        expires_at=now + taking.HOLD_LASTS,
        now=now,
    )


@one_transaction
def request(
    *,
    key: uuid.UUID,
    details: RequestDetails,
    source: str,
    now: dt.datetime,
    slot: Slot | None = None,
    by: User | None = None,
    previous: Appointment | None = None,
) -> Appointment:
    """Ask for a time: `pending` until the desk answers, or `booked` at once for instant types.

    `slot` is the time that the form shows; without it, the one held under `key`. A live hold of it
    becomes the visit's own time; after a hold ran out the time is taken again if it is still free.
    With `by`, staff enter what a patient says on the telephone: it is booked at once, also with
    less notice than patients need. `previous` is the visit that this one follows up.
    Raises SlotTaken, SlotGone (also when there is no slot to be found), Busy.
    """
    wanted = slot
    if wanted is None:
        if first := Appointment.objects.filter(key=key).first():
            return first
        held = Occupancy.objects.filter(key=key, kind=Kind.HOLD).first()
        if held is None:
            raise SlotGone(None, now)
        wanted = calendars.slot_of(held)
    own = taking.lock_for(key, wanted, now=now)
    if first := Appointment.objects.filter(key=key).first():
        return first
    # Whoever was given ten minutes is not turned away because they used them.
    chosen_at = now
    if own and own.expires_at and calendars.slot_of(own) == wanted:
        chosen_at = own.expires_at - taking.HOLD_LASTS
    by_staff = by is not None
    rules, visit, found = taking.still_free(wanted, own=[key], now=chosen_at, by_staff=by_staff)
    is_booked = visit.instant or by_staff
    if found.start <= now:
        raise SlotGone(wanted, now)
    occupancy = taking.take(
        own,
        found,
        visit,
        key=key,
        kind=Kind.VISIT if is_booked else Kind.REQUEST,
        state=State.BUSY if is_booked else State.BUSY_TENTATIVE,
        source="",
        expires_at=None,
        now=now,
    )
    appointment = changing.begin(
        key,
        changing.Place.of(occupancy, visit.modality),
        details,
        verb="book" if is_booked else "request",
        by=by,
        now=now,
        occupancy=occupancy,
        previous_appointment=previous,
        answer_due_at=None if is_booked else taking.answer_due(rules, visit, found, now),
    )
    _tell_of_new(appointment, by=by, now=now)
    return appointment


@one_transaction
def confirm(
    appointment: Appointment, *, seen_version: int, by: User, now: dt.datetime
) -> Appointment:
    """pending → booked. `seen_version` is the version that the button was drawn for.

    Raises AlreadyChanged, Busy.
    """
    lock([appointment.practitioner_id])
    moved = changing.move(appointment, "confirm", seen_version=seen_version, by=by, now=now)
    Occupancy.objects.filter(appointment=moved).update(kind=Kind.VISIT, state=State.BUSY)
    messages.booked(moved, now=now, by_staff=True)
    undoing.keep(moved, "confirm", by=by, now=now)
    return moved


@one_transaction
def refuse(
    appointment: Appointment,
    *,
    seen_version: int,
    by: User,
    reason: str,
    now: dt.datetime,
    because: str = "",
) -> Appointment:
    """pending → cancelled by the practice; its time is free again. `reason` is for the record;
    `because` (a `Refusal`) is the sentence that the patient reads on the page of the request.

    Raises AlreadyChanged, Busy.
    """
    lock([appointment.practitioner_id])
    moved = changing.let_go(
        appointment,
        "refuse",
        seen_version=seen_version,
        by=by,
        reason=reason,
        now=now,
        refused_because=because,
    )
    messages.refused(moved, now=now)
    undoing.keep(moved, "refuse", by=by, now=now)
    return moved


@one_transaction
def cancel(
    appointment: Appointment,
    *,
    by: User | None,
    reason: str,
    now: dt.datetime,
    seen_version: int | None = None,
    as_asked: bool = False,
) -> Appointment:
    """Any open visit → cancelled; its time is free again.

    `as_asked`: staff do what the patient asked for, so it is the patient who cancelled.
    Without `seen_version` the row that was handed in counts as seen. Raises AlreadyChanged,
    NotAllowed, Busy.
    """
    taking.lock_own(appointment)
    was_booked = appointment.status not in UNSETTLED
    moved = changing.let_go(
        appointment,
        "cancel",
        seen_version=appointment.version if seen_version is None else seen_version,
        by=by,
        reason=reason,
        now=now,
        as_asked=as_asked,
    )
    if not moved.is_work_in:  # nobody was written to about it
        messages.cancelled(moved, was_booked=was_booked, now=now, by_staff=by is not None)
    if by is not None:
        undoing.keep(moved, "cancel", by=by, now=now)
    return moved


@one_transaction
def reschedule(
    appointment: Appointment,
    *,
    key: uuid.UUID,
    slot: Slot,
    by: User | None,
    now: dt.datetime,
    seen_version: int | None = None,
) -> Appointment:
    """Another time for the same visit: answers the new row, which `replaces` the old one.

    The old time is kept until the new one is locked; both change in one transaction, and what the
    visit has itself is no obstacle (half an hour later may overlap the old time). What was booked
    stays booked; a request is asked for anew; with `by`, the desk books it. The same key answers
    the first result. Raises SlotTaken, SlotGone, AlreadyChanged, NotAllowed, Busy; then the old
    time stands.
    """
    if first := Appointment.objects.filter(key=key).first():
        return first
    own = taking.lock_for(key, slot, now=now, own=[appointment.key])
    if first := Appointment.objects.filter(key=key).first():
        return first
    current = changing.fresh(appointment)
    if current.earlier_than_id is not None:
        raise NotAllowed("the visit that it waits beside is what moves")
    seen = appointment.version if seen_version is None else seen_version
    if current.version != seen or current.status != appointment.status:
        raise AlreadyChanged(current)
    transitions.find("reschedule", current.status, changing.actor_of(current, by))
    rules, visit, found = taking.still_free(
        slot, own=[key, appointment.key], now=now, by_staff=by is not None
    )
    books = visit.instant or by is not None or current.status == Status.BOOKED
    old = changing.let_go(current, "reschedule", seen_version=seen, by=by, reason="moved", now=now)
    occupancy = taking.take(
        own,
        found,
        visit,
        key=key,
        kind=Kind.VISIT if books else Kind.REQUEST,
        state=State.BUSY if books else State.BUSY_TENTATIVE,
        source="",
        expires_at=None,
        now=now,
    )
    new = changing.write_down(
        changing.copy_of(old),
        key,
        changing.Place.of(occupancy, visit.modality),
        move=transitions.find(
            "book" if books else "request", transitions.NEW, Actor.DESK if by else Actor.PATIENT
        ),
        by=by,
        now=now,
        replaces=old,
        occupancy=occupancy,
        answer_due_at=None if books else taking.answer_due(rules, visit, found, now),
    )
    if books:
        messages.rescheduled(new, now=now, by_staff=by is not None)
    else:
        _tell_of_new(new, by=by, now=now)
    return new


def _tell_of_new(appointment: Appointment, *, by: User | None, now: dt.datetime) -> None:
    if appointment.status == Status.BOOKED:
        messages.booked(appointment, now=now, by_staff=by is not None)
    else:
        messages.request_received(appointment, now=now)
        messages.staff_new_request(appointment, now=now)
