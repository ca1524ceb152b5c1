from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo

from django.test import override_settings

from practice import clock


def test_two_processes_that_started_apart_agree_on_the_pretended_time() -> None:
    began = time.time() - 60
    with override_settings(CLINIC_NOW="2026-11-24T09:00:00-06:00", CLINIC_NOW_AT=began):
        passed = clock.now() - dt.datetime(2026, 11, 24, 15, 1, tzinfo=dt.UTC)
    assert dt.timedelta(0) <= passed < dt.timedelta(seconds=5)


def test_without_a_pretended_time_it_is_now_and_in_utc() -> None:
    with override_settings(CLINIC_NOW="", CLINIC_NOW_AT=0.0):
        now = clock.now()
    assert now.tzinfo is dt.UTC
    assert abs(now.timestamp() - time.time()) < 5


def test_someone_in_dallas_still_has_tuesday_when_utc_has_wednesday() -> None:
    with override_settings(CLINIC_NOW="2026-11-25T03:00:00+00:00", CLINIC_NOW_AT=time.time()):
        assert clock.today(ZoneInfo("America/Chicago")) == dt.date(2026, 11, 24)
        assert clock.today(ZoneInfo("UTC")) == dt.date(2026, 11, 25)
