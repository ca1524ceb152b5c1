"""Which visits a screen shows, and in which order. Read them through `appointments.access`."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from appointments.models import Appointment, Status

COMING = (Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN)


def waiting_or_coming(today: dt.date, zone: ZoneInfo) -> QuerySet[Appointment]:
    """Requests without an answer, and visits of today: the earliest first, then the promise."""
    visits = Appointment.objects.on_day(today, zone).filter(status__in=COMING)
    return Appointment.objects.filter(
        Q(status=Status.PENDING) | Q(pk__in=visits.order_by().values("pk"))
    ).order_by("starts_at", "answer_due_at", "pk")


def on_day(day: dt.date, zone: ZoneInfo) -> QuerySet[Appointment]:
    return Appointment.objects.on_day(day, zone)
