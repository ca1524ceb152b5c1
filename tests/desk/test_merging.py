"""Two records of one person become one, and nothing of either is lost."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from appointments import access, booking, changing, consents, patients
from appointments.models import Appointment, Consent, Patient, PatientChange
from practice.models import AccessLog
from practice.roles import Role
from tests import people

ROUNDS = 3
BORN = dt.date(1948, 3, 9)


@pytest.fixture
def two(clinic: people.Clinic, now: dt.datetime) -> tuple[Appointment, Appointment]:
    """Alice booked twice, the second time with another number and a spelling of her own."""
    times = people.free_times(clinic.office_visit, now)
    first = people.a_visit(clinic.office_visit, now, slot=times[0])
    said = people.alice(
        given_name="Alicia",
        phone="+12145550109",
        needs="a wheelchair",
        consents=(consents.Given(Consent.Subject.TEXTS, True),),
    )
    second = people.a_visit(clinic.office_visit, now, slot=times[9], details=said)
    return first, second


def address(keep: Appointment, drop: Appointment) -> str:
    return f"/admin/people/{keep.patient_id}/merge/{drop.patient_id}/"


def merge(desk: Client, keep: Appointment, drop: Appointment, **said: Any) -> Any:
    """The page sent as it is drawn, with what the desk chose otherwise."""
    one, other = Patient.objects.get(pk=keep.patient_id), Patient.objects.get(pk=drop.patient_id)
    differing = [name for name in patients.FIELDS if getattr(one, name) != getattr(other, name)]
    seen = {"seen": patients.version_of(one), "seen_other": patients.version_of(other)}
    return desk.post(
        address(keep, drop), dict.fromkeys(differing, "keep") | seen | said, follow=True
    )


def nothing_was_merged() -> bool:
    return not (
        Patient.objects.exclude(merged_into=None).exists() or PatientChange.objects.exists()
    )


def test_likely_duplicates_stand_on_the_page_and_side_by_side(
    desk: Client, two: tuple[Appointment, Appointment], clinic: people.Clinic, now: dt.datetime
) -> None:
    same_phone = people.a_visit(clinic.office_visit, now, details=people.bob(phone="+12145550101"))
    people.a_visit(clinic.office_visit, now, details=people.bob())
    page = desk.get(f"/admin/people/{two[0].patient_id}/").content.decode()
    likely = page[page.index("Likely the same person") : page.index("What we know")]
    assert f"/admin/people/{same_phone.patient_id}/" in likely
    assert likely.count("Bob Baker</a>") == 1
    page = desk.get(address(*two)).content.decode()
    for value in ("Alice", "Alicia", "(214) 555-0101", "(214) 555-0109", "a wheelchair"):
        assert value in page
    assert "Alike:" in page
    log = AccessLog.objects.get(action="merge_people")
    assert log.patients == sorted([two[0].patient_id, two[1].patient_id])


def test_the_desk_chooses_what_stays_and_everything_comes_along(
    desk: Client,
    two: tuple[Appointment, Appointment],
    clinic: people.Clinic,
    now: dt.datetime,
    frances: User,
) -> None:
    first, second = two
    dropped = second.patient_id
    page = merge(desk, first, second, phone="drop", needs="drop").content.decode()
    assert "Merged. All visits are on this page now." in page
    for visit in two:
        visit.refresh_from_db()
        assert visit.reference in page
    kept = Patient.objects.get(pk=first.patient_id)
    assert second.patient_id == kept.pk
    assert (kept.given_name, str(kept.phone), kept.needs) == (
        *("Alice", "+12145550109"),
        "a wheelchair",
    )
    old = Patient.objects.get(pk=dropped)
    assert (old.merged_into, old.given_name) == (kept, "Alicia")
    assert consents.holds(first, Consent.Subject.TEXTS)
    change = PatientChange.objects.get()
    assert (change.patient, change.other, change.user) == (kept, old, frances)
    assert change.fields["visits"][1] == second.reference
    assert f"Visits that came along: {second.reference}" in page


def test_old_addresses_lead_to_the_record_that_is_kept(
    desk: Client, two: tuple[Appointment, Appointment], now: dt.datetime
) -> None:
    first, second = two
    dropped = second.patient_id
    merge(desk, first, second)
    for path in ("", "correct/"):
        answer = desk.get(f"/admin/people/{dropped}/{path}", follow=True)
        assert answer.status_code == 200
        assert first.reference in answer.content.decode() or path
    found = access.by_what_they_know(
        reference=second.reference, birth_date=BORN, phone="+12145550109", now=now
    )
    assert found == second, "the number that she told when she booked"
    found = access.by_what_they_know(
        reference=second.reference, birth_date=BORN, phone="+12145550101", now=now
    )
    assert found == second, "the number that is kept"
    assert not access.by_what_they_know(
        reference=second.reference, birth_date=BORN, phone="+12145550102", now=now
    )
    second.refresh_from_db()
    assert access.is_birth_date(second, BORN, now=now)
    again = desk.get(address(first, second), follow=True).content.decode()
    assert "one already" in again


def test_three_records_lead_to_the_last_one_kept(
    desk: Client, two: tuple[Appointment, Appointment], clinic: people.Clinic, now: dt.datetime
) -> None:
    first, second = two
    oldest = second.patient_id
    merge(desk, first, second)
    third = people.a_visit(clinic.office_visit, now)
    merge(desk, third, first)
    answer = desk.get(f"/admin/people/{oldest}/")
    assert answer.headers["Location"] == f"/admin/people/{third.patient_id}/"
    assert Appointment.objects.filter(patient=third.patient_id).count() == 3


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"birth_date": dt.date(1950, 3, 9)}, "They have different dates of birth."),
        ({"chart_number": "B-2"}, "Each has a chart of their own in the EHR."),
    ],
)
def test_who_may_be_two_people_is_merged_only_after_asking(
    desk: Client, two: tuple[Appointment, Appointment], facts: dict[str, Any], sentence: str
) -> None:
    first, second = two
    Patient.objects.filter(pk=first.patient_id).update(chart_number="A-1")
    Patient.objects.filter(pk=second.patient_id).update(**facts)
    answer = merge(desk, first, second)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert "They may be two people. Ask, and tick that you have asked." in answer.content.decode()
    assert nothing_was_merged()
    merge(desk, first, second, asked="on")
    second.refresh_from_db()
    assert second.patient_id == first.patient_id


def test_visits_at_the_same_moment_are_asked_about(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    slot = people.free_times(clinic.same_day, now)[2]
    video = people.a_visit(clinic.same_day, now, slot=slot)
    people.works(
        clinic.doctor, clinic.office_visit, dt.time(8), dt.time(20), location=clinic.office
    )
    near = min(
        people.free_times(clinic.office_visit, now), key=lambda one: abs(one.start - slot.start)
    )
    office = people.a_visit(clinic.office_visit, now, slot=near)
    answer = merge(desk, video, office)
    assert answer.status_code == 400
    assert "Both have a visit at the same time" in answer.content.decode()
    assert nothing_was_merged()


@pytest.mark.parametrize("said", [{"phone": ""}, {"phone": "both"}, {"seen": 1}, {"seen": "x"}])
def test_a_choice_that_is_missing_or_old_merges_nobody(
    desk: Client, two: tuple[Appointment, Appointment], said: dict[str, Any]
) -> None:
    answer = merge(desk, *two, **said)
    assert answer.status_code == 400
    assert "Nothing was merged" in answer.content.decode()
    assert nothing_was_merged()
    assert {visit.patient_id for visit in Appointment.objects.all()} == {
        visit.patient_id for visit in two
    }


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.ASSISTANT, Role.EDITOR, Role.AUDITOR])
def test_only_the_desk_merges(
    two: tuple[Appointment, Appointment], as_role: Callable[[Role], Client], role: Role
) -> None:
    assert merge(as_role(role), *two).status_code == 403
    assert nothing_was_merged()


# --- a merge and a booking at the same moment ---------------------------------------------------
def race(now: dt.datetime) -> int:
    """Each round one books a visit for a record, with somebody whom it has no visit with, while
    one merges it. How many visits lie with a record that is no more."""
    clinic = people.a_clinic()
    dana = User.objects.create_user("dana", "dana@example.com", is_staff=True)
    write_down = changing.write_down

    def slowly(*args: Any, **facts: Any) -> Appointment:
        time.sleep(0.1)  # the record is read, the visit is not written yet
        return write_down(*args, **facts)

    for _round in range(ROUNDS):
        keep = people.a_visit(clinic.office_visit, now)
        drop = people.a_visit(clinic.office_visit, now)
        details = people.alice(patient=drop.patient_id)
        slot = people.free_times(clinic.same_day, now)[0]
        ready = threading.Barrier(2)

        def book(ready: Any = ready, details: Any = details, slot: Any = slot) -> None:
            ready.wait()
            booking.request(key=uuid.uuid4(), slot=slot, details=details, source="", now=now)
            connection.close()

        def make_one(ready: Any = ready, keep: Any = keep, drop: Any = drop) -> None:
            seen = (patients.version_of(keep.patient), patients.version_of(drop.patient))
            ready.wait()
            time.sleep(0.03)
            patients.merge(keep.patient, drop.patient, said={}, seen=seen, by=dana, now=now)
            connection.close()

        with mock.patch.object(changing, "write_down", slowly):
            threads = [threading.Thread(target=one) for one in (book, make_one)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert Patient.objects.get(pk=drop.patient_id).merged_into_id == keep.patient_id
    assert Appointment.objects.count() == 3 * ROUNDS
    return Appointment.objects.exclude(patient__merged_into=None).count()


@pytest.mark.django_db(transaction=True)
def test_a_visit_booked_while_two_records_are_merged_lies_with_the_one_that_is_kept(
    now: dt.datetime,
) -> None:
    assert race(now) == 0


@pytest.mark.django_db(transaction=True)
def test_without_the_trigger_such_a_visit_is_lost(now: dt.datetime) -> None:
    """The control. If it finds nothing, the test above is blind."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE appointments_appointment DISABLE TRIGGER living_patient")
    try:
        assert race(now) > 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE appointments_appointment ENABLE TRIGGER living_patient")
