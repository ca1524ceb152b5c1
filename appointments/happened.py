"""What happened around a visit so far, in the patient's words, the earliest first."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.roles import Role

from . import wording
from .models import Act, Appointment, Call, Mark, Status, StatusChange

ROLES = {
    Role.MANAGER.value: gettext_lazy("our practice manager"),
    Role.FRONT_DESK.value: gettext_lazy("our front desk"),
    Role.DOCTOR.value: gettext_lazy("a doctor"),
    Role.ASSISTANT.value: gettext_lazy("a physician assistant"),
}


def so_far(appointment: Appointment, *, zone: ZoneInfo, now: dt.datetime) -> list[tuple[str, str]]:
    """(when, what) for each step that the patient may know of."""
    steps: list[tuple[dt.datetime, str]] = []
    undone = Act.instants_of_undone(appointment)
    for change in appointment.status_changes.exclude(at__in=undone):
        steps.append((change.at, _of_status(change, appointment)))
    for mark in appointment.marks.all():
        steps.append((mark.at, _of_mark(mark)))
    for call in appointment.calls.standing():
        steps.append((call.at, of_call(call, zone=zone, now=now)))
    steps.sort(key=lambda step: step[0])
    return [(wording.soon(at, zone, now=now), words) for at, words in steps if words]


def of_call(call: Call, *, zone: ZoneInfo, now: dt.datetime) -> str:
    again = call.try_again_at
    match call.outcome:
        case Call.Outcome.REACHED:
            return _("We talked with you.")
        case Call.Outcome.VOICEMAIL:
            said = _("We called and left a voicemail.")
        case _other:
            said = _("We called. Nobody answered.")
    if again is not None and again > now:
        said += " " + _("We try again at %(time)s.") % {"time": wording.soon(again, zone, now=now)}
    return said


def _of_mark(mark: Mark) -> str:
    match mark.kind:
        case Mark.Kind.SEEN:
            return _("Seen by %(role)s.") % {"role": ROLES.get(mark.role, _("our staff"))}
        case Mark.Kind.LOCKED:
            return _("Somebody tried wrong dates of birth here. We know of it.")
        case Mark.Kind.NEW_LINK:
            return _("We made you a new private address.")
        case _corrected:
            return _("You corrected your details.")


def _of_status(  # noqa: C901 (a table)
    change: StatusChange, appointment: Appointment
) -> str:
    by_patient = change.actor == StatusChange.Actor.PATIENT
    match Status(change.to_status):
        case Status.PENDING:
            return _("We received your request.")
        case Status.PROPOSED:
            return _("We offered you times to choose from.")
        case Status.WAITLIST:
            return _("You are on our waiting list.")
        case Status.BOOKED if by_patient and appointment.replaces_id:
            return _("You moved your visit to this time.")
        case Status.BOOKED if by_patient:
            return _("You booked this time.")
        case Status.BOOKED if appointment.is_work_in:
            return _("Our front desk took you in for today.")
        case Status.BOOKED:
            return _("Our front desk confirmed your time.")
        case Status.CANCELLED if by_patient:
            return _("You cancelled.")
        case Status.CANCELLED if change.actor == StatusChange.Actor.SYSTEM:
            return _("The time to answer ran out, so the time is free again.")
        case Status.CANCELLED if change.from_status == Status.PENDING:
            return _("Our front desk could not give you this time.")
        case Status.CANCELLED if appointment.cancelled_by == Appointment.Side.PATIENT:
            return _("Our front desk cancelled this visit, as you asked.")
        case Status.CANCELLED:
            return _("Our front desk cancelled this visit.")
        case Status.ARRIVED if by_patient:
            return _("You told us that you are here.")
        case Status.ARRIVED:
            return _("You arrived.")
        case Status.CHECKED_IN:
            return _("You are checked in.")
        case Status.FULFILLED:
            return _("You were seen.")
        case Status.NOSHOW:
            return _("We waited and did not see you.")
        case _:
            return ""
