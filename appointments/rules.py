"""What the practice has laid down about its time, as plain values: no query, no clock.

Hours are on the wall clock of the practice's zone; what comes out is in UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from zoneinfo import ZoneInfo

from .intervals import Interval, subtract

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = dt.timedelta(days=1)
# Nobody is told "we answer within…" about a desk that stays shut for longer than this.
LONGEST_WAIT = dt.timedelta(days=30)


@lru_cache(maxsize=4096)
def instant(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """When the wall clock in `zone` shows `time` on `day`, in UTC.

    A time that a clock change skips is the moment of the change; of one that comes twice, the
    first.
    """
    wall = dt.datetime.combine(day, time, zone)
    there = wall.astimezone(dt.UTC)
    if there.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return there
    # Skipped: read with the offsets before and after, it gives instants on both sides.
    before, after = wall.replace(fold=1).astimezone(dt.UTC), there
    old_offset = before.astimezone(zone).utcoffset()
    while after - before > dt.timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after


@dataclass(frozen=True, slots=True)
class Hours:
    """`closes` at or before `opens` is the next day."""

    days: frozenset[str]
    opens: dt.time
    closes: dt.time

    def on(self, day: dt.date, zone: ZoneInfo) -> Interval | None:
        """The window that opens on `day`, whenever it closes."""
        if WEEKDAYS[day.weekday()] not in self.days:
            return None
        last = day if self.closes > self.opens else day + ONE_DAY
        start, end = instant(day, self.opens, zone), instant(last, self.closes, zone)
        return Interval(start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    slug: str
    name: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    id: int
    slug: str
    name: str
    city: str = ""
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit type. All lengths in minutes."""

    id: int
    slug: str
    modality: str
    minutes: int
    buffer_before: int = 0
    buffer_after: int = 0
    notice: int = 0
    horizon_days: int = 60
    confirmation: str = "request"
    start_interval: int | None = None
    position: int = 0
    cut_off: dt.time | None = None
    daily_cap: int | None = None
    name: str = ""

    @property
    def virtual(self) -> bool:
        return self.modality == "virtual"

    @property
    def instant(self) -> bool:
        return self.confirmation == "instant"

    @property
    def step(self) -> dt.timedelta:
        """From one start to the next."""
        minutes = self.start_interval or (self.buffer_before + self.minutes + self.buffer_after)
        return dt.timedelta(minutes=minutes)

    def lasts(self, start: dt.datetime) -> Interval:
        return Interval(start, start + dt.timedelta(minutes=self.minutes))

    def takes(self, start: dt.datetime) -> Interval:
        """What it takes of a calendar, buffers included."""
        return Interval(
            start - dt.timedelta(minutes=self.buffer_before),
            start + dt.timedelta(minutes=self.minutes + self.buffer_after),
        )


@dataclass(frozen=True, slots=True)
class Works:
    """A practitioner's hours at a place; without a place, by video."""

    practitioner: int
    location: int | None
    visit_types: frozenset[int]
    hours: Hours
    from_date: dt.date | None = None
    until_date: dt.date | None = None
    same_day_from: dt.time | None = None
    """Times that can be asked for on their own day only, from this hour on."""

    def serves(self, visit: Visit) -> bool:
        return visit.id in self.visit_types and visit.virtual == (self.location is None)

    def is_released(self, day: dt.date, zone: ZoneInfo, now: dt.datetime) -> bool:
        return self.same_day_from is None or now >= instant(day, self.same_day_from, zone)

    def on(self, day: dt.date, zone: ZoneInfo) -> Interval | None:
        if self.from_date and day < self.from_date:
            return None
        if self.until_date and day > self.until_date:
            return None
        return self.hours.on(day, zone)


@dataclass(frozen=True, slots=True)
class Closed:
    """Without a place and a person, the whole practice."""

    during: Interval
    location: int | None = None
    practitioner: int | None = None

    @property
    def everywhere(self) -> bool:
        return self.location is None and self.practitioner is None

    def shuts(self, practitioner: int, location: int | None) -> bool:
        if self.practitioner is not None and self.practitioner != practitioner:
            return False
        return self.location is None or self.location == location


