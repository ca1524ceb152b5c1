from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from appointments import booking
from appointments.models import Appointment, Occupancy
from correspondence.models import Link, OutboxMessage
from practice import clock
from tests.appointments.visitor import Visitor
from tests.people import Clinic, a_visit, bob, free_times


def birth_date(visitor: Visitor, typed: str = "03/09/1948") -> Visitor:
    return visitor.send(birth_date=typed)


def test_the_private_address_leads_to_one_without_the_token_and_asks_the_birth_date(
    clinic: Clinic,
) -> None:
    address = Visitor().ask().private_address
    reference = Appointment.objects.get().reference
    visitor = Visitor().open(address)
    assert visitor.url == f"/a/visit/{reference}/"
    assert visitor.heading == "A visit for Alice"
    for secret in ("Adams", "3:00 PM", "canary", "Ben Cole"):
        assert secret not in visitor.response.content.decode()
    birth_date(visitor)
    assert visitor.heading == "We have your request"
    assert "Tuesday, November 24, 3:00 PM" in visitor.text


def test_opening_the_address_changes_nothing_however_often_a_scanner_does(clinic: Clinic) -> None:
    address = Visitor().ask().private_address
    before = list(Appointment.objects.values()), list(Link.objects.values())
    for _time in range(3):
        assert Client().get(address).status_code == 302
        assert Client().head(address).status_code == 302
    assert (list(Appointment.objects.values()), list(Link.objects.values())) == before


def test_five_wrong_birth_dates_are_a_pause_even_for_the_right_one(
    clinic: Clinic, clock: Any
) -> None:
    address = Visitor().ask().private_address
    visitor = Visitor().open(address)
    for day in range(1, 6):
        birth_date(visitor, f"01/0{day}/1950")
        assert visitor.problems == ["That is not the date of birth we have. Try again"]
    birth_date(visitor)
    assert visitor.status == 429
    assert "Please wait half an hour" in visitor.text
    assert "3:00 PM" not in visitor.text

    clock.at(dt.datetime(2026, 11, 24, 15, 31, tzinfo=dt.UTC))
    again = birth_date(Visitor().open(address))
    assert again.heading == "We have your request"


def test_another_patients_reference_or_cookie_is_the_same_404_as_nothing(clinic: Clinic) -> None:
    alice, eve = Visitor().ask(), Visitor().ask(number=1, given_name="Eve")
    theirs = f"/a/visit/{alice.reference}/"
    pass_of_eve = eve.client.cookies[f"pass-{eve.reference}"].value
    eve.client.cookies[f"pass-{alice.reference}"] = pass_of_eve
    answers = [
        eve.client.get(url)
        for url in (theirs, f"{theirs}cancel/", f"{theirs}visit.ics", "/a/visit/2222-3333/")
    ]
    assert {answer.status_code for answer in answers} == {404}
    theirs_says, nothing_says = (
        answers[number].content.decode().replace(reference, "*")
        for number, reference in ((0, alice.reference), (3, "2222-3333"))
    )
    assert theirs_says == nothing_says
    assert Client().get("/a/" + "x" * 43 + "/").status_code == 404


def test_a_new_generation_ends_the_old_address_and_whoever_is_inside(clinic: Clinic) -> None:
    alice = Visitor().ask()
    inside, address = f"/a/visit/{alice.reference}/", alice.private_address
    assert alice.client.get(inside).status_code == 200
    Appointment.objects.update(link_generation=2)
    assert alice.client.get(inside).status_code == 404
    assert Client().get(address).status_code == 404


def test_the_page_follows_what_the_desk_does(clinic: Clinic, dana: Any) -> None:
    visitor = Visitor().ask()
    page = f"/a/visit/{visitor.reference}/"
    appointment = Appointment.objects.get()
    booking.confirm(appointment, seen_version=1, by=dana, now=clock.now())
    assert visitor.open(page).heading == "Your visit is booked"
    assert "Our front desk confirmed your time." in visitor.text
    assert "Add to your calendar" in visitor.text


def test_a_refused_request_says_who_and_what_next_without_the_desks_own_words(
    clinic: Clinic, dana: Any
) -> None:
    visitor = Visitor().ask()
    booking.refuse(
        Appointment.objects.get(), seen_version=1, by=dana, reason="rude", now=clock.now()
    )
    visitor.open(f"/a/visit/{visitor.reference}/")
    assert visitor.heading == "We cannot see you at this time"
    assert "rude" not in visitor.response.content.decode()
    assert "Ask for another time" in visitor.text


def test_an_answer_that_is_late_is_admitted(clinic: Clinic, clock: Any) -> None:
    visitor = Visitor().ask()
    clock.at(dt.datetime(2026, 11, 24, 17, 30, tzinfo=dt.UTC))
    # The pass lasts half an hour, the private address longer.
    page = birth_date(Visitor().open(visitor.private_address))
    assert "We are late with our answer. Please call us: we put you first." in page.text


def test_a_patient_cancels_after_being_asked_and_the_time_is_free_again(clinic: Clinic) -> None:
    visitor = Visitor().ask()
    a_visit(clinic.same_day, clock.now(), details=bob())
    before = len(free_times(clinic.same_day, clock.now()))
    visitor.open(f"/a/visit/{visitor.reference}/cancel/")
    assert visitor.heading == "Cancel this visit?"
    assert Appointment.objects.filter(status="cancelled").count() == 0
    visitor.send()
    assert visitor.heading == "You cancelled this visit"
    cancelled = Appointment.objects.get(status="cancelled")
    assert cancelled.patient.given_name == "Alice"
    assert cancelled.cancelled_by == "patient"
    assert Occupancy.objects.count() == 1
    assert len(free_times(clinic.same_day, clock.now())) == before + 1
    assert OutboxMessage.objects.filter(kind="cancelled").count() == 1


def test_cancelling_twice_is_cancelling_once(clinic: Clinic) -> None:
    visitor = Visitor().ask()
    url = f"/a/visit/{visitor.reference}/cancel/"
    visitor.open(url)
    token = str(visitor.form().select_one('[name="csrfmiddlewaretoken"]')["value"])  # type: ignore[index]
    for _click in range(2):
        answer = visitor.client.post(url, {"csrfmiddlewaretoken": token}, follow=True)
        assert "You cancelled this visit" in answer.content.decode()
    assert OutboxMessage.objects.filter(kind="cancelled").count() == 1


def test_a_visit_that_has_begun_cannot_be_cancelled_here(clinic: Clinic, clock: Any) -> None:
    visitor = Visitor().ask()
    clock.at(dt.datetime(2026, 11, 24, 21, 5, tzinfo=dt.UTC))
    page = birth_date(Visitor().open(visitor.private_address))
    assert "Cancel this visit" not in page.text
    page.open(f"/a/visit/{visitor.reference}/cancel/")
    assert page.url == f"/a/visit/{visitor.reference}/"
    assert Appointment.objects.get().status == "pending"


def test_without_the_birth_date_nothing_can_be_cancelled_or_put_in_a_calendar(
    clinic: Clinic,
) -> None:
    address = Visitor().ask("office-visit").private_address
    reference = Appointment.objects.get().reference
    visitor = Visitor().open(address)
    for name in ("cancel/", "visit.ics"):
        assert visitor.client.get(f"/a/visit/{reference}/{name}").status_code == 404
    assert Appointment.objects.get().status == "booked"


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(clinic: Clinic, method: str) -> None:
    visitor = Visitor().ask()
    answer = getattr(visitor.client, method)(f"/a/visit/{visitor.reference}/cancel/")
    assert answer.status_code in {403, 405}
    assert Appointment.objects.get().status == "pending"
