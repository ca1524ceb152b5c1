"""/appointments/slots.json: what machines are told, and that it is nothing about patients."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client

from appointments import booking
from appointments.availability import Slot
from practice.models import DeskHours
from tests.people import Clinic, a_visit, alice, bob, free_times, works


def asked(client: Client, **query: Any) -> Any:
    names = {name.rstrip("_"): value for name, value in query.items()}
    return client.get("/appointments/slots.json", names)


def test_every_free_time_of_the_days_asked_for(
    clinic: Clinic, client: Client, now: dt.datetime
) -> None:
    answer = asked(client, visit_type="office-visit", from_="2026-11-25", days=1)
    assert answer.status_code == 200
    slots = answer.json()["slots"]
    assert slots[0] == {
        "slot": slots[0]["slot"],
        "start": "2026-11-25T14:30:00Z",
        "end": "2026-11-25T15:00:00Z",
        "practitioner": "ana-ortega",
        "location": "main-street",
    }
    assert len(slots) == 13
    booking.hold(key=uuid.uuid4(), slot=Slot.parse(slots[0]["slot"]), source="", now=now)
    again = asked(client, visit_type="office-visit", from_="2026-11-25", days=1)
    assert again.json()["slots"] == slots[1:]


def test_without_a_first_day_it_is_today_at_the_practice(clinic: Clinic, client: Client) -> None:
    slots = asked(client, visit_type="same-day-virtual", days=1).json()["slots"]
    assert {slot["start"][:10] for slot in slots} == {"2026-11-24", "2026-11-25"}  # in UTC
    assert slots[0]["location"] is None
    assert len(slots) == 8


def test_days_count_by_the_local_date_of_the_start(clinic: Clinic, client: Client) -> None:
    works(clinic.assistant, clinic.same_day, dt.time(23), dt.time(1), days=["tue"])
    today = asked(client, visit_type="same-day-virtual", from_="2026-11-24", days=1)
    tomorrow = asked(client, visit_type="same-day-virtual", from_="2026-11-25", days=1)
    assert today.json()["slots"][-1]["start"] == "2026-11-25T05:30:00Z"
    assert tomorrow.json()["slots"][0]["start"] == "2026-11-25T06:00:00Z"


def test_a_time_that_can_only_be_had_by_telephone_is_left_out(
    clinic: Clinic, client: Client
) -> None:
    DeskHours.objects.update(days=["sun"])
    assert asked(client, visit_type="same-day-virtual", days=2).json() == {"slots": []}


@pytest.mark.parametrize("days", ["", "0", "63", "-1", "+1", "1.0", "x", "٣", "999999999999"])
def test_a_number_of_days_that_is_none_is_refused(
    clinic: Clinic, client: Client, days: str
) -> None:
    answer = asked(client, visit_type="office-visit", days=days)
    assert answer.status_code == 400
    assert "slots" not in answer.json()


@pytest.mark.parametrize("days", ["1", "62"])
def test_one_day_and_sixty_two_are_given(clinic: Clinic, client: Client, days: str) -> None:
    assert asked(client, visit_type="office-visit", days=days).status_code == 200


@pytest.mark.parametrize("first", ["", "tomorrow", "20261124", "2026-W48-2", "2026-02-30", "1-1-1"])
def test_a_first_day_that_is_none_is_refused(clinic: Clinic, client: Client, first: str) -> None:
    assert asked(client, visit_type="office-visit", from_=first, days=1).status_code == 400


@pytest.mark.parametrize("first", ["0001-01-01", "2020-01-01", "9999-12-31"])
def test_far_away_there_is_nothing(clinic: Clinic, client: Client, first: str) -> None:
    answer = asked(client, visit_type="office-visit", from_=first, days=62)
    assert (answer.status_code, answer.json()) == (200, {"slots": []})


@pytest.mark.parametrize("slug", ["", "nothing", "../etc"])
def test_an_unknown_kind_of_visit_is_not_found(clinic: Clinic, client: Client, slug: str) -> None:
    assert asked(client, visit_type=slug, days=1).status_code == 404


def test_a_kind_of_visit_that_is_put_away_is_not_found(clinic: Clinic, client: Client) -> None:
    clinic.office_visit.active = False
    clinic.office_visit.save()
    assert asked(client, visit_type="office-visit", days=1).status_code == 404


def test_nothing_about_patients_and_no_cookie(
    clinic: Clinic, client: Client, now: dt.datetime
) -> None:
    a_visit(clinic.office_visit, now, details=alice())
    a_visit(clinic.office_visit, now, details=bob())
    answer = asked(client, visit_type="office-visit", days=7)
    words = answer.content.decode()
    assert not any(word in words for word in ("Alice", "Adams", "Bob", "555"))
    assert {key for slot in answer.json()["slots"] for key in slot} == {
        "slot",
        "start",
        "end",
        "practitioner",
        "location",
    }
    assert answer.cookies == {}
    assert answer["Cache-Control"] == "public, max-age=10"


def test_it_only_answers_questions(clinic: Clinic, client: Client) -> None:
    assert client.post("/appointments/slots.json").status_code == 405


def test_what_it_names_can_be_held(clinic: Clinic, client: Client, now: dt.datetime) -> None:
    for slot in asked(client, visit_type="same-day-virtual", days=1).json()["slots"][:2]:
        booking.hold(key=uuid.uuid4(), slot=Slot.parse(slot["slot"]), source="", now=now)
    assert len(free_times(clinic.same_day, now)) == 14
