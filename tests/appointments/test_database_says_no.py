"""What a patient meets when the database says no: another try, or a clear word. Never a 500."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection

from appointments import booking, calendars, taking
from appointments.models import Occupancy
from tests.appointments.test_booking import everything, hold, request
from tests.people import Clinic, free_times


def failing(monkeypatch: pytest.MonkeyPatch, sqlstate: str, times: int) -> list[int]:
    """Let taking time fail as PostgreSQL would, so many times."""
    calls: list[int] = []
    real = taking.take

    def take(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) <= times:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{sqlstate}'; END $$"
                )
        return real(*args, **kwargs)

    monkeypatch.setattr(taking, "take", take)
    monkeypatch.setattr("appointments.transactions.time.sleep", lambda seconds: None)
    return calls


@pytest.mark.parametrize("sqlstate", ["40P01", "40001", "55P03", "57014"])
def test_a_deadlock_or_a_wait_is_tried_again(
    clinic: Clinic, now: dt.datetime, monkeypatch: pytest.MonkeyPatch, sqlstate: str
) -> None:
    calls = failing(monkeypatch, sqlstate, times=3)
    hold(free_times(clinic.same_day, now)[0], now)
    assert len(calls) == 4
    assert Occupancy.objects.count() == 1


def test_after_three_more_tries_it_is_busy_and_nothing_changed(
    clinic: Clinic, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = failing(monkeypatch, "55P03", times=99)
    with pytest.raises(booking.Busy):
        request(uuid.uuid4(), now, slot=free_times(clinic.same_day, now)[0])
    assert len(calls) == 4
    assert everything() == [[]] * 5


def test_a_time_taken_in_spite_of_the_lock_is_still_only_taken_once(
    clinic: Clinic, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The constraint alone: availability is made blind to what is taken."""
    slot = free_times(clinic.same_day, now)[0]
    hold(slot, now)
    before = everything()
    blind = calendars.Calendar(calendars.rules_from(now), {})
    monkeypatch.setattr(calendars, "load", lambda **kwargs: blind)
    with pytest.raises(booking.SlotTaken):
        hold(slot, now)
    assert everything() == before
