"""What a visit's status means to the patient, in sentences."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from . import shown, transitions, wording
from .models import Appointment, Status, StatusChange


@dataclass(frozen=True)
class Told:
    """`heading` says where things stand, `next` what happens now, `history` what happened when."""

    heading: str
    next: list[str]
    time: shown.Time
    is_booked: bool
    may_cancel: bool
    over: bool
    name: str
    prepare: str
    history: list[tuple[str, str]]


def of(appointment: Appointment, *, now: dt.datetime, zone: ZoneInfo) -> Told:
    status = Status(appointment.status)
    return Told(
        heading=_heading(appointment, status),
        next=_next(appointment, status, now=now, zone=zone),
        time=_time(appointment, zone),
        is_booked=status in {Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN},
        may_cancel=appointment.starts_at > now
        and "cancel" in transitions.allowed(appointment, StatusChange.Actor.PATIENT),
        over=status in {Status.CANCELLED, Status.FULFILLED, Status.NOSHOW, Status.ENTERED_IN_ERROR},
        name=appointment.visit_type.said("name"),
        prepare=appointment.visit_type.said("patient_instruction"),
        history=[
            (wording.when(change.at, zone), words)
            for change in appointment.status_changes.all()
            if (words := _happened(Status(change.to_status), change.actor))
        ],
    )


def _happened(to: Status, actor: str) -> str:
    by_patient = actor == StatusChange.Actor.PATIENT
    match to:
        case Status.PENDING:
            return _("We received your request.")
        case Status.BOOKED if by_patient:
            return _("You booked this time.")
        case Status.BOOKED:
            return _("Our front desk confirmed your time.")
        case Status.CANCELLED if by_patient:
            return _("You cancelled.")
        case Status.CANCELLED:
            return _("Our front desk could not give you this time.")
        case Status.ARRIVED:
            return _("You arrived.")
        case Status.FULFILLED:
            return _("You were seen.")
        case _:
            return ""


def _time(appointment: Appointment, zone: ZoneInfo) -> shown.Time:
    place = appointment.location
    return shown.Time(
        start=appointment.starts_at,
        zone=zone,
        with_whom=appointment.practitioner.name_with_credentials,
        where=shown.where(place.city or place.name if place else ""),
    )


def _heading(appointment: Appointment, status: Status) -> str:
    match status:
        case Status.PENDING:
            return _("We have your request")
        case Status.BOOKED:
            return _("Your visit is booked")
        case Status.ARRIVED | Status.CHECKED_IN:
            return _("You are here")
        case Status.FULFILLED:
            return _("Your visit is done")
        case Status.NOSHOW:
            return _("We missed you")
        case Status.CANCELLED if appointment.cancelled_by == Appointment.Side.PATIENT:
            return _("You cancelled this visit")
        case Status.CANCELLED:
            return _("We cannot see you at this time")
        case _:
            return _("This visit is no longer open")


def _next(
    appointment: Appointment, status: Status, *, now: dt.datetime, zone: ZoneInfo
) -> list[str]:
    virtual = appointment.visit_type.is_virtual
    match status:
        case Status.PENDING:
            due = appointment.answer_due_at
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
        case Status.BOOKED if virtual:
            return [
                _("We call you shortly before, and help you to join by video."),
                _("Have your medicines and any pictures or reports at hand."),
            ]
        case Status.BOOKED:
            return [
                _("Come ten minutes early."),
                _("Bring a photo ID, your insurance card, your medicines and any reports."),
            ]
        case Status.ARRIVED | Status.CHECKED_IN:
            return [_("Please take a seat. We call you.")]
        case Status.NOSHOW:
            return [_("Call us, or ask for another time.")]
        case Status.CANCELLED if appointment.cancelled_by == Appointment.Side.PRACTICE:
            return [_("Call us, or ask for another time. We are sorry for the trouble.")]
        case Status.CANCELLED:
            return [_("Nobody expects you. You can ask for another time whenever you like.")]
        case _:
            return []
