"""What the reports count, by hand; nothing counted; who may take a table away."""

from __future__ import annotations

import csv
import datetime as dt
import uuid
from collections.abc import Callable
from io import StringIO

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import booking, reporting
from appointments.desk.reports import plain
from appointments.models import Appointment, BusyTime, StatusChange
from appointments.reporting import Period
from appointments.rules import ONE_DAY
from practice.models import AccessLog, Closure
from practice.roles import Role
from tests import people
from tests.desk.crowd import a_crowd
from tests.staff import PASSWORD

PAGE = "/admin/reports/"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def manager(as_role: Callable[[Role], Client]) -> Client:
    return as_role(Role.MANAGER)


def this_day(clinic: people.Clinic, now: dt.datetime) -> Period:
    zone = clinic.practice.zone
    day = now.astimezone(zone).date()
    return Period(day, day, zone)


def asked_at(clinic: people.Clinic, now: dt.datetime, name: str, nth: int = 0) -> Appointment:
    times = people.free_times(clinic.same_day, now)
    return people.a_visit(
        clinic.same_day, now, details=people.alice(given_name=name), slot=times[nth]
    )


def test_nothing_yet_is_said_in_words(manager: Client) -> None:
    page = manager.get(PAGE)
    assert page.status_code == 200
    assert page.content.decode().count("Nothing yet") == 3, "hours were offered"
    assert "0 %" in page.content.decode()


def test_before_there_are_hours_nothing_is_divided(manager: Client, clinic: people.Clinic) -> None:
    for one in (clinic.doctor, clinic.assistant):
        one.working_hours.all().delete()
    assert manager.get(PAGE).content.decode().count("Nothing yet") == 4


def test_requests_are_counted_by_how_they_were_answered(
    clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    """The promise is two hours. Five ask at nine; half past twelve one more."""
    twenty, forty, late, gone, _ignored = (
        asked_at(clinic, now, name) for name in ("Tess", "Fern", "Lara", "Gail", "Iris")
    )

    def after(minutes: int) -> dt.datetime:
        return now + dt.timedelta(minutes=minutes)

    booking.cancel(gone, by=None, reason="", now=after(5))
    booking.confirm(twenty, seen_version=1, by=frances, now=after(20))
    booking.refuse(forty, seen_version=1, by=frances, reason="full", now=after(40))
    booking.confirm(late, seen_version=1, by=frances, now=after(180))
    asked_at(clinic, after(210), "Wren")
    whole, days = reporting.answers(this_day(clinic, now), now=after(240))
    counted = (whole.asked, whole.in_time, whole.late, whole.never, whole.withdrawn, whole.waiting)
    assert counted == (6, 2, 1, 1, 1, 1)
    assert whole.kept == 50, "two of four that were due"
    assert whole.half_within == dt.timedelta(minutes=40)
    assert [day.begins for day in days] == [this_day(clinic, now).first]


def test_a_request_counts_on_the_day_it_came_in_and_on_no_other(
    clinic: people.Clinic, now: dt.datetime
) -> None:
    asked_at(clinic, now, "Tess")
    today = this_day(clinic, now)
    yesterday = Period(today.first - ONE_DAY, today.first - ONE_DAY, today.zone)
    assert reporting.answers(yesterday, now=now)[0].asked == 0
    assert reporting.answers(today, now=now)[0].asked == 1


def test_an_instant_booking_is_no_request(clinic: people.Clinic, now: dt.datetime) -> None:
    people.a_visit(clinic.office_visit, now)
    assert reporting.answers(this_day(clinic, now), now=now)[0].asked == 0


def test_who_did_not_come_by_kind_of_visit_and_by_when_it_was_booked(
    clinic: people.Clinic, now: dt.datetime
) -> None:
    today = this_day(clinic, now)
    before = now - 5 * ONE_DAY
    early = [
        time
        for time in people.free_times(clinic.office_visit, before)
        if time.start.astimezone(today.zone).date() == today.first
    ]
    visits = [people.a_visit(clinic.office_visit, before, slot=early[-1])]
    visits += [people.a_visit(clinic.office_visit, now) for _ in range(3)]
    visits.append(asked_at(clinic, now, "Still to come"))
    for visit, status in zip(visits, ("noshow", "noshow", "fulfilled", "fulfilled"), strict=False):
        Appointment.objects.filter(pk=visit.pk).update(status=status)
        StatusChange.objects.create(
            appointment=visit, from_status="booked", to_status=status, at=now, actor="desk"
        )
    whole, by_type, by_lead = reporting.no_shows(today)
    assert (whole.missed, whole.visits, whole.rate) == (2, 4, 50)
    assert [(one.what, one.missed, one.visits) for one in by_type] == [("Office visit", 2, 4)]
    assert [(one.what, one.missed, one.visits, one.rate) for one in by_lead] == [
        ("The same day", 1, 3, 33),
        ("3 to 7 days before", 1, 1, 100),
    ]


def test_use_is_what_visits_filled_of_the_hours_that_were_left(
    clinic: people.Clinic, now: dt.datetime
) -> None:
    """The doctor: 8 hours, 2 closed, two visits of 30 minutes and 5 after. The assistant: 4 hours,
    one taken elsewhere, a request that nobody has confirmed."""
    today = this_day(clinic, now)
    opens = today.during.start + dt.timedelta(hours=8, minutes=30)
    Closure.objects.create(during=(opens, opens + 2 * HOUR), practitioner=clinic.doctor)
    three = today.during.start + 15 * HOUR
    BusyTime.objects.create(
        practitioner=clinic.assistant, during=(three, three + HOUR), source="ehr", uid="1"
    )
    for _ in range(2):
        people.a_visit(clinic.office_visit, now)
    asked_at(clinic, now, "Tess")
    whole, (doctor, assistant) = reporting.use_of_time(today)
    assert (doctor.offered, round(doctor.given * 60), doctor.rate) == (6.0, 70, 19)
    assert (assistant.offered, assistant.given, assistant.rate) == (3.0, 0.0, 0)
    assert (whole.offered, whole.rate) == (9.0, 13)


def test_people_reach_us_by_the_site_and_by_telephone(
    clinic: people.Clinic, now: dt.datetime
) -> None:
    visits = [people.a_visit(clinic.office_visit, now) for _ in range(4)]
    Appointment.objects.filter(pk=visits[0].pk).update(source="phone")
    moved = booking.reschedule(
        visits[1],
        slot=people.free_times(clinic.office_visit, now)[3],
        key=uuid.uuid4(),
        by=None,
        now=now,
    )
    assert moved.replaces == visits[1]
    found = {one.what: (one.count, one.rate) for one in reporting.sources(this_day(clinic, now))}
    assert found["Website"] == (3, 75)
    assert found["Telephone"] == (1, 25)


def test_no_patient_is_named_and_the_chart_needs_no_style_of_its_own(
    manager: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    asked_at(clinic, now, "Tess")
    page = manager.get(PAGE).content.decode()
    assert 'class="part-waiting"' in page
    assert "style=" not in page
    assert "Tess" not in page
    assert "Adams" not in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"first": "2026-11-24", "last": "2026-11-20"}, "The first day comes before the last."),
        ({"first": "2026-11-20", "last": "2026-12-24"}, "Reports go up to today."),
        ({"first": "2024-11-20", "last": "2026-11-20"}, "A report covers a year at most."),
        ({"first": "soon", "last": "2026-11-20"}, "Enter a valid date."),
    ],
)
def test_a_period_that_cannot_be_says_why_and_keeps_what_was_typed(
    manager: Client, asked: dict[str, str], said: str
) -> None:
    page = manager.get(PAGE, asked)
    assert page.status_code == 400
    assert said in page.content.decode()
    assert asked["first"] in page.content.decode()


