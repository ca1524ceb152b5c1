"""What somebody sends who did not get it from our pages."""

from __future__ import annotations

import base64
import datetime as dt
import uuid

import pytest
from django.test import Client

from appointments import access, booking
from appointments.models import Appointment, Occupancy, WorkingHours
from tests.appointments.visitor import ANSWERS, Visitor
from tests.people import Clinic, a_visit, a_visit_type, free_times

URL = "/appointments/office-visit/"


def a_slot(person: str = "ana-ortega", place: str = "main-street", year: int = 2026) -> str:
    minutes = int(dt.datetime(year, 11, 24, 20, tzinfo=dt.UTC).timestamp()) // 60
    text = f"office-visit/{person}/{place}/{minutes:x}/1e"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "slot",
    [
        a_slot(person="\0"),
        a_slot(place="\0"),
        a_slot(person="ana ortega"),
        a_slot(year=1),
        a_slot(year=9999),
    ],
)
@pytest.mark.parametrize("page", ["", "details/", "check/"])
def test_a_time_that_somebody_made_up_is_told_kindly(clinic: Clinic, slot: str, page: str) -> None:
    assert Client().get(URL, {"slot": slot}).status_code == 200
    visitor = Visitor().open(URL)
    said = {**ANSWERS, "slot": slot, "red_flag": "none", "key": visitor.form_value("key")}
    visitor.post(f"{URL}{page}", said)
    assert visitor.status == 200
    assert not Occupancy.objects.exists()


@pytest.mark.parametrize("phone", ["+49 3012", "+49 111 111 111 111 111", "+62 1234567890123456"])
def test_a_number_that_no_network_carries_is_asked_for_again(clinic: Clinic, phone: str) -> None:
    visitor = Visitor().choose().tell(phone=phone)
    assert visitor.status == 200
    assert visitor.problems == [
        "Write a phone number with its area code, such as 214-555-0142",
    ]
    assert not Appointment.objects.exists()
    assert visitor.tell().send().heading == "We have your request"


def test_losing_a_time_again_and_again_does_not_use_up_the_requests_of_a_telephone(
    clinic: Clinic,
) -> None:
    for number in range(6):
        visitor = Visitor().choose().tell()
        Occupancy.objects.filter(kind="hold").delete()  # the ten minutes are over
        other = Visitor().choose().tell(phone=f"214-555-01{number + 20}", family_name="Baker")
        other.send()
        assert visitor.send().status == 200
    assert Visitor().ask().heading == "We have your request"
    assert Appointment.objects.filter(patient__family_name="Adams").count() == 1


def test_two_clicks_on_cancel_at_the_same_moment_cancel_once(
    clinic: Clinic, now: dt.datetime
) -> None:
    wanted = a_visit(clinic.same_day, now)
    first, second = Appointment.objects.get(pk=wanted.pk), Appointment.objects.get(pk=wanted.pk)
    booking.cancel(first, by=None, reason="", now=now)
    with pytest.raises(booking.AlreadyChanged):
        booking.cancel(second, by=None, reason="", now=now)
    assert wanted.status_changes.filter(to_status="cancelled").count() == 1


def test_holds_for_one_kind_of_visit_do_not_add_to_half_a_day_of_another(
    clinic: Clinic, now: dt.datetime
) -> None:
    short = a_visit_type(slug="a-question", minutes=20, buffer_after_minutes=10, horizon_days=1)
    WorkingHours.objects.get(practitioner=clinic.assistant).visit_types.add(short)
    today = [slot for slot in free_times(clinic.same_day, now) if slot.local.day == 24]
    for slot in today[:4]:
        booking.hold(key=uuid.uuid4(), slot=slot, source="", now=now)
    left = [slot for slot in free_times(short, now) if slot.local.day == 24]
    assert len(left) == 4
    with pytest.raises(booking.TooManyHolds) as refusal:
        booking.hold(key=uuid.uuid4(), slot=left[0], source="", now=now)
    assert refusal.value.limit == "day"
    assert Occupancy.objects.count() == 4


def test_coming_back_often_with_the_right_birth_date_shuts_nobody_out(
    clinic: Clinic, now: dt.datetime
) -> None:
    visit = a_visit(clinic.same_day, now)
    right, wrong = visit.patient.birth_date, dt.date(1951, 7, 22)
    for _ in range(7):
        assert access.is_birth_date(visit, right, now=now)
    for _ in range(5):
        assert not access.is_birth_date(visit, wrong, now=now)
    with pytest.raises(access.Paused):
        access.is_birth_date(visit, right, now=now)
