"""Who calls is found by what they say, and what we know of them stands on one page."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.forms import model_to_dict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import booking, patients
from appointments.models import Appointment, Patient, PatientChange
from practice.models import AccessLog
from practice.roles import Role
from tests import people
from tests.desk.crowd import a_crowd
from tests.staff import a_member, signed_in

PEOPLE = "/admin/people/"


@pytest.fixture
def maria(clinic: people.Clinic, now: dt.datetime) -> Appointment:
    details = people.alice(
        given_name="María José",
        family_name="Núñez-O’Brien",
        birth_date=dt.date(1941, 5, 6),
        phone="+12145550177",
        needs="a wheelchair",
        booking_for="other",
        contact_name="Rosa Núñez",
        contact_relationship="daughter",
        preferred_language="es",
    )
    return people.a_visit(clinic.office_visit, now, details=details)


@pytest.fixture
def alice(clinic: people.Clinic, now: dt.datetime) -> Appointment:
    return people.a_visit(clinic.office_visit, now)


def find(desk: Client, words: str) -> str:
    answer = desk.post(f"{PEOPLE}find/", {"words": words}, follow=True)
    assert words.lower() not in answer.redirect_chain[-1][0].lower()
    return answer.content.decode()


def page_of(visit: Appointment) -> str:
    return f"{PEOPLE}{visit.patient_id}/"


def correct(desk: Client, visit: Appointment, **said: object) -> Any:
    who = Patient.objects.get(pk=visit.patient_id)
    typed = {k: v for k, v in model_to_dict(who).items() if v not in (None, False)}
    typed |= {"phone": str(who.phone), "seen": patients.version_of(who)} | said
    return desk.post(f"{page_of(visit)}correct/", typed)


@pytest.mark.parametrize(
    "words",
    [
        *("nunez", "NUÑEZ maria", "jose maría", "o’brien", "0177", "550177", "(214) 555-0177"),
        *("05/06/1941", "5/6/41", "1941-05-06", "05061941", "May 6, 1941", "nunez 5/6/1941"),
        *("maria 0177", "May 6 1941 0177"),
    ],
)
def test_maria_is_found_however_she_is_asked_for_and_alice_is_not(
    desk: Client, maria: Appointment, alice: Appointment, words: str
) -> None:
    page = find(desk, words)
    assert "Núñez-O’Brien, María José" in page
    assert "Adams, Alice" not in page
    row = AccessLog.objects.get(action="people")
    assert (row.patients, row.refused) == ([maria.patient_id], False)


@pytest.mark.parametrize("words", ["zzz", "77", "% %", "_ _", "nunez 5/7/1941", "13/45/1941", "\\"])
def test_what_means_nobody_finds_nobody_and_is_written_down(
    desk: Client, maria: Appointment, words: str
) -> None:
    assert "Nobody by that" in find(desk, words)
    assert AccessLog.objects.get(action="people").patients == []


def test_a_visit_is_found_by_the_date_of_birth_as_well(
    desk: Client, maria: Appointment, alice: Appointment
) -> None:
    answer = desk.post("/admin/appointments/find/", {"words": "3/9/1948"}, follow=True)
    page = answer.content.decode()
    assert "Alice Adams" in page
    assert "Núñez" not in page


def test_a_persons_page_tells_what_we_know_and_logs_one_look(
    desk: Client, maria: Appointment, clinic: people.Clinic, now: dt.datetime
) -> None:
    booking.join_waitlist(
        key=uuid.uuid4(),
        details=people.bob(),
        visit_type="office-visit",
        period=booking.Period(first=now.date(), last=now.date() + dt.timedelta(days=9)),
        by=None,
        now=now,
    )
    waiting = Appointment.objects.get(status="waitlist")
    Appointment.objects.filter(pk=waiting.pk).update(patient=maria.patient_id)
    page = desk.get(page_of(maria)).content.decode()
    for known in (
        *("(214) 555-0177", "May 6, 1941", "85 years", "Spanish", "a wheelchair"),
        *("Rosa Núñez (daughter)", maria.reference, waiting.reference, "None yet"),
    ):
        assert known in page, known
    log = AccessLog.objects.get()
    assert (log.action, log.patients) == ("person", [maria.patient_id])


def test_what_is_corrected_is_kept_with_what_was_before_and_who_did_it(
    desk: Client, maria: Appointment
) -> None:
    answer = correct(desk, maria, birth_date="6/5/1941", chart_number=" ab 12 ", phone="2145550178")
    assert answer.headers["Location"] == page_of(maria), answer.content.decode()
    who = Patient.objects.get(pk=maria.patient_id)
    assert (who.birth_date, who.chart_number) == (dt.date(1941, 6, 5), "AB 12")
    change = PatientChange.objects.get()
    assert change.fields["birth_date"] == ["1941-05-06", "1941-06-05"]
    page = desk.get(page_of(maria)).content.decode()
    assert "date of birth: 1941-05-06, now 1941-06-05" in page
    assert "Frances Field" in page
    assert "Núñez" in find(desk, "ab 12")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"birth_date": "yesterday"}, "Write the date as month, day and year"),
        ({"birth_date": "01/01/2150"}, "That day cannot be a date of birth"),
        ({"phone": "12"}, "Write a phone number"),
        ({"given_name": ""}, "This field is required"),
        ({"contact_by": "email", "email": ""}, "Write the address, or choose another way"),
    ],
)
def test_a_wrong_correction_says_what_to_do_and_changes_nothing(
    desk: Client, maria: Appointment, wrong: dict[str, str], sentence: str
) -> None:
    answer = correct(desk, maria, **{"needs": "a chair at the door"} | wrong)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert sentence in page
    assert 'value="a chair at the door"' in page
    assert Patient.objects.get(pk=maria.patient_id).needs == "a wheelchair"
    assert not PatientChange.objects.exists()


def test_two_people_have_no_one_chart_number(
    desk: Client, maria: Appointment, alice: Appointment
) -> None:
    correct(desk, maria, chart_number="77")
    answer = correct(desk, alice, chart_number="77")
    assert "María José Núñez-O’Brien, born May 6, 1941, has this chart number" in (
        answer.content.decode()
    )
    assert Patient.objects.get(pk=alice.patient_id).chart_number == ""


def test_a_colleague_who_was_quicker_is_not_written_over(desk: Client, maria: Appointment) -> None:
    answer = correct(desk, maria, seen=0, needs="other")
    assert answer.headers["Location"] == page_of(maria)
    assert "Somebody has changed this record meanwhile" in desk.get(page_of(maria)).content.decode()
    assert Patient.objects.get(pk=maria.patient_id).needs == "a wheelchair"


def test_a_doctor_finds_and_sees_own_patients_alone(
    clinic: people.Clinic,
    maria: Appointment,
    as_role: Callable[[Role], Client],
) -> None:
    doctor = a_member(Role.DOCTOR, "ortega@clinic.test", "Ana", "Ortega")
    clinic.doctor.user = doctor
    clinic.doctor.save()
    own, other = signed_in(doctor), as_role(Role.ASSISTANT)
    assert "Núñez" in find(own, "nunez")
    assert own.get(page_of(maria)).status_code == 200
    assert "Nobody by that" in find(other, "nunez")
    for path in ("", "correct/"):
        assert other.get(page_of(maria) + path).status_code == 404
    assert correct(other, maria, needs="x").status_code == 404
    assert Patient.objects.get(pk=maria.patient_id).needs == "a wheelchair"


def test_an_editor_sees_nobody_and_an_auditor_changes_nobody(
    maria: Appointment, as_role: Callable[[Role], Client]
) -> None:
    assert as_role(Role.EDITOR).get(page_of(maria)).status_code == 403
    auditor = as_role(Role.AUDITOR)
    page = auditor.get(page_of(maria)).content.decode()
    assert "Núñez" in page
    assert "a wheelchair" not in page
    assert "Correct" not in page
    assert correct(auditor, maria, needs="x").status_code == 403
    assert not PatientChange.objects.exists()


def test_the_search_takes_as_many_questions_for_many_people_as_for_one(
    desk: Client, clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    asked = []
    a_crowd(clinic, now, count=1)
    for count in (1, 40):
        Patient.objects.bulk_create(
            Patient(
                given_name="Pat",
                family_name=f"Number {n}",
                birth_date=dt.date(1950, 1, 1),
                phone="+12145550111",
                created_at=now,
            )
            for n in range(count)
        )
        sealed = desk.post(f"{PEOPLE}find/", {"words": "number"}).headers["Location"]
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(sealed).status_code == 200
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 12
    who = Patient.objects.first()
    assert who
    with CaptureQueriesContext(connection) as seen:
        assert desk.get(f"{PEOPLE}{who.pk}/").status_code == 200
    questions = [one["sql"] for one in seen if "SAVEPOINT" not in one["sql"]]
    assert len(questions) <= 12, "\n".join(one[:150] for one in questions)
