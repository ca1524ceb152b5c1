"""Ten years of clock changes in four zones, and many moments at random, against the plain model.

All of them run in `python3 run.py check`; here is one change of each zone, and a few moments.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appointments.availability import free_slots
from appointments.rules import instant
from tests.appointments import plain
from tests.appointments.questions import Question, questions
from tests.appointments.schedules import rules, visit, works

# One puts its clock half an hour forward, one is half an hour off.
ZONES = ("America/Chicago", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns")
QUARTER = dt.timedelta(minutes=15)
FIRST, LAST = 2026, 2036
MOMENTS = 25_000  # in each zone
OF_ONE_QUESTION = 250


def changes(zone: ZoneInfo, first: int, last: int) -> list[dt.date]:
    """The days whose midnights are not 24 hours apart."""
    begins, ends = dt.date(first, 1, 1), dt.date(last, 1, 1)
    days = (begins + n * plain.DAY for n in range((ends - begins).days))
    return [
        day
        for day in days
        if dt.datetime.combine(day, dt.time(), zone).utcoffset()
        != dt.datetime.combine(day + plain.DAY, dt.time(), zone).utcoffset()
    ]


def agree_on(zone: ZoneInfo, day: dt.date) -> None:
    """On what the clock on the wall says, and which quarter hours are free, each asked from the
    day before and from that quarter hour itself."""
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
    slots = free_slots(laid_down, {}, visit_type="a-visit", now=now, first=day, days=2)
    quick = {plain.facts(slot) for slot in slots}
    assert len(quick) > 190
    assert quick == plain.free_starts(laid_down, {}, now=now, first=day, days=2)
    answer, quarter = plain.answers(laid_down, now), instant(day, dt.time(), zone)
    while quarter < instant(day + plain.DAY, dt.time(), zone):
        slots = free_slots(laid_down, {}, visit_type="a-visit", now=quarter, first=day, days=1)
        starts = {plain.facts(slot) for slot in slots}
        for near in (quarter - QUARTER, quarter, quarter + QUARTER):
            if near.astimezone(zone).date() == day:
                mine = {one for one in starts if one[2] == near}
                assert mine == plain.starts_at(laid_down, {}, near, now=quarter, answer=answer)
        quarter += QUARTER


def agree_at_random(name: str, moments: int) -> None:
    """In practices that chance lays down, around its days and each change of the clock."""
    zone, asked = ZoneInfo(name), Counter[str]()
    any_day = st.dates(dt.date(FIRST, 1, 1), dt.date(LAST - 1, 12, 31))
    nights = any_day | st.sampled_from(changes(zone, FIRST, LAST))

    @settings(
        max_examples=-(-moments // OF_ONE_QUESTION),
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(questions(name, nights), st.integers(0, 2**32))
    def agree(question: Question, seed: int) -> None:
        laid_down, taken, now, first = question
        chance, answer = random.Random(seed), plain.answers(laid_down, now)
        slots = free_slots(laid_down, taken, visit_type="a-visit", now=now, first=first, days=2)
        quick: dict[dt.datetime, set[plain.Start]] = {}
        for slot in slots:
            quick.setdefault(slot.start, set()).add(plain.facts(slot))
        begins = plain.first_minute(dt.datetime.combine(first, dt.time()), zone)
        ends = plain.first_minute(dt.datetime.combine(first + 2 * plain.DAY, dt.time()), zone)
        minutes = (ends - begins) // plain.MINUTE
        for number in range(OF_ONE_QUESTION):
            # Starts are mostly at five minutes; every fourth moment is at any.
            apart = 1 if number % 4 == 0 else 5
            moment = begins + chance.randrange(0, minutes, apart) * plain.MINUTE
            found = plain.starts_at(laid_down, taken, moment, now=now, answer=answer)
            assert quick.get(moment, set()) == found
            asked.update(moments=1, free=bool(found))
            wall = moment.astimezone(zone)
            if not wall.fold:
                assert instant(wall.date(), wall.time(), zone) == moment

    agree()
    assert asked["moments"] >= moments
    assert asked["free"] > moments / 100


@pytest.mark.parametrize("name", ZONES)
def test_the_next_change_of_the_clock(name: str) -> None:
    agree_on(ZoneInfo(name), changes(ZoneInfo(name), 2026, 2027)[0])


@pytest.mark.parametrize("name", ZONES)
def test_some_moments_at_random(name: str) -> None:
    agree_at_random(name, 2_000)


@pytest.mark.check
@pytest.mark.parametrize("name", ZONES)
def test_every_quarter_hour_of_ten_years_of_changes(name: str) -> None:
    days = changes(ZoneInfo(name), FIRST, LAST)
    assert len(days) == 20
    for day in days:
        agree_on(ZoneInfo(name), day)


@pytest.mark.check
@pytest.mark.parametrize("name", ZONES)
def test_a_hundred_thousand_moments_at_random(name: str) -> None:
    agree_at_random(name, MOMENTS)
