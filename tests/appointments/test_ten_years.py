"""Ten years of clock changes in four zones, and many moments at random, against the plain model.

The long ones run in `python3 run.py check`; here is one change of each zone.
"""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo

import pytest

from appointments.availability import free_slots
from appointments.rules import instant
from tests.appointments import plain
from tests.appointments.schedules import rules, visit, works

ZONES = ("America/Chicago", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns")
QUARTER = dt.timedelta(minutes=15)


def changes(zone: ZoneInfo, first: int, last: int) -> list[dt.date]:
    """The days whose midnights are not 24 hours apart; without any, New Year's days."""
    days = (dt.date(first, 1, 1) + n * plain.DAY for n in range((last - first) * 366))
    found = [
        day
        for day in days
        if dt.datetime.combine(day, dt.time(), zone).utcoffset()
        != dt.datetime.combine(day + plain.DAY, dt.time(), zone).utcoffset()
    ]
    return found or [dt.date(year, 1, 1) for year in range(first, last)]


def agree_on(zone: ZoneInfo, day: dt.date) -> None:
    for n in range(96):
        wall = dt.datetime.combine(day, dt.time()) + n * QUARTER
        assert instant(day, wall.time(), zone) == plain.first_minute(wall, zone)
    laid_down = rules(
        works("00:00", "24:00"),
        works("22:15", "03:45", practitioner=2),
        kind=visit(minutes=15, start_interval=15, horizon_days=3),
        zone=zone.key,
    )
    now = instant(day - plain.DAY, dt.time(12), zone)
    quick = {
        (slot.person.id, slot.start)  # type: ignore[union-attr]
        for slot in free_slots(laid_down, {}, visit_type="a-visit", now=now, first=day, days=2)
    }
    slow = plain.free_starts(laid_down, {}, now=now, first=day, days=2)
    assert quick == {(person, start) for person, _, start, _, _ in slow}


@pytest.mark.parametrize("name", ZONES)
def test_the_next_change_of_the_clock(name: str) -> None:
    agree_on(ZoneInfo(name), changes(ZoneInfo(name), 2026, 2027)[0])


@pytest.mark.check
@pytest.mark.parametrize("name", ZONES)
def test_every_quarter_hour_of_ten_years_of_changes(name: str) -> None:
    for day in changes(ZoneInfo(name), 2026, 2036):
        agree_on(ZoneInfo(name), day)


@pytest.mark.check
@pytest.mark.parametrize("name", ZONES)
def test_a_hundred_thousand_moments_at_random(name: str) -> None:
    zone, chance = ZoneInfo(name), random.Random(name)
    first = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for _ in range(25_000):
        moment = first + chance.randrange(10 * 365 * 24 * 60) * plain.MINUTE
        wall = moment.astimezone(zone)
        found = instant(wall.date(), wall.time(), zone)
        # Shown by the wall clock at that moment; of a time that comes twice, the first.
        assert found.astimezone(zone).replace(fold=0) == wall.replace(fold=0)
        assert found == moment or (wall.fold and found < moment)
