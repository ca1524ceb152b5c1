"""When somebody is busy, from a calendar file (iCalendar), with what repeats written out.

Lines that say what or who are dropped before anything is read.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from icalendar import Calendar

from .busy_times import LONGEST, Taken, Unreadable, taken
from .rules import ONE_DAY, instant

MOST_EVENTS = 20_000
MOST_TURNS = 40_000  # of one that repeats: daily for a hundred years
MOST_LINES_OF_ZONES = 2_000
DEEPEST = 4
AT_MOST = 20.0  # seconds
# What is read of an event; everything else is dropped unread.
WANTED = frozenset(
    {
        *("BEGIN", "END", "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"),
        *("RECURRENCE-ID", "STATUS", "TRANSP", "SEQUENCE", "X-MICROSOFT-CDO-BUSYSTATUS"),
        *("TZID", "TZOFFSETFROM", "TZOFFSETTO", "VERSION", "PRODID"),
    }
)
PARTS = frozenset({"VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"})
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
RULE_PARTS = frozenset(
    {
        *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH"),
        *("BYSETPOS", "BYHOUR", "BYMINUTE", "BYSECOND"),
    }
)
_LINE = re.compile(r"([A-Za-z0-9-]+)[;:]")


@dataclass(frozen=True)
class _Event:
    line: int
    said: Any
    zone: ZoneInfo

    @property
    def uid(self) -> str:
        return str(self.said.get("UID", "")).strip()

    @property
    def start(self) -> dt.datetime | dt.date:
        value: dt.datetime | dt.date = self.said["DTSTART"].dt
        return value

    @property
    def is_free(self) -> bool:
        """It stands in the calendar and takes no time."""
        return (
            str(self.said.get("STATUS", "")).upper() == "CANCELLED"
            or str(self.said.get("TRANSP", "")).upper() == "TRANSPARENT"
            or str(self.said.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE"
        )

    @property
    def replaces(self) -> dt.datetime | None:
        """Which turn of one that repeats this is."""
        value = self.said.get("RECURRENCE-ID")
        return self.moment(value.dt) if value is not None else None

    def moment(self, value: dt.datetime | dt.date) -> dt.datetime:
        """A day is its midnight, a time without a zone the practice's."""
        if not isinstance(value, dt.datetime):
            return instant(value, dt.time(), self.zone)
        if value.tzinfo is None:
            return instant(value.date(), value.time(), self.zone)
        return value.astimezone(dt.UTC)

    def on_the_wall(self, value: dt.datetime | dt.date) -> dt.datetime:
        """As a clock beside the event shows it, without a zone."""
        if not isinstance(value, dt.datetime):
            return dt.datetime.combine(value, dt.time())
        zone = getattr(self.start, "tzinfo", None)
        if value.tzinfo is not None:
            value = value.astimezone(zone or self.zone)
        return value.replace(tzinfo=None)

    def from_the_wall(self, wall: dt.datetime) -> dt.datetime:
        if not isinstance(self.start, dt.datetime):
            return self.moment(wall.date())
        zone = self.start.tzinfo or self.zone
        if isinstance(zone, ZoneInfo):
            return instant(wall.date(), wall.time(), zone)
        return wall.replace(tzinfo=zone).astimezone(dt.UTC)


def busy_in(text: str, zone: ZoneInfo, first: dt.datetime, last: dt.datetime) -> Iterator[Taken]:
    began = time.monotonic()
    events = list(_events(text, zone, began))
    replaced = {(one.uid, at) for one in events if (at := one.replaces) is not None}
    for event in events:
        _hurry(began, event.line)
        if event.is_free:
            continue
        try:
            yield from _turns(event, replaced, first, last)
        except (ValueError, TypeError, OverflowError, ArithmeticError, KeyError):
            raise Unreadable("the event that begins here cannot be read", event.line) from None


