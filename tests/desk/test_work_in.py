"""Somebody stands at the counter: a time of today, or worked in between the visits."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import booking
from appointments.desk import staff_times
from appointments.models import Appointment, EhrEntry, Occupancy, Patient, StatusChange
from correspondence.models import OutboxMessage
from practice.models import AccessLog
from practice.roles import Role
from tests import people
from tests.staff import a_member, signed_in

PAGE = "/admin/came-in/"
WHY = "Leg went numb on the bus"
MINUTE = dt.timedelta(minutes=1)
CARLA = {
    "given_name": "Carla",
    "family_name": "Cruz",
    "birth_date": "02/11/1950",
    "phone": "214 555 0103",
    "email": "carla@example.com",
    "preferred_language": "es",
    "here": "on",
}


def page_of(clinic: people.Clinic, who: int | None = None) -> str:
    return f"{PAGE}?kind={clinic.office_visit.slug}" + (f"&who={who}" if who else "")


def typed(clinic: people.Clinic, **facts: Any) -> dict[str, Any]:
    without_a_time = {
        "slot": "work-in",
        "practitioner": clinic.doctor.pk,
        "location": clinic.office.pk,
        "work_in_reason": WHY,
    }
    return CARLA | without_a_time | {"key": uuid.uuid4().hex} | facts


def worked_in(clinic: people.Clinic, frances: User, now: dt.datetime, **facts: Any) -> Appointment:
    return booking.work_in(
        key=uuid.uuid4(),
        visit_type=clinic.office_visit,
        practitioner=clinic.doctor,
        location=clinic.office,
        details=people.bob(**facts),
        reason=WHY,
        by=frances,
        now=now,
    )


def free_today(clinic: people.Clinic, now: dt.datetime) -> list[Any]:
    day = now.astimezone(clinic.practice.zone).date()
    return staff_times.from_day(clinic.office_visit.slug, now=now, first=day, days=1)


def test_somebody_who_came_in_gets_the_next_time_of_today_and_is_here(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    assert f'href="{PAGE}"' in desk.get("/admin/today/").content.decode()
    first = free_today(clinic, now)[0]
    empty = desk.get(page_of(clinic)).content.decode()
    assert f'value="{first.value}" id="slot-0-0-0" checked' in empty
    said = typed(clinic, slot=first.value, work_in_reason="")
    answer = desk.post(page_of(clinic), said)
    visit = Appointment.objects.get()
    assert answer.headers["Location"] == f"/admin/today/#visit-{visit.reference}"
    assert (visit.status, visit.starts_at, visit.is_work_in) == ("arrived", first.start, False)
    assert visit.occupancy is not None
    desk.post(page_of(clinic), said)
    assert Appointment.objects.count() == 1, "pressed twice is taken in once"


def test_with_nothing_free_they_are_worked_in_with_a_reason(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    clinic.doctor.working_hours.all().delete()
    empty = desk.get(page_of(clinic)).content.decode()
    assert "Nothing is free today" in empty
    assert 'value="work-in" id="slot-work-in" checked' in empty
    desk.post(page_of(clinic), typed(clinic))
    visit = Appointment.objects.get()
    assert (visit.status, visit.is_work_in, visit.work_in_reason) == ("arrived", True, WHY)
    assert not Occupancy.objects.exists()
    assert not OutboxMessage.objects.exists(), "who stands at the counter is not written to"
    assert EhrEntry.objects.get(appointment=visit).due
    steps = visit.status_changes.values_list("from_status", "to_status", "actor")
    assert list(steps) == [("", "booked", "desk"), ("booked", "arrived", "desk")]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"work_in_reason": "  "}, "Say in a few words why they are worked in."),
        ({"slot": "nonsense"}, "Choose a time, or work them in."),
        ({"birth_date": ""}, "Ask for the date of birth."),
        ({"practitioner": "999999"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said_and_nobody_is_taken_in(
    desk: Client, clinic: people.Clinic, wrong: dict[str, str], sentence: str
) -> None:
    answer = desk.post(page_of(clinic), typed(clinic, **wrong))
    page = answer.content.decode()
    assert (answer.status_code, sentence in page) == (400, True)
    assert 'value="Carla"' in page, "nothing typed is lost"
    assert not Appointment.objects.exists()
    assert not Patient.objects.exists()


def test_a_time_that_somebody_took_meanwhile_is_not_given_twice(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    slot = people.free_times(clinic.office_visit, now)[0]
    first = people.a_visit(clinic.office_visit, now, slot=slot)
    answer = desk.post(page_of(clinic), typed(clinic, slot=slot.value))
    assert answer.status_code == 400
    assert "That time has just been taken" in answer.content.decode()
    assert list(Appointment.objects.all()) == [first]


def test_whoever_is_on_file_is_taken_in_on_the_record_they_have(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    before = people.a_visit(clinic.office_visit, now, details=people.bob())
    who = before.patient
    assert f"{PAGE}?who={who.pk}" in desk.get(f"/admin/people/{who.pk}/").content.decode()
    page = desk.get(page_of(clinic, who.pk)).content.decode()
    assert f'value="{who.family_name}"' in page
    assert AccessLog.objects.filter(action="came_in", patients=[who.pk]).exists()
    said = typed(
        clinic,
        given_name=who.given_name,
        family_name=who.family_name,
        birth_date=who.birth_date.isoformat(),
        phone=str(who.phone),
    )
    desk.post(page_of(clinic, who.pk), said)
    assert Appointment.objects.get(is_work_in=True).patient == who
    assert Patient.objects.count() == 1


def test_a_work_in_takes_nothing_of_the_calendar(
    clinic: people.Clinic, frances: User, desk: Client, now: dt.datetime
) -> None:
    online, given = people.free_times(clinic.office_visit, now), free_today(clinic, now)
    visit = worked_in(clinic, frances, now)
    assert people.free_times(clinic.office_visit, now) == online
    assert free_today(clinic, now) == given
    assert visit not in Appointment.objects.holding_time()
    assert "Bob" not in desk.get("/admin/calendar/").content.decode()
    page = desk.get(f"/admin/appointments/{visit.reference}/").content.decode()
    assert WHY in page
    assert "Work-in" in page


def test_worked_in_stand_after_the_visits_in_the_order_they_came(
    clinic: people.Clinic, frances: User, desk: Client, now: dt.datetime
) -> None:
    worked_in(clinic, frances, now - 20 * MINUTE, given_name="Early", family_name="Eck")
    worked_in(clinic, frances, now - 5 * MINUTE, given_name="Later", family_name="Lund")
    people.a_visit(clinic.office_visit, now)
    clinic.doctor.user = a_member(Role.DOCTOR, "ana@clinic.test", "Ana", "Ortega")
    clinic.doctor.save()
    mine = signed_in(clinic.doctor.user)
    for browser, address in ((desk, "/admin/today/"), (mine, "/admin/my-visits/")):
        page = browser.get(address).content.decode()
        order = [page.find(name) for name in ("Alice Adams", "Early Eck", "Later Lund")]
        assert order == sorted(order), address
        assert -1 not in order, address
        assert WHY in page


def test_why_is_read_only_by_who_needs_it(
    clinic: people.Clinic, frances: User, now: dt.datetime, as_role: Callable[[Role], Client]
) -> None:
    visit = worked_in(clinic, frances, now)
    auditor = as_role(Role.AUDITOR)
    for address in ("/admin/today/", f"/admin/appointments/{visit.reference}/"):
        answer = auditor.get(address)
        assert answer.status_code == 200
        assert "Bob" in answer.content.decode()
        assert WHY not in answer.content.decode()


def test_the_steps_of_the_day_are_those_of_a_visit(
    clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    seen = worked_in(clinic, frances, now)
    for verb, status in (
        (booking.arrive, "arrived"),
        (booking.check_in, "checked-in"),
        (booking.fulfil, "fulfilled"),
    ):
        seen = verb(seen, by=frances, now=now + MINUTE)
        assert seen.status == status
    left = booking.arrive(worked_in(clinic, frances, now), by=frances, now=now)
    left = booking.mark_no_show(left, by=frances, now=now + MINUTE)
    assert left.status == "noshow"
    gone = worked_in(clinic, frances, now)
    gone = booking.cancel(gone, by=frances, reason="asked", now=now, as_asked=True)
    assert gone.status == "cancelled"
    assert not Occupancy.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_left_is_a_button_and_can_be_taken_back(
    desk: Client, clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    visit = booking.arrive(worked_in(clinic, frances, now), by=frances, now=now)
    assert "Left without being seen" in desk.get("/admin/today/").content.decode()
    left = booking.mark_no_show(visit, by=frances, now=now + MINUTE)
    back = booking.undo(left, seen_version=left.version, by=frances, now=now + MINUTE)
    assert (back.status, back.occupancy) == ("arrived", None)
    assert StatusChange.objects.filter(appointment=visit).last().reason == "undone"  # type: ignore[union-attr]


def test_who_was_worked_in_can_still_be_given_a_time(
    clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    visit = worked_in(clinic, frances, now)
    slot = free_today(clinic, now)[0]
    moved = booking.reschedule(visit, key=uuid.uuid4(), slot=slot, by=frances, now=now)
    assert (moved.starts_at, moved.is_work_in, moved.work_in_reason) == (slot.start, False, "")
    assert moved.occupancy is not None


@pytest.mark.parametrize(
    "facts", [{"is_work_in": False}, {"work_in_reason": ""}, {"status": "pending"}]
)
def test_only_a_work_in_with_a_reason_may_be_without_a_time(
    clinic: people.Clinic, frances: User, now: dt.datetime, facts: dict[str, Any]
) -> None:
    visit = worked_in(clinic, frances, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=visit.pk).update(**facts)
    visit.refresh_from_db()
    assert (visit.status, visit.is_work_in, visit.work_in_reason) == ("booked", True, WHY)


def test_a_visit_with_a_time_cannot_be_called_a_work_in(
    clinic: people.Clinic, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.office_visit, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=visit.pk).update(is_work_in=True, work_in_reason=WHY)
    visit.refresh_from_db()
    assert not visit.is_work_in


def test_a_long_queue_takes_as_many_queries_as_a_short_one(
    desk: Client, clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    counts = []
    for more in (1, 20):
        for _each in range(more):
            worked_in(clinic, frances, now)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            desk.get("/admin/today/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[1] <= 12
