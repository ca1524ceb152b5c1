from __future__ import annotations

import datetime as dt

from appointments.models import Appointment, Occupancy
from correspondence.models import OutboxMessage
from tests.appointments.visitor import ANSWERS, Visitor
from tests.people import Clinic

URL = "/appointments/same-day-virtual/ask/"
NOT_ASKED = {"onset_date", "reason", "pay_by"}


def said(**more: str) -> dict[str, str]:
    asked = {name: value for name, value in ANSWERS.items() if name not in NOT_ASKED}
    return {**asked, "red_flag": "none", **more}


def test_who_finds_no_time_says_when_they_could_come(clinic: Clinic) -> None:
    visitor = Visitor().open("/appointments/same-day-virtual/")
    assert visitor.soup.select(f'a[href="{URL}"]')
    visitor.open(URL).send(
        **said(wanted_from="11/25/2026", wanted_until="11/27/2026", wanted_part="morning")
    )
    assert visitor.heading == "You are on our waiting list"
    assert "Wednesday, November 25 to Friday, November 27. Before noon" in visitor.text
    waits = Appointment.objects.get()
    assert (waits.status, waits.wanted_part) == ("waitlist", "morning")
    assert waits.wanted_until == dt.date(2026, 11, 27)
    assert Occupancy.objects.count() == 0
    assert OutboxMessage.objects.filter(kind="waiting").count() == 1
    visitor.open(f"/a/visit/{waits.reference}/cancel/").send()
    assert visitor.heading == "You cancelled this visit"


def test_what_was_typed_survives_an_error_and_twice_is_once(clinic: Clinic) -> None:
    visitor = Visitor().open(URL).send(**said(given_name="", wanted_from="11/01/2026"))
    assert visitor.problems == [
        "That day is over. Write today or a later day",
        "Write the patient’s first name",
    ]
    assert "Adams" in visitor.response.content.decode()
    form = visitor.form()
    key = str(form.select_one('[name="key"]')["value"])  # type: ignore[index]
    visitor.send(given_name="Alice", wanted_from="")
    reference = visitor.reference
    assert visitor.open(URL).send(**said(key=key)).reference == reference
    assert Appointment.objects.count() == 1


def test_the_signs_come_first_here_too(clinic: Clinic) -> None:
    visitor = Visitor().open(URL).send(**said(red_flag="emergency"))
    assert visitor.heading == "Call 911 now"
    assert Appointment.objects.count() == 0
    visitor = Visitor().open(URL).send(**said(red_flag="today"))
    assert visitor.heading == "Please call us today"
    assert visitor.send(button="go_on").heading == "You are on our waiting list"
    assert Appointment.objects.get().red_flag == "today"


def test_a_state_without_a_license_has_a_way_out(clinic: Clinic) -> None:
    visitor = Visitor().open(URL).send(**said(located_in="OK"))
    assert "We can still help you" in visitor.text
    assert Appointment.objects.count() == 0
