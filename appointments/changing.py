"""One change of a visit, inside the transaction of one of booking.py's verbs.

The only place that writes a status: compare, swap, and one row of history.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F

from practice.roles import May

from . import consents, ehr, messages, transitions
from .models import Appointment, Occupancy, Patient, Status, StatusChange

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Actor = StatusChange.Actor
SAID = (
    *("patient", "booking_for", "contact_name", "contact_relationship", "red_flag", "reason"),
    *("onset_date", "located_in", "pay_by", "consented_at", "consent_version", "language"),
    *("source", "previous_appointment"),
)
WRITTEN_BY_VERBS = (
    *("status", "answer_due_at", "cancelled_by", "cancellation_reason", "refused_because"),
    "needs_rebooking",
)
UNDONE = "undone"


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
    wants_no_invitation: bool = False
    reminders: str = Patient.Reminders.BOTH
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
    consents: tuple[consents.Given, ...] = ()
    language: str = "en"
    patient: int | None = None
    """The record of a person whom the desk knows: the visit lies there, as it says."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """What somebody on the waiting list could come to; dates on the practice's calendar."""

    first: dt.date
    last: dt.date
    part: str = ""  # Appointment.PartOfDay; empty: any time of the day
    any_practitioner: bool = True


@dataclass(frozen=True)
class Place:
    """When, where and with whom a visit is, or (on the waiting list) was wished for."""

    visit_type_id: int
    modality: str
    practitioner_id: int
    location_id: int | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0

    @classmethod
    def of(cls, taken: Occupancy, modality: str) -> Place:
        minute = dt.timedelta(minutes=1)
        return cls(
            taken.visit_type_id,
            modality,
            taken.practitioner_id,
            taken.location_id,
            taken.starts_at,
            taken.ends_at,
            (taken.starts_at - taken.during.lower) // minute,
            (taken.during.upper - taken.ends_at) // minute,
        )


def actor_of(appointment: Appointment, by: User | None) -> StatusChange.Actor:
    """Without a member of staff it is the patient. Someone who sees only their own calendar acts
    as the person seen; everybody else on the staff as the desk."""
    if by is None:
        return Actor.PATIENT
    own = appointment.practitioner.user_id == by.pk
    return Actor.PRACTITIONER if own and not by.has_perm(May.SEE_EVERY_CALENDAR) else Actor.DESK


def begin(
    key: uuid.UUID,
    place: Place,
    said: RequestDetails,
    *,
    verb: str,
    by: User | None,
    now: dt.datetime,
    **facts: object,
) -> Appointment:
    """A new visit and its first row of history. `facts` are further columns of it."""
    move = transitions.find(verb, transitions.NEW, Actor.DESK if by else Actor.PATIENT)
    patient = _known(said) or Patient.objects.create(
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
        wants_no_invitation=said.wants_no_invitation,
        reminders=said.reminders,
        created_at=now,
    )
    visit = write_down(
        Appointment(
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
            source=Appointment.Source.PHONE if by else Appointment.Source.WEB,
        ),
        key,
        place,
        move=move,
        by=by,
        now=now,
        **facts,
    )
    consents.record(visit, said.consents, now=now)
    return visit


def _known(said: RequestDetails) -> Patient | None:
    """Should it be merged at this moment, the visit follows (a trigger of its table)."""
    return Patient.objects.get(pk=said.patient) if said.patient else None


def write_down(
    row: Appointment,
    key: uuid.UUID,
    place: Place,
    *,
    move: transitions.Move,
    by: User | None,
    now: dt.datetime,
    **facts: object,
) -> Appointment:
    """Insert `row` as a new visit in the status that `move` leads to."""
    for name, value in {**vars(place), **facts}.items():
        setattr(row, name, value)
    row.key, row.status, row.created_at = key, move.to, now
    row.save(force_insert=True)
    StatusChange.objects.create(
        appointment=row,
        to_status=move.to,
        at=now,
        actor=Actor.DESK if by else Actor.PATIENT,
        user=by,
    )
    ehr.note(row, now=now)
    return row


def copy_of(old: Appointment) -> Appointment:
    """The same person and what was said, for a row that replaces `old`. Not saved."""
    return Appointment(**{name: getattr(old, name) for name in SAID})


def fresh(appointment: Appointment) -> Appointment:
    return Appointment.objects.with_people().get(pk=appointment.pk)


