"""Running late: said on one day for one person, shown to everybody who is still to come."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from practice.models import Practice, Practitioner

from . import messages
from .models import Appointment, Delay, Status
from .transactions import lock, one_transaction

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def minutes_on(day: dt.date) -> dict[int, int]:
    """How late each practitioner runs on that day of the practice's calendar, by id."""
    latest = Delay.objects.filter(day=day).order_by("practitioner", "-at", "-pk")
    return dict(latest.distinct("practitioner").values_list("practitioner", "minutes"))


def minutes_of(appointment: Appointment, *, now: dt.datetime, zone: ZoneInfo) -> int:
    """How late this visit begins, as far as we know; 0 on any day but its own."""
    today = now.astimezone(zone).date()
    if appointment.is_work_in or appointment.starts_at.astimezone(zone).date() != today:
        return 0
    latest = Delay.objects.filter(day=today, practitioner=appointment.practitioner_id).last()
    return latest.minutes if latest else 0


@one_transaction
def run_late(
    practitioner: Practitioner, *, minutes: int, tell: bool, by: User, now: dt.datetime
) -> Delay:
    """From now on everybody who is still to come today reads it; with `tell` they are written to.

    `minutes` is the whole of it, so pressing twice is pressing once. Raises Busy.
    """
    lock([practitioner.pk])
    zone = Practice.objects.current().zone
    today = now.astimezone(zone).date()
    latest = Delay.objects.filter(day=today, practitioner=practitioner).last()
    if latest is not None and latest.minutes == minutes:
        return latest
    delay = Delay.objects.create(
        practitioner=practitioner, day=today, minutes=minutes, at=now, user=by
    )
    if tell:
        coming = Appointment.objects.on_day(today, zone).filter(
            practitioner=practitioner,
            status=Status.BOOKED,
            is_work_in=False,
            starts_at__gt=now - dt.timedelta(minutes=minutes),
        )
        for visit in coming.with_people():
            messages.running_late(visit, delay, now=now)
    return delay
