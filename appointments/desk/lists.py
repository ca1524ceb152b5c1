"""Which visits a screen shows, and in which order. Read them through `appointments.access`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from appointments.models import Appointment, Status

NO_TIME_YET = (Status.WAITLIST, Status.PROPOSED)
COMING = (Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN)


def waiting_or_coming(today: dt.date, zone: ZoneInfo) -> QuerySet[Appointment]:
    """Requests without an answer, whoever waits for a time, and visits of today: the earliest
    first, then the promise."""
    visits = Appointment.objects.on_day(today, zone).filter(status__in=COMING)
    return Appointment.objects.filter(
        Q(status__in=(Status.PENDING, *NO_TIME_YET)) | Q(pk__in=visits.order_by().values("pk"))
    ).order_by("starts_at", "answer_due_at", "pk")


def in_waiting_order(rows: Iterable[Appointment]) -> list[Appointment]:
    """As `Appointments.in_waiting_order`, for rows that were read already."""
    return sorted(
        rows,
        key=lambda one: (
            one.waiting_rank is None,
            one.waiting_rank or 0,
            one.red_flag != Appointment.RedFlag.TODAY,
            one.waiting_since or one.created_at,
            one.pk,
        ),
    )


def on_day(day: dt.date, zone: ZoneInfo) -> QuerySet[Appointment]:
    return Appointment.objects.on_day(day, zone)
