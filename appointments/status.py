"""What a visit's status means to the patient, in sentences."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from . import calendar_file, happened, late, shown, transitions, video, wording
from .models import Appointment, Call, Refusal, Status, StatusChange

HERE_FROM = dt.timedelta(hours=1)
NO_TIME_YET = frozenset({Status.WAITLIST, Status.PROPOSED})
OVER = frozenset({Status.CANCELLED, Status.FULFILLED, Status.NOSHOW, Status.ENTERED_IN_ERROR})


@dataclass(frozen=True)
class Told:
    """`heading` says where things stand, `next` what happens now, `history` what happened when.

    `time` is None while no time is settled. `can` names what the patient may do on the page.
    """

    heading: str
    next: list[str]
    time: shown.Time | None
    wanted: str
    is_booked: bool
    may_cancel: bool
    may_move: bool
    may_wait: bool
    may_correct: bool
    is_here: bool
    may_join: bool
    joins_from: str
    has_entry: bool
    over: bool
    name: str
    prepare: str
    history: list[tuple[str, str]]


def of(appointment: Appointment, *, now: dt.datetime, zone: ZoneInfo) -> Told:
    status = Status(appointment.status)
    allowed = transitions.allowed(appointment, StatusChange.Actor.PATIENT)
    to_come = appointment.starts_at > now
    settled = status not in NO_TIME_YET
    has_time = settled and not appointment.is_work_in
    booked = status in {Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN}
    over = status in OVER
    virtual = appointment.visit_type.is_virtual
    return Told(
        heading=_heading(appointment, status),
        next=(_late(appointment, now=now, zone=zone) if booked else [])
        + _next(appointment, status, now=now, zone=zone),
        time=_time(appointment, zone) if has_time else None,
        wanted=wanted(appointment) if status == Status.WAITLIST else "",
        is_booked=booked,
        may_cancel=(to_come or not settled)
        and "cancel" in allowed
        and appointment.earlier_than_id is None,
        may_move=to_come and status in {Status.PENDING, Status.BOOKED},
        may_wait=to_come and status == Status.BOOKED,
        may_correct=not over,
        is_here=not virtual
        and status == Status.BOOKED
        and "arrive" in allowed
        and appointment.starts_at - HERE_FROM <= now < appointment.ends_at,
        may_join=virtual and booked and video.is_open(appointment, now=now),
        joins_from=wording.soon(video.opens_at(appointment), zone, now=now)
        if virtual and booked and now < video.opens_at(appointment)
        else "",
        has_entry=(booked and has_time)
        or (status == Status.CANCELLED and calendar_file.was_booked(appointment)),
        over=over,
        name=appointment.visit_type.said("name"),
        prepare=appointment.visit_type.said("patient_instruction"),
        history=happened.so_far(appointment, zone=zone, now=now),
    )


def _time(appointment: Appointment, zone: ZoneInfo) -> shown.Time:
    place = appointment.location
    return shown.Time(
        start=appointment.starts_at,
        zone=zone,
        with_whom=appointment.practitioner.name_with_credentials,
        where=shown.where(place.city or place.name if place else ""),
    )


def wanted(appointment: Appointment) -> str:
    """When somebody on the waiting list could come; empty for everybody else."""
    first, last = appointment.wanted_from, appointment.wanted_until
    if first is None or last is None:
        return ""
    said = _("%(first)s to %(last)s") % {"first": wording.day(first), "last": wording.day(last)}
    if appointment.wanted_part:
        return f"{said}. {appointment.get_wanted_part_display()}"
    return said


def _heading(appointment: Appointment, status: Status) -> str:  # noqa: C901 (a table)
    match status:
        case Status.PENDING:
            return _("We have your request")
        case Status.PROPOSED:
            return _("Choose one of these times")
        case Status.WAITLIST:
            return _("You are on our waiting list")
        case Status.BOOKED if appointment.is_work_in:
            return _("We see you today")
        case Status.BOOKED:
            return _("Your visit is booked")
        case Status.ARRIVED:
            return _("You are here")
        case Status.CHECKED_IN:
            return _("You are checked in")
        case Status.FULFILLED:
            return _("Your visit is done")
        case Status.NOSHOW:
            return _("We missed you")
        case Status.CANCELLED if appointment.cancelled_by == Appointment.Side.PATIENT:
            return _("You cancelled this visit")
        case Status.CANCELLED if calendar_file.was_booked(appointment):
            return _("We had to cancel this visit")
        case Status.CANCELLED if _lapsed(appointment):
            return _("We did not answer in time")
        case Status.CANCELLED:
            return _("We cannot see you at this time")
        case _:
            return _("This visit is no longer open")


def _late(appointment: Appointment, *, now: dt.datetime, zone: ZoneInfo) -> list[str]:
    minutes = late.minutes_of(appointment, now=now, zone=zone)
    if not minutes:
        return []
    said = _("We are running about %(minutes)d minutes late today, and we are sorry.")
    return [said % {"minutes": minutes} + " " + _("Your time stays as it is.")]


def _lapsed(appointment: Appointment) -> bool:
    last = appointment.status_changes.last()
    return last is not None and last.actor == StatusChange.Actor.SYSTEM


def _next(  # noqa: C901 (a table)
    appointment: Appointment, status: Status, *, now: dt.datetime, zone: ZoneInfo
) -> list[str]:
    virtual = appointment.visit_type.is_virtual
    match status:
        case Status.PENDING:
            due = appointment.answer_due_at
            called = appointment.calls.standing().last()
            if called and called.outcome != Call.Outcome.REACHED:
                again = called.try_again_at
                return [
                    happened.of_call(called, zone=zone, now=now)
                    + ("" if again and again > now else " " + _("Please call us.")),
                    _("Until then we keep this time free for you. It is not yet an appointment."),
                ]
            first = (
                _("By %(time)s our front desk tells you whether this time is yours.")
                % {"time": wording.soon(due, zone, now=now)}
                if due and due > now
                else _("We are late with our answer. Please call us: we put you first.")
            )
            return [
                first,
                _("Until then we keep this time free for you. It is not yet an appointment."),
            ]
        case Status.PROPOSED if appointment.earlier_than is not None:
            kept = wording.when(appointment.earlier_than.starts_at, zone)
            return [
                _("We keep these times for you. Take one, and your visit moves to it."),
                _("Until then your visit on %(when)s stays yours.") % {"when": kept},
            ]
        case Status.PROPOSED:
            return [_("We keep these times for you. Take one, and it is booked at once.")]
        case Status.WAITLIST:
            return [
                _("When a time opens up, we offer it to you alone for a while and tell you."),
                _("Come back here whenever you like: an offer shows on this page first."),
            ]
        case Status.BOOKED if appointment.needs_rebooking:
            return [
                _("We cannot keep this time after all, and we are sorry. We call you with others."),
                _("You can also choose another time here yourself."),
            ]
        case Status.BOOKED if appointment.is_work_in:
            return [_("Come today. We see you between other visits, and you may have to wait.")]
        case Status.BOOKED if virtual:
            return [
                _("Come back to this page ten minutes before. The button to join is here then."),
                _("Have your medicines and any pictures or reports at hand."),
                _("If the video does not work, we call you on the phone."),
            ]
        case Status.BOOKED:
            return [
                _("Come ten minutes early. Then press “I’m here” on this page, or tell the desk."),
                _("Bring a photo ID, your insurance card, your medicines and any reports."),
            ]
        case Status.ARRIVED | Status.CHECKED_IN if virtual:
            return [_("We know that you are here. We are with you shortly.")]
        case Status.ARRIVED:
            return [_("Please take a seat. We call you.")]
        case Status.CHECKED_IN:
            return [_("Your papers are done. Please take a seat. We call you in.")]
        case Status.NOSHOW:
            return [_("Call us, or ask for another time.")]
        case Status.CANCELLED if _lapsed(appointment):
            return [_("We are sorry. Call us: we put you first. Or ask for another time here.")]
        case Status.CANCELLED if appointment.refused_because in (Refusal.TWICE, Refusal.OTHER):
            return [appointment.get_refused_because_display()]
        case Status.CANCELLED if appointment.refused_because:
            return [
                appointment.get_refused_because_display(),
                _("Call us, or ask for another time. We are sorry for the trouble."),
            ]
        case Status.CANCELLED if appointment.cancelled_by == Appointment.Side.PRACTICE:
            return [_("Call us, or ask for another time. We are sorry for the trouble.")]
        case Status.CANCELLED:
            return [_("Nobody expects you. You can ask for another time whenever you like.")]
        case _:
            return []
