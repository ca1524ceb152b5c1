from __future__ import annotations

import datetime as dt

import pytest

from appointments.models import Appointment, Draft, Occupancy, Patient
from practice.models import License
from tests.appointments.visitor import ANSWERS, Visitor
from tests.people import Clinic, a_visit, bob, free_times


def test_every_question_of_the_contract_is_asked_with_its_reason(clinic: Clinic) -> None:
    soup = Visitor().choose().soup
    names = {str(field["name"]) for field in soup.select("main form [name]")}
    assert {*ANSWERS, "contact_name", "contact_relationship", "slot", "red_flag"} <= names
    tokens = {
        name: str(soup.select_one(f"#id_{name}")["autocomplete"])  # type: ignore[index]
        for name in ("given_name", "family_name", "birth_date", "phone", "email", "contact_name")
    }
    assert tokens == {
        "given_name": "given-name",
        "family_name": "family-name",
        "birth_date": "bday",
        "phone": "tel",
        "email": "email",
        "contact_name": "name",
    }


def test_an_office_visit_does_not_ask_where_the_patient_will_be(clinic: Clinic) -> None:
    assert Visitor().choose("office-visit").soup.select_one("#id_located_in") is None


def test_errors_say_what_to_do_and_keep_every_word(clinic: Clinic) -> None:
    visitor = Visitor().choose()
    visitor.tell(birth_date="31/31/1948", phone="12", given_name="", consent="")
    assert visitor.problems == [
        "Write the patient’s first name",
        "Write the date as month, day and year, such as 03/31/1948",
        "Write a phone number with its area code, such as 214-555-0142",
        "We need your agreement before you can go on",
    ]
    for link in visitor.soup.select(".error-summary a"):
        assert visitor.soup.select_one(str(link["href"])) is not None
    kept = {"birth_date": "31/31/1948", "phone": "12", "reason": ANSWERS["reason"]}
    said = {name: visitor.soup.select_one(f"#id_{name}") for name in kept}
    assert said["birth_date"]["value"] == "31/31/1948"  # type: ignore[index]
    assert said["phone"]["value"] == "12"  # type: ignore[index]
    assert said["reason"].get_text().strip() == kept["reason"]  # type: ignore[union-attr]
    assert Patient.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("1948-03-09", dt.date(1948, 3, 9)),
        ("3/9/1948", dt.date(1948, 3, 9)),
        ("March 9, 1948", dt.date(1948, 3, 9)),
    ],
)
def test_a_birth_date_is_read_as_people_write_it(clinic: Clinic, typed: str, born: dt.date) -> None:
    Visitor().ask(birth_date=typed)
    assert Patient.objects.get().birth_date == born


@pytest.mark.parametrize("typed", ["11/25/2026", "01/01/1890", "03/09/48", "yesterday"])
def test_an_impossible_birth_date_is_asked_again(clinic: Clinic, typed: str) -> None:
    assert len(Visitor().choose().tell(birth_date=typed).problems) == 1


@pytest.mark.parametrize(
    ("typed", "began"),
    [
        ("", None),
        ("don't know", None),
        ("Don’t know", None),
        ("about two weeks ago", dt.date(2026, 11, 10)),
        ("yesterday", dt.date(2026, 11, 23)),
        ("2026-11-01", dt.date(2026, 11, 1)),
        ("11/01/2026", dt.date(2026, 11, 1)),
    ],
)
def test_when_it_began_may_be_a_date_or_words(
    clinic: Clinic, typed: str, began: dt.date | None
) -> None:
    Visitor().ask(onset_date=typed)
    assert Appointment.objects.get().onset_date == began


def test_somebody_asking_for_another_is_the_one_we_write_to(clinic: Clinic) -> None:
    visitor = Visitor().choose().tell(booking_for="other")
    assert visitor.problems == [
        "Write your own name, so that we know who calls",
        "Say how you are related to the patient",
    ]
    visitor.tell(booking_for="other", contact_name="Carol Adams", contact_relationship="daughter")
    visitor.send()
    appointment = Appointment.objects.get()
    assert appointment.contact_name == "Carol Adams"
    assert appointment.patient.given_name == "Alice"


