"""Text messages: off by default, opt-in, quiet at night, one a day, and STOP at once."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db.models import ProtectedError
from django.test import Client

from appointments import booking, consents
from appointments.models import Appointment, Consent, VisitType
from correspondence import delivery, outbox, texts
from correspondence.models import Agreement, MessageRules, OutboxMessage, TextWord
from practice.models import Practice
from tests import people
from tests.conftest import Clock
from tests.correspondence.conftest import Put

pytestmark = pytest.mark.django_db

ALICE, BOB = "+12145550101", "+12145550102"
YES = (consents.Given(Consent.Subject.TEXTS, True),)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.TEXT_FILE_PATH = tmp_path / "texts"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "texts"


@pytest.fixture
def agreement(db: None) -> Agreement:
    """Signed, and chosen: text messages are on."""
    people.a_clinic()
    signed = Agreement.objects.create(
        way="text", provider="A provider", signed_on=dt.date(2026, 1, 5), kept_at="the safe"
    )
    MessageRules.objects.create(texts=signed)
    return signed


@pytest.fixture
def text(put: Put) -> Put:
    def text(**facts: Any) -> OutboxMessage:
        return put(**{"way": "text", "to": ALICE, **facts})

    return text


def sent(folder: Path) -> list[dict[str, str]]:
    return [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]


def after_delivery(message: OutboxMessage) -> tuple[str, str]:
    delivery.deliver(message.pk)
    message.refresh_from_db()
    return message.state, message.trouble


def at(clock: Clock, text: str) -> dt.datetime:
    zone = Practice.objects.current().zone
    return clock.at(dt.datetime.fromisoformat(text).replace(tzinfo=zone))


def test_a_text_message_is_a_sentence_a_link_and_a_way_out(
    agreement: Agreement, text: Put, folder: Path
) -> None:
    message = text(link=outbox.LinkFor("visit", 1, 1))
    assert after_delivery(message) == ("sent", "")
    (one,) = sent(folder)
    assert one["to"] == ALICE
    assert one["words"].startswith(
        "Example Spine: Your time with us is booked: Tuesday, November 2"
    )
    assert "http://127.0.0.1:8000/a/" in one["words"]
    assert one["words"].endswith("Reply STOP to end these texts.")


def test_they_are_off_until_an_agreement_is_chosen(text: Put, folder: Path) -> None:
    people.a_clinic()
    assert after_delivery(text()) == ("left_out", "texts are off")
    assert sent(folder) == []


def test_an_agreement_for_mail_an_ended_one_or_a_future_one_switches_nothing_on(
    agreement: Agreement, text: Put, folder: Path
) -> None:
    none_of_them: list[dict[str, Any]] = [
        {"way": "email"},
        {"way": "text", "ended_on": dt.date(2026, 11, 24)},
        {"ended_on": None, "signed_on": dt.date(2026, 11, 25)},
    ]
    for number, facts in enumerate(none_of_them):
        Agreement.objects.filter(pk=agreement.pk).update(**facts)
        message = text(subject=f"appointment:{number}")
        assert after_delivery(message) == ("left_out", "texts are off")
    assert sent(folder) == []


def test_an_agreement_that_is_in_use_stays(agreement: Agreement) -> None:
    with pytest.raises(ProtectedError):
        agreement.delete()
    assert MessageRules.current().texts == agreement


def ways_of(visit: Appointment) -> set[str]:
    messages = OutboxMessage.objects.filter(subject=f"appointment:{visit.pk}")
    return set(messages.values_list("way", flat=True))


def test_only_whoever_agreed_gets_them_and_the_words_they_agreed_to_are_kept(
    agreement: Agreement, now: dt.datetime
) -> None:
    office = VisitType.objects.get(slug="office-visit")
    asked = people.a_visit(office, now, details=people.alice(consents=YES))
    no_word = people.a_visit(office, now, details=people.bob())
    assert ways_of(asked) == {"email", "text"}
    assert ways_of(no_word) == {"email"}
    kept = asked.consents.get(subject="texts")
    assert (kept.given, kept.version, kept.giver) == (True, consents.VERSION, "Alice Adams")


def test_while_they_are_off_not_even_a_row_is_written(now: dt.datetime) -> None:
    clinic = people.a_clinic()
    visit = people.a_visit(clinic.office_visit, now, details=people.alice(consents=YES))
    assert ways_of(visit) == {"email"}


def test_a_yes_taken_back_on_the_page_of_the_visit_counts_and_outlives_a_move(
    agreement: Agreement, now: dt.datetime
) -> None:
    office = VisitType.objects.get(slug="office-visit")
    visit = people.a_visit(office, now, details=people.alice(consents=YES))
    moved = booking.reschedule(
        visit,
        key=uuid.uuid4(),
        slot=people.free_times(office, now)[5],
        by=None,
        now=now,
    )
    assert ways_of(moved) == {"email", "text"}
    consents.record(moved, (consents.Given(Consent.Subject.TEXTS, False),), now=now)
    booking.cancel(moved, by=None, reason="", now=now)
    cancelled = OutboxMessage.objects.filter(kind="cancelled")
    assert {message.way for message in cancelled} == {"email"}


def test_the_contact_person_is_the_one_who_is_written_to(
    agreement: Agreement, now: dt.datetime
) -> None:
    office = VisitType.objects.get(slug="office-visit")
    details = people.alice(
        booking_for="other",
        contact_name="Dora Drew",
        contact_relationship="daughter",
        email="dora@example.com",
        phone="+12145550177",
        consents=YES,
    )
    visit = people.a_visit(office, now, details=details)
    messages = OutboxMessage.objects.filter(subject=f"appointment:{visit.pk}")
    assert {(one.way, one.to, one.to_name) for one in messages} == {
        ("email", "dora@example.com", "Dora Drew"),
        ("text", "+12145550177", "Dora Drew"),
    }
    assert visit.consents.get(subject="texts").giver == "Dora Drew"


@pytest.mark.parametrize(
    ("night", "seconds"), [("2026-11-24 22:15", 9 * 3600 + 45 * 60 + 1), ("2026-11-25 07:59", 61)]
)
def test_at_night_they_wait_until_the_morning(
    agreement: Agreement, text: Put, folder: Path, clock: Clock, night: str, seconds: int
) -> None:
    at(clock, night)
    message = text()
    wait = delivery.deliver(message.pk)
    assert wait is not None
    assert abs(wait - seconds) <= 5
    message.refresh_from_db()
    assert (message.state, message.attempts, sent(folder)) == ("queued", 0, [])
    at(clock, "2026-11-25 08:00")
    assert after_delivery(message) == ("sent", "")


def test_across_the_night_of_a_clock_change_the_wait_is_as_long_as_the_night(
    agreement: Agreement, text: Put, clock: Clock
) -> None:
    at(clock, "2026-10-31 22:00")  # ten hours on the clock, eleven in fact
    wait = delivery.deliver(text().pk)
    assert wait is not None
    assert abs(wait - 11 * 3600) <= 5


def test_at_night_what_would_come_too_late_is_left_out(
    agreement: Agreement, text: Put, folder: Path, clock: Clock
) -> None:
    now = at(clock, "2026-11-25 06:30")
    message = text(not_after=now + dt.timedelta(minutes=60))
    assert after_delivery(message) == ("left_out", "quiet hours")
    assert sent(folder) == []


def test_a_number_gets_at_most_one_a_day(
    agreement: Agreement, text: Put, folder: Path, clock: Clock
) -> None:
    first, second = text(), text(kind="rescheduled")
    other = text(subject="appointment:2", to=BOB)
    assert after_delivery(first) == ("sent", "")
    assert after_delivery(second) == ("left_out", "one a day")
    assert after_delivery(other) == ("sent", "")
    at(clock, "2026-11-25 09:00")
    assert after_delivery(text(kind="rescheduled", version=2)) == ("sent", "")
    assert [one["to"] for one in sent(folder)] == [ALICE, BOB, ALICE]


@pytest.mark.parametrize(
    ("said", "stops"),
    [
        *((word, True) for word in ("STOP", " stop. ", "Stop please", "ALTO", "Pare", "¡BASTA!")),
        *((word, False) for word in ("START", "unstop", "Iniciar")),
        *((word, None) for word in ("", "thank you", "please do not stop", "🙂", "no")),
    ],
)
def test_stop_and_start_are_heard_in_both_languages(
    db: None, now: dt.datetime, said: str, stops: bool | None
) -> None:
    assert texts.heard(ALICE, said, now=now) is stops
    assert TextWord.objects.count() == (stops is not None)


def test_stop_counts_at_once_also_for_what_waits_and_start_ends_it(
    agreement: Agreement, text: Put, folder: Path, now: dt.datetime
) -> None:
    waiting = text()
    texts.heard(ALICE, "STOP", now=now)
    assert after_delivery(waiting) == ("left_out", "stop")
    assert after_delivery(text(version=2, to=BOB, subject="appointment:2")) == ("sent", "")
    texts.heard(ALICE, "START", now=now)
    assert after_delivery(text(version=3)) == ("sent", "")
    assert [one["to"] for one in sent(folder)] == [BOB, ALICE]


# --- the provider -------------------------------------------------------------------------------
URL = "twilio://AC1:s3cret%2Fx@api.twilio.com/?from=+12145550142"


class Answer:
    def __init__(self, status_code: int) -> None:
        self.status_code = status_code


@pytest.mark.parametrize(
    ("answer", "state", "trouble"),
    [
        (Answer(201), "sent", ""),
        (Answer(400), "failed", "text 400"),
        (Answer(401), "failed", "text 401"),
        (Answer(429), "queued", "text 429"),
        (Answer(500), "unknown", "text 500"),
        (requests.ConnectTimeout("to +12145550101"), "queued", "text: not reached"),
        (requests.ReadTimeout("to +12145550101"), "unknown", "ReadTimeout"),
        (requests.ConnectionError("to +12145550101"), "unknown", "ConnectionError"),
    ],
)
def test_each_answer_of_the_provider_is_taken_for_what_it_is(
    agreement: Agreement,
    text: Put,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    answer: Any,
    state: str,
    trouble: str,
) -> None:
    settings.TEXT_URL = URL
    asked: list[tuple[str, Any, Any]] = []

    def post(url: str, *, data: Any, auth: Any, **_: Any) -> Answer:
        asked.append((url, data, auth))
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Answer)
        return answer

    monkeypatch.setattr(requests, "post", post)
    message = text()
    assert after_delivery(message) == (state, trouble)
    ((url, data, auth),) = asked
    assert url == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json"
    assert (data["To"], data["From"], auth) == (ALICE, "+12145550142", ("AC1", "s3cret/x"))
    if state == "unknown":  # it may have arrived: never a second one by itself
        delivery.deliver(message.pk)
        assert len(asked) == 1


def test_a_live_site_without_a_provider_sends_nothing(
    agreement: Agreement, text: Put, folder: Path, settings: Any
) -> None:
    settings.DEMO = False
    assert after_delivery(text()) == ("failed", "no text provider")
    assert sent(folder) == []


def signed(said: dict[str, str]) -> str:
    words = "http://127.0.0.1:8000/texts/heard/" + "".join(f"{k}{said[k]}" for k in sorted(said))
    digest = hmac.new(b"s3cret/x", words.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def test_the_provider_passes_a_stop_on_and_nobody_else_can(db: None, settings: Any) -> None:
    settings.TEXT_URL = URL
    said = {"From": ALICE, "Body": "Stop"}
    strict = Client(enforce_csrf_checks=True)
    for signature in ("", "x", signed({**said, "From": BOB})):
        answer = strict.post("/texts/heard/", said, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 403
    assert strict.get("/texts/heard/").status_code == 405
    assert TextWord.objects.count() == 0
    answer = strict.post("/texts/heard/", said, headers={"X-Twilio-Signature": signed(said)})
    assert answer.status_code == 200
    word = TextWord.objects.get()
    assert (word.number, word.stop, word.user) == (ALICE, True, None)


def test_without_a_provider_nothing_is_believed(db: None) -> None:
    said = {"From": ALICE, "Body": "Stop"}
    answer = Client().post("/texts/heard/", said, headers={"X-Twilio-Signature": signed(said)})
    assert (answer.status_code, TextWord.objects.count()) == (403, 0)


# --- e-mail -------------------------------------------------------------------------------------
def test_a_live_site_sends_no_mail_before_its_agreement_is_recorded_and_loses_none(
    put: Put, folder: Path, settings: Any
) -> None:
    people.a_clinic()
    settings.DEMO = False
    message = put()
    assert delivery.deliver(message.pk) == 3600
    message.refresh_from_db()
    assert (message.state, message.trouble) == ("queued", "no agreement")
    assert not (folder.parent / "mail").exists()
    Agreement.objects.create(
        way="email", provider="A mail host", signed_on=dt.date(2026, 1, 5), kept_at="the safe"
    )
    assert after_delivery(message) == ("sent", "")
