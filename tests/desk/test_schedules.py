"""Somebody is away: what it strands is shown first, and patients read that booking is paused."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from appointments import calendars, pausing, stranded
from appointments.booking import SlotGone, hold, request
from appointments.models import Appointment, Pause
from practice import clock
from practice.models import AccessLog, Closure
from practice.roles import Role
from tests import people

PAGE = "/admin/schedules/"


@pytest.fixture
def manager(as_role: Callable[[Role], Client]) -> Client:
    return as_role(Role.MANAGER)


def closing(visit: Appointment, clinic: people.Clinic) -> dict[str, str]:
    day = visit.starts_at.astimezone(clinic.practice.zone).date().isoformat()
    return {"first_day": day, "reason": "training", "practitioner": str(visit.practitioner_id)}


def test_time_off_shows_whom_it_strands_before_anything_is_saved(
    manager: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.office_visit, now)
    said = manager.post(PAGE + "close/", closing(visit, clinic)).content.decode()
    assert "Nothing is saved yet" in said
    assert visit.reference in said
    assert "training" in said, "what was typed is still there"
    assert not Closure.objects.exists()
    visit.refresh_from_db()
    assert not visit.needs_rebooking
    assert AccessLog.objects.filter(action="closure", patients=[visit.patient_id]).exists()


def test_a_time_off_that_was_seen_keeps_the_visit_booked_and_lists_it(
    manager: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.office_visit, now)
    other = people.a_visit(clinic.same_day, now, details=people.bob())
    manager.post(PAGE + "close/", closing(visit, clinic) | {"seen": str(visit.pk)})
    closure = Closure.objects.get()
    visit.refresh_from_db()
    other.refresh_from_db()
    assert (visit.status, visit.needs_rebooking) == ("booked", True)
    assert not other.needs_rebooking, "Bob sees somebody else"
    said = manager.get(PAGE).content.decode()
    assert "These visits need a new time" in said
    assert visit.reference in said

    manager.post(f"{PAGE}open/{closure.pk}/")
    visit.refresh_from_db()
    assert not visit.needs_rebooking
    assert not Closure.objects.exists()


def test_a_visit_that_came_meanwhile_is_shown_too_before_it_is_closed(
    manager: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.office_visit, now)
    manager.post(PAGE + "close/", closing(visit, clinic) | {"seen": "0"})
    assert not Closure.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"first_day": ""}, "This field is required"),
        ({"first_day": "2020-01-02"}, "This is over already"),
        ({"last_day": "2020-01-02"}, "The last day comes after the first"),
        ({"from_time": "10:00", "until_time": "09:00"}, "It ends before it begins"),
        ({"practitioner": "999999"}, "Select a valid choice"),
    ],
)
def test_a_closure_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    manager: Client, clinic: people.Clinic, now: dt.datetime, typed: dict[str, str], sentence: str
) -> None:
    day = (now + dt.timedelta(days=2)).date().isoformat()
    answer = manager.post(PAGE + "close/", {"first_day": day, "reason": "snow"} | typed)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert "snow" in answer.content.decode()
    assert not Closure.objects.exists()


def test_a_day_off_ends_at_midnight_of_the_practice_and_reads_so(
    manager: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    day = now.astimezone(clinic.practice.zone).date() + dt.timedelta(days=5)
    manager.post(PAGE + "close/", {"first_day": day.isoformat()})
    during = Closure.objects.get().during
    assert during.lower.astimezone(clinic.practice.zone).date() == day
    assert during.upper.astimezone(clinic.practice.zone).time() == dt.time()
    assert "the end of " in manager.get(PAGE).content.decode()


# --- a pause ------------------------------------------------------------------------------------
def test_while_booking_is_paused_no_time_is_free_and_patients_read_why(
    manager: Client, clinic: people.Clinic, now: dt.datetime, client: Client
) -> None:
    booked = people.a_visit(clinic.office_visit, now)
    slot = calendars.free_times(visit_type=clinic.office_visit.slug, now=now)[0]
    manager.post(PAGE + "pause/", {"what": "all", "until": "3"})
    now = clock.now()
    assert calendars.free_times(visit_type=clinic.office_visit.slug, now=now) == ()
    for page in ("/appointments/", f"/appointments/{clinic.office_visit.slug}/"):
        assert "Online booking is paused until" in client.get(page).content.decode()
    spanish = client.get("/es/appointments/").content.decode()
    assert "Online booking is paused" not in spanish
    assert "en línea" in spanish
    with pytest.raises(SlotGone):
        hold(key=uuid.uuid4(), slot=slot, source="", now=now + dt.timedelta(minutes=1))
    booked.refresh_from_db()
    assert booked.status == "booked"


def test_a_pause_of_one_person_leaves_everybody_elses_times(
    clinic: people.Clinic, now: dt.datetime, frances: User
) -> None:
    people.works(
        clinic.assistant, clinic.office_visit, dt.time(9), dt.time(12), location=clinic.office
    )
    before = people.free_times(clinic.office_visit, now)
    hour = now + dt.timedelta(hours=1)
    pausing.pause(practitioner=clinic.doctor, until=hour, by=frances, now=now)
    after = people.free_times(clinic.office_visit, now)
    assert after == [slot for slot in before if slot.practitioner == clinic.assistant.slug]
    assert 0 < len(after) < len(before)


def test_after_a_pause_everything_is_as_before(
    manager: Client, clinic: people.Clinic, now: dt.datetime, frances: User
) -> None:
    until = now + dt.timedelta(hours=1)
    one = pausing.pause(visit_type=clinic.office_visit, until=until, by=frances, now=now)
    slug = clinic.office_visit.slug
    assert calendars.free_times(visit_type=slug, now=now) == ()
    assert calendars.free_times(visit_type=slug, now=until)
    manager.post(f"{PAGE}resume/{one.pk}/")
    assert calendars.free_times(visit_type=slug, now=now)
    assert not pausing.resume(one, now=now)


def test_a_patient_who_held_a_time_before_the_pause_may_finish(
    clinic: people.Clinic, now: dt.datetime, frances: User
) -> None:
    slot = calendars.free_times(visit_type=clinic.office_visit.slug, now=now)[0]
    key = uuid.uuid4()
    hold(key=key, slot=slot, source="", now=now)
    minute = now + dt.timedelta(minutes=1)
    pausing.pause(until=now + dt.timedelta(hours=1), by=frances, now=minute)
    visit = request(key=key, slot=slot, details=people.alice(), source="", now=minute)
    assert visit.starts_at == slot.start


def test_a_pause_that_is_over_before_it_begins_is_none(
    clinic: people.Clinic, now: dt.datetime, frances: User
) -> None:
    with pytest.raises(ValueError, match="ends later"):
        pausing.pause(until=now, by=frances, now=now)
    assert not Pause.objects.exists()


def test_only_visits_in_the_closed_time_of_that_person_are_stranded(
    clinic: people.Clinic, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.office_visit, now)
    during = stranded.Interval(visit.starts_at, visit.ends_at)
    after = stranded.Interval(visit.ends_at, visit.ends_at + dt.timedelta(hours=1))

    def hit(during: stranded.Interval, practitioner: int | None) -> list[Appointment]:
        return list(stranded.by_closing(during, practitioner=practitioner, location=None, now=now))

    assert hit(during, None) == [visit]
    assert hit(during, visit.practitioner_id) == [visit]
    assert hit(during, visit.practitioner_id + 10_000) == []
    assert hit(after, None) == []
