from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment, Draft, Occupancy, Patient
from practice.models import RateCount
from tests.appointments.visitor import Visitor
from tests.people import Clinic

URL = "/appointments/same-day-virtual/"


def test_a_patient_sees_each_time_with_its_full_name(clinic: Clinic) -> None:
    visitor = Visitor().open(URL)
    labels = [" ".join(label.get_text().split()) for label in visitor.soup.select(".time label")]
    assert labels[0] == "Tuesday, November 24, 3:00 PM with Ben Cole, PA-C, by video"
    assert len(labels) == len(set(labels)) == len(visitor.slots())


def test_choosing_a_time_holds_it_for_that_patient_alone(clinic: Clinic) -> None:
    alice, bob = Visitor().open(URL), Visitor().open(URL)
    slot = alice.slots()[0]
    assert alice.send(slot=slot, red_flag="none").heading.startswith("Who is coming")
    held = Occupancy.objects.get()
    assert held.kind == "hold"

    bob.send(slot=slot, red_flag="none")
    assert bob.problems == ["That time has just been taken. Choose another"]
    assert slot not in bob.slots()
    assert Occupancy.objects.get() == held


def test_the_911_answer_stops_at_the_emergency_page_and_leaves_nothing_behind(
    clinic: Clinic,
) -> None:
    visitor = Visitor().open(URL)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        visitor.send(slot=visitor.slots()[0], red_flag="emergency")
    assert visitor.heading == "Call 911 now"
    assert 'href="tel:911"' in visitor.response.content.decode()
    assert len(queries) == 0
    assert visitor.response.cookies == {}
    for model in (Occupancy, Appointment, Patient, Draft, RateCount):
        assert model.objects.count() == 0


def test_the_911_answer_is_heard_without_cookie_token_or_time(db: None) -> None:
    """A lapsed form, and not even a clinic in the database."""
    response = Client(enforce_csrf_checks=True).post(URL, {"red_flag": "emergency"})
    assert response.status_code == 200
    assert "Call 911 now" in response.content.decode()


def test_another_answer_without_token_is_refused(clinic: Clinic) -> None:
    slot = Visitor().open(URL).slots()[0]
    response = Client(enforce_csrf_checks=True).post(URL, {"red_flag": "none", "slot": slot})
    assert response.status_code == 403
    assert Occupancy.objects.count() == 0


def test_a_sign_to_call_today_shows_the_number_first_and_then_a_way_on(clinic: Clinic) -> None:
    visitor = Visitor().open(URL)
    visitor.send(slot=visitor.slots()[0], red_flag="today")
    assert visitor.heading == "Please call us today"
    assert "(214) 555-0142 We answer this number now." in visitor.text
    assert (Occupancy.objects.count(), Draft.objects.count()) == (0, 0)

    visitor.send(button="go_on")
    assert visitor.heading.startswith("Who is coming")
    visitor.tell().send()
    assert Appointment.objects.get().red_flag == "today"


@pytest.mark.parametrize(
    ("answers", "problems"),
    [
        ({"red_flag": "none"}, ["Choose a time for your visit"]),
        ({"red_flag": ""}, ["Say whether you have any of these signs"]),
        ({"red_flag": "perhaps"}, ["Say whether you have any of these signs"]),
    ],
)
def test_what_is_missing_is_said_and_what_was_chosen_stays(
    clinic: Clinic, answers: dict[str, str], problems: list[str]
) -> None:
    visitor = Visitor().open(URL)
    slot = "" if answers["red_flag"] == "none" else visitor.slots()[1]
    visitor.send(**answers, slot=slot)
    assert visitor.problems == problems
    assert visitor.soup.find("title").get_text().startswith("Error: ")  # type: ignore[union-attr]
    chosen = [str(one["value"]) for one in visitor.soup.select("input[type=radio][checked]")]
    assert chosen == (["none"] if answers["red_flag"] == "none" else [slot])
    assert Occupancy.objects.count() == 0


def test_more_days_keep_what_was_chosen(clinic: Clinic) -> None:
    visitor = Visitor().open("/appointments/office-visit/")
    first = visitor.slots()
    later = visitor.soup.select_one('button[name="show"][value^="2026"]')
    assert later is not None
    visitor.send(red_flag="none", slot=first[0], show=str(later["value"]))
    assert not set(visitor.slots()[1:]) & set(first)
    chosen = [str(one["value"]) for one in visitor.soup.select("input[type=radio][checked]")]
    assert chosen == ["none", first[0]]


@pytest.mark.parametrize("slot", ["", "x", "../../etc/passwd", "A" * 199, "é"])
def test_a_slot_that_we_never_made_is_told_kindly(clinic: Clinic, slot: str) -> None:
    visitor = Visitor().open(URL)
    visitor.send(slot=slot, red_flag="none")
    assert visitor.status == 200
    assert len(visitor.problems) == 1
    assert Occupancy.objects.count() == 0


def test_a_time_of_another_kind_of_visit_is_not_held_here(clinic: Clinic) -> None:
    other = Visitor().open("/appointments/office-visit/").slots()[0]
    Visitor().open(URL).send(slot=other, red_flag="none")
    assert Occupancy.objects.count() == 0


def test_an_unknown_or_closed_kind_of_visit_is_not_found(clinic: Clinic) -> None:
    clinic.same_day.active = False
    clinic.same_day.save()
    assert Visitor().open(URL).status == 404
    assert Visitor().open("/appointments/nothing/").status == 404


def test_without_any_free_time_the_telephone_is_offered(clinic: Clinic) -> None:
    clinic.assistant.working_hours.all().delete()
    visitor = Visitor().open(URL)
    assert "No time is free for now" in visitor.text
    assert "(214) 555-0142" in visitor.text
    assert visitor.slots() == []
