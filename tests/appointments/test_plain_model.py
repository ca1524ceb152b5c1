"""availability.py against a model that was written separately and asks every minute."""

from __future__ import annotations

import datetime as dt

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appointments.availability import free_slots
from tests.appointments import plain
from tests.appointments.questions import Question, questions

NIGHTS = {
    "America/Chicago": ["2026-03-08", "2026-11-01", "2026-11-24"],
    "Australia/Sydney": ["2026-04-05", "2026-10-04", "2026-01-01"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
    "Asia/Kolkata": ["2026-02-28"],
}
some = st.sampled_from(sorted(NIGHTS)).flatmap(
    lambda zone: questions(
        zone, st.sampled_from([dt.date.fromisoformat(day) for day in NIGHTS[zone]])
    )
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(some)
def test_both_ways_of_asking_find_the_same_times(asked: Question) -> None:
    laid_down, taken, now, first = asked
    slots = free_slots(laid_down, taken, visit_type="a-visit", now=now, first=first, days=2)
    quick = {plain.facts(slot) for slot in slots}
    assert quick == plain.free_starts(laid_down, taken, now=now, first=first, days=2)
