"""Open now, and when next: pure functions over opening hours. No database, no clock.

Instants are aware and in UTC; spans hang on the wall clock of `zone`, so a span over a clock
change lasts an hour more or less.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS = 62


class Span(Protocol):
    """`closes` at or before `opens` means the next day; 24:00 is 00:00."""

    @property
    def days(self) -> Sequence[str]: ...
    @property
    def opens(self) -> dt.time: ...
    @property
    def closes(self) -> dt.time: ...


@dataclass(frozen=True)
class Opening:
    """Half-open: somebody is there from `starts` on, nobody at `ends`."""

    starts: dt.datetime
    ends: dt.datetime

    def __contains__(self, instant: dt.datetime) -> bool:
        return self.starts <= instant < self.ends


@dataclass(frozen=True)
class State:
    """`until`: when it closes (None: not within two months). `opens`: when it opens next, if it is
    closed (None: not within two months)."""

    open: bool
    until: dt.datetime | None = None
    opens: dt.datetime | None = None


def instant(day: dt.date, wall: dt.time, zone: ZoneInfo) -> dt.datetime:
    """That time on that day's wall clock, in UTC. A time that the spring change skips is as many
    minutes after the change; of two equal times in autumn it is the first."""
    return dt.datetime.combine(day, wall, zone).astimezone(dt.UTC)


def openings(
    spans: Iterable[Span],
    *,
    zone: ZoneInfo,
    first: dt.date,
    days: int,
    closed: Iterable[tuple[dt.datetime, dt.datetime]] = (),
) -> list[Opening]:
    """The stretches that begin on `first` or one of the `days` − 1 days after it, in order.

    Spans that touch or overlap are one stretch; what falls into `closed` is cut out.
    """
    spans = list(spans)
    found = []
    for offset in range(days):
        day = first + dt.timedelta(days=offset)
        for span in spans:
            if WEEKDAYS[day.weekday()] in span.days:
                last = day if span.closes > span.opens else day + dt.timedelta(days=1)
                starts = instant(day, span.opens, zone)
                ends = instant(last, span.closes, zone)
                if starts < ends:
                    found.append(Opening(starts, ends))
    return without(joined(found), closed)


def joined(found: Iterable[Opening]) -> list[Opening]:
    result: list[Opening] = []
    for opening in sorted(found, key=lambda opening: opening.starts):
        if result and opening.starts <= result[-1].ends:
            result[-1] = Opening(result[-1].starts, max(result[-1].ends, opening.ends))
        else:
            result.append(opening)
    return result


def without(
    found: list[Opening], closed: Iterable[tuple[dt.datetime, dt.datetime]]
) -> list[Opening]:
    for begin, end in closed:
        left = []
        for opening in found:
            if end <= opening.starts or opening.ends <= begin:
                left.append(opening)
                continue
            if opening.starts < begin:
                left.append(Opening(opening.starts, begin))
            if end < opening.ends:
                left.append(Opening(end, opening.ends))
        found = left
    return found


def state(
    spans: Iterable[Span],
    *,
    zone: ZoneInfo,
    now: dt.datetime,
    closed: Iterable[tuple[dt.datetime, dt.datetime]] = (),
) -> State:
    """Whether it is open at `now` and until when; otherwise when it opens next."""
    today = now.astimezone(zone).date()
    # From two days back: a span of yesterday may still run, and a stretch may have begun before.
    found = openings(
        spans,
        zone=zone,
        first=today - dt.timedelta(days=2),
        days=HORIZON_DAYS + 2,
        closed=closed,
    )
    edge = instant(today + dt.timedelta(days=HORIZON_DAYS), dt.time(0), zone)
    for opening in found:
        if now in opening:
            return State(open=True, until=opening.ends if opening.ends < edge else None)
        if now < opening.starts:
            return State(open=False, opens=opening.starts)
    return State(open=False)


def by_weekday(spans: Iterable[Span]) -> list[tuple[str, list[Span]]]:
    """For a table: each day of the week with its spans, earliest first. Closed days are empty."""
    spans = list(spans)
    return [
        (day, sorted((s for s in spans if day in s.days), key=lambda span: span.opens))
        for day in WEEKDAYS
    ]