def _turns(
    event: _Event,
    replaced: set[tuple[str, dt.datetime]],
    first: dt.datetime,
    last: dt.datetime,
) -> Iterator[Taken]:
    start = event.start
    days, length = _length(event)
    if not days and not length:
        return  # a moment takes no time
    if length < dt.timedelta() or length > LONGEST:
        raise Unreadable("it ends before it begins, or lasts longer than a year", event.line)

    def at(begins: dt.datetime, wall: dt.datetime, turn: str) -> Taken:
        ends = event.from_the_wall(wall + days * ONE_DAY) if days else begins + length
        return taken(event.uid, turn, begins, ends, event.line)

    if event.replaces is not None:
        begins = event.moment(start)
        yield at(begins, event.on_the_wall(start), event.replaces.isoformat())
        return
    if "RRULE" not in event.said and "RDATE" not in event.said:
        yield at(event.moment(start), event.on_the_wall(start), "")
        return
    left_out = {event.moment(one) for one in _dates(event, "EXDATE")}
    for wall in _walls(event, last):
        begins = event.from_the_wall(wall)
        is_ours = begins not in left_out and (event.uid, begins) not in replaced
        if is_ours and begins < last and begins + length > first:
            yield at(begins, wall, begins.isoformat())


def _length(event: _Event) -> tuple[int, dt.timedelta]:
    """Whole days, of an event that lasts days; and how long it lasts."""
    start = event.start
    all_day = not isinstance(start, dt.datetime)
    if "DTEND" in event.said:
        end = event.said["DTEND"].dt
        if all_day == isinstance(end, dt.datetime):
            raise Unreadable("it begins on a day and ends at a time", event.line)
        if all_day:
            days = (end - start).days
            return days, days * ONE_DAY
        return 0, event.moment(end) - event.moment(start)
    if "DURATION" in event.said:
        length: dt.timedelta = event.said["DURATION"].dt
        return (length.days if all_day else 0), length
    return (1, ONE_DAY) if all_day else (0, dt.timedelta())


def _walls(event: _Event, last: dt.datetime) -> Iterator[dt.datetime]:
    """When it happens, by the clock beside it: its rule and its further dates."""
    start = event.on_the_wall(event.start)
    found = {start, *(event.on_the_wall(one) for one in _dates(event, "RDATE"))}
    yield from sorted(found)
    rule = event.said.get("RRULE")
    if rule is None:
        return
    stop = last.replace(tzinfo=None) + 2 * ONE_DAY
    for turn, wall in enumerate(rrulestr(_rule(event, rule), dtstart=start, ignoretz=True)):
        if wall > stop:
            return
        if turn > MOST_TURNS:
            raise Unreadable("it repeats too often", event.line)
        if wall not in found:
            yield wall


