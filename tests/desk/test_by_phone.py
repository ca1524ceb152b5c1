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


def test_whoever_is_on_file_is_found_and_booked_on_the_record_they_have(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    before = people.a_visit(clinic.office_visit, now)
    found = desk.post("/admin/people/find/", {"words": "0101 3/9/48"}, follow=True)
    link = f"/admin/book/?who={before.patient_id}"
    assert link in found.content.decode()
    page = desk.get(f"{link}&kind={clinic.office_visit.slug}").content.decode()
    assert "Book for Alice Adams" in page
    assert 'value="03/09/1948"' in page
    slot = people.free_times(clinic.office_visit, now)[3]
    said = {
        **{"given_name": "alice", "family_name": "Adams", "birth_date": "3/9/1948"},
        **{"phone": "214 555 0155", "preferred_language": "en", "slot": slot.value},
        "key": uuid.uuid4().hex,
    }
    desk.post(f"{link}&kind={clinic.office_visit.slug}", said)
    made = Appointment.objects.exclude(pk=before.pk).get()
    assert made.patient_id == before.patient_id
    assert str(made.patient.phone) == "+12145550155", "the number that she has now"
    assert made.patient.changes.get().fields["phone"] == ["+12145550101", "+12145550155"]


def test_somebody_else_on_the_telephone_gets_a_record_of_their_own(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    before = people.a_visit(clinic.office_visit, now)
    desk.post(f"{page_of(clinic)}&who={before.patient_id}", typed(clinic, now))
    made = Appointment.objects.exclude(pk=before.pk).get()
    assert (made.patient.given_name, before.patient.given_name) == ("Carla", "Alice")
    assert made.patient_id != before.patient_id
    for nobody in ("0", "999999", "9" * 40, "x"):
        answer = desk.get(f"{page_of(clinic)}&who={nobody}")
        assert answer.status_code == (200 if nobody == "x" else 404)
