"""A stretch of time as a value: from `start` up to, but not including, `end`.

Instants are kept in UTC. Two datetimes of one zone are compared by their wall clocks in Python,
which is wrong for an hour each autumn, so no other zone comes in here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """Raises ValueError for a naive time and for an end that is not after the start."""

    start: dt.datetime
    end: dt.datetime

    def __post_init__(self) -> None:
        in_utc = self.start.tzinfo is dt.UTC and self.end.tzinfo is dt.UTC
        for name in () if in_utc else ("start", "end"):
            instant: dt.datetime = getattr(self, name)
            if instant.tzinfo is not dt.UTC:
                if instant.utcoffset() is None:
                    raise ValueError(f"{instant} has no time zone")
                object.__setattr__(self, name, instant.astimezone(dt.UTC))
        if self.end <= self.start:
            raise ValueError(f"an interval cannot end at {self.end} when it starts at {self.start}")

    @property
    def length(self) -> dt.timedelta:
        return self.end - self.start

    def overlaps(self, other: Interval) -> bool:
        """Those that only touch do not overlap."""
        return self.start < other.end and other.start < self.end

    def contains(self, instant: dt.datetime) -> bool:
        return self.start <= instant < self.end

    def covers(self, other: Interval) -> bool:
        return self.start <= other.start and other.end <= self.end

    def clip(self, to: Interval) -> Interval | None:
        """What lies inside `to`; None when nothing does."""
        start, end = max(self.start, to.start), min(self.end, to.end)
        return Interval(start, end) if start < end else None

    def minus(self, *others: Interval) -> list[Interval]:
        """What is left, in order, when `others` are taken out."""
        left: list[Interval] = []
        start = self.start
        for other in union(others):
            if other.end <= start:
                continue
            if other.start >= self.end:
                break
            if other.start > start:
                left.append(Interval(start, other.start))
            start = other.end
        if start < self.end:
            left.append(Interval(start, self.end))
        return left


_START = attrgetter("start")


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time as few intervals, in order; those that touch become one."""
    merged: list[Interval] = []
    for one in sorted(intervals, key=_START):
        if merged and one.start <= merged[-1].end:
            if one.end > merged[-1].end:
                merged[-1] = Interval(merged[-1].start, one.end)
        else:
            merged.append(one)
    return merged


def subtract(whole: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """What is left of `whole`, merged and in order."""
    taken = list(taken)
    return [piece for one in union(whole) for piece in one.minus(*taken)]
