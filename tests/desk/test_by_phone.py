"""Somebody calls, and is booked before they hang up."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client

from appointments.models import Appointment, Occupancy
from correspondence.models import OutboxMessage
from practice.models import AccessLog, License
from tests import people

PAGE = "/admin/book/"
CARLA = {
    "given_name": "Carla",
    "family_name": "Cruz",
    "birth_date": "02/11/1950",
    "phone": "214 555 0103",
    "email": "carla@example.com",
    "preferred_language": "es",
}


def page_of(clinic: people.Clinic, after: str = "") -> str:
    return f"{PAGE}?kind={clinic.office_visit.slug}" + (f"&after={after}" if after else "")


def typed(clinic: people.Clinic, now: dt.datetime, **facts: Any) -> dict[str, Any]:
    slot = people.free_times(clinic.office_visit, now)[3]
    return CARLA | {"key": uuid.uuid4().hex, "slot": slot.value} | facts


def test_a_caller_is_booked_at_once_and_hears_it_in_their_language(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    empty = desk.get(page_of(clinic)).content.decode()
    assert "The next free times" in empty
    assert "We may leave a voicemail" in empty
    said = typed(clinic, now)
    answer = desk.post(page_of(clinic), said)
    visit = Appointment.objects.get()
    assert answer.headers["Location"] == f"/admin/appointments/{visit.reference}/"
    assert (visit.status, visit.source, visit.patient.given_name) == ("booked", "phone", "Carla")
    letter = OutboxMessage.objects.get(to="carla@example.com")
    assert (letter.kind, letter.locale) == ("booked", "es")
    desk.post(page_of(clinic), said)
    assert Appointment.objects.count() == 1, "pressed twice is booked once"


def test_a_time_that_somebody_took_meanwhile_is_not_booked_and_nothing_typed_is_lost(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    said = typed(clinic, now)
    slot = people.free_times(clinic.office_visit, now)[3]
    first = people.a_visit(clinic.office_visit, now, slot=slot)
    answer = desk.post(page_of(clinic), said)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "That time has just been taken" in page
    assert 'value="Carla"' in page
    assert list(Appointment.objects.all()) == [first]
    assert Occupancy.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"slot": ""}, "Choose a time."),
        ({"slot": "nonsense"}, "Choose a time."),
        ({"birth_date": ""}, "Ask for the date of birth."),
        ({"phone": "12"}, "phone"),
        ({"preferred_language": "tlh"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said_and_nobody_is_booked(
    desk: Client, clinic: people.Clinic, now: dt.datetime, wrong: dict[str, str], sentence: str
) -> None:
    answer = desk.post(page_of(clinic), typed(clinic, now, **wrong))
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not Appointment.objects.exists()


def test_a_follow_up_knows_the_patient_and_the_visit_before(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    before = people.a_visit(clinic.office_visit, now)
    page = desk.get(page_of(clinic, before.reference)).content.decode()
    assert 'value="Alice"' in page
    assert AccessLog.objects.filter(action="book", patients=[before.patient_id]).exists()
    desk.post(page_of(clinic, before.reference), typed(clinic, now))
    made = Appointment.objects.exclude(pk=before.pk).get()
    assert made.previous_appointment == before


def test_no_visit_by_video_where_nobody_holds_a_license(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    License.objects.create(practitioner=clinic.assistant, state="TX", number="1")
    slot = people.free_times(clinic.same_day, now)[0]
    address = f"{PAGE}?kind={clinic.same_day.slug}"
    said = CARLA | {"key": uuid.uuid4().hex, "slot": slot.value}
    answer = desk.post(address, said | {"located_in": "NV"})
    assert "We hold no license there" in answer.content.decode()
    assert not Appointment.objects.exists()
    desk.post(address, said | {"located_in": "TX"})
    assert Appointment.objects.get().status == "booked"
