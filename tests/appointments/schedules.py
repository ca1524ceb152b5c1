"""Rules as plain values for tests that need no database."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from appointments.availability import Slot, free_slots
from appointments.intervals import Interval
from appointments.rules import WEEKDAYS, Closed, Hours, Person, Place, Rules, Visit, Works

ALWAYS = Hours(frozenset(WEEKDAYS), dt.time(0), dt.time(0))
ANA = Person(1, "ana-ortega", "Ana Ortega, M.D.", 1)
BEN = Person(2, "ben-cole", "Ben Cole, PA-C", 2)
OFFICE = Place(7, "main-street", "Main Street office", "Springfield")


def hours(opens: str, closes: str, days: str = "mon tue wed thu fri sat sun") -> Hours:
    return Hours(
        frozenset(days.split()),
        dt.time.fromisoformat(opens),
        dt.time() if closes == "24:00" else dt.time.fromisoformat(closes),
    )


def visit(**facts: Any) -> Visit:
    return Visit(
        **{
            "id": 1,
            "slug": "a-visit",
            "modality": "virtual",
            "minutes": 30,
            "confirmation": "instant",
            **facts,
        }
    )


def rules(
    *works: Works,
    kind: Visit | None = None,
    zone: str = "America/Chicago",
    closed: tuple[Closed, ...] = (),
    desk: tuple[Hours, ...] = (ALWAYS,),
    promise: int = 120,
    places: tuple[Place, ...] = (OFFICE,),
) -> Rules:
    return Rules(
        zone=ZoneInfo(zone),
        promise_minutes=promise,
        desk=desk,
        visits=(kind or visit(),),
        people=(ANA, BEN),
        places=places,
        works=works,
        closed=closed,
    )


def works(
    opens: str, closes: str, days: str = "mon tue wed thu fri sat sun", **facts: Any
) -> Works:
    return Works(
        **{
            "practitioner": ANA.id,
            "location": None,
            "visit_types": frozenset({1}),
            "hours": hours(opens, closes, days),
            **facts,
        }
    )


def local(text: str, zone: str = "America/Chicago") -> dt.datetime:
    """`2026-11-24 09:00` on the wall clock of `zone`, in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def between(start: str, end: str, zone: str = "America/Chicago") -> Interval:
    return Interval(local(start, zone), local(end, zone))


def free(
    laid_down: Rules, *, now: str = "2026-11-23 00:00", taken: Any = None, **limits: Any
) -> list[Slot]:
    if "first" in limits:
        limits["first"] = dt.date.fromisoformat(limits["first"])
    return free_slots(
        laid_down,
        taken or {},
        visit_type="a-visit",
        now=local(now, laid_down.zone.key),
        **limits,
    )


def clock(slots: list[Slot]) -> list[str]:
    """The starts as the practice's wall clock shows them."""
    return [f"{slot.local:%H:%M}" for slot in slots]
