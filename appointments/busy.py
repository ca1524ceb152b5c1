"""Busy times of the practice's EHR, brought in: rules, not rows of Occupancy.

What is booked here stays booked; a visit that such a time crosses is flagged (stranded.py). The
other calendar is the truth of what it says: what it no longer has is dropped here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, F, Func, Max, OuterRef, QuerySet

from practice.models import Practice, Practitioner

from . import busy_address, busy_files, stranded
from .busy_times import Taken, Unreadable
from .intervals import Interval
from .models import Appointment, BusyReading, BusyTime, VisitType
from .rules import ONE_DAY
from .transactions import lock, one_transaction

FURTHEST = 400  # days
EHR = "EHR"  # where nobody says another name


@dataclass(frozen=True)
class Outcome:
    """What one reading changed. `unchanged` were here already."""

    new: int
    moved: int
    gone: int
    unchanged: int


def read(
    data: bytes, *, practitioner: Practitioner, source: str = EHR, now: dt.datetime
) -> Outcome:
    """Take over what the file says of this person, whole. A file that cannot be read changes
    nothing but the word about it. Raises Unreadable, Busy."""
    try:
        first, last = _horizon(now)
        found = busy_files.read(data, zone=Practice.objects.current().zone, first=first, last=last)
        outcome = take_over(found, practitioner=practitioner, source=source, now=now)
    except Unreadable as error:
        _note(practitioner, source, now=now, trouble=str(error)[:200])
        raise
    kept = outcome.new + outcome.moved + outcome.unchanged
    _note(practitioner, source, now=now, read_at=now, times=kept, trouble="")
    stranded.flag_stranded(now=now)
    return outcome


def read_addresses(*, now: dt.datetime, only: str = "") -> Iterator[tuple[str, Outcome | str]]:
    """Every calendar whose address is set (or that of one person): the outcome, or why not."""
    for slug, address in settings.BUSY_CALENDARS.items():
        if only and slug != only:
            continue
        practitioner = Practitioner.objects.filter(slug=slug).first()
        if practitioner is None:
            yield slug, f"nobody here is called {slug}: see CLINIC_BUSY_CALENDARS"
            continue
        try:
            data = busy_address.fetch(address)
        except Unreadable as error:
            _note(practitioner, EHR, now=now, trouble=str(error)[:200])
            yield slug, str(error)
            continue
        try:
            yield slug, read(data, practitioner=practitioner, now=now)
        except Unreadable as error:
            yield slug, str(error)


@one_transaction
def take_over(
    found: Iterable[Taken], *, practitioner: Practitioner, source: str, now: dt.datetime
) -> Outcome:
    """What `source` says of this person is what is kept of it. Raises Busy."""
    lock([practitioner.pk])
    own = _own_visits(practitioner)
    wanted = {
        one.uid: during for one in found if (during := _without_own(one.during, own)) is not None
    }
    known = BusyTime.objects.filter(practitioner=practitioner, source=source)
    kept = {row.uid: row for row in known}
    make = partial(BusyTime, practitioner=practitioner, source=source)
    new = [make(uid=uid, during=_range(t)) for uid, t in wanted.items() if uid not in kept]
    moved = []
    for uid, row in kept.items():
        if uid in wanted and row.during != (during := _range(wanted[uid])):
            row.during = during
            moved.append(row)
    gone = [row.pk for uid, row in kept.items() if uid not in wanted]
    # Nothing different writes nothing: each write makes every free time be worked out again.
    if gone:
        BusyTime.objects.filter(pk__in=gone).delete()
    if moved:
        BusyTime.objects.bulk_update(moved, ["during"], batch_size=500)
    if new:
        BusyTime.objects.bulk_create(new, batch_size=500)
    return Outcome(len(new), len(moved), len(gone), len(wanted) - len(new) - len(moved))


def collisions(now: dt.datetime) -> QuerySet[Appointment]:
    """Visits to come that are booked here over a time that is taken there."""
    lasts = Func(
        OuterRef("starts_at"),
        OuterRef("ends_at"),
        function="tstzrange",
        output_field=DateTimeRangeField(),
    )
    crossed = BusyTime.objects.filter(practitioner=OuterRef("practitioner"), during__overlap=lasts)
    coming = Appointment.objects.holding_time().filter(starts_at__gt=now)
    return coming.filter(Exists(crossed)).order_by("starts_at", "pk")


def _horizon(now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """As far as anybody can book, and a little."""
    kinds = VisitType.objects.filter(active=True)
    days = kinds.aggregate(most=Max("horizon_days"))["most"] or 0
    return now - ONE_DAY, now + min(days + 7, FURTHEST) * ONE_DAY


def _own_visits(practitioner: Practitioner) -> dict[dt.datetime, dt.datetime]:
    """When each visit of ours begins, and when its time ends, buffer and all."""
    held = Appointment.objects.holding_time().filter(practitioner=practitioner).order_by()
    pairs = held.values_list("starts_at", Func(F("occupancy__during"), function="upper"))
    return dict(pairs)


def _without_own(during: Interval, own: dict[dt.datetime, dt.datetime]) -> Interval | None:
    """A visit that the desk wrote into the EHR comes back from there: it does not cross itself."""
    ends = own.get(during.start)
    if ends is None:
        return during
    return Interval(ends, during.end) if ends < during.end else None


def _range(during: Interval) -> DateTimeTZRange:
    return DateTimeTZRange(during.start, during.end)


def _note(practitioner: Practitioner, source: str, *, now: dt.datetime, **facts: object) -> None:
    BusyReading.objects.update_or_create(
        practitioner=practitioner, source=source, defaults={"tried_at": now, **facts}
    )
