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
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F

from . import calendars, messages, taking, transitions
from .availability import Slot
from .models import Appointment, Kind, Occupancy, Patient, State, Status, StatusChange
from .rules import Visit
from .taking import SlotGone, SlotTaken, TooManyHolds
from .transactions import Busy, lock, one_transaction
from .transitions import NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = [
    "AlreadyChanged",
    "AlreadyRequested",
    "Busy",
    "NotAllowed",
    "RequestDetails",
    "SlotGone",
    "SlotTaken",
    "TooManyHolds",
    "cancel",
    "confirm",
    "hold",
    "refuse",
    "release_expired",
    "request",
]

Actor = StatusChange.Actor


class AlreadyRequested(Exception):
    """This form's key has made its visit; show that one."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__(appointment.reference)
        self.appointment = appointment


class AlreadyChanged(Exception):
    """Somebody was quicker; `appointment` is how it stands now."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__(f"{appointment.reference} is {appointment.status}")
        self.appointment = appointment


@dataclass(frozen=True, kw_only=True)
class RequestDetails:
    """What the patient said, checked and cleaned by the form. `phone` is E.164."""

    given_name: str
    family_name: str
    birth_date: dt.date
    phone: str
    email: str = ""
    contact_by: str = Patient.ContactBy.PHONE
    voicemail_ok: bool = False
    patient_status: str = ""
    preferred_language: str = "en"
    needs: str = ""
    red_flag: str = Appointment.RedFlag.NONE
    reason: str = ""
    onset_date: dt.date | None = None
    located_in: str = ""
    booking_for: str = Appointment.BookingFor.SELF
    contact_name: str = ""
    contact_relationship: str = ""
    pay_by: str = ""
    consent: bool = False
    consent_version: str = ""
    language: str = "en"


@one_transaction
def hold(*, key: uuid.UUID, slot: Slot, source: str, now: dt.datetime) -> Occupancy:
    """Keep a time for ten minutes while somebody fills in the form.

    Again with the same time: ten minutes from now. With another: the first is let go, unless the
    new one cannot be had. Raises SlotTaken, SlotGone, TooManyHolds, AlreadyRequested, Busy.
    """
    own = taking.lock_for(key, slot, source=source, now=now)
    if first := Appointment.objects.filter(key=key).first():
        raise AlreadyRequested(first)
    rules, visit, found = taking.still_free(slot, key=key, now=now)
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
) -> Appointment:
    """Ask for a time: `pending` until the desk answers, or `booked` at once for instant types.

    `slot` is the time that the form shows; without it, the one held under `key`. A live hold of it
    becomes the visit's own time; after a hold ran out the time is taken again if it is still free.
    With `by`, staff enter what a patient says on the telephone.
    Raises SlotTaken, SlotGone (also when there is no slot to be found), Busy.
    """
    if first := Appointment.objects.filter(key=key).first():
        return first
    held = Occupancy.objects.filter(key=key, kind=Kind.HOLD).first()
    wanted = slot or (calendars.slot_of(held) if held else None)
    if wanted is None:
        raise SlotGone(None, now)
    own = taking.lock_for(key, wanted, now=now)
    if first := Appointment.objects.filter(key=key).first():
        return first
    # Whoever was given ten minutes is not turned away because they used them.
    chosen_at = now
    if own and own.expires_at and calendars.slot_of(own) == wanted:
        chosen_at = own.expires_at - taking.HOLD_LASTS
    rules, visit, found = taking.still_free(wanted, key=key, now=chosen_at)
    if found.start <= now:
        raise SlotGone(wanted, now)
    occupancy = taking.take(
        own,
        found,
        visit,
        key=key,
        kind=Kind.VISIT if visit.instant else Kind.REQUEST,
        state=State.BUSY if visit.instant else State.BUSY_TENTATIVE,
        source="",
        expires_at=None,
        now=now,
    )
    return _begin(
        occupancy,
        visit,
        details,
        answer_due_at=None if visit.instant else taking.answer_due(rules, visit, found, now),
        by=by,
        now=now,
    )


@one_transaction
def confirm(
    appointment: Appointment, *, seen_version: int, by: User, now: dt.datetime
) -> Appointment:
    """pending → booked. `seen_version` is the version that the button was drawn for.

    Raises AlreadyChanged, Busy.
    """
    lock([appointment.practitioner_id])
    moved = _move(appointment, "confirm", seen_version=seen_version, by=by, now=now)
    Occupancy.objects.filter(appointment=moved).update(kind=Kind.VISIT, state=State.BUSY)
    messages.booked(moved, now=now)
    return moved


@one_transaction
def refuse(
    appointment: Appointment, *, seen_version: int, by: User, reason: str, now: dt.datetime
) -> Appointment:
    """pending → cancelled by the practice; its time is free again. `reason` is for the record.

    Raises AlreadyChanged, Busy.
    """
    lock([appointment.practitioner_id])
    moved = _let_go(appointment, "refuse", seen_version=seen_version, by=by, reason=reason, now=now)
    messages.refused(moved, now=now)
    return moved


