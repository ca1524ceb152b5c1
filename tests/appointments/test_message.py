"""Somebody writes to us about records, a bill or a refill: /contact/message/."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client

from appointments import inquiries, opened
from appointments.inquiry_forms import InquiryForm
from appointments.models import Inquiry, InquiryStep
from correspondence.models import MessageRules, OutboxMessage
from tests import people

MINUTE = dt.timedelta(minutes=1)
ADDRESS = "/contact/message/"
CANARY = "kanarie"


@pytest.fixture
def clinic(db: None) -> people.Clinic:
    return people.a_clinic()


def answers(now: dt.datetime, **changed: Any) -> dict[str, str]:
    return {
        "topic": "billing",
        "name": "Alice  Adams",
        "contact_by": "phone",
        "phone": "214-555-0101",
        "email": "alice@example.com",
        "answer_in": "en",
        "words": f"Which bill is this? {CANARY}",
        "website": "",
        "opened": opened.begin(InquiryForm.salt, now=now - MINUTE),
        **changed,
    }


def test_the_page_sends_urgent_things_to_911_and_the_telephone_first(
    clinic: people.Clinic, client: Client
) -> None:
    page = client.get(ADDRESS).content.decode()
    page = page[page.index("<h1") :]
    first = [page.index(words) for words in ("Call 911 at once", "214) 555-0142", "<textarea")]
    assert first == sorted(first)
    assert "Please do not write symptoms here" in page
    spanish = client.get(f"/es{ADDRESS}").content.decode()
    assert "tel:911" in spanish


def test_the_contact_page_says_who_answers_when(clinic: people.Clinic, client: Client) -> None:
    """From the desk's own hours, and by the same promise as for requests."""
    page = client.get("/contact/").content.decode()
    desk = page[page.index("When our front desk answers") :]
    assert "7:30 AM to 8:30 PM" in desk[: desk.index("</table>")]
    assert "A message written now is answered by 11:00 AM today." in desk
    assert f'href="{ADDRESS}"' in page


def test_a_message_gets_a_reference_and_a_promise(
    clinic: people.Clinic, client: Client, now: dt.datetime
) -> None:
    answer = client.post(ADDRESS, answers(now), follow=True)
    inquiry = Inquiry.objects.get()
    page = answer.content.decode()
    assert inquiry.reference in page
    assert "Our front desk answers by 11:00 AM today." in page
    assert CANARY not in page
    assert (inquiry.name, inquiry.phone, inquiry.topic) == (
        "Alice Adams",
        "+12145550101",
        "billing",
    )
    assert inquiry.answer_due_at == inquiry.received_at + 120 * MINUTE
    assert [step.kind for step in InquiryStep.objects.all()] == ["received"]


def test_the_sender_and_the_desk_are_told_and_no_mail_says_what_it_is_about(
    clinic: people.Clinic, client: Client, now: dt.datetime
) -> None:
    client.post(ADDRESS, answers(now))
    told = {row.kind: row for row in OutboxMessage.objects.all()}
    assert told.keys() == {"inquiry_received", "staff_new_inquiry"}
    assert told["inquiry_received"].to == "alice@example.com"
    assert told["staff_new_inquiry"].to == "frontdesk@example.com"
    for row in told.values():
        assert not re.search(f"{CANARY}|bill", str(row.context), re.IGNORECASE)


def test_a_double_click_is_one_message(
    clinic: people.Clinic, client: Client, now: dt.datetime
) -> None:
    said = answers(now)
    first = client.post(ADDRESS, said).headers["Location"]
    second = client.post(ADDRESS, {**said, "words": "something else"}).headers["Location"]
    assert first.split(":")[0] == second.split(":")[0]
    assert CANARY in Inquiry.objects.get().words
    assert OutboxMessage.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"topic": ""}, "Choose what it is about"),
        ({"topic": "surgery"}, "surgery"),
        ({"name": ""}, "Write your name"),
        ({"phone": ""}, "Write the number at which we should call you"),
        ({"phone": "12"}, "Write a phone number with its area code"),
        ({"contact_by": "email", "email": ""}, "Write the address to which we should write"),
        ({"email": "nobody"}, "Write an e-mail address such as"),
        ({"opened": "forged"}, "This page was open for too long"),
        ({"name": "A" * 121}, "120"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    clinic: people.Clinic, client: Client, now: dt.datetime, changed: dict[str, str], said: str
) -> None:
    answer = client.post(ADDRESS, answers(now, **changed))
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert CANARY in answer.content.decode()
    assert Inquiry.objects.count() == 0
    assert OutboxMessage.objects.count() == 0


