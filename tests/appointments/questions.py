"""Hypothesis makes up a practice and asks for its free times."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from appointments.availability import Given
from appointments.intervals import Interval
from appointments.rules import WEEKDAYS, Closed, Hours, Rules, Visit, Works
from tests.appointments.schedules import ANA, BEN, OFFICE

MINUTE = dt.timedelta(minutes=1)

Question = tuple[Rules, dict[int, list[Interval]], dt.datetime, dt.date]
"""What is laid down, what is taken, now, and the first day that is asked for."""

times = st.builds(dt.time, st.integers(0, 23), st.sampled_from([0, 0, 15, 30, 45]))
days = st.frozensets(st.sampled_from(WEEKDAYS), min_size=4)
opened = st.builds(Hours, days, times, times)
places = st.sampled_from([None, None, OFFICE.id])
people = st.sampled_from([ANA.id, BEN.id])
visits = st.builds(
    Visit,
    id=st.just(1),
    slug=st.just("a-visit"),
    modality=st.sampled_from(["virtual", "in-person"]),
    minutes=st.sampled_from([10, 20, 45, 60]),
    buffer_before=st.sampled_from([0, 5]),
    buffer_after=st.sampled_from([0, 10]),
    notice=st.sampled_from([0, 30, 600]),
    horizon_days=st.sampled_from([0, 1, 30]),
    confirmation=st.sampled_from(["instant", "request"]),
    start_interval=st.sampled_from([None, 15, 50]),
    cut_off=st.sampled_from([None, None, None, dt.time(2, 30), dt.time(15)]),
    daily_cap=st.sampled_from([None, None, 1, 2]),
)


@st.composite
def questions(draw: st.DrawFn, zone: str, nights: st.SearchStrategy[dt.date]) -> Question:
    """A practice in `zone` and what is taken there, around one of the nights."""
    night = draw(nights)
    noon = dt.datetime.combine(night, dt.time(12), ZoneInfo(zone)).astimezone(dt.UTC)

    def stretch() -> Interval:
        start = noon + draw(st.integers(-36 * 60, 24 * 60)) * MINUTE
        return Interval(start, start + draw(st.integers(1, 600)) * MINUTE)

    works = [
        Works(
            practitioner=draw(people),
            location=draw(places),
            visit_types=frozenset({1}),
            hours=draw(opened),
            from_date=draw(st.sampled_from([None, None, night])),
            until_date=draw(st.sampled_from([None, None, night])),
            same_day_from=draw(st.sampled_from([None, None, dt.time(1, 30), dt.time(7)])),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    closed = [
        Closed(stretch(), draw(places), draw(st.sampled_from([None, ANA.id])))
        for _ in range(draw(st.integers(0, 2)))
    ]
    laid_down = Rules(
        zone=ZoneInfo(zone),
        promise_minutes=draw(st.sampled_from([1, 60, 300])),
        desk=tuple(draw(st.lists(opened, max_size=2))),
        visits=(draw(visits),),
        people=(ANA, BEN),
        places=(OFFICE,),
        works=tuple(works),
        closed=tuple(closed),
    )

    def given() -> Interval:
        row = stretch()
        if draw(st.booleans()):
            return Given(row.start, row.end)  # busy elsewhere
        return Given(row.start, row.end, 1, row.start)

    taken = {draw(people): [given() for _ in range(draw(st.integers(0, 3)))]}
    now = noon + draw(st.integers(-48 * 60, 18 * 60)) * MINUTE
    return laid_down, taken, now, night - dt.timedelta(days=draw(st.integers(0, 1)))