def move(
    appointment: Appointment,
    verb: str,
    *,
    seen_version: int | None,
    by: User | None,
    now: dt.datetime,
    actor: StatusChange.Actor | None = None,
    reason: str = "",
    **changes: object,
) -> Appointment:
    """Raises AlreadyChanged when it is no longer what was seen (without a version: the row that
    was handed in), NotAllowed when there is no such move for this actor. Answers a fresh row."""
    current = fresh(appointment)
    if seen_version is None:
        seen_version = appointment.version
    if current.version != seen_version or current.status != appointment.status:
        raise AlreadyChanged(current)
    actor = actor or actor_of(current, by)
    found = transitions.find(verb, current.status, actor)
    swapped = Appointment.objects.filter(
        pk=current.pk, status=found.came_from, version=seen_version
    ).update(status=found.to, version=F("version") + 1, **changes)
    if not swapped:
        raise AlreadyChanged(fresh(current))
    StatusChange.objects.create(
        appointment=current,
        from_status=found.came_from,
        to_status=found.to,
        at=now,
        actor=actor,
        user=by,
        reason=reason,
    )
    if found.came_from == Status.BOOKED:
        messages.no_more_reminders(current, now=now)
        _end_waiting_beside(current, now=now)
    moved = fresh(current)
    ehr.note(moved, now=now)
    return moved


def _end_waiting_beside(booked: Appointment, *, now: dt.datetime) -> None:
    """Who was to have something earlier than a visit that is no longer to come waits no more."""
    for waiting in booked.waits_beside.filter(status__in=(Status.WAITLIST, Status.PROPOSED)):
        let_go(
            waiting,
            "end_waiting",
            seen_version=waiting.version,
            by=None,
            actor=Actor.SYSTEM,
            now=now,
        )


def touch(appointment: Appointment, *, seen_version: int | None, **changes: object) -> Appointment:
    """A change that leaves the status as it is. Raises AlreadyChanged."""
    if seen_version is None:
        seen_version = appointment.version
    swapped = Appointment.objects.filter(pk=appointment.pk, version=seen_version).update(
        version=F("version") + 1, **changes
    )
    current = fresh(appointment)
    if not swapped:
        raise AlreadyChanged(current)
    return current


def as_it_was(appointment: Appointment, version: int) -> Any:
    """The row as its history has it in this version."""
    events = Appointment.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        pgh_obj_id=appointment.pk, version=version
    )
    return events.order_by("-pgh_id").first()


def go_back(
    appointment: Appointment,
    before: Any,
    *,
    occupancy: Occupancy | None,
    by: User,
    now: dt.datetime,
) -> Appointment:
    """Undo the last change: what a verb writes is again as in `before`, in a version of its own.
    `appointment` is as it was seen under the lock. Raises AlreadyChanged."""
    swapped = Appointment.objects.filter(
        pk=appointment.pk, status=appointment.status, version=appointment.version
    ).update(
        version=F("version") + 1,
        occupancy=occupancy,
        **{name: getattr(before, name) for name in WRITTEN_BY_VERBS},
    )
    if not swapped:
        raise AlreadyChanged(fresh(appointment))
    if before.status != appointment.status:
        StatusChange.objects.create(
            appointment=appointment,
            from_status=appointment.status,
            to_status=before.status,
            at=now,
            actor=actor_of(appointment, by),
            user=by,
            reason=UNDONE,
        )
    restored = fresh(appointment)
    ehr.note(restored, now=now)
    return restored


def let_go(
    appointment: Appointment,
    verb: str,
    *,
    seen_version: int | None,
    by: User | None,
    now: dt.datetime,
    actor: StatusChange.Actor | None = None,
    reason: str = "",
    as_asked: bool = False,
    **changes: object,
) -> Appointment:
    """Cancelled, and what it took or was offered of any calendar is free."""
    by_patient = as_asked or (by is None and actor in (None, Actor.PATIENT))
    side = Appointment.Side.PATIENT if by_patient else Appointment.Side.PRACTICE
    moved = move(
        appointment,
        verb,
        seen_version=seen_version,
        by=by,
        now=now,
        actor=actor,
        reason=reason,
        occupancy=None,
        cancelled_by=side,
        cancellation_reason=reason,
        needs_rebooking=False,
        **changes,
    )
    give_back(moved)
    return moved


def give_back(appointment: Appointment) -> None:
    """Free whatever its key has of any calendar."""
    Occupancy.objects.filter(key=appointment.key).delete()
