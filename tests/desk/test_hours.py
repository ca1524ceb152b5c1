"""Working hours change from a day to come on; whom that strands is shown before it is saved."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import calendars, stranded, working
from appointments.availability import Slot
from appointments.booking import SlotGone
from appointments.intervals import Interval
from appointments.models import Appointment, ExtraSession, WorkingHours
from appointments.working import Shift
from practice import holidays
from practice.models import AccessLog, Closure
from practice.roles import Role
from tests import people
from tests.desk.crowd import a_crowd
from tests.staff import a_member

MONDAY = dt.date(2026, 11, 30)  # now is Tuesday, November 24
PAGE = "/admin/hours/"


@pytest.fixture
def manager(as_role: Callable[[Role], Client]) -> Client:
    return as_role(Role.MANAGER)


def a_week(
    clinic: people.Clinic, *lines: dict[str, Any], first: dt.date = MONDAY
) -> dict[str, Any]:
    """What the form sends: the doctor's office hours, unless told otherwise."""
    usual = {
        "days": people.WEEKDAYS,
        "opens": "08:30",
        "closes": "12:00",
        "where": str(clinic.office.pk),
        "visit_types": [str(clinic.office_visit.pk)],
    }
    said: dict[str, Any] = {"first": str(first), "line-INITIAL_FORMS": "0"}
    said["line-TOTAL_FORMS"] = str(len(lines))
    for n, line in enumerate(lines):
        for name, value in (usual | line).items():
            said[f"line-{n}-{name}"] = value
    return said


def hours_of(clinic: people.Clinic) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (
            f"{row.opens:%H:%M}",
            f"{row.closes:%H:%M}",
            str(row.from_date) if row.from_date else None,
            str(row.until_date) if row.until_date else None,
        )
        for row in WorkingHours.objects.filter(practitioner=clinic.doctor).order_by("pk")
    ]


def a_visit_on(clinic: people.Clinic, day: dt.date, hour: int, now: dt.datetime) -> Appointment:
    zone = clinic.practice.zone
    slot = next(
        one
        for one in people.free_times(clinic.office_visit, now)
        if (local := one.start.astimezone(zone)).date() == day and local.hour == hour
    )
    return people.a_visit(clinic.office_visit, now, slot=slot)


def test_new_hours_begin_next_monday_and_the_old_ones_end_the_day_before(
    manager: Client, clinic: people.Clinic
) -> None:
    form = manager.get(f"{PAGE}ana-ortega/").content.decode()
    assert 'value="2026-11-30"' in form, "next Monday is what the form begins with"
    assert 'value="08:30"' in form
    manager.post(f"{PAGE}ana-ortega/", a_week(clinic, {}))
    assert hours_of(clinic) == [
        ("08:30", "16:30", None, "2026-11-29"),
        ("08:30", "12:00", "2026-11-30", None),
    ]
    new = WorkingHours.objects.get(from_date=MONDAY)
    assert (new.location, list(new.visit_types.all())) == (clinic.office, [clinic.office_visit])
    entry = LogEntry.objects.get()
    assert (entry.user.email, entry.change_message) == (
        "manager@clinic.test",
        "Hours from November 30, 2026",
    )
    assert "Hours from November 30, 2026" in manager.get(PAGE).content.decode()


def test_a_second_change_replaces_what_was_planned_and_leaves_the_past_alone(
    manager: Client, clinic: people.Clinic
) -> None:
    manager.post(f"{PAGE}ana-ortega/", a_week(clinic, {}))
    earlier = MONDAY - dt.timedelta(days=3)
    manager.post(f"{PAGE}ana-ortega/", a_week(clinic, {"opens": "10:00"}, first=earlier))
    assert hours_of(clinic) == [
        ("08:30", "16:30", None, "2026-11-26"),
        ("10:00", "12:00", "2026-11-27", None),
    ]


@pytest.mark.parametrize("first", ["2026-11-24", "2026-11-20", "2028-01-03", "soon"])
def test_what_was_worked_is_not_written_anew(
    manager: Client, clinic: people.Clinic, first: str
) -> None:
    before = hours_of(clinic)
    page = manager.post(f"{PAGE}ana-ortega/", a_week(clinic, {}) | {"first": first})
    assert page.status_code == 400
    assert 'value="12:00"' in page.content.decode(), "nothing typed is lost"
    assert hours_of(clinic) == before