@dataclass(frozen=True, slots=True)
class Paused:
    """Patients book nothing online meanwhile; without a visit type and a person, nothing at all."""

    during: Interval
    visit_type: int | None = None
    practitioner: int | None = None

    def stops(self, visit: Visit, practitioner: int, now: dt.datetime) -> bool:
        return (
            self.during.contains(now)
            and self.visit_type in (None, visit.id)
            and self.practitioner in (None, practitioner)
        )


@dataclass(frozen=True, slots=True)
class Rules:
    zone: ZoneInfo
    promise_minutes: int
    desk: tuple[Hours, ...]
    visits: tuple[Visit, ...]
    people: tuple[Person, ...]
    places: tuple[Place, ...]
    works: tuple[Works, ...]
    closed: tuple[Closed, ...] = ()
    paused: tuple[Paused, ...] = ()

    def without_paused(self, visit: Visit, now: dt.datetime) -> Rules:
        """What patients can book online: nobody works whose booking is paused at `now`."""
        if not self.paused:
            return self
        works = (
            one
            for one in self.works
            if not any(pause.stops(visit, one.practitioner, now) for pause in self.paused)
        )
        return replace(self, works=tuple(works))

    def visit(self, slug: str) -> Visit | None:
        return next((one for one in self.visits if one.slug == slug), None)

    def person(self, slug: str) -> Person | None:
        return next((one for one in self.people if one.slug == slug), None)

    def today(self, now: dt.datetime) -> dt.date:
        return now.astimezone(self.zone).date()

    def desk_windows(self, now: dt.datetime) -> Iterator[Interval]:
        """When somebody answers, from `now` on. Closures of the whole practice close the desk."""
        first = self.today(now) - ONE_DAY
        ahead = Interval(now, now + LONGEST_WAIT)
        shut = [one.during for one in self.closed if one.everywhere]
        opened = (
            window
            for offset in range(LONGEST_WAIT.days + 2)
            for hours in self.desk
            if (window := hours.on(first + offset * ONE_DAY, self.zone))
        )
        inside = (piece for window in opened if (piece := window.clip(ahead)))
        yield from subtract(inside, shut)

    def is_open(self, moment: dt.datetime, location: int | None) -> bool:
        """Whether the place (without one: any place) keeps its door open at `moment`."""
        day = moment.astimezone(self.zone).date()
        return any(window.contains(moment) for window in self.open_around(day, location))

    def open_around(self, day: dt.date, location: int | None) -> list[Interval]:
        """When the place (without one: any place) is open, as far as it touches `day`."""
        return [
            window
            for place in self.places
            if location in (None, place.id)
            for hours in place.hours
            for opening_day in (day - ONE_DAY, day)
            if (window := hours.on(opening_day, self.zone))
        ]


@dataclass(frozen=True, slots=True)
class Desk:
    """How soon a request made at one moment can be answered."""

    opens: dt.datetime | None  # when somebody is next there; now, while they are
    promise: dt.datetime | None  # when the promised minutes of desk time have passed

    @classmethod
    def at(cls, now: dt.datetime, rules: Rules) -> Desk:
        opens: dt.datetime | None = None
        left = dt.timedelta(minutes=rules.promise_minutes)
        for window in rules.desk_windows(now):
            opens = opens or window.start
            if window.length >= left:
                return cls(opens, window.start + left)
            left -= window.length
        return cls(opens, None)

    def answers_by(self, visit: Visit, start: dt.datetime) -> dt.datetime | None:
        """The deadline for an answer to a request for `start`; None if nobody could keep it."""
        latest = start - dt.timedelta(minutes=visit.notice)
        deadline = min(self.promise, latest) if self.promise else latest
        return deadline if self.opens is not None and self.opens < deadline else None
