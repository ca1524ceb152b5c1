"""Which visits a screen shows, and in which order. Read them through `appointments.access`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from appointments.models import Appointment, Mark, Status

NO_TIME_YET = (Status.WAITLIST, Status.PROPOSED)
A_DAY = dt.timedelta(days=1)
COMING = (Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN)


def locked(now: dt.datetime) -> QuerySet[Mark]:
    """Five wrong dates of birth in the last day, and no new private address since."""
    renewed = Mark.objects.filter(
        appointment=OuterRef("appointment"), kind=Mark.Kind.NEW_LINK, at__gte=OuterRef("at")
    )
    return Mark.objects.filter(~Exists(renewed), kind=Mark.Kind.LOCKED, at__gt=now - A_DAY)


def waiting_or_coming(now: dt.datetime, zone: ZoneInfo) -> QuerySet[Appointment]:
    """Requests without an answer, whoever waits for a time, visits of today, and whose private
    address was guessed at (`is_locked`): the earliest first, then the promise."""
    today = now.astimezone(zone).date()
    visits = Appointment.objects.on_day(today, zone).filter(status__in=COMING)
    return (
        Appointment.objects.filter(
            Q(status__in=(Status.PENDING, *NO_TIME_YET))
            | Q(pk__in=visits.order_by().values("pk"))
            | Q(pk__in=locked(now).order_by().values("appointment"))
        )
        .annotate(is_locked=Exists(locked(now).filter(appointment=OuterRef("pk"))))
        .order_by("starts_at", "answer_due_at", "pk")
    )


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
