"""Free times out of the database: what they cost, and that what is remembered is never stale."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from appointments import booking, calendars
from appointments.models import VisitType
from appointments.next_times import next_times
from practice.models import Closure, DeskHours, OpeningHours
from tests.people import Clinic, a_visit, free_times, works


def test_free_times_cost_three_statements_and_then_one(
    clinic: Clinic, now: dt.datetime, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        a_visit(clinic.office_visit, now)
    with django_assert_num_queries(3):
        first = calendars.free_times(visit_type="office-visit", now=now, days=30)
    with django_assert_num_queries(1):
        again = calendars.free_times(visit_type="office-visit", now=now, days=30)
    assert first == again
    assert len(first) > 100


def test_every_change_is_seen_at_once(clinic: Clinic, now: dt.datetime) -> None:
    def count() -> int:
        return len(free_times(clinic.office_visit, now))

    seen = [count()]
    key = uuid.uuid4()
    booking.hold(key=key, slot=free_times(clinic.office_visit, now)[0], source="", now=now)
    seen.append(count())
    closure = Closure.objects.create(during=(now, now + dt.timedelta(days=2)))
    seen.append(count())
    closure.delete()
    seen.append(count())
    hours = works(
        clinic.doctor, clinic.office_visit, dt.time(18), dt.time(19), location=clinic.office
    )
    seen.append(count())
    hours.visit_types.clear()
    seen.append(count())
    VisitType.objects.filter(slug="office-visit").update(horizon_days=0)
    seen.append(count())
    clinic.doctor.bookable = False
    clinic.doctor.save()
    seen.append(count())
    whole, less_one, closed, opened, more, no_more, today_only, nobody = seen
    assert whole > less_one == opened == no_more > closed
    assert more > whole
    assert less_one > today_only > nobody == 0


def test_what_is_remembered_ends_with_the_minute(clinic: Clinic, now: dt.datetime) -> None:
    slot = free_times(clinic.same_day, now)[0]
    just_in_time = slot.start - dt.timedelta(minutes=31)
    assert free_times(clinic.same_day, just_in_time)[0] == slot
    assert free_times(clinic.same_day, just_in_time + dt.timedelta(minutes=1))[0] != slot


def test_a_hold_that_ran_out_is_free_again_in_the_next_minute(
    clinic: Clinic, now: dt.datetime
) -> None:
    times = free_times(clinic.same_day, now)
    booking.hold(key=uuid.uuid4(), slot=times[0], source="", now=now)
    assert free_times(clinic.same_day, now) == times[1:]
    assert free_times(clinic.same_day, now + dt.timedelta(minutes=10)) == times


def test_without_desk_hours_somebody_answers_whenever_a_place_is_open_or_someone_works(
    clinic: Clinic, now: dt.datetime
) -> None:
    DeskHours.objects.all().delete()
    found = calendars.rules_from(now)
    assert {(hours.opens.hour, hours.closes.hour) for hours in found.desk} == {
        (8, 17),
        (8, 16),
        (15, 19),
    }


def test_the_next_times_by_video_after_hours_and_in_the_office(
    clinic: Clinic, now: dt.datetime
) -> None:
    works(clinic.doctor, clinic.office_visit, dt.time(18), dt.time(20), location=clinic.office)
    found = next_times(now)
    assert found.virtual is not None
    assert found.after_hours is not None
    assert found.office is not None
    assert f"{found.virtual.local:%a %H:%M}" == "Tue 15:00"
    assert f"{found.after_hours.local:%a %H:%M}" == "Tue 17:00"  # by video, the office is closed
    assert f"{found.office.local:%a %H:%M}" == "Tue 10:15"
    OpeningHours.objects.all().delete()
    assert next_times(now).office is None


def test_a_practice_with_nothing_set_up_has_no_times(db: None, now: dt.datetime) -> None:
    assert calendars.free_times(visit_type="anything", now=now) == ()
    found = next_times(now)
    assert (found.virtual, found.after_hours, found.office) == (None, None, None)
