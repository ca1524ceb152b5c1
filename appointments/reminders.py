"""Reminders of booked visits: two days and two hours before, as the patient chose.

Once a minute the worker looks what is due. Late or twice makes no difference: each is keyed by the
visit and its time, and one that comes too late to help is not sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from correspondence.models import OutboxMessage
from practice.models import Practice

from . import messages
from .models import Appointment, Patient, Status, StatusChange

Kind = OutboxMessage.Kind
Choice = Patient.Reminders
LOOKS_AHEAD = dt.timedelta(days=2, hours=3)  # two days, on whichever night the clocks change
TWO_HOURS = dt.timedelta(hours=2)
NO_HELP = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Reminder:
    kind: str
    due: dt.datetime
    not_after: dt.datetime


def of(starts_at: dt.datetime, choice: str, zone: ZoneInfo) -> Iterator[Reminder]:
    """Days are counted on the practice's calendar, at the hour of the visit; hours as they pass."""
    if choice in (Choice.BOTH, Choice.TWO_DAYS):
        yield Reminder(
            Kind.REMINDER_TWO_DAYS,
            _days_before(starts_at, 2, zone),
            _days_before(starts_at, 1, zone),
        )
    if choice in (Choice.BOTH, Choice.TWO_HOURS):
        yield Reminder(Kind.REMINDER_TWO_HOURS, starts_at - TWO_HOURS, starts_at - NO_HELP)


def _days_before(instant: dt.datetime, days: int, zone: ZoneInfo) -> dt.datetime:
    local = instant.astimezone(zone)
    day = local.date() - dt.timedelta(days=days)
    return dt.datetime.combine(day, local.time(), zone).astimezone(dt.UTC)


def send_due(*, now: dt.datetime) -> int:
    """Put what is due into the outbox; how many. Whoever was booked after a reminder would have
    gone has just been told the time."""
    zone = Practice.objects.current().zone
    coming = list(_coming(now))
    told = _told(coming)
    sent = 0
    for visit in coming:
        for reminder in of(visit.starts_at, visit.patient.reminders, zone):
            due = reminder.due <= now < reminder.not_after
            if not due or visit.booked_at > reminder.due:
                continue
            if (f"appointment:{visit.pk}", reminder.kind, _minute(visit)) not in told:
                sent += _send(visit, reminder, now=now)
    return sent


def _coming(now: dt.datetime) -> QuerySet[Appointment]:
    booked = StatusChange.objects.filter(appointment=OuterRef("pk"), to_status=Status.BOOKED)
    return (
        Appointment.objects.filter(
            status=Status.BOOKED, starts_at__gt=now, starts_at__lte=now + LOOKS_AHEAD
        )
        .exclude(patient__reminders=Choice.NONE)
        .annotate(booked_at=Subquery(booked.order_by("-at").values("at")[:1]))
        .with_people()
        .order_by("pk")
    )


def _told(coming: list[Appointment]) -> set[tuple[str, str, int]]:
    if not coming:
        return set()
    return set(
        OutboxMessage.objects.filter(
            subject__in=[f"appointment:{visit.pk}" for visit in coming],
            kind__in=messages.REMINDERS,
        ).values_list("subject", "kind", "version")
    )


def _minute(visit: Appointment) -> int:
    return int(visit.starts_at.timestamp()) // 60


@transaction.atomic
def _send(visit: Appointment, reminder: Reminder, *, now: dt.datetime) -> bool:
    """Under the row, so that whoever cancels at this moment takes it back or is seen."""
    still = Appointment.objects.select_for_update(of=("self",)).filter(
        pk=visit.pk, status=Status.BOOKED, starts_at=visit.starts_at
    )
    if not still.exists():
        return False
    messages.reminder(visit, reminder.kind, not_after=reminder.not_after, now=now)
    return True
