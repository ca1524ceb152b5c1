from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from appointments.intervals import Interval, subtract, union


def at(hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 11, 24, hour, minute, tzinfo=dt.UTC)


def iv(start: int, end: int) -> Interval:
    return Interval(at(start), at(end))


@pytest.mark.parametrize(
    ("one", "other", "overlaps", "covers"),
    [
        (iv(8, 9), iv(9, 10), False, False),
        (iv(9, 10), iv(8, 9), False, False),
        (iv(8, 10), iv(9, 11), True, False),
        (iv(8, 12), iv(9, 10), True, True),
        (iv(9, 10), iv(8, 12), True, False),
        (iv(8, 9), iv(8, 9), True, True),
    ],
)
def test_what_only_touches_does_not_overlap(
    one: Interval, other: Interval, overlaps: bool, covers: bool
) -> None:
    assert one.overlaps(other) is overlaps
    assert other.overlaps(one) is overlaps
    assert one.covers(other) is covers


@pytest.mark.parametrize(
    ("whole", "taken", "left"),
    [
        (iv(8, 12), [], [iv(8, 12)]),
        (iv(8, 12), [iv(6, 8), iv(12, 13)], [iv(8, 12)]),
        (iv(8, 12), [iv(9, 10)], [iv(8, 9), iv(10, 12)]),
        (iv(8, 12), [iv(7, 9), iv(11, 14)], [iv(9, 11)]),
        (iv(8, 12), [iv(11, 12), iv(8, 9)], [iv(9, 11)]),
        (iv(8, 12), [iv(9, 11), iv(10, 11)], [iv(8, 9), iv(11, 12)]),
        (iv(8, 12), [iv(6, 14)], []),
        (iv(8, 12), [iv(8, 12)], []),
    ],
)
def test_taking_time_out(whole: Interval, taken: list[Interval], left: list[Interval]) -> None:
    assert whole.minus(*taken) == left
    assert subtract([whole], taken) == left


def test_union_merges_what_overlaps_or_touches_and_sorts_it() -> None:
    assert union([iv(11, 12), iv(8, 9), iv(9, 10), iv(8, 10)]) == [iv(8, 10), iv(11, 12)]
    assert union([]) == []


def test_clip_leaves_what_is_inside() -> None:
    assert iv(8, 12).clip(iv(10, 14)) == iv(10, 12)
    assert iv(8, 9).clip(iv(9, 10)) is None


def test_the_end_is_outside() -> None:
    assert iv(8, 9).contains(at(8))
    assert not iv(8, 9).contains(at(9))


def test_instants_of_a_zone_are_kept_in_utc_so_that_autumn_has_its_extra_hour() -> None:
    chicago = ZoneInfo("America/Chicago")
    first = dt.datetime(2026, 11, 1, 1, 30, tzinfo=chicago)
    second = first.replace(fold=1)
    assert Interval(first, second).length == dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "end"), [(at(9), at(9)), (at(10), at(9)), (at(9).replace(tzinfo=None), at(10))]
)
def test_no_interval_is_empty_backwards_or_without_a_zone(
    start: dt.datetime, end: dt.datetime
) -> None:
    with pytest.raises(ValueError, match=r"interval|zone"):
        Interval(start, end)