def test_too_quick_is_asked_to_read_again_and_then_it_works(
    clinic: people.Clinic, client: Client, now: dt.datetime
) -> None:
    quick = answers(now, opened=opened.begin(InquiryForm.salt, now=now))
    assert client.post(ADDRESS, quick).status_code == 400
    assert Inquiry.objects.count() == 0


def test_a_program_that_fills_in_everything_leaves_nothing(
    clinic: people.Clinic, client: Client, now: dt.datetime
) -> None:
    answer = client.post(ADDRESS, answers(now, website="http://example.com"), follow=True)
    assert "We have your message" in answer.content.decode()
    assert Inquiry.objects.count() == 0


def test_three_a_day_from_one_telephone_and_the_fourth_keeps_its_words(
    clinic: people.Clinic, client: Client, now: dt.datetime
) -> None:
    for _ in range(3):
        assert client.post(ADDRESS, answers(now)).status_code == 302
    fourth = client.post(ADDRESS, answers(now))
    assert fourth.status_code == 429
    assert CANARY in fourth.content.decode()
    assert Inquiry.objects.count() == 3
    assert client.post(ADDRESS, answers(now, phone="214-555-0102")).status_code == 302


def test_a_database_that_hiccups_gives_the_words_back_with_the_number(
    clinic: people.Clinic, client: Client, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_facts: object) -> Inquiry:
        raise OperationalError("away")

    monkeypatch.setattr(inquiries, "receive", away)
    answer = client.post(ADDRESS, answers(now))
    assert answer.status_code == 503
    assert CANARY in answer.content.decode()


def test_nobody_reads_a_reference_by_guessing(clinic: people.Clinic, client: Client) -> None:
    assert client.get(f"{ADDRESS}received/?note=7KM4-X2PD:forged").status_code == 404


def test_in_spanish_the_answer_is_in_spanish(
    clinic: people.Clinic, client: Client, now: dt.datetime
) -> None:
    client.post(f"/es{ADDRESS}", answers(now, answer_in="es"))
    assert Inquiry.objects.get().language == "es"
    assert OutboxMessage.objects.get(kind="inquiry_received").locale == "es"


def test_the_desk_then_the_person_on_call_hears_of_a_promise_at_risk(
    clinic: people.Clinic, client: Client, now: dt.datetime
) -> None:
    MessageRules.objects.create(on_call_name="Nora Night", on_call_email="nora@example.com")
    client.post(ADDRESS, answers(now))
    assert inquiries.warn(now=now + 80 * MINUTE) == 0
    assert inquiries.warn(now=now + 91 * MINUTE) == 1
    risk = OutboxMessage.objects.filter(kind="staff_promise_at_risk")
    assert risk.count() == 1
    assert not OutboxMessage.objects.filter(kind="staff_on_call").exists()
    for _ in range(2):
        inquiries.warn(now=now + 105 * MINUTE)
    assert risk.count() == 1
    assert OutboxMessage.objects.get(kind="staff_on_call").to == "nora@example.com"


# --- what the database refuses -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"topic": "surgery"}, "inquiry_topic_is_known"),
        ({"result": "maybe"}, "inquiry_result_is_known"),
        ({"phone": ""}, "inquiry_can_be_answered"),
        ({"words": "  "}, "inquiry_says_something"),
        ({"reference": "AAAA-AAAA"}, "inquiry_reference_reads_well"),
    ],
)
def test_the_database_refuses(
    clinic: people.Clinic,
    client: Client,
    now: dt.datetime,
    changed: dict[str, str],
    constraint: str,
) -> None:
    client.post(ADDRESS, answers(now))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Inquiry.objects.update(**changed)


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"kind": "called"}, "inquiry_step_says_how_a_call_went"),
        ({"kind": "claimed", "outcome": "reached"}, "inquiry_step_says_how_a_call_went"),
        ({"kind": "closed"}, "inquiry_step_says_how_it_ended"),
        ({"kind": "claimed", "result": "junk"}, "inquiry_step_says_how_it_ended"),
    ],
)
def test_the_database_refuses_half_a_step(
    clinic: people.Clinic, client: Client, now: dt.datetime, facts: dict[str, str], constraint: str
) -> None:
    client.post(ADDRESS, answers(now))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        InquiryStep.objects.create(inquiry=Inquiry.objects.get(), at=now, **facts)
