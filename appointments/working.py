"""Who works when: the verbs that change it. Each is one transaction and says who did it.

The tables' own triggers (migrations 0002, 0005) take the lock of every calendar with the first
write, so no booking and no change of hours pass each other. What was worked stays as it was:
a change has a first day, and that day is to come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Model, Q, QuerySet

from practice.models import Closure, DeskHours, Location, Practice, Practitioner
from practice.models.fields import Weekday

from . import wording
from .intervals import Interval
from .models import ExtraSession, VisitType, WorkingHours
from .rules import ONE_DAY, Hours, Works
from .transactions import one_transaction


class TooLate(Exception):
    """What has been worked is not written anew: the first day has to be to come."""


@dataclass(frozen=True)
class Shift:
    """Hours that come again each week. `closes` at or before `opens` is the next day."""

    days: tuple[str, ...]
    opens: dt.time
    closes: dt.time
    location: Location | None  # None: by video
    visit_types: tuple[VisitType, ...]
    same_day_from: dt.time | None = None

    def works(self, practitioner: int, first: dt.date) -> Works:
        return Works(
            practitioner=practitioner,
            location=self.location.pk if self.location else None,
            visit_types=frozenset(one.pk for one in self.visit_types),
            hours=Hours(frozenset(self.days), self.opens, self.closes),
            from_date=first,
            same_day_from=self.same_day_from,
        )


def in_force(practitioner: Practitioner, day: dt.date) -> QuerySet[WorkingHours]:
    """The weekly hours as they are on `day`."""
    return (
        WorkingHours.objects.filter(practitioner=practitioner)
        .filter(Q(from_date=None) | Q(from_date__lte=day))
        .filter(Q(until_date=None) | Q(until_date__gte=day))
        .prefetch_related("visit_types")
    )


@one_transaction
def change_hours(
    practitioner: Practitioner,
    shifts: Sequence[Shift],
    *,
    first: dt.date,
    by: User,
    today: dt.date,
    now: dt.datetime,
) -> None:
    """From `first` on the week looks like `shifts`; up to the day before, as it did.

    A later change that was planned already gives way to this one. Raises TooLate, Busy.
    """
    if first <= today:
        raise TooLate
    rows = WorkingHours.objects.filter(practitioner=practitioner)
    rows.filter(from_date__gte=first).delete()
    rows.filter(Q(until_date=None) | Q(until_date__gte=first)).update(until_date=first - ONE_DAY)
    for shift in shifts:
        row = WorkingHours.objects.create(
            practitioner=practitioner,
            location=shift.location,
            days=list(shift.days),
            opens=shift.opens,
            closes=shift.closes,
            from_date=first,
            same_day_from=shift.same_day_from,
        )
        row.visit_types.set(shift.visit_types)
    note(practitioner, CHANGE, f"Hours from {wording.date(first)}", by=by, now=now)


@one_transaction
def add_session(
    practitioner: Practitioner,
    shift: Shift,
    *,
    day: dt.date,
    by: User,
    today: dt.date,
    now: dt.datetime,
) -> ExtraSession:
    """Hours on one day beside the weekly ones. Raises TooLate, Busy."""
    if day < today:
        raise TooLate
    session = ExtraSession.objects.create(
        practitioner=practitioner,
        location=shift.location,
        day=day,
        opens=shift.opens,
        closes=shift.closes,
    )
    session.visit_types.set(shift.visit_types)
    note(session, ADDITION, f"Extra session of {practitioner}, {wording.date(day)}", by=by, now=now)
    return session


@one_transaction
def drop_session(session: ExtraSession, *, by: User, now: dt.datetime) -> None:
    said = f"Extra session of {session.practitioner}, {wording.date(session.day)}, taken back"
    note(session, DELETION, said, by=by, now=now)
    session.delete()


@one_transaction
def close(
    during: Interval,
    *,
    practitioner: Practitioner | None = None,
    location: Location | None = None,
    reason: str = "",
    by: User,
    now: dt.datetime,
) -> Closure:
    """Nobody books this time any more; without a person and a place, the whole practice."""
    closure = Closure.objects.create(
        during=DateTimeTZRange(during.start, during.end),
        practitioner=practitioner,
        location=location,
        reason=reason,
    )
    note(closure, ADDITION, f"Closed: {_whom(closure)}", by=by, now=now)
    return closure


@one_transaction
def open_again(closure: Closure, *, by: User, now: dt.datetime) -> None:
    note(closure, DELETION, f"Open again: {_whom(closure)}", by=by, now=now)
    closure.delete()


@one_transaction
def change_desk_hours(hours: Sequence[Hours], *, by: User, now: dt.datetime) -> None:
    """From now on the desk answers in `hours`; a promise that was given stays. Raises Busy."""
    practice, _made = Practice.objects.get_or_create(pk=1)
    before = ", ".join(str(row) for row in DeskHours.objects.all())
    DeskHours.objects.all().delete()
    rows = [
        DeskHours.objects.create(
            practice=practice,
            days=[day for day in Weekday.values if day in one.days],
            opens=one.opens,
            closes=one.closes,
        )
        for one in hours
    ]
    after = ", ".join(str(row) for row in rows)
    said = f"Desk hours: {after or 'none'} (before: {before or 'none'})"
    note(practice, CHANGE, said, by=by, now=now)


def history(
    models: Iterable[type[Model]] = (Practitioner, ExtraSession, Closure),
) -> QuerySet[LogEntry]:
    """Who changed what of it, the latest first."""
    types = ContentType.objects.get_for_models(*models).values()
    return (
        LogEntry.objects.filter(content_type__in=types)
        .select_related("user")
        .order_by(F("action_time").desc(), "-pk")
    )


def _whom(closure: Closure) -> str:
    who = closure.practitioner.name_with_credentials if closure.practitioner else "everybody"
    return ", ".join(one for one in (who, str(closure.location or ""), closure.reason) if one)


def note(row: Model, flag: int, said: str, *, by: User, now: dt.datetime) -> None:
    LogEntry.objects.create(
        action_time=now,
        user=by,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=str(row)[:200],
        action_flag=flag,
        change_message=said,
    )
