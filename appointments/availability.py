"""Free times: working hours, less what is taken, closures, notice, cut-off, caps and horizon.

Pure: `now` and everything else is handed in (calendars.py gathers it). What comes out is advice:
only a verb of booking.py, which asks again under the practitioner's lock, gives a time to anybody.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Literal, Self, TypeVar

from .intervals import Interval, union
from .rules import ONE_DAY, Desk, Person, Place, Rules, Visit, Works, instant


@dataclass(frozen=True, order=True, slots=True)
class Given(Interval):
    """What one row takes of a calendar, and for which kind of visit; 0: busy elsewhere."""

    visit_type: int = field(default=0, compare=False)
    starts_at: dt.datetime | None = field(default=None, compare=False)


Taken = Mapping[int, Sequence[Interval]]
"""Per practitioner id, what is taken of the calendar, buffers included. Only `Given` rows count
towards a daily cap."""

Row = TypeVar("Row", Person, Place)


_A_SLUG = re.compile(r"[A-Za-z0-9_-]+")
# Instants outside these years are none of ours, and reckoning with zones and weeks stops near
# the first and the last that Python knows.
_YEARS = range(2000, 3000)


class BadSlot(ValueError):
    """What came as a slot is none that we ever made."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One time that can be asked for. Slugs name the rest; `location` None is by video.

    Two slots are equal when they are the same time of the same person; what is left out of the
    comparison is there to be shown and is empty on a slot that came from `parse`.
    """

    visit_type: str
    practitioner: str
    location: str | None
    start: dt.datetime  # UTC
    end: dt.datetime
    person: Person | None = field(default=None, compare=False)
    place: Place | None = field(default=None, compare=False)
    day: dt.date = field(default=dt.date.min, compare=False)
    """The day its window opened: 12:30 AM of a Friday evening belongs to Friday."""
    local: dt.datetime = field(default=dt.datetime.min.replace(tzinfo=dt.UTC), compare=False)
    """The start on the practice's wall clock."""
    after_hours: bool = field(default=False, compare=False)
    answer_by: dt.datetime | None = field(default=None, compare=False)
    """For visits that the desk confirms: until when it answers a request made now. UTC."""
    call_us: Literal["", "nobody-answers-before"] = field(default="", compare=False)
    """Why this time cannot be asked for here, only by telephone; empty when it can."""

    @property
    def value(self) -> str:
        """What a form carries for this time. Opaque; `parse` reads it."""
        minutes, length = _whole_minutes(self.start), self.end - self.start
        text = "/".join(
            (
                self.visit_type,
                self.practitioner,
                self.location or "",
                format(minutes, "x"),
                format(int(length.total_seconds()) // 60, "x"),
            )
        )
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, value: str) -> Self:
        """Raises BadSlot. That it reads well does not say that it is free, or ever was."""
        if not 0 < len(value) <= 500 or not value.isascii():
            raise BadSlot("this is not one of our times")
        try:
            text = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
            visit_type, practitioner, location, minutes, length = text.decode("ascii").split("/")
            start = dt.datetime.fromtimestamp(int(minutes, 16) * 60, dt.UTC)
            end = start + dt.timedelta(minutes=int(length, 16))
        except (binascii.Error, ValueError, OverflowError, OSError) as wrong:
            raise BadSlot("this is not one of our times") from wrong
        slot = cls(visit_type, practitioner, location or None, start, end)
        slugs = (visit_type, practitioner, *((location,) if location else ()))
        if (
            not all(map(_A_SLUG.fullmatch, slugs))
            or start.year not in _YEARS
            or end <= start
            or slot.value != value
        ):
            raise BadSlot("this is not one of our times")
        return slot


def _whole_minutes(instant: dt.datetime) -> int:
    return int(instant.timestamp()) // 60


@dataclass(frozen=True, slots=True)
class Calendar:
    """All that is asked for: what the practice laid down, and what is taken."""

    rules: Rules
    taken: Taken


