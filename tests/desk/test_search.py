from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from appointments.desk import search
from appointments.models import Appointment
from practice.models import AccessLog
from tests import people


@pytest.fixture
def visits(clinic: people.Clinic, now: dt.datetime) -> list[Appointment]:
    times = people.free_times(clinic.same_day, now)
    return [
        people.a_visit(clinic.same_day, now, slot=times[0]),
        people.a_visit(clinic.same_day, now, slot=times[1], details=people.bob()),
    ]


@pytest.mark.parametrize(
    "words", ["alice", "Adams", "ali ada", "0101", "214 555 0101", "(214) 555-0101"]
)
def test_alice_is_found_by_name_and_by_telephone_and_bob_is_not(
    desk: Client, visits: list[Appointment], words: str
) -> None:
    answer = desk.post("/admin/appointments/find/", {"words": words}, follow=True)
    page = answer.content.decode()
    assert "Alice Adams" in page
    assert "Bob Baker" not in page
    row = AccessLog.objects.get()
    assert (row.action, row.patients) == ("search", [visits[0].patient_id])


def test_a_reference_finds_its_visit_however_it_is_typed(
    desk: Client, visits: list[Appointment]
) -> None:
    reference = visits[1].reference
    for words in (reference, reference.lower(), reference.replace("-", " ")):
        page = desk.post("/admin/appointments/find/", {"words": words}, follow=True)
        assert "Bob Baker" in page.content.decode()
        assert "Alice Adams" not in page.content.decode()


def test_what_was_typed_stands_in_no_address(desk: Client, visits: list[Appointment]) -> None:
    answer = desk.post("/admin/appointments/find/", {"words": "Alice Adams"})
    address = answer.headers["Location"].lower()
    assert "alice" not in address
    assert "adams" not in address


def test_a_search_that_finds_nobody_says_so_and_is_written_down(
    desk: Client, visits: list[Appointment]
) -> None:
    page = desk.post("/admin/appointments/find/", {"words": "zzz"}, follow=True).content.decode()
    assert "Nobody by that name" in page
    assert AccessLog.objects.get().patients == []


def test_an_address_that_we_did_not_seal_shows_nobody(
    desk: Client, visits: list[Appointment]
) -> None:
    for made_up in ("alice", search.seal("alice")[:-4] + "AAA="):
        answer = desk.get("/admin/appointments/", {"found": made_up})
        assert answer.status_code == 302
    assert AccessLog.objects.count() == 0


@pytest.mark.parametrize(
    ("day", "found"),
    [("2026-11-24", True), ("2026-11-25", False), ("nonsense", True), ("", True)],
)
def test_the_list_shows_one_day_and_today_without_one(
    desk: Client, visits: list[Appointment], day: str, found: bool
) -> None:
    page = desk.get("/admin/appointments/", {"day": day}).content.decode()
    assert ("Alice Adams" in page) is found
