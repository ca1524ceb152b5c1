"""The day on paper: what the counter needs, a page for each person, and who printed it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import booking
from appointments.models import Appointment
from practice.models import AccessLog
from practice.roles import Role
from tests import people
from tests.desk.crowd import a_crowd

PAGE = "/admin/day-sheet/"
TODAY = {"date": "2026-11-24"}


@pytest.fixture
def alice(clinic: people.Clinic, now: dt.datetime) -> Appointment:
    """With the doctor, today."""
    said = people.alice(needs="wheelchair", patient_status="new", preferred_language="es")
    return people.a_visit(clinic.office_visit, now, details=said)


@pytest.fixture
def bob(clinic: people.Clinic, now: dt.datetime) -> Appointment:
    """With the assistant, today by video, not confirmed."""
    return people.a_visit(clinic.same_day, now, details=people.bob())


def test_each_person_has_a_sheet_with_what_the_counter_needs_and_no_more(
    desk: Client, alice: Appointment, bob: Appointment
) -> None:
    page = desk.post(PAGE, TODAY).content.decode()
    assert page.count('<section class="sheet"') == 2
    doctors, assistants = page.split('<section class="sheet"')[1:]
    for word in (
        *("Ana Ortega, M.D.", "Tuesday, November 24, 2026", "10:15 AM", "Alice Adams"),
        *("wheelchair", "speaks Spanish", "Office visit, New", "(214) 555-0101", "sheet-box"),
    ):
        assert word in doctors
    assert "Bob Baker" in assistants
    assert "not confirmed yet" in assistants
    for word in ("my back hurts", "alice@example.com", "1948", alice.reference):
        assert word not in page


def test_the_date_of_birth_is_there_only_where_it_tells_two_apart(
    desk: Client, clinic: people.Clinic, now: dt.datetime, alice: Appointment
) -> None:
    assert "03/09/1948" not in desk.post(PAGE, TODAY).content.decode()
    people.a_visit(clinic.same_day, now, details=people.bob(family_name="ADAMS"))
    page = desk.post(PAGE, TODAY).content.decode()
    assert "03/09/1948" in page
    assert "07/22/1951" in page


def test_who_came_already_is_ticked_and_who_cancelled_is_not_there(
    desk: Client, now: dt.datetime, alice: Appointment, bob: Appointment, frances: User
) -> None:
    booking.cancel(bob, by=frances, reason="asked", now=now)
    assert "sheet-ticked" not in desk.post(PAGE, TODAY).content.decode()
    booking.arrive(alice, by=frances, now=now)
    page = desk.post(PAGE, TODAY).content.decode()
    assert "sheet-ticked" in page
    assert "Bob Baker" not in page


def test_looking_for_the_page_shows_nobody_and_printing_is_written_down(
    desk: Client, alice: Appointment, bob: Appointment, as_role: Callable[[Role], Client]
) -> None:
    asking = desk.get(PAGE, {"practitioner": "ana-ortega", "date": "2026-11-24"}).content.decode()
    assert "Alice" not in asking
    assert '<option value="ana-ortega" selected>' in asking
    assert "Ana Ortega, M.D.: 1 visit" in asking
    assert not AccessLog.objects.exists()
    page = desk.post(PAGE, TODAY | {"practitioner": "ana-ortega"}).content.decode()
    assert "Bob" not in page
    looked = AccessLog.objects.get()
    assert (looked.action, looked.patients) == ("print", [alice.patient_id])
    log = as_role(Role.AUDITOR).get("/admin/practice/accesslog/").content.decode()
    assert "print" in log
    assert "frances@clinic.test" in log


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "Choose the day."),
        ({"date": "soon"}, "Write the day as year, month, day"),
        ({"date": "9999-12-31"}, "2999"),
        (TODAY | {"practitioner": "nobody"}, "Select a valid choice"),
    ],
)
def test_a_day_or_person_that_is_none_is_asked_again_and_nothing_is_printed(
    desk: Client, alice: Appointment, said: dict[str, str], sentence: str
) -> None:
    answer = desk.post(PAGE, said)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert "Alice" not in answer.content.decode()
    assert not AccessLog.objects.exists()


def test_a_day_without_visits_says_so(desk: Client, clinic: people.Clinic) -> None:
    page = desk.post(PAGE, {"date": "2026-12-25"}).content.decode()
    assert "Nobody is booked on this day." in page


def test_who_sees_patients_prints_their_own_sheet_alone(
    clinic: people.Clinic,
    alice: Appointment,
    bob: Appointment,
    as_role: Callable[[Role], Client],
) -> None:
    doctor = as_role(Role.DOCTOR)
    assert "not linked to anybody" in doctor.get(PAGE).content.decode()
    clinic.doctor.user = User.objects.get(username="doctor@clinic.test")
    clinic.doctor.save()
    assert doctor.post(PAGE, TODAY | {"practitioner": "ben-cole"}).status_code == 400
    page = doctor.post(PAGE, TODAY).content.decode()
    assert "Alice Adams" in page
    assert "Bob Baker" not in page


def test_the_sheets_ask_the_database_equally_often_for_one_and_for_a_thousand(
    desk: Client, clinic: people.Clinic, now: dt.datetime, alice: Appointment
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.post(PAGE, TODAY).status_code == 200
        return len(asked)

    desk.post(PAGE, TODAY)
    with_one = queries()
    a_crowd(clinic, now, count=999)
    assert queries() == with_one
    assert with_one <= 12
