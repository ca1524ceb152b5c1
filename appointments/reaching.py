"""Staff look and call; patients correct what they said. No status changes here."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from . import changing, ehr, marks, messages, taking, undoing
from .models import Appointment, Call, Mark, Patient, Status
from .transactions import one_transaction
from .transitions import NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

OPEN = (Status.PENDING, Status.PROPOSED, Status.WAITLIST, Status.BOOKED)
OF_THE_PATIENT = {
    *("given_name", "family_name", "phone", "email", "contact_by", "voicemail_ok"),
    *("preferred_language", "needs", "reminders"),
}


@dataclass(frozen=True, kw_only=True)
class Corrections:
    """What is to be different, checked by the form; None leaves it as it is. The date of birth is
    the second check and is corrected by nobody here."""

    given_name: str | None = None
    family_name: str | None = None
    phone: str | None = None
    email: str | None = None
    contact_by: str | None = None
    voicemail_ok: bool | None = None
    preferred_language: str | None = None
    needs: str | None = None
    reminders: str | None = None
    contact_name: str | None = None
    contact_relationship: str | None = None
    located_in: str | None = None
    pay_by: str | None = None
    reason: str | None = None
    language: str | None = None


@one_transaction
def mark_seen(appointment: Appointment, *, by: User, now: dt.datetime) -> None:
    """Somebody on the staff opened it; only the first look counts. Raises Busy."""
    marks.seen(appointment, by=by, now=now)
    current = changing.fresh(appointment)
    if current.status == Status.PENDING:
        messages.request_seen(current, now=now)


@one_transaction
def log_call(
    appointment: Appointment,
    *,
    outcome: str,
    by: User,
    now: dt.datetime,
    seen_version: int | None = None,
    try_again_at: dt.datetime | None = None,
) -> Call:
    """One try to reach the patient (`Call.Outcome`), and when we try again.

    Who waits for an answer waits until then: a request's deadline moves to `try_again_at` where
    that is later, at most to the start of the visit. Who was not reached is told. Raises
    AlreadyChanged (somebody else has called or answered), Busy; ValueError for a time that is past
    or that no one needs.
    """
    if try_again_at and (outcome == Call.Outcome.REACHED or try_again_at <= now):
        raise ValueError("we try again later, and only when nobody was reached")
    due = appointment.answer_due_at
    if appointment.status == Status.PENDING and due and try_again_at and try_again_at > due:
        due = min(try_again_at, max(due, appointment.starts_at))
    touched = changing.touch(appointment, seen_version=seen_version, answer_due_at=due)
    call = Call.objects.create(
        appointment=touched, at=now, outcome=outcome, try_again_at=try_again_at, user=by
    )
    if outcome != Call.Outcome.REACHED:
        messages.call_missed(touched, try_again_at=try_again_at, now=now)
    undoing.keep(touched, "call", by=by, now=now, call=call)
    return call


@one_transaction
def wish_invitation(appointment: Appointment, *, wanted: bool) -> None:
    """Whether we may ask for a review after the visit. Also when the visit is over. Raises Busy."""
    Patient.objects.filter(pk=appointment.patient_id).update(wants_no_invitation=not wanted)


@one_transaction
def correct_details(
    appointment: Appointment,
    *,
    corrections: Corrections,
    by: User | None,
    now: dt.datetime,
    seen_version: int | None = None,
) -> Appointment:
    """What was said differently, as long as the visit is to come. A message goes to the address as
    it is now. Nothing different changes nothing. Raises AlreadyChanged, NotAllowed, Busy."""
    taking.lock_own(appointment)
    current = changing.fresh(appointment)
    if current.status not in OPEN:
        raise NotAllowed("what is over is not corrected")
    wanted = {name: new for name, new in asdict(corrections).items() if new is not None}
    rows: dict[str, Appointment | Patient] = {
        name: current.patient if name in OF_THE_PATIENT else current for name in wanted
    }
    different = {name: new for name, new in wanted.items() if getattr(rows[name], name) != new}
    if not different:
        return current
    of_the_visit = {name: new for name, new in different.items() if name not in OF_THE_PATIENT}
    touched = changing.touch(appointment, seen_version=seen_version, **of_the_visit)
    if of_the_patient := {n: new for n, new in different.items() if n in OF_THE_PATIENT}:
        Patient.objects.filter(pk=current.patient_id).update(**of_the_patient)
        touched = changing.fresh(touched)
        ehr.note_person(touched.patient, now=now)
    Mark.objects.create(appointment=touched, kind=Mark.Kind.CORRECTED, at=now, user=by)
    messages.details_corrected(touched, now=now, by_staff=by is not None)
    return touched