def test_the_verb_itself_refuses_a_day_that_is_not_to_come(
    clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    before = hours_of(clinic)
    with pytest.raises(working.TooLate):
        working.change_hours(clinic.doctor, [], first=MONDAY, by=frances, today=MONDAY, now=now)
    assert hours_of(clinic) == before


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"days": []}, "Tick the days of these hours."),
        ({"opens": ""}, "Write when these hours begin."),
        ({"closes": "08:30"}, "These hours end when they begin."),
        ({"visit_types": []}, "Choose kinds of visit that fit the place"),
        ({"where": "video"}, "Choose kinds of visit that fit the place"),
        ({"opens": "half past"}, "Enter a valid time."),
    ],
)
def test_a_line_that_cannot_be_says_why(
    manager: Client, clinic: people.Clinic, line: dict[str, Any], said: str
) -> None:
    before = hours_of(clinic)
    page = manager.post(f"{PAGE}ana-ortega/", a_week(clinic, line))
    assert page.status_code == 400
    assert said in page.content.decode()
    assert hours_of(clinic) == before
    assert not LogEntry.objects.exists()


def test_hours_past_midnight_and_hours_to_midnight(
    manager: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    video = {"where": "video", "visit_types": [str(clinic.same_day.pk)], "days": ["mon"]}
    clinic.same_day.horizon_days = 30
    clinic.same_day.save()
    manager.post(
        f"{PAGE}ana-ortega/",
        a_week(
            clinic,
            video | {"opens": "22:00", "closes": "01:00"},
            video | {"opens": "18:00", "closes": "24:00", "days": ["tue"]},
            {"days": [], "opens": "", "closes": ""},
        ),
    )
    zone = clinic.practice.zone
    ends = [
        one.end.astimezone(zone)
        for one in calendars.free_times(visit_type="same-day-virtual", now=now)
        if one.practitioner == "ana-ortega" and one.start.astimezone(zone).date() > MONDAY
    ]
    page = manager.get(f"{PAGE}?week=2026-11-30").content.decode()
    assert "10:00 PM to 1:00 AM" in page
    assert "6:00 PM to 12:00 AM" in page
    assert {one.date() for one in ends if one.hour < 2} >= {MONDAY + dt.timedelta(days=1)}


def test_whom_a_change_strands_is_listed_first_and_stays_booked(
    manager: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    morning = a_visit_on(clinic, MONDAY, 9, now)
    afternoon = a_visit_on(clinic, MONDAY, 14, now)
    before_the_change = a_visit_on(clinic, MONDAY - dt.timedelta(days=3), 14, now)
    page = manager.post(f"{PAGE}ana-ortega/", a_week(clinic, {})).content.decode()
    assert "This strands 1 booked visit" in page
    assert afternoon.reference in page
    assert morning.reference not in page
    assert hours_of(clinic) == [("08:30", "16:30", None, None)], "nothing is saved yet"
    assert AccessLog.objects.filter(action="change_hours", patients=[afternoon.patient_id]).exists()
    manager.post(f"{PAGE}ana-ortega/", a_week(clinic, {}) | {"seen": str(afternoon.pk)})
    assert len(hours_of(clinic)) == 2
    for visit, is_stranded in ((morning, False), (afternoon, True), (before_the_change, False)):
        visit.refresh_from_db()
        assert (visit.status, visit.needs_rebooking) == ("booked", is_stranded)
    assert afternoon.reference in manager.get("/admin/schedules/").content.decode()


def test_more_time_on_one_day_can_be_booked_and_taken_back(
    manager: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    saturday = dt.date(2026, 11, 28)
    said = {
        "practitioner": str(clinic.doctor.pk),
        "day": str(saturday),
        "opens": "09:00",
        "closes": "11:00",
        "where": str(clinic.office.pk),
        "visit_types": [str(clinic.office_visit.pk)],
    }
    assert (
        manager.post("/admin/schedules/session/", said | {"day": "2026-11-23"}).status_code == 400
    )
    assert not ExtraSession.objects.exists()
    manager.post("/admin/schedules/session/", said)
    session = ExtraSession.objects.get()
    visit = a_visit_on(clinic, saturday, 9, now)
    address = f"/admin/schedules/session/{session.pk}/"
    page = manager.post(address).content.decode()
    assert visit.reference in page
    assert ExtraSession.objects.exists(), "it is shown first"
    manager.post(address, {"seen": str(visit.pk)})
    assert not ExtraSession.objects.exists()
    visit.refresh_from_db()
    assert (visit.status, visit.needs_rebooking) == ("booked", True)


def test_a_change_of_the_week_leaves_an_extra_session_and_its_visits_alone(
    manager: Client, clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    saturday = dt.date(2026, 12, 5)
    shift = Shift(("sat",), dt.time(9), dt.time(11), clinic.office, (clinic.office_visit,))
    working.add_session(clinic.doctor, shift, day=saturday, by=frances, today=now.date(), now=now)
    visit = a_visit_on(clinic, saturday, 9, now)
    manager.post(f"{PAGE}ana-ortega/", a_week(clinic, {}))
    assert len(hours_of(clinic)) == 2
    visit.refresh_from_db()
    assert not visit.needs_rebooking


def test_federal_holidays_are_the_days_that_are_off() -> None:
    assert [(f"{day:%m-%d %a}", name) for day, name in holidays.federal(2027)] == [
        ("01-01 Fri", "New Year's Day"),
        ("01-18 Mon", "Birthday of Martin Luther King, Jr."),
        ("02-15 Mon", "Washington's Birthday"),
        ("05-31 Mon", "Memorial Day"),
        ("06-18 Fri", "Juneteenth"),
        ("07-05 Mon", "Independence Day"),
        ("09-06 Mon", "Labor Day"),
        ("10-11 Mon", "Columbus Day"),
        ("11-11 Thu", "Veterans Day"),
        ("11-25 Thu", "Thanksgiving Day"),
        ("12-24 Fri", "Christmas Day"),
    ]


def test_one_click_closes_on_next_years_holidays_after_showing_whom_it_strands(
    manager: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    thanksgiving = dt.date(2026, 11, 26)
    visit = a_visit_on(clinic, thanksgiving, 9, now)
    page = manager.get(PAGE).content.decode()
    days = [str(thanksgiving), *(str(day) for day, _name in holidays.federal(2027))]
    assert all(f'value="{day}"' in page for day in days)
    said = {"day": days}
    assert visit.reference in manager.post("/admin/schedules/holidays/", said).content.decode()
    assert not Closure.objects.exists()
    manager.post("/admin/schedules/holidays/", said | {"seen": str(visit.pk)})
    assert Closure.objects.count() == 12
    visit.refresh_from_db()
    assert (visit.status, visit.needs_rebooking) == ("booked", True)
    again = manager.get(PAGE).content.decode()
    assert not any(f'value="{day}"' in again for day in days), "they are marked as closed"
    assert LogEntry.objects.filter(change_message__contains="Thanksgiving Day").count() == 2, (
        "one of each year"
    )


def test_the_week_shows_closures_and_planned_changes(
    manager: Client, clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    zone = clinic.practice.zone
    start = dt.datetime(2026, 12, 1, tzinfo=zone)
    working.close(
        Interval(start, start + dt.timedelta(days=1)),
        practitioner=clinic.doctor,
        by=frances,
        now=now,
    )
    manager.post(f"{PAGE}ana-ortega/", a_week(clinic, {}))
    this_week = manager.get(PAGE).content.decode()
    assert "New hours from Monday, November 30" in this_week
    assert "8:30 AM to 4:30 PM" in this_week
    next_week = manager.get(f"{PAGE}?week=2026-12-02").content.decode()
    assert "8:30 AM to 12:00 PM" in next_week
    assert next_week.count("8:30 AM to 12:00 PM") == 4, "she is away on Tuesday"
    assert "closed from Tuesday, December 1" in next_week


def test_the_screen_asks_no_more_with_a_thousand_visits(
    manager: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert manager.get(PAGE).status_code == 200
        return sum("SAVEPOINT" not in one["sql"] for one in asked)

    manager.get(PAGE)
    before = queries()
    a_crowd(clinic, now, count=1000)
    assert queries() <= before + 1  # the session is written when a second has passed
    assert before <= 12


@pytest.mark.django_db(transaction=True)
def test_a_closure_and_a_booking_at_the_same_moment_never_miss_each_other(
    now: dt.datetime,
) -> None:
    """Whichever is first: the visit is refused, or it is booked and flagged."""
    clinic = people.a_clinic()
    user = a_member(Role.MANAGER, "maria@clinic.test")
    for slot in people.free_times(clinic.office_visit, now)[:12:3]:
        got = _at_once(clinic, user, slot, now)
        found = Appointment.objects.filter(starts_at=slot.start)
        if got == "booked":
            assert found.get().needs_rebooking
        else:
            assert not found.exists()


def _at_once(clinic: people.Clinic, user: User, slot: Slot, now: dt.datetime) -> str:
    """One books the time while another closes it; whether it was booked or gone."""
    together = threading.Barrier(2)
    got: list[str] = []

    def book() -> None:
        together.wait()
        try:
            people.a_visit(clinic.office_visit, now, slot=slot)
            got.append("booked")
        except SlotGone:
            got.append("gone")
        finally:
            connection.close()

    def shut() -> None:
        together.wait()
        try:
            during = Interval(slot.start, slot.end)
            working.close(during, practitioner=clinic.doctor, by=user, now=now)
            stranded.flag_stranded(now=now)
        finally:
            connection.close()

    both = [threading.Thread(target=book), threading.Thread(target=shut)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    return got[0]
