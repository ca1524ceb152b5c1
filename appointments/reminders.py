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
    coming = list(_coming(now))
    if not coming:
        return 0
    zone, told, sent = Practice.objects.current().zone, _told(coming), 0
    for pk, starts_at, choice, booked_at in coming:
        for reminder in of(starts_at, choice, zone):
            if not reminder.due <= now < reminder.not_after or booked_at > reminder.due:
                continue
            if (f"appointment:{pk}", reminder.kind, messages.minute(starts_at)) not in told:
                sent += _send(pk, starts_at, reminder, now=now)
    return sent


Coming = tuple[int, dt.datetime, str, dt.datetime]


def _coming(now: dt.datetime) -> QuerySet[Appointment, Coming]:
    """Number, time, choice and when it was booked, of every visit that may be near enough."""
    booked = StatusChange.objects.filter(appointment=OuterRef("pk"), to_status=Status.BOOKED)
    return (
        Appointment.objects.filter(
            status=Status.BOOKED, starts_at__gt=now, starts_at__lte=now + LOOKS_AHEAD
        )
        .exclude(patient__reminders=Choice.NONE)
        .annotate(booked_at=Subquery(booked.order_by("-at").values("at")[:1]))
        .order_by("pk")
        .values_list("pk", "starts_at", "patient__reminders", "booked_at")
    )


def _told(coming: list[Coming]) -> set[tuple[str, str, int]]:
    return set(
        OutboxMessage.objects.filter(
            subject__in=[f"appointment:{pk}" for pk, *_rest in coming],
            kind__in=messages.REMINDERS,
        )
        .order_by()
        .values_list("subject", "kind", "version")
    )


@transaction.atomic
def _send(pk: int, starts_at: dt.datetime, reminder: Reminder, *, now: dt.datetime) -> bool:
    """Under the row, so that whoever cancels at this moment takes it back or is seen."""
    still = Appointment.objects.with_people().select_for_update(of=("self",))
    visit = still.filter(pk=pk, status=Status.BOOKED, starts_at=starts_at).first()
    if visit is None:
        return False
    messages.reminder(visit, reminder.kind, not_after=reminder.not_after, now=now)
    return True