def free_slots(
    rules: Rules,
    taken: Taken,
    *,
    visit_type: str,
    now: dt.datetime,
    first: dt.date | None = None,
    days: int | None = None,
    practitioner: str | None = None,
) -> list[Slot]:
    """The times still to be had, by start, then by person.

    `first` and `days` choose by the local date of the start; by default everything from today to
    the horizon. An unknown visit type has no times, nor has what is paused now. `call_us` marks a
    time that nobody could answer for.
    """
    visit = rules.visit(visit_type)
    if visit is None:
        return []
    rules = rules.without_paused(visit, now)
    today = rules.today(now)
    first = first or today
    last = first + ONE_DAY * ((days or visit.horizon_days + 2) - 1)
    earliest = now + dt.timedelta(minutes=visit.notice)
    length = dt.timedelta(minutes=visit.minutes)
    before = dt.timedelta(minutes=visit.buffer_before)
    until_after = length + dt.timedelta(minutes=visit.buffer_after)
    desk = None if visit.instant else Desk.at(now, rules)
    merged = {person: union(rows) for person, rows in taken.items()}
    full = set() if visit.daily_cap is None else _full_days(rules, visit, taken)
    people = {one.id: one for one in rules.people}
    places = {one.id: one for one in rules.places}
    opened: dict[tuple[dt.date, int | None], list[Interval]] = {}
    found: dict[tuple[int, int | None, dt.datetime], Slot] = {}
    for works, day, start in _starts(
        rules,
        visit,
        max(first, today) - ONE_DAY,
        min(last, today + visit.horizon_days * ONE_DAY),
    ):
        if start < earliest or (works.practitioner, works.location, start) in found:
            continue
        if not works.is_released(day, rules.zone, now) or (works.practitioner, day) in full:
            continue
        if visit.cut_off and now >= instant(day, visit.cut_off, rules.zone):
            continue
        others = merged.get(works.practitioner)
        if others and _crosses(start - before, start + until_after, others):
            continue
        local = start.astimezone(rules.zone)
        if not first <= local.date() <= last:
            continue
        person = people[works.practitioner]
        if practitioner is not None and person.slug != practitioner:
            continue
        answer_by = desk.answers_by(visit, start) if desk else None
        place = None if works.location is None else places[works.location]
        if (there := (local.date(), works.location)) not in opened:
            opened[there] = rules.open_around(*there)
        found[(works.practitioner, works.location, start)] = Slot(
            visit_type=visit.slug,
            practitioner=person.slug,
            location=place.slug if place else None,
            start=start,
            end=start + length,
            person=person,
            place=place,
            day=day,
            local=local,
            after_hours=not any(one.contains(start) for one in opened[there]),
            answer_by=answer_by,
            call_us="nobody-answers-before" if desk and answer_by is None else "",
        )
    return sorted(found.values(), key=_order)


def stands(rules: Rules, taken: Taken, slot: Slot) -> Slot | None:
    """The slot in full when its person works then, nothing closes and nothing crosses it.

    What staff may give: notice, cut-off, cap and the grid of starts are theirs to pass by.
    """
    visit, person = rules.visit(slot.visit_type), rules.person(slot.practitioner)
    place = next((one for one in rules.places if one.slug == slot.location), None)
    if visit is None or person is None or (place is None) != (slot.location is None):
        return None
    lasts = visit.lasts(slot.start)
    location = place.id if place else None
    day = works_then(rules, visit, person.id, location, lasts)
    if day is None or lasts.end != slot.end:
        return None
    wanted = visit.takes(slot.start)
    if _crosses(wanted.start, wanted.end, union(taken.get(person.id, ()))):
        return None
    return replace(
        slot,
        person=person,
        place=place,
        day=day,
        local=slot.start.astimezone(rules.zone),
        after_hours=not rules.is_open(slot.start, location),
    )