def test_a_state_without_a_license_gets_a_kind_way_out(clinic: Clinic) -> None:
    visitor = Visitor().choose().tell(located_in="NY")
    assert visitor.problems == ["Ben Cole may not treat by video in New York"]
    assert "If you will be in Texas during the visit" in visitor.text
    assert visitor.soup.select_one('#way-out a[href="/appointments/office-visit/"]') is not None
    assert Appointment.objects.count() == 0


def test_the_practitioners_own_license_counts_before_the_practices(clinic: Clinic) -> None:
    License.objects.create(practitioner=clinic.assistant, state="NM")
    visitor = Visitor().choose()
    assert visitor.tell(located_in="TX").problems == ["Ben Cole may not treat by video in Texas"]
    assert visitor.tell(located_in="NM").heading == "Check your answers"


def test_an_answer_by_email_needs_an_address(clinic: Clinic) -> None:
    visitor = Visitor().choose().tell(contact_by="email", email="")
    assert visitor.problems == ["Write an e-mail address, or choose a phone call or a text"]


def test_another_time_is_chosen_without_losing_a_word(clinic: Clinic) -> None:
    visitor = Visitor().choose()
    visitor.send(button="another_time", **{**ANSWERS, "reason": "half a sent"})
    assert visitor.heading == "Same-day visit by video"
    visitor.send(slot=visitor.slots()[2], red_flag="none")
    assert visitor.soup.select_one("#id_reason").get_text().strip() == "half a sent"  # type: ignore[union-attr]
    assert Occupancy.objects.count() == 1


def test_a_hold_can_be_made_longer_without_losing_a_word(clinic: Clinic, clock: object) -> None:
    visitor = Visitor().choose()
    before = Occupancy.objects.get().expires_at
    visitor.send(button="keep", family_name="Ada")
    assert visitor.soup.select_one("#id_family_name")["value"] == "Ada"  # type: ignore[index]
    after = Occupancy.objects.get().expires_at
    assert before
    assert after
    assert after > before


def test_a_hold_that_ran_out_and_was_taken_says_so_and_offers_three(
    clinic: Clinic, clock: object
) -> None:
    from practice.clock import now

    visitor = Visitor().choose()
    Occupancy.objects.all().delete()
    first = free_times(clinic.same_day, now())[0]
    a_visit(clinic.same_day, now(), details=bob(), slot=first)
    visitor.tell()
    assert visitor.problems == ["That time has just been taken. Choose one of the times near it"]
    assert len(visitor.slots()) == 3
    assert visitor.soup.select_one("#id_given_name")["value"] == "Alice"  # type: ignore[index]
    visitor.send(slot=visitor.slots()[0])
    assert visitor.heading == "Check your answers"
    assert visitor.send().heading == "We have your request"
    assert Appointment.objects.count() == 2


def test_a_hold_that_ran_out_is_taken_again_while_it_is_free(clinic: Clinic) -> None:
    visitor = Visitor().choose()
    Occupancy.objects.all().delete()
    assert "Not held any more" in visitor.open(visitor.url).text
    assert visitor.tell().heading == "Check your answers"
    assert Occupancy.objects.count() == 1


def test_what_was_typed_cannot_be_read_in_the_database(clinic: Clinic) -> None:
    visitor = Visitor().choose()
    visitor.tell(consent="")
    sealed = bytes(Draft.objects.get().sealed)
    assert b"canary" not in sealed
    assert b"Adams" not in sealed
    assert "canary" not in str(visitor.client.cookies)


def test_somebody_elses_key_opens_nothing(clinic: Clinic) -> None:
    alice = Visitor().choose()
    alice.tell(consent="")
    eve = Visitor().choose(number=1)
    tab = alice.url.split("tab=")[1]
    assert eve.open(f"/appointments/same-day-virtual/details/?tab={tab}").text.count("Alice") == 0

    form = alice.soup.select_one('input[name="key"]')
    assert form is not None
    eve.choose(number=2).send(key=str(form["value"]))
    assert "Adams" not in eve.response.content.decode()


def test_a_lost_cookie_loses_no_words(clinic: Clinic) -> None:
    visitor = Visitor().choose()
    for name in [name for name in visitor.client.cookies if name.startswith("visit-")]:
        del visitor.client.cookies[name]
    Occupancy.objects.all().delete()
    assert visitor.tell().heading == "Check your answers"
    assert visitor.send().heading == "We have your request"
    assert Patient.objects.get().family_name == "Adams"
