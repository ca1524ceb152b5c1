"""The messages a visit gives rise to: one function each, called inside the booking's transaction.

Nothing in them is about health. A time is named only once it is booked.
"""

from __future__ import annotations

import datetime as dt

from django.utils import translation
from django.utils.translation import gettext as _

from correspondence import outbox
from correspondence.kinds import KINDS
from correspondence.links import LinkFor
from correspondence.models import Link, MessageRules, OutboxMessage
from practice.models import Practice

from . import consents, wording
from .models import Appointment, Consent, Delay, Mark

REMINDERS = (OutboxMessage.Kind.REMINDER_TWO_DAYS, OutboxMessage.Kind.REMINDER_TWO_HOURS)
LINK_LASTS_AFTER_VISIT = dt.timedelta(days=30)


def request_received(appointment: Appointment, *, now: dt.datetime) -> None:
    due, practice = appointment.answer_due_at, Practice.objects.current()
    received = OutboxMessage.Kind.REQUEST_RECEIVED
    with translation.override(appointment.language):
        extra = {"answer_by": wording.soon(due, practice.zone, now=now)} if due else {}
        _to_patient(appointment, received, extra, now=now, practice=practice)


def booked(appointment: Appointment, *, now: dt.datetime, by_staff: bool = False) -> None:
    practice, kind = Practice.objects.current(), OutboxMessage.Kind.BOOKED
    with translation.override(appointment.language):
        when = {"when": wording.when(appointment.starts_at, practice.zone)}
        _to_patient(appointment, kind, when, now=now, by_staff=by_staff, practice=practice)


def refused(appointment: Appointment, *, now: dt.datetime) -> None:
    with translation.override(appointment.language):
        _to_patient(appointment, OutboxMessage.Kind.REFUSED, {}, now=now, by_staff=True)


def cancelled(
    appointment: Appointment, *, was_booked: bool, now: dt.datetime, by_staff: bool = False
) -> None:
    """`was_booked`: the patient had been told a time, so the message may name it."""
    practice = Practice.objects.current()
    by_patient = appointment.cancelled_by == Appointment.Side.PATIENT
    with translation.override(appointment.language):
        extra = {"cancelled_by": _("you") if by_patient else practice.called}
        if was_booked:
            extra["when"] = wording.when(appointment.starts_at, practice.zone)
        _to_patient(appointment, OutboxMessage.Kind.CANCELLED, extra, now=now, by_staff=by_staff)


def rescheduled(appointment: Appointment, *, now: dt.datetime, by_staff: bool = False) -> None:
    """`appointment` is the new row; the old one sends nothing."""
    zone = Practice.objects.current().zone
    with translation.override(appointment.language):
        when = {"when": wording.when(appointment.starts_at, zone)}
        _to_patient(appointment, OutboxMessage.Kind.RESCHEDULED, when, now=now, by_staff=by_staff)


def times_offered(
    appointment: Appointment, *, until: dt.datetime, now: dt.datetime, freed: bool = False
) -> None:
    """The times themselves stand behind the link. `freed`: the site offers it to whoever waits."""
    zone = Practice.objects.current().zone
    kind = OutboxMessage.Kind.WAITING_OFFER if freed else OutboxMessage.Kind.TIMES_OFFERED
    with translation.override(appointment.language):
        extra = {"answer_by": wording.soon(until, zone, now=now)}
        _to_patient(appointment, kind, extra, now=now, not_after=until, by_staff=not freed)


def request_seen(appointment: Appointment, *, now: dt.datetime) -> None:
    """Once, however often and by however many it is opened."""
    due = appointment.answer_due_at
    zone = Practice.objects.current().zone
    with translation.override(appointment.language):
        extra = {"answer_by": wording.soon(due, zone, now=now)} if due and due > now else {}
        _to_patient(
            appointment,
            OutboxMessage.Kind.REQUEST_SEEN,
            extra,
            now=now,
            version=1,
            by_staff=True,
        )


def reminder(
    appointment: Appointment, kind: str, *, not_after: dt.datetime, now: dt.datetime
) -> None:
    """Once for this visit and this time of it."""
    zone = Practice.objects.current().zone
    with translation.override(appointment.language):
        when = wording.when(appointment.starts_at, zone)
        _to_patient(
            appointment,
            kind,
            {"when": when},
            now=now,
            version=minute(appointment.starts_at),
            not_after=not_after,
        )


def no_more_reminders(appointment: Appointment, *, now: dt.datetime) -> None:
    """The visit is not at that time any more."""
    outbox.take_back(_subject(appointment), REMINDERS, now=now)


def reminder_again(
    appointment: Appointment, kind: str, *, taken_at: dt.datetime, not_after: dt.datetime
) -> None:
    """The visit is at that time after all."""
    outbox.put_back(_subject(appointment), kind, taken_at=taken_at, not_after=not_after)


def undo(appointment: Appointment, *, version: int, written_at: dt.datetime) -> None:
    """Raises outbox.AlreadyLeft."""
    outbox.undo(_subject(appointment), version=version, written_at=written_at)


def offer_ended(appointment: Appointment, *, now: dt.datetime) -> None:
    with translation.override(appointment.language):
        _to_patient(appointment, OutboxMessage.Kind.OFFER_ENDED, {}, now=now)


def request_lapsed(appointment: Appointment, *, now: dt.datetime) -> None:
    """We did not answer in time; staff_request_lapsed tells the desk."""
    with translation.override(appointment.language):
        _to_patient(appointment, OutboxMessage.Kind.REQUEST_LAPSED, {}, now=now)


def waiting(appointment: Appointment, *, now: dt.datetime, by_staff: bool = False) -> None:
    with translation.override(appointment.language):
        last = appointment.wanted_until
        extra = {"until": wording.day(last)} if last else {}
        _to_patient(appointment, OutboxMessage.Kind.WAITING, extra, now=now, by_staff=by_staff)