def _rule(event: _Event, rule: Any) -> str:
    """As dateutil reads it: without a zone, and with nothing that would keep it busy for long."""
    if isinstance(rule, list):
        raise Unreadable("it repeats by two rules at once; keep one", event.line)
    often = str(rule.get("FREQ", [""])[0]).upper()
    if often not in FREQUENCIES:
        raise Unreadable("it repeats more often than daily", event.line)
    strange = {name.upper() for name in rule} - RULE_PARTS
    fixed = any(len(rule.get(name, ())) > 1 for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    days, months = rule.get("BYMONTHDAY", []), rule.get("BYMONTH", [])
    never = days and months and all(abs(int(d)) > _longest(int(m)) for d in days for m in months)
    if strange or fixed or never or ("BYSETPOS" in rule and often not in {"MONTHLY", "YEARLY"}):
        raise Unreadable("it repeats in a way that is not understood here", event.line)
    parts = []
    for part in rule.to_ical().decode().split(";"):
        if part.upper().startswith("UNTIL="):
            until = event.on_the_wall(rule["UNTIL"][0])
            if not isinstance(rule["UNTIL"][0], dt.datetime):
                until += ONE_DAY - dt.timedelta(seconds=1)
            part = f"UNTIL={until:%Y%m%dT%H%M%S}"
        parts.append(part)
    return ";".join(parts)


def _longest(month: int) -> int:
    return 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31


def _dates(event: _Event, name: str) -> list[dt.datetime | dt.date]:
    said = event.said.get(name, [])
    found = []
    for one in said if isinstance(said, list) else [said]:
        for date in one.dts:
            value = date.dt
            found.append(value[0] if isinstance(value, tuple) else value)
    if len(found) > MOST_TURNS:
        raise Unreadable("it names too many days", event.line)
    return found


def _hurry(began: float, line: int) -> None:
    if time.monotonic() - began > AT_MOST:
        raise Unreadable("it takes too long to work out; export fewer events", line)


def _events(text: str, zone: ZoneInfo, began: float) -> Iterator[_Event]:
    """Every event of the file with its line. Raises Unreadable."""
    blocks, zones = _blocks(text)
    for line, block in blocks:
        _hurry(began, line)
        own = zones if any("TZID=" in one for one in block) else []
        lines = ["BEGIN:VCALENDAR", *own, *block, "END:VCALENDAR"]
        try:
            event: Any = Calendar.from_ical("\r\n".join(lines)).walk("VEVENT")[0]
        except (ValueError, IndexError, KeyError, TypeError):
            raise Unreadable("the event that begins here cannot be read", line) from None
        if event.errors or not hasattr(event.get("DTSTART"), "dt"):
            raise Unreadable("the event that begins here has no time that can be read", line)
        if event["DTSTART"].params.get("TZID") and event["DTSTART"].dt.tzinfo is None:
            raise Unreadable("the event that begins here is in a time zone nobody knows", line)
        again = event.get("RECURRENCE-ID")
        if again is not None and "RANGE" in again.params:
            raise Unreadable("it changes all that follow; export the calendar without that", line)
        if not str(event.get("UID", "")).strip():
            raise Unreadable("the event that begins here has no UID", line)
        yield _Event(line, event, zone)


Part = tuple[str, int]  # its name, and the line it begins at


def _blocks(text: str) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """The lines that are read, of each event with its first line's number; and of the zones."""
    events: list[tuple[int, list[str]]] = []
    zones: list[str] = []
    inside: list[Part] = []
    keeps = False  # whether the line before was kept: what follows with a blank belongs to it
    for number, raw in enumerate(text.splitlines(), 1):
        if not raw.strip():
            continue
        name = _name(raw, number)
        keeps = name in WANTED if name else keeps
        ended = _nest(inside, name, raw, number)
        if name == "BEGIN" and inside[-1][0] == "VEVENT":
            events.append((number, []))
        parts = [part for part, _line in (*inside, *ended)]
        if not keeps or not all(part in PARTS for part in parts):
            continue
        if "VEVENT" in parts:
            events[-1][1].append(raw)
        elif "VTIMEZONE" in parts:
            zones.append(raw)
    if inside:
        part, begun = inside[-1]
        raise Unreadable(f"the {part} that begins here has no end: the file is cut off", begun)
    if len(events) > MOST_EVENTS or len(zones) > MOST_LINES_OF_ZONES:
        raise Unreadable(f"there are more than {MOST_EVENTS} events in it, or too many zones")
    return events, zones


def _name(raw: str, number: int) -> str:
    """What the line says; empty where it goes on with the one before."""
    if raw[0] in " \t":
        return ""
    whole = _LINE.match(raw)
    if whole is None:
        raise Unreadable("this is not a line of a calendar", number)
    return whole[1].upper()


def _nest(inside: list[Part], name: str, raw: str, number: int) -> list[Part]:
    """Keeps the list of parts that the line stands in; answers the one that ends with it."""
    value = raw.partition(":")[2].strip().upper()
    if name == "BEGIN":
        inside.append((value, number))
        if len(inside) > DEEPEST:
            raise Unreadable("too many parts inside each other", number)
    elif not inside:
        raise Unreadable("this is outside of the calendar", number)
    elif name == "END":
        part, begun = inside.pop()
        if part != value:
            raise Unreadable(f"it ends what did not begin at line {begun}", number)
        return [(part, begun)]
    return []