@one_transaction
def cancel(
    appointment: Appointment,
    *,
    by: User | None,
    reason: str,
    now: dt.datetime,
    seen_version: int | None = None,
) -> Appointment:
    """Any open visit → cancelled; its time is free again.

    Without `seen_version` the row that was handed in counts as seen. Raises AlreadyChanged,
    NotAllowed, Busy.
    """
    lock([appointment.practitioner_id])
    was_booked = appointment.status not in (Status.PENDING, Status.PROPOSED, Status.WAITLIST)
    moved = _let_go(
        appointment,
        "cancel",
        seen_version=appointment.version if seen_version is None else seen_version,
        by=by,
        reason=reason,
        now=now,
    )
    messages.cancelled(moved, was_booked=was_booked, now=now)
    return moved


def release_expired(*, now: dt.datetime) -> int:
    """Let go of holds and offers that have run out; says how many. For the worker, once a minute.

    A request that nobody answered in time keeps its time and stays on the desk's list, overdue
    (`Appointment.objects.overdue(now)`).
    """
    waiting = Occupancy.objects.expired(now).values_list("practitioner", flat=True).distinct()
    return sum(_release(practitioner, now) for practitioner in sorted(set(waiting)))


@one_transaction
def _release(practitioner: int, now: dt.datetime) -> int:
    lock([practitioner])
    return taking.drop_expired([practitioner], now)


def _begin(
    occupancy: Occupancy,
    visit: Visit,
    said: RequestDetails,
    *,
    answer_due_at: dt.datetime | None,
    by: User | None,
    now: dt.datetime,
) -> Appointment:
    actor = Actor.DESK if by else Actor.PATIENT
    move = transitions.find("book" if visit.instant else "request", transitions.NEW, actor)
    patient = Patient.objects.create(
        given_name=said.given_name,
        family_name=said.family_name,
        birth_date=said.birth_date,
        phone=said.phone,
        email=said.email,
        contact_by=said.contact_by,
        voicemail_ok=said.voicemail_ok,
        patient_status=said.patient_status,
        preferred_language=said.preferred_language,
        needs=said.needs,
        created_at=now,
    )
    appointment = Appointment.objects.create(
        key=occupancy.key,
        status=move.to,
        occupancy=occupancy,
        visit_type_id=visit.id,
        modality=visit.modality,
        practitioner_id=occupancy.practitioner_id,
        location_id=occupancy.location_id,
        starts_at=occupancy.starts_at,
        ends_at=occupancy.ends_at,
        buffer_before_minutes=visit.buffer_before,
        buffer_after_minutes=visit.buffer_after,
        patient=patient,
        booking_for=said.booking_for,
        contact_name=said.contact_name,
        contact_relationship=said.contact_relationship,
        red_flag=said.red_flag,
        reason=said.reason,
        onset_date=said.onset_date,
        located_in=said.located_in,
        pay_by=said.pay_by,
        consented_at=now if said.consent else None,
        consent_version=said.consent_version,
        language=said.language,
        answer_due_at=answer_due_at,
        source=Appointment.Source.PHONE if by else Appointment.Source.WEB,
        created_at=now,
    )
    StatusChange.objects.create(
        appointment=appointment, to_status=move.to, at=now, actor=actor, user=by
    )
    if visit.instant:
        messages.booked(appointment, now=now)
    else:
        messages.request_received(appointment, now=now)
        messages.staff_new_request(appointment, now=now)
    return appointment


def _move(
    appointment: Appointment,
    verb: str,
    *,
    seen_version: int,
    by: User | None,
    now: dt.datetime,
    reason: str = "",
    **changes: object,
) -> Appointment:
    """The only place that writes a status: compare, swap, and one row of history."""
    actor = Actor.DESK if by else Actor.PATIENT
    current = Appointment.objects.with_people().get(pk=appointment.pk)
    if current.version != seen_version or current.status != appointment.status:
        raise AlreadyChanged(current)
    move = transitions.find(verb, current.status, actor)
    swapped = Appointment.objects.filter(
        pk=current.pk, status=move.came_from, version=seen_version
    ).update(status=move.to, version=F("version") + 1, **changes)
    if not swapped:
        raise AlreadyChanged(Appointment.objects.with_people().get(pk=current.pk))
    StatusChange.objects.create(
        appointment=current,
        from_status=move.came_from,
        to_status=move.to,
        at=now,
        actor=actor,
        user=by,
        reason=reason,
    )
    return Appointment.objects.with_people().get(pk=current.pk)


def _let_go(
    appointment: Appointment,
    verb: str,
    *,
    seen_version: int,
    by: User | None,
    reason: str,
    now: dt.datetime,
) -> Appointment:
    """Cancelled, and what it took of the calendar is free."""
    side = Appointment.Side.PRACTICE if by else Appointment.Side.PATIENT
    moved = _move(
        appointment,
        verb,
        seen_version=seen_version,
        by=by,
        now=now,
        reason=reason,
        occupancy=None,
        cancelled_by=side,
        cancellation_reason=reason,
    )
    # By number: whoever was quicker may have deleted the row, and then `_move` has said so.
    if appointment.occupancy_id is not None:
        Occupancy.objects.filter(pk=appointment.occupancy_id).delete()
    return moved