def waiting_ended(appointment: Appointment, *, now: dt.datetime) -> None:
    with translation.override(appointment.language):
        _to_patient(appointment, OutboxMessage.Kind.WAITING_ENDED, {}, now=now)


def call_missed(
    appointment: Appointment, *, try_again_at: dt.datetime | None, now: dt.datetime
) -> None:
    zone = Practice.objects.current().zone
    with translation.override(appointment.language):
        extra = {"try_again": wording.soon(try_again_at, zone, now=now)} if try_again_at else {}
        _to_patient(appointment, OutboxMessage.Kind.CALL_MISSED, extra, now=now, by_staff=True)


def running_late(appointment: Appointment, delay: Delay, *, now: dt.datetime) -> None:
    """How late, or that we are on time again. Each word of the desk is one message."""
    extra = {"minutes": str(delay.minutes)} if delay.minutes else {}
    with translation.override(appointment.language):
        _to_patient(
            appointment,
            OutboxMessage.Kind.RUNNING_LATE,
            extra,
            now=now,
            version=delay.pk,
            by_staff=True,
        )


def details_corrected(
    appointment: Appointment, *, now: dt.datetime, by_staff: bool = False
) -> None:
    with translation.override(appointment.language):
        _to_patient(
            appointment, OutboxMessage.Kind.DETAILS_CORRECTED, {}, now=now, by_staff=by_staff
        )


def staff_new_request(appointment: Appointment, *, now: dt.datetime) -> None:
    """Tell the front desk that somebody waits; who and why stands only behind the sign-in."""
    practice, due = Practice.objects.current(), appointment.answer_due_at
    extra = {"answer_by": wording.soon(due, practice.zone, now=now)} if due else {}
    kind = OutboxMessage.Kind.STAFF_NEW_REQUEST
    _to_desk(appointment, kind, extra, now=now, practice=practice)


def staff_request_lapsed(appointment: Appointment, *, now: dt.datetime) -> None:
    _to_desk(appointment, OutboxMessage.Kind.STAFF_REQUEST_LAPSED, {}, now=now)


def staff_waiting(appointment: Appointment, *, now: dt.datetime) -> None:
    _to_desk(appointment, OutboxMessage.Kind.STAFF_WAITING, {}, now=now)


def staff_link_locked(appointment: Appointment, mark: Mark, *, now: dt.datetime) -> None:
    """Somebody guessed at a date of birth; what to do about it stands behind the sign-in."""
    _to_desk(appointment, OutboxMessage.Kind.STAFF_LINK_LOCKED, {}, now=now, version=mark.pk)


def staff_promise_at_risk(appointment: Appointment, *, due: dt.datetime, now: dt.datetime) -> None:
    """Once for each promise: a call moves it, and then it is another."""
    extra = {"answer_by": wording.soon(due, Practice.objects.current().zone, now=now)}
    version = int(due.timestamp()) // 60
    _to_desk(appointment, OutboxMessage.Kind.STAFF_PROMISE_AT_RISK, extra, now=now, version=version)


def staff_on_call(
    appointment: Appointment, *, due: dt.datetime, name: str, email: str, now: dt.datetime
) -> None:
    """To the person on call, once for each request."""
    practice = Practice.objects.current()
    outbox.put(
        subject=_subject(appointment),
        kind=OutboxMessage.Kind.STAFF_ON_CALL,
        version=1,
        to=email,
        to_name=name,
        locale=practice.language,
        context={
            "practice": practice.called,
            "reference": appointment.reference,
            "answer_by": wording.soon(due, practice.zone, now=now),
        },
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
    appointment: Appointment,
    kind: str,
    extra: dict[str, str],
    *,
    now: dt.datetime,
    version: int | None = None,
    not_after: dt.datetime | None = None,
    by_staff: bool = False,
    practice: Practice | None = None,
) -> None:
    """To whoever asked for the visit: by e-mail where they gave an address, and by text message
    where they agreed to that. `version` is what the message is about where that is no version of
    the visit: the same again is not sent twice. `practice`: where it has been read already."""
    patient, practice = appointment.patient, practice or Practice.objects.current()
    ways = [(OutboxMessage.Way.EMAIL, patient.email)] if patient.email else []
    if KINDS[kind].by_text and wants_texts(appointment):
        ways.append((OutboxMessage.Way.TEXT, patient.phone.as_e164))
    for way, to in ways:
        outbox.put(
            subject=_subject(appointment),
            kind=kind,
            version=appointment.version if version is None else version,
            way=way,
            to=to,
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
            not_after=not_after,
            by_staff=by_staff,
        )


def minute(instant: dt.datetime) -> int:
    """An instant as the version of what is said about it."""
    return int(instant.timestamp()) // 60


def wants_texts(appointment: Appointment) -> bool:
    """Whether the practice sends texts and the latest word of this patient on them was yes."""
    on = MessageRules.current().texts is not None
    return on and consents.holds(appointment, Consent.Subject.TEXTS)


def _to_desk(
    appointment: Appointment,
    kind: str,
    extra: dict[str, str],
    *,
    now: dt.datetime,
    version: int | None = None,
    practice: Practice | None = None,
) -> None:
    practice = practice or Practice.objects.current()
    if not practice.email:
        return
    outbox.put(
        subject=_subject(appointment),
        kind=kind,
        version=appointment.version if version is None else version,
        to=practice.email,
        to_name=practice.called,
        locale=practice.language,
        context={"practice": practice.called, "reference": appointment.reference, **extra},
        link=None,
        now=now,
    )


def _subject(appointment: Appointment) -> str:
    return f"appointment:{appointment.pk}"
