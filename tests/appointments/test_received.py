from __future__ import annotations

import datetime as dt
from typing import Any

import icalendar
from django.test import Client

from appointments.models import Appointment
from correspondence.models import OutboxMessage
from tests.appointments.visitor import Visitor
from tests.people import Clinic


def test_a_request_says_who_answers_by_when_and_that_it_is_not_an_appointment(
    clinic: Clinic,
) -> None:
    visitor = Visitor().ask()
    assert visitor.heading == "We have your request"
    assert "By 11:00 AM today our front desk tells you whether this time is yours." in visitor.text
    assert "It is not yet an appointment." in visitor.text
    assert "Tuesday, November 24, 3:00 PM" in visitor.text
    assert visitor.reference in visitor.text
    assert "Add to your calendar" not in visitor.text


def test_it_can_be_opened_again_and_asks_for_no_email(clinic: Clinic) -> None:
    visitor = Visitor().ask(email="")
    first = visitor.text
    assert visitor.open(visitor.url).text == first
    assert visitor.private_address.startswith("/a/")
    assert not OutboxMessage.objects.filter(kind="request_received").exists()


def test_a_booked_visit_has_a_calendar_entry_that_says_nothing_about_health(
    clinic: Clinic,
) -> None:
    visitor = Visitor().ask("office-visit")
    link = visitor.soup.select_one('a[href*="visit.ics"]')
    assert link is not None
    entry = visitor.client.get(str(link["href"])).content.decode()
    assert "DTSTART;TZID=America/Chicago:20261124T" in entry
    assert "SUMMARY:Appointment" in entry
    for secret in ("Ortega", "Spine", "Alice", "canary", "Office visit"):
        assert secret not in entry


def test_a_request_has_no_calendar_entry(clinic: Clinic) -> None:
    visitor = Visitor().ask()
    tab = visitor.url.split("?")[1]
    assert visitor.client.get(f"/appointments/received/visit.ics?{tab}").status_code == 404


def test_another_browser_with_the_same_address_learns_nothing(clinic: Clinic) -> None:
    alice = Visitor().ask()
    eve = Visitor().open(alice.url)
    assert eve.heading == "Find your visit"
    assert alice.reference not in eve.response.content.decode()
    tab = alice.url.split("?")[1]
    assert Client().get(f"/appointments/received/visit.ics?{tab}").status_code == 404


def test_messages_say_nothing_about_health_nor_who_is_seen(clinic: Clinic) -> None:
    Visitor().ask()
    reference = Appointment.objects.get().reference
    told = {message.kind: message for message in OutboxMessage.objects.all()}
    assert told["request_received"].to == "alice@example.com"
    assert told["request_received"].context == {
        "practice": "Example Spine",
        "reference": reference,
        "phone": "(214) 555-0142",
        "answer_by": "11:00 AM today",
    }
    assert told["staff_new_request"].to == "frontdesk@example.com"
    assert told["staff_new_request"].context == {
        "practice": "Example Spine",
        "reference": reference,
        "answer_by": "11:00 AM today",
    }


def test_a_daughter_who_asks_for_her_mother_is_written_to(clinic: Clinic) -> None:
    Visitor().ask(booking_for="other", contact_name="Carol Adams", contact_relationship="daughter")
    assert OutboxMessage.objects.get(kind="request_received").to_name == "Carol Adams"


def test_the_calendar_entry_is_whole_keeps_its_name_and_takes_itself_back(clinic: Clinic) -> None:
    visitor = Visitor().ask("office-visit")
    page = f"/a/visit/{visitor.reference}/visit.ics"

    def the_event() -> tuple[Any, Any]:
        calendar = icalendar.Calendar.from_ical(visitor.client.get(page).content)
        assert not calendar.errors
        return calendar, calendar.walk("VEVENT")[0]

    calendar, booked = the_event()
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == booked["DTSTART"].params["TZID"] == "America/Chicago"
    assert (calendar["METHOD"], booked["STATUS"]) == ("PUBLISH", "CONFIRMED")
    assert booked["DTSTAMP"].dt.utcoffset() == dt.timedelta()
    assert booked["DTEND"].dt - booked["DTSTART"].dt == dt.timedelta(minutes=30)

    visitor.open(f"/a/visit/{visitor.reference}/cancel/").send()
    calendar, cancelled = the_event()
    assert (calendar["METHOD"], cancelled["STATUS"]) == ("CANCEL", "CANCELLED")
    assert cancelled["UID"] == booked["UID"]
    assert cancelled["SEQUENCE"] > booked["SEQUENCE"]
