"""The messages a visit gives rise to: one function each, called inside the booking's transaction.

Nothing in them is about health. A time is named only once it is booked.
"""

from __future__ import annotations

import datetime as dt

from django.utils import translation
from django.utils.translation import gettext as _

from correspondence import outbox
from correspondence.links import LinkFor
from correspondence.models import Link, OutboxMessage
from practice.models import Practice

from . import wording
from .models import Appointment

LINK_LASTS_AFTER_VISIT = dt.timedelta(days=30)


def request_received(appointment: Appointment, *, now: dt.datetime) -> None:
    due = appointment.answer_due_at
    zone = Practice.objects.current().zone
    with translation.override(appointment.language):
        extra = {"answer_by": wording.soon(due, zone, now=now)} if due else {}
        _to_patient(appointment, OutboxMessage.Kind.REQUEST_RECEIVED, extra, now=now)


def booked(appointment: Appointment, *, now: dt.datetime) -> None:
    zone = Practice.objects.current().zone
    with translation.override(appointment.language):
        when = wording.when(appointment.starts_at, zone)
        _to_patient(appointment, OutboxMessage.Kind.BOOKED, {"when": when}, now=now)


def refused(appointment: Appointment, *, now: dt.datetime) -> None:
    with translation.override(appointment.language):
        _to_patient(appointment, OutboxMessage.Kind.REFUSED, {}, now=now)


def cancelled(appointment: Appointment, *, was_booked: bool, now: dt.datetime) -> None:
    """`was_booked`: the patient had been told a time, so the message may name it."""
    practice = Practice.objects.current()
    by_patient = appointment.cancelled_by == Appointment.Side.PATIENT
    with translation.override(appointment.language):
        extra = {"cancelled_by": _("you") if by_patient else practice.called}
        if was_booked:
            extra["when"] = wording.when(appointment.starts_at, practice.zone)
        _to_patient(appointment, OutboxMessage.Kind.CANCELLED, extra, now=now)


def staff_new_request(appointment: Appointment, *, now: dt.datetime) -> None:
    """Tell the front desk that somebody waits; who and why stands only behind the sign-in."""
    practice = Practice.objects.current()
    if not practice.email:
        return
    context = {"practice": practice.called, "reference": appointment.reference}
    if appointment.answer_due_at:
        context["answer_by"] = wording.soon(appointment.answer_due_at, practice.zone, now=now)
    outbox.put(
        subject=_subject(appointment),
        kind=OutboxMessage.Kind.STAFF_NEW_REQUEST,
        version=appointment.version,
        to=practice.email,
        to_name=practice.called,
        locale=practice.language,
        context=context,
        link=None,
        now=now,
    )


def link_for(appointment: Appointment) -> LinkFor:
    """The private address of one visit, good until some time after it."""
    return LinkFor(
        purpose=Link.Purpose.VISIT,
        row_id=appointment.pk,
        generation=appointment.link_generation,
        expires_at=appointment.ends_at + LINK_LASTS_AFTER_VISIT,
    )


def _to_patient(
    appointment: Appointment, kind: str, extra: dict[str, str], *, now: dt.datetime
) -> None:
    """Whoever asked for the visit is written to, when they gave an address."""
    patient, practice = appointment.patient, Practice.objects.current()
    if not patient.email:
        return
    outbox.put(
        subject=_subject(appointment),
        kind=kind,
        version=appointment.version,
        to=patient.email,
        to_name=appointment.contact_name or str(patient),
        locale=appointment.language,
        context={
            "practice": practice.called,
            "reference": appointment.reference,
            "phone": practice.phone.as_national if practice.phone else "",
            **extra,
        },
        link=link_for(appointment),
        now=now,
    )


def _subject(appointment: Appointment) -> str:
    return f"appointment:{appointment.pk}"
