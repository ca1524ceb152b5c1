"""A time that somebody is busy elsewhere, as it was read: when, never what or who."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from .intervals import Interval

LARGEST = 5_000_000  # bytes
MOST_TIMES = 20_000
LONGEST = dt.timedelta(days=366)


class Unreadable(Exception):
    """Nothing of the file is taken; the words say which line and what to do."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {what}" if line else what)
        self.line = line


@dataclass(frozen=True)
class Taken:
    """`uid` is a fingerprint: names in other calendars can say more than they should."""

    uid: str
    during: Interval


def taken(uid: str, turn: str, start: dt.datetime, end: dt.datetime, line: int) -> Taken:
    if end <= start:
        raise Unreadable("it ends before it begins", line)
    if end - start > LONGEST:
        raise Unreadable("it lasts longer than a year", line)
    if not 1970 <= start.year <= 2200:
        raise Unreadable("it is not of our time", line)
    digest = hashlib.sha256(f"{uid}|{turn}".encode()).hexdigest()
    return Taken(digest[:40], Interval(start, end))
