"""Free times on the nights when clocks change, in four zones."""

from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest

from appointments.rules import Desk, instant
from tests.appointments.schedules import clock, free, hours, local, rules, visit, works

HOURLY = visit(minutes=60)


def test_chicago_in_spring_a_skipped_hour_is_never_offered() -> None:
    found = free(
        rules(works("00:00", "05:00"), kind=HOURLY),
        now="2026-03-07 12:00",
        first="2026-03-08",
        days=1,
    )
    assert clock(found) == ["00:00", "01:00", "03:00", "04:00"]


def test_chicago_in_autumn_a_doubled_hour_is_offered_once() -> None:
    found = free(
        rules(works("00:00", "04:00"), kind=HOURLY),
        now="2026-10-31 12:00",
        first="2026-11-01",
        days=1,
    )
    assert clock(found) == ["00:00", "01:00", "02:00", "03:00"]
    assert [slot.start.hour for slot in found] == [5, 6, 8, 9]  # the second 01:00 is left out


def test_the_grid_runs_in_real_time_from_the_opening() -> None:
    found = free(
        rules(works("00:00", "05:00"), kind=visit(minutes=45)),
        now="2026-03-07 12:00",
        first="2026-03-08",
        days=1,
    )
    assert clock(found) == ["00:00", "00:45", "01:30", "03:15", "04:00"]
    assert all(
        later.start - sooner.start == dt.timedelta(minutes=45)
        for sooner, later in itertools.pairwise(found)
    )


def test_hours_that_open_inside_the_skipped_hour_open_when_it_is_over() -> None:
    found = free(
        rules(works("02:30", "04:30"), kind=HOURLY),
        now="2026-03-07 12:00",
        first="2026-03-08",
        days=1,
    )
    assert clock(found) == ["03:00"]


def test_hours_that_lie_inside_the_skipped_hour_offer_nothing() -> None:
    found = free(
        rules(works("02:00", "03:00"), kind=HOURLY),
        now="2026-03-07 12:00",
        first="2026-03-08",
        days=1,
    )
    assert found == []


def test_a_night_window_across_the_change_is_as_long_as_the_night_is() -> None:
    night = works("22:00", "06:00")
    spring = free(
        rules(night, kind=HOURLY), now="2026-03-07 12:00", first="2026-03-07", days=1
    ) + free(rules(night, kind=HOURLY), now="2026-03-07 12:00", first="2026-03-08", days=1)
    of_saturday = [slot for slot in spring if slot.day == dt.date(2026, 3, 7)]
    assert len(of_saturday) == 7
    autumn = free(rules(night, kind=HOURLY), now="2026-10-31 12:00", first="2026-10-31", days=2)
    assert len([slot for slot in autumn if slot.day == dt.date(2026, 10, 31)]) == 8


@pytest.mark.parametrize(
    ("zone", "day", "times"),
    [
        # Sydney: southern, forwards in October, back in April.
        ("Australia/Sydney", "2026-10-04", ["00:00", "01:00", "03:00"]),
        ("Australia/Sydney", "2026-04-05", ["00:00", "01:00", "02:00", "03:00"]),
        # Lord Howe: by half an hour.
        ("Australia/Lord_Howe", "2026-10-04", ["00:00", "01:00", "02:30"]),
        # On the way back 01:30 to 02:00 comes twice; the third hour begins in its second run.
        ("Australia/Lord_Howe", "2026-04-05", ["00:00", "01:00", "02:30"]),
        # Newfoundland: half-hour offset, whole-hour change.
        ("America/St_Johns", "2026-03-08", ["00:00", "01:00", "03:00"]),
        ("America/St_Johns", "2026-11-01", ["00:00", "01:00", "02:00", "03:00"]),
        # Kolkata: half-hour offset, never a change.
        ("Asia/Kolkata", "2026-03-08", ["00:00", "01:00", "02:00", "03:00"]),
    ],
)
def test_elsewhere_the_night_is_right_too(zone: str, day: str, times: list[str]) -> None:
    before = dt.date.fromisoformat(day) - dt.timedelta(days=1)
    found = free(
        rules(works("00:00", "04:00"), kind=HOURLY, zone=zone),
        now=f"{before} 12:00",
        first=day,
        days=1,
    )
    assert clock(found) == times


@pytest.mark.parametrize(
    "zone", ["America/Chicago", "Australia/Sydney", "Australia/Lord_Howe", "Europe/Dublin"]
)
def test_every_wall_time_of_a_year_is_that_instant_or_the_end_of_the_gap(zone: str) -> None:
    place = ZoneInfo(zone)
    day = dt.date(2026, 1, 1)
    while day.year == 2026:
        for minutes in range(0, 300, 30):
            time = dt.time(minutes // 60, minutes % 60)
            there = instant(day, time, place)
            shown = there.astimezone(place)
            wall = dt.datetime.combine(day, time)
            if shown.replace(tzinfo=None) == wall:
                assert shown.fold == 0
            else:
                just_before = (there - dt.timedelta(seconds=1)).astimezone(place)
                assert just_before.replace(tzinfo=None) < wall < shown.replace(tzinfo=None)
                assert just_before.utcoffset() != shown.utcoffset()
        day += dt.timedelta(days=1)


def test_answers_are_counted_in_real_desk_time_across_the_change() -> None:
    laid_down = rules(desk=(hours("00:00", "04:00", "sun"),), promise=150)
    spring = Desk.at(local("2026-03-07 12:00"), laid_down)
    assert spring.promise == local("2026-03-08 03:30")
    autumn = Desk.at(local("2026-10-31 12:00"), laid_down)
    assert autumn.promise is not None
    # Midnight, one, one again: after two and a half hours it is half past one for the second time.
    assert autumn.promise == local("2026-11-01 00:00") + dt.timedelta(minutes=150)