def works_then(
    rules: Rules, visit: Visit, practitioner: int, location: int | None, lasts: Interval
) -> dt.date | None:
    """The day whose window covers `lasts` for this kind of visit; None outside of hours, or
    while something is closed."""
    if any(
        one.during.overlaps(lasts) and one.shuts(practitioner, location) for one in rules.closed
    ):
        return None
    local = lasts.start.astimezone(rules.zone).date()
    for works in rules.works:
        if (works.practitioner, works.location) != (practitioner, location):
            continue
        if not works.serves(visit):
            continue
        for day in (local - ONE_DAY, local):
            window = works.on(day, rules.zone)
            if window is not None and window.covers(lasts):
                return day
    return None


def _full_days(rules: Rules, visit: Visit, taken: Taken) -> set[tuple[int, dt.date]]:
    """Person and day that have as many visits of this kind as they may. A visit belongs to the
    day whose window it starts in; outside of every window, to its own date."""
    counted: Counter[tuple[int, dt.date]] = Counter()
    for practitioner, rows in taken.items():
        windows = [
            works
            for works in rules.works
            if works.practitioner == practitioner and works.serves(visit)
        ]
        for row in rows:
            if not isinstance(row, Given) or row.visit_type != visit.id or row.starts_at is None:
                continue
            local = row.starts_at.astimezone(rules.zone).date()
            days = {
                day
                for works in windows
                for day in (local - ONE_DAY, local)
                if (window := works.on(day, rules.zone)) and window.contains(row.starts_at)
            }
            counted.update((practitioner, day) for day in days or {local})
    return {key for key, count in counted.items() if count >= (visit.daily_cap or 0)}


def same_day(rules: Rules, visit: Visit, slot: Slot) -> set[dt.datetime]:
    """Every start, taken or not, of this person and visit type on the day whose window the slot
    is in; empty when it is in none."""
    local = slot.start.astimezone(rules.zone).date()
    starts: dict[dt.date, set[dt.datetime]] = {}
    for works, day, start in _starts(rules, visit, local - ONE_DAY, local):
        if _by_id(rules.people, works.practitioner).slug == slot.practitioner:
            starts.setdefault(day, set()).add(start)
    return next((times for times in starts.values() if slot.start in times), set())


def starts_on(rules: Rules, visit: Visit, practitioner: str, day: dt.date) -> set[dt.datetime]:
    """Every start, taken or not, in this person's windows that open on `day`."""
    return {
        start
        for works, _, start in _starts(rules, visit, day, day)
        if _by_id(rules.people, works.practitioner).slug == practitioner
    }


def _order(slot: Slot) -> tuple[dt.datetime, int, str, str]:
    position = slot.person.position if slot.person else 0
    return slot.start, position, slot.practitioner, slot.location or ""


def _starts(
    rules: Rules, visit: Visit, first: dt.date, last: dt.date
) -> Iterator[tuple[Works, dt.date, dt.datetime]]:
    """Every start in windows that open from `first` to `last`, closures taken out.

    Counted in real time from the moment a window opens. Of an hour that comes twice only the
    first is used, so that a time on the wall clock is never two times.
    """
    length, step = dt.timedelta(minutes=visit.minutes), visit.step
    for works in rules.works:
        if not works.serves(visit):
            continue
        closed = [one for one in rules.closed if one.shuts(works.practitioner, works.location)]
        for offset in range((last - first).days + 1):
            day = first + offset * ONE_DAY
            window = works.on(day, rules.zone)
            if window is None:
                continue
            shut = union(one.during for one in closed if one.during.overlaps(window))
            start = window.start
            while start + length <= window.end:
                comes_again = start.astimezone(rules.zone).fold
                if not comes_again and not (shut and _crosses(start, start + length, shut)):
                    yield works, day, start
                start += step


_START = attrgetter("start")


def _crosses(start: dt.datetime, end: dt.datetime, taken: Sequence[Interval]) -> bool:
    """`taken` is merged and in order. Asked for each start that there is: two instants, for an
    Interval of them would take longer than to look."""
    before = bisect_right(taken, start, key=_START) - 1
    if before >= 0 and taken[before].end > start:
        return True
    return before + 1 < len(taken) and taken[before + 1].start < end


def _by_id(rows: Sequence[Row], wanted: int) -> Row:
    return next(row for row in rows if row.id == wanted)
