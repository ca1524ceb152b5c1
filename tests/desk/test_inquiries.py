"""The tab of inquiries: who waits, who has it, and how it ended."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import inquiries
from appointments.models import Inquiry, InquiryStep
from correspondence.models import OutboxMessage
from practice.models import AccessLog
from practice.roles import Role
from tests import people
from tests.staff import a_member, signed_in

HOUR = dt.timedelta(hours=1)
WORDS = "please send my pictures"


def an_inquiry(now: dt.datetime, **said: str) -> Inquiry:
    facts = {
        "topic": "records",
        "name": "Alice Adams",
        "contact_by": "phone",
        "phone": "+12145550101",
        "email": "alice@example.com",
        "words": WORDS,
    }
    return inquiries.receive(key=uuid.uuid4(), said=inquiries.Said(**{**facts, **said}), now=now)


def address(inquiry: Inquiry, verb: str = "") -> str:
    return f"/admin/inquiries/{inquiry.reference}/{verb + '/' if verb else ''}"


def test_who_waits_stands_in_the_order_of_the_promises(
    clinic: people.Clinic, desk: Client, now: dt.datetime
) -> None:
    an_inquiry(now - HOUR, name="Bob Baker")
    an_inquiry(now - 26 * HOUR, name="Zoe Zimmer")
    an_inquiry(now, name="Carl Cook")
    page = desk.get("/admin/inquiries/").content.decode()
    assert "3 inquiries wait" in page
    places = [page.index(name) for name in ("Zoe Zimmer", "Bob Baker", "Carl Cook")]
    assert places == sorted(places)
    assert "request-overdue" in page
    assert WORDS not in page
    assert AccessLog.objects.filter(action="inquiries").count() == 1


def test_a_colleague_is_told_who_has_it(
    clinic: people.Clinic, desk: Client, now: dt.datetime
) -> None:
    wanted = an_inquiry(now)
    desk.post(address(wanted, "claim"), {"seen_version": "1"})
    maria = signed_in(a_member(Role.MANAGER, "maria@clinic.test", "Maria", "Moss"))
    assert "Frances Field has it" in maria.get("/admin/inquiries/").content.decode()
    late = maria.post(address(wanted, "claim"), {"seen_version": "1"})
    assert late.status_code == 409
    assert "Frances Field was first" in late.content.decode()
    wanted.refresh_from_db()
    assert wanted.claimed_by is not None
    assert wanted.claimed_by.first_name == "Frances"
    desk.post(address(wanted, "claim"), {"seen_version": "2"})
    wanted.refresh_from_db()
    assert wanted.claimed_by is None


def test_a_call_that_nobody_took_is_told_and_tried_again(
    clinic: people.Clinic, desk: Client, now: dt.datetime
) -> None:
    wanted = an_inquiry(now)
    said = {"outcome": "no-answer", "seen_version": "1", "try_again": "6:00 AM"}
    refused = desk.post(address(wanted, "call"), said)
    assert refused.status_code == 400
    assert "That time is over" in refused.content.decode()
    assert not OutboxMessage.objects.filter(kind="call_missed").exists()
    desk.post(address(wanted, "call"), said | {"try_again": "3 PM"})
    wanted.refresh_from_db()
    assert wanted.answer_due_at == dt.datetime(2026, 11, 24, 21, tzinfo=dt.UTC)
    letter = OutboxMessage.objects.get(kind="call_missed")
    assert (letter.to, letter.not_before) != ("", None)
    assert desk.post(address(wanted, "call"), said | {"try_again": ""}).status_code == 409


def test_a_mail_only_asks_for_a_call(clinic: people.Clinic, desk: Client, now: dt.datetime) -> None:
    wanted = an_inquiry(now)
    desk.post(address(wanted, "write"), {"seen_version": "1"})
    letter = OutboxMessage.objects.get(kind="inquiry_answered")
    assert letter.context.keys() == {"practice", "reference", "phone"}
    silent = an_inquiry(now, email="")
    assert desk.post(address(silent, "write"), {"seen_version": "1"}).status_code == 404
    assert OutboxMessage.objects.filter(kind="inquiry_answered").count() == 1


def test_it_is_settled_with_a_result_and_can_be_opened_again(
    clinic: people.Clinic, desk: Client, now: dt.datetime
) -> None:
    wanted = an_inquiry(now)
    refused = desk.post(address(wanted, "close"), {"seen_version": "1"})
    assert refused.status_code == 400
    assert "Choose how it ended" in refused.content.decode()
    said = {"seen_version": "1", "result": "answered", "words": "sent by post"}
    desk.post(address(wanted, "close"), said)
    wanted.refresh_from_db()
    assert wanted.result == "answered"
    assert "No inquiry waits" in desk.get("/admin/inquiries/").content.decode()
    assert "Alice Adams" in desk.get("/admin/inquiries/?settled").content.decode()
    page = desk.get(address(wanted)).content.decode()
    assert "sent by post" in page
    assert desk.post(address(wanted, "close"), said).status_code == 409
    desk.post(address(wanted, "reopen"), {"seen_version": "2"})
    wanted.refresh_from_db()
    assert wanted.result == ""
    kinds = list(InquiryStep.objects.values_list("kind", flat=True))
    assert kinds == ["received", "closed", "opened"]


@pytest.mark.parametrize("words", ["adams", "0101", "alice@example.com", "{reference}"])
def test_somebody_who_calls_back_is_found(
    clinic: people.Clinic, desk: Client, now: dt.datetime, words: str
) -> None:
    wanted = an_inquiry(now)
    an_inquiry(now, name="Bob Baker", phone="+12145550102", email="bob@example.com")
    words = words.format(reference=wanted.reference)
    answer = desk.post("/admin/inquiries/find/", {"words": words})
    assert words not in answer.headers["Location"]
    page = desk.get(answer.headers["Location"]).content.decode()
    assert "Alice Adams" in page
    assert "Bob Baker" not in page


def test_an_auditor_reads_who_waits_not_what_was_written_and_changes_nothing(
    clinic: people.Clinic, as_role: Callable[[Role], Client], now: dt.datetime
) -> None:
    wanted = an_inquiry(now)
    auditor = as_role(Role.AUDITOR)
    page = auditor.get(address(wanted)).content.decode()
    assert "Alice Adams" in page
    assert WORDS not in page
    assert auditor.post(address(wanted, "claim"), {"seen_version": "1"}).status_code == 403
    wanted.refresh_from_db()
    assert wanted.claimed_by is None


def test_doctors_have_no_inquiries(
    clinic: people.Clinic, as_role: Callable[[Role], Client], now: dt.datetime
) -> None:
    assert as_role(Role.DOCTOR).get("/admin/inquiries/").status_code == 403
    assert AccessLog.objects.filter(action="inquiries_list", refused=True).count() == 1


@pytest.mark.parametrize("many", [1, 1000])
def test_the_list_takes_as_many_queries_for_a_thousand_as_for_one(
    clinic: people.Clinic, desk: Client, frances: User, now: dt.datetime, many: int
) -> None:
    Inquiry.objects.bulk_create(
        Inquiry(
            key=uuid.uuid4(),
            topic="billing",
            name=f"Person {number}",
            contact_by="email",
            email="alice@example.com",
            words=WORDS,
            received_at=now,
            answer_due_at=now,
            claimed_by=frances,
        )
        for number in range(many)
    )
    desk.get("/admin/inquiries/")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        page = desk.get("/admin/inquiries/").content.decode()
    assert page.count("<article") == min(many, 50)
    assert len(seen) <= 12
