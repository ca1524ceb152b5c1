"""Extra sessions, busy times, cut-off, daily cap, and times kept for the morning of the day."""

from __future__ import annotations

import datetime as dt

from appointments.models import BusyTime, ExtraSession
from tests.people import Clinic, a_visit, bob, free_times

DAY = dt.timedelta(days=1)


def days_of(clinic: Clinic, now: dt.datetime) -> list[dt.date]:
    return [slot.day for slot in free_times(clinic.office_visit, now)]


def test_an_extra_session_is_on_its_day_alone(clinic: Clinic, now: dt.datetime) -> None:
    saturday = dt.date(2026, 11, 28)
    assert saturday not in days_of(clinic, now)
    extra = ExtraSession.objects.create(
        practitioner=clinic.doctor,
        location=clinic.office,
        day=saturday,
        opens=dt.time(9),
        closes=dt.time(10, 10),
    )
    extra.visit_types.add(clinic.office_visit)
    assert days_of(clinic, now).count(saturday) == 2
    assert saturday + 7 * DAY not in days_of(clinic, now)


def test_busy_elsewhere_is_busy_here_for_that_person(clinic: Clinic, now: dt.datetime) -> None:
    first = free_times(clinic.office_visit, now)[0]
    video = free_times(clinic.same_day, now)
    BusyTime.objects.create(
        practitioner=clinic.doctor, during=(first.start, first.end), source="ehr", uid="1"
    )
    assert first not in free_times(clinic.office_visit, now)
    assert free_times(clinic.same_day, now) == video


def test_after_the_cut_off_there_is_nothing_more_today(clinic: Clinic, now: dt.datetime) -> None:
    clinic.office_visit.cut_off = dt.time(9, 30)
    clinic.office_visit.save()
    today = dt.date(2026, 11, 24)
    assert today in days_of(clinic, now)
    later = now + dt.timedelta(minutes=30)
    assert today not in days_of(clinic, later)
    assert today + DAY in days_of(clinic, later)


def test_a_full_day_is_full_for_this_kind_and_this_person(clinic: Clinic, now: dt.datetime) -> None:
    clinic.office_visit.daily_cap = 1
    clinic.office_visit.save()
    visit = a_visit(clinic.office_visit, now, details=bob())
    today = dt.date(2026, 11, 24)
    assert visit.starts_at.date() == today
    assert today not in days_of(clinic, now)
    assert today + DAY in days_of(clinic, now)
    assert free_times(clinic.same_day, now)


def test_times_kept_for_the_same_day_open_in_its_morning(clinic: Clinic, now: dt.datetime) -> None:
    clinic.office_visit.working_hours.update(same_day_from=dt.time(8))
    assert set(days_of(clinic, now)) == {dt.date(2026, 11, 24)}
    assert set(days_of(clinic, now + 22 * dt.timedelta(hours=1))) == set()
    assert set(days_of(clinic, now + 23 * dt.timedelta(hours=1))) == {dt.date(2026, 11, 25)}