def test_a_table_leaves_only_after_one_has_proved_again_who_one_is(
    manager: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    people.a_visit(clinic.office_visit, now)
    address = f"{PAGE}sources.csv?first=2026-11-24&last=2026-11-24"
    asked = manager.get(address)
    assert asked.status_code == 302
    where = asked.headers["Location"]
    assert where.startswith("/accounts/reauthenticate/?next=")
    assert not AccessLog.objects.filter(action__startswith="report_file").exists()
    back = manager.post(where, {"password": PASSWORD})
    assert back.headers["Location"] == address
    answer = manager.get(address)
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="sources-2026-11-24-2026-11-24.csv"'
    )
    lines = list(csv.reader(StringIO(answer.content.decode())))
    assert lines[:2] == [["came by", "visits", "%"], ["Website", "1", "100"]]
    assert AccessLog.objects.get(action="report_file sources").patients == []


def test_whoever_has_a_second_factor_shows_that_one(manager: Client) -> None:
    user = User.objects.get(email="manager@clinic.test")
    TOTP.activate(user, generate_totp_secret())
    address = f"{PAGE}answers.csv"
    manager.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert manager.get(address).headers["Location"].startswith("/accounts/2fa/reauthenticate/")


@pytest.mark.parametrize("what", ["answers", "no-shows", "use-of-time", "sources"])
def test_each_table_is_there_and_an_unknown_one_is_not(manager: Client, what: str) -> None:
    manager.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert manager.get(f"{PAGE}{what}.csv").status_code == 200
    assert manager.get(f"{PAGE}{what}-of-all.csv").status_code == 404


def test_a_name_that_looks_like_a_formula_is_only_shown(
    manager: Client, clinic: people.Clinic
) -> None:
    clinic.doctor.name = '=HYPERLINK("http://example.com")'
    clinic.doctor.save()
    manager.post("/accounts/reauthenticate/", {"password": PASSWORD})
    lines = list(csv.reader(StringIO(manager.get(f"{PAGE}use-of-time.csv").content.decode())))
    assert lines[2][0].startswith("'=HYPERLINK")
    assert [plain(cell) for cell in ("@a", "+1", "-1", "\t=1", "a=b", -1, None)] == [
        *("'@a", "'+1", "'-1", "'\t=1", "a=b", -1, "")
    ]


@pytest.mark.parametrize("count", [1, 1000])
def test_a_report_takes_at_most_twelve_statements(
    manager: Client, clinic: people.Clinic, now: dt.datetime, count: int
) -> None:
    a_crowd(clinic, now, count=count)
    manager.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        assert manager.get(PAGE).status_code == 200
    asked = [one["sql"] for one in queries if "SAVEPOINT" not in one["sql"]]
    assert len(asked) <= 12, "\n".join(asked)
