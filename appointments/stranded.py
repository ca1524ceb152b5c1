"""Visits that the practice's own rules have stranded: still booked, flagged for the desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import QuerySet

from . import calendars
from .availability import Given, works_then
from .intervals import Interval
from .models import Appointment, ExtraSession
from .rules import ONE_DAY, Rules, Works
from .transactions import lock, one_transaction


def flag_stranded(*, now: dt.datetime) -> int:
    """Set and take back `needs_rebooking` on every visit to come, by the rules as they are now.

    For the worker, and for a screen that has just written a closure. Says how many changed.
    """
    coming = Appointment.objects.holding_time().filter(starts_at__gt=now)
    people = coming.order_by().values_list("practitioner", flat=True).distinct()
    return sum(_flag(practitioner, now) for practitioner in sorted(people))


def by_closing(
    during: Interval,
    *,
    practitioner: int | None,
    location: int | None,
    now: dt.datetime,
) -> QuerySet[Appointment]:
    """The visits to come that such a closure would strand; ids as `rules.Closed` has them."""
    coming = Appointment.objects.holding_time().filter(
        starts_at__gt=now, starts_at__lt=during.end, ends_at__gt=during.start
    )
    if practitioner is not None:
        coming = coming.filter(practitioner=practitioner)
    if location is not None:
        coming = coming.filter(location=location)
    return coming.order_by("starts_at")


def by_hours(
    practitioner: int, works: Iterable[Works], *, first: dt.date, now: dt.datetime
) -> QuerySet[Appointment]:
    """The visits to come that would be stranded if from `first` on this person's weekly hours
    were `works`."""
    rules = calendars.rules_from(now)
    kept = (
        replace(one, until_date=min(one.until_date or dt.date.max, first - ONE_DAY))
        if one.practitioner == practitioner and not _is_one_day(one)
        else one
        for one in rules.works
    )
    return _newly(rules, replace(rules, works=(*kept, *works)), practitioner, now)


def by_dropping(session: ExtraSession, *, now: dt.datetime) -> QuerySet[Appointment]:
    """The visits to come that only this extra session makes possible."""
    rules = calendars.rules_from(now)
    kept = tuple(
        one
        for one in rules.works
        if not (
            _is_one_day(one)
            and (one.practitioner, one.location, one.from_date)
            == (session.practitioner_id, session.location_id, session.day)
            and (one.hours.opens, one.hours.closes) == (session.opens, session.closes)
        )
    )
    return _newly(rules, replace(rules, works=kept), session.practitioner_id, now)


def _is_one_day(works: Works) -> bool:
    """An extra session, as `calendars.rules_from` reads it."""
    return works.from_date is not None and works.from_date == works.until_date


def _newly(rules: Rules, then: Rules, practitioner: int, now: dt.datetime) -> QuerySet[Appointment]:
    """Those that stand by `rules` and would not by `then`."""
    coming = Appointment.objects.holding_time().filter(practitioner=practitioner, starts_at__gt=now)
    hit = [
        row.pk
        for row in coming.select_related("visit_type")
        if _stands(rules, row) and not _stands(then, row)
    ]
    return Appointment.objects.filter(pk__in=hit).order_by("starts_at")


def _stands(rules: Rules, row: Appointment) -> bool:
    visit = rules.visit(row.visit_type.slug)
    lasts = Interval(row.starts_at, row.ends_at)
    return visit is not None and (
        works_then(rules, visit, row.practitioner_id, row.location_id, lasts) is not None
    )


@one_transaction
def _flag(practitioner: int, now: dt.datetime) -> int:
    lock([practitioner])
    rules = calendars.rules_from(now)
    coming = Appointment.objects.holding_time().filter(practitioner=practitioner, starts_at__gt=now)
    rows = list(coming.select_related("visit_type"))
    if not rows:
        return 0
    busy = _busy(rules, practitioner, rows, now)
    changed = 0
    for row in rows:
        is_stranded = _is_stranded(rules, row, busy)
        if is_stranded != row.needs_rebooking:
            same = Appointment.objects.filter(pk=row.pk, version=row.version)
            changed += same.update(needs_rebooking=is_stranded)
    return changed


def _is_stranded(rules: Rules, row: Appointment, busy: list[Interval]) -> bool:
    lasts = Interval(row.starts_at, row.ends_at)
    return any(one.overlaps(lasts) for one in busy) or not _stands(rules, row)


def _busy(
    rules: Rules, practitioner: int, rows: list[Appointment], now: dt.datetime
) -> list[Interval]:
    """Time that is taken elsewhere, from the first to the last of the visits."""
    first = min(row.starts_at for row in rows).astimezone(rules.zone).date()
    last = max(row.starts_at for row in rows).astimezone(rules.zone).date()
    calendar = calendars.load(
        now=now,
        first=first,
        days=(last - first) // ONE_DAY + 1,
        rules=rules,
        practitioners=[practitioner],
    )
    taken = calendar.taken.get(practitioner, ())
    return [one for one in taken if isinstance(one, Given) and not one.visit_type]
