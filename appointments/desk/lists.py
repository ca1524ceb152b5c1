"""Which visits a screen shows, and in which order. Read them through `appointments.access`."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from appointments.desk.rows import Row
from appointments.models import Appointment, Call, Mark, Status, StatusChange

NO_TIME_YET = (Status.WAITLIST, Status.PROPOSED)
CALL_SAYS = JSONObject(outcome="outcome", at="at", again="try_again_at")
A_DAY = dt.timedelta(days=1)
COMING = (Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN)


def locked(now: dt.datetime) -> QuerySet[Mark]:
    """Five wrong dates of birth in the last day, and no new private address since."""
    renewed = Mark.objects.filter(
        appointment=OuterRef("appointment"), kind=Mark.Kind.NEW_LINK, at__gte=OuterRef("at")
    )
    return Mark.objects.filter(~Exists(renewed), kind=Mark.Kind.LOCKED, at__gt=now - A_DAY)


def cancelled_by_patients(since: dt.datetime) -> QuerySet[StatusChange]:
    return StatusChange.objects.filter(
        to_status=Status.CANCELLED, actor=StatusChange.Actor.PATIENT, at__gt=since
    )


def for_the_inbox(now: dt.datetime, zone: ZoneInfo, since: dt.datetime) -> QuerySet[Appointment]:
    """Requests without an answer, whoever waits for a time, visits of today, whose private address
    was guessed at (`is_locked`), and what came or was cancelled by patients `since`
    (`cancelled_at`): the earliest first, then the promise."""
    today = now.astimezone(zone).date()
    visits = Appointment.objects.on_day(today, zone).filter(status__in=COMING)
    cancelled = cancelled_by_patients(since)
    last_calls = Call.objects.standing().filter(appointment=OuterRef("pk")).order_by("-at", "-pk")
    # Each part goes by an index of its own; one OR of them would read the whole table.
    parts = [
        Appointment.objects.filter(status=Status.PENDING).order_by().values("pk"),
        Appointment.objects.filter(status__in=NO_TIME_YET).order_by().values("pk"),
        visits.order_by().values("pk"),
        locked(now).order_by().values("appointment"),
        came(since).order_by().values("pk"),
        cancelled.order_by().values("appointment"),
    ]
    return (
        Appointment.objects.filter(pk__in=parts[0].union(*parts[1:]))
        .annotate(
            is_locked=Exists(locked(now).filter(appointment=OuterRef("pk"))),
            is_seen=Exists(Mark.objects.filter(appointment=OuterRef("pk"), kind=Mark.Kind.SEEN)),
            cancelled_at=Subquery(
                cancelled.filter(appointment=OuterRef("pk")).order_by("-at").values("at")[:1]
            ),
        )
        .annotate(last_call=Subquery(last_calls.values(said=CALL_SAYS)[:1]))
        .select_related("claim__user")
        .order_by("starts_at", "answer_due_at", "pk")
    )


def came(since: dt.datetime) -> QuerySet[Appointment]:
    """What patients sent by the website; a visit that only moved is no new one."""
    return Appointment.objects.filter(
        created_at__gt=since, source=Appointment.Source.WEB, replaces=None
    )


def together(rows: Iterable[Row]) -> list[list[Row]]:
    """Rows in their order, but those that are likely of one patient (the same telephone, or the
    same name and date of birth) stand together where the first of them stands."""
    groups: list[list[Row]] = []
    by_sign: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        who = row.patient
        name = f"{who.given_name} {who.family_name}".casefold()
        signs = [(str(who.phone),), (name, who.birth_date)]
        own = next((by_sign[sign] for sign in signs if sign in by_sign), None)
        if own is None:
            own = []
            groups.append(own)
        own.append(row)
        for sign in signs:
            by_sign.setdefault(sign, own)
    return groups


def in_answering_order(rows: Iterable[Row]) -> list[Row]:
    """By the time that was asked for; then the days left to treat; then the promise."""
    return sorted(
        rows,
        key=lambda row: (
            row.appointment.starts_at,
            math.inf if row.fewest_days is None else row.fewest_days,
            row.appointment.answer_due_at or row.appointment.starts_at,
            row.appointment.pk,
        ),
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
