"""Is anybody there, and when next: over midnight and over both clock changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest

from practice.opening import Opening, State, by_weekday, openings, state

CHICAGO = ZoneInfo("America/Chicago")
ALL_WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MIDNIGHT = dt.time(0)


@dataclass(frozen=True)
class Hours:
    days: list[str]
    opens: dt.time
    closes: dt.time


def hours(days: str, opens: str, closes: str) -> Hours:
    return Hours(days.split(), dt.time.fromisoformat(opens), dt.time.fromisoformat(closes))


def local(text: str) -> dt.datetime:
    """In Chicago; `fold` tells the second of two equal times, written with a star."""
    return dt.datetime.fromisoformat(text.rstrip("*")).replace(
        tzinfo=CHICAGO, fold=text.endswith("*")
    )


def at(text: str, *spans: Hours, closed: tuple[tuple[str, str], ...] = ()) -> State:
    return state(
        spans,
        zone=CHICAGO,
        now=local(text).astimezone(dt.UTC),
        closed=[(local(a), local(b)) for a, b in closed],
    )


WEEKDAYS = hours("mon tue wed thu fri", "08:00", "17:00")
LATE = hours("fri sat", "21:00", "01:00")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2026-11-24 07:59", State(open=False, opens=local("2026-11-24 08:00"))),
        ("2026-11-24 08:00", State(open=True, until=local("2026-11-24 17:00"))),
        ("2026-11-24 16:59", State(open=True, until=local("2026-11-24 17:00"))),
        ("2026-11-24 17:00", State(open=False, opens=local("2026-11-25 08:00"))),
        ("2026-11-27 18:00", State(open=False, opens=local("2026-11-30 08:00"))),
    ],
)
def test_someone_reads_open_from_the_opening_minute_until_the_closing_minute(
    asked: str, expected: State
) -> None:
    assert at(asked, WEEKDAYS) == expected


@pytest.mark.parametrize(
    ("asked", "is_open"),
    [
        ("2026-11-27 20:59", False),
        ("2026-11-27 23:59", True),
        ("2026-11-28 00:59", True),
        ("2026-11-28 01:00", False),
        ("2026-11-29 00:30", True),  # Sunday, but Saturday's evening
        ("2026-11-27 00:30", False),  # Friday before dawn belongs to Thursday
    ],
)
def test_someone_awake_after_midnight_finds_the_evening_still_open(
    asked: str, is_open: bool
) -> None:
    assert at(asked, LATE).open is is_open


def test_someone_at_lunch_time_reads_when_the_second_span_begins() -> None:
    morning, afternoon = hours("tue", "09:00", "12:00"), hours("tue", "13:00", "16:30")
    assert at("2026-11-24 12:10", afternoon, morning) == State(
        open=False, opens=local("2026-11-24 13:00")
    )


def test_closing_at_24_00_is_the_midnight_after_the_day() -> None:
    evening = hours("tue", "18:00", "00:00")
    assert at("2026-11-24 23:59", evening) == State(open=True, until=local("2026-11-25 00:00"))
    assert at("2026-11-25 00:00", evening).open is False


def test_spans_that_touch_are_one_stretch_even_over_midnight() -> None:
    evening, night = hours("tue", "18:00", "00:00"), hours("wed", "00:00", "06:00")
    assert at("2026-11-24 20:00", evening, night).until == local("2026-11-25 06:00")


def test_a_practice_open_day_and_night_never_says_when_it_closes() -> None:
    always = Hours(ALL_WEEK, MIDNIGHT, MIDNIGHT)
    assert at("2026-11-24 03:00", always) == State(open=True, until=None)


def test_a_holiday_closes_the_day_and_the_next_opening_is_after_it() -> None:
    thanksgiving = (("2026-11-26 00:00", "2026-11-27 00:00"),)
    assert at("2026-11-26 10:00", WEEKDAYS, closed=thanksgiving) == State(
        open=False, opens=local("2026-11-27 08:00")
    )


def test_a_closure_in_the_middle_of_a_day_is_cut_out() -> None:
    noon = (("2026-11-24 12:00", "2026-11-24 14:00"),)
    assert at("2026-11-24 11:00", WEEKDAYS, closed=noon).until == local("2026-11-24 12:00")
    assert at("2026-11-24 12:30", WEEKDAYS, closed=noon).opens == local("2026-11-24 14:00")


def test_nobody_is_promised_an_opening_when_there_are_no_hours() -> None:
    assert at("2026-11-24 12:00") == State(open=False)


def test_in_spring_the_night_is_an_hour_shorter() -> None:
    [night] = openings(
        [hours("sat", "22:00", "06:00")], zone=CHICAGO, first=dt.date(2026, 3, 7), days=1
    )
    assert night.ends - night.starts == dt.timedelta(hours=7)


def test_in_autumn_the_night_is_an_hour_longer_and_the_repeated_hour_is_open_twice() -> None:
    saturday = hours("sat", "22:00", "06:00")
    [night] = openings([saturday], zone=CHICAGO, first=dt.date(2026, 10, 31), days=1)
    assert night.ends - night.starts == dt.timedelta(hours=9)
    assert at("2026-11-01 01:30", saturday).open
    assert at("2026-11-01 01:30*", saturday).open


def test_opening_at_a_time_that_spring_skips_is_as_long_after_the_change() -> None:
    skipped = hours("sun", "02:30", "05:00")
    [morning] = openings([skipped], zone=CHICAGO, first=dt.date(2026, 3, 8), days=1)
    assert morning == Opening(local("2026-03-08 03:30"), local("2026-03-08 05:00"))


def test_the_monday_after_each_change_opens_at_eight_on_the_wall() -> None:
    for sunday, monday in (("2026-03-08", "2026-03-09"), ("2026-11-01", "2026-11-02")):
        opens = at(f"{sunday} 12:00", WEEKDAYS).opens
        assert opens == local(f"{monday} 08:00")


def test_the_table_of_a_week_has_every_day_and_sorts_its_spans() -> None:
    afternoon, morning = hours("tue", "13:00", "16:00"), hours("tue thu", "09:00", "12:00")
    assert by_weekday([afternoon, morning]) == [
        ("mon", []),
        ("tue", [morning, afternoon]),
        ("wed", []),
        ("thu", [morning]),
        ("fri", []),
        ("sat", []),
        ("sun", []),
    ]
