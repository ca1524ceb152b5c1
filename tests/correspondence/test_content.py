"""No message of any kind, by any way, in any language, says why somebody comes or who they are."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from appointments import consents, inquiries, messages
from appointments.models import Appointment, Consent, Delay, Inquiry, Mark, VisitType
from correspondence import delivery, texts, undelivered, wordings
from correspondence.kinds import KINDS
from correspondence.models import Agreement, MessageRules, OutboxMessage
from correspondence.wordings import Words
from practice.models import Practitioner
from practice.roles import Role
from procedures import reminders as pages_due
from reviews import messages as about_reviews
from reviews.models import Invitation
from tests import people
from tests.content import a_review
from tests.correspondence.conftest import mails_in
from tests.staff import a_member

pytestmark = pytest.mark.django_db

LANGUAGES = ("en", "es")
CANARY = "kanarie"
BORN = dt.date(1931, 1, 17)
# What may not be read anywhere: canaries of each field, the birth date as anybody writes it, what
# we treat, and the other patient.
NEVER = (CANARY, "1931", "january 17", "17 de enero", "01/17", "vertebr", "spine visit", "baker")
DAY = dt.timedelta(days=1)

Case = Callable[[Appointment, dt.datetime], object]


def a_delay(visit: Appointment, now: dt.datetime, minutes: int) -> Delay:
    return Delay.objects.create(
        practitioner=visit.practitioner,
        day=now.date(),
        minutes=minutes,
        at=now,
        user=a_member(Role.FRONT_DESK, f"desk{minutes}{visit.pk}@clinic.test"),
    )


def _invited(visit: Appointment, now: dt.datetime) -> None:
    row = Invitation.objects.create(appointment=visit, sent_at=now, expires_at=now + DAY)
    about_reviews.invitation(row, now=now)


def _review(visit: Appointment) -> Any:
    return a_review(
        author=f"{CANARY}-author",
        body=f"{CANARY}-words",
        email="alice@example.com",
        language=visit.language,
    )


def _locked(visit: Appointment, now: dt.datetime) -> None:
    mark = Mark.objects.create(appointment=visit, kind=Mark.Kind.LOCKED, at=now)
    messages.staff_link_locked(visit, mark, now=now)


def _undelivered(visit: Appointment, now: dt.datetime) -> None:
    messages.booked(visit, now=now)
    OutboxMessage.objects.filter(kind="booked").update(state="failed")
    undelivered.tell(now=now)


def _inquiry(visit: Appointment, now: dt.datetime) -> Inquiry:
    said = inquiries.Said(
        topic="refill",
        name="Dora Drew",
        contact_by="email",
        email="dora@example.com",
        words=f"{CANARY}-words",
        language=visit.language,
    )
    # The verb as it is, in the test's own transaction.
    return inquiries.receive.__wrapped__(  # type: ignore[attr-defined, no-any-return]
        key=uuid.uuid5(uuid.NAMESPACE_OID, str(visit.pk)), said=said, now=now
    )


# One case for each kind: a new kind without one fails below.
CASES: dict[str, Case] = {
    "request_received": lambda v, now: messages.request_received(v, now=now),
    "request_seen": lambda v, now: messages.request_seen(v, now=now),
    "booked": lambda v, now: messages.booked(v, now=now),
    "refused": lambda v, now: messages.refused(v, now=now),
    "cancelled": lambda v, now: messages.cancelled(v, was_booked=True, now=now),
    "rescheduled": lambda v, now: messages.rescheduled(v, now=now),
    "times_offered": lambda v, now: messages.times_offered(v, until=now + DAY, now=now),
    "waiting_offer": lambda v, now: messages.times_offered(v, until=now + DAY, now=now, freed=True),
    "offer_ended": lambda v, now: messages.offer_ended(v, now=now),
    "request_lapsed": lambda v, now: messages.request_lapsed(v, now=now),
    "waiting": lambda v, now: messages.waiting(v, now=now),
    "waiting_ended": lambda v, now: messages.waiting_ended(v, now=now),
    "call_missed": lambda v, now: messages.call_missed(v, try_again_at=now + DAY, now=now),
    "details_corrected": lambda v, now: messages.details_corrected(v, now=now),
    "running_late": lambda v, now: messages.running_late(v, a_delay(v, now, 25), now=now),
    **{
        kind: lambda v, now, kind=kind: messages.reminder(  # type: ignore[misc]
            v, kind, not_after=now + DAY, now=now
        )
        for kind in messages.REMINDERS
    },
    "review_invitation": _invited,
    "review_received": lambda v, now: about_reviews.received(_review(v), now=now),
    "review_refused": lambda v, now: about_reviews.refused(_review(v), now=now),
    "staff_review_alarm": lambda v, now: about_reviews.alarm(week=1, now=now),
    "staff_new_request": lambda v, now: messages.staff_new_request(v, now=now),
    "staff_request_lapsed": lambda v, now: messages.staff_request_lapsed(v, now=now),
    "staff_waiting": lambda v, now: messages.staff_waiting(v, now=now),
    "staff_link_locked": _locked,
    "staff_promise_at_risk": lambda v, now: messages.staff_promise_at_risk(
        v, due=now + DAY, now=now
    ),
    "staff_on_call": lambda v, now: messages.staff_on_call(
        v, due=now + DAY, name="Nora Night", email="nora@example.com", now=now
    ),
    "staff_undelivered": _undelivered,
    "inquiry_received": lambda v, now: _inquiry(v, now),
    "inquiry_answered": lambda v, now: inquiries.ask_to_call.__wrapped__(  # type: ignore[attr-defined]
        _inquiry(v, now), seen_version=1, by=a_member(Role.MANAGER, f"{v.pk}@clinic.test"), now=now
    ),
    "staff_new_inquiry": lambda v, now: _inquiry(v, now),
}
# To a physician about pages, never about anybody: no patient is handed to the code that writes it.
ABOUT_PAGES = {"staff_pages_due", "staff_pages_overdue"}


def test_every_kind_has_its_case() -> None:
    assert CASES.keys() | ABOUT_PAGES == set(KINDS)
    assert not {name for name in vars(pages_due) if "ppointment" in name or "atient" in name}


@pytest.fixture
def visit(now: dt.datetime, settings: Any, tmp_path: Path) -> Appointment:
    """Alice's, with a canary in every field that a word can be written into; text messages are on,
    and Bob Baker has a visit of his own."""
    settings.EMAIL_FILE_PATH, settings.TEXT_FILE_PATH = tmp_path / "mail", tmp_path / "texts"
    settings.EMAIL_BACKEND = "correspondence.mail_files.EmailBackend"
    clinic = people.a_clinic()
    signed = Agreement.objects.create(
        way="text", provider="A provider", signed_on=dt.date(2026, 1, 5), kept_at="the safe"
    )
    MessageRules.objects.create(texts=signed)
    people.a_visit(clinic.office_visit, now, details=people.bob())
    made = people.a_visit(
        clinic.office_visit,
        now,
        details=people.alice(
            birth_date=BORN,
            reason=f"{CANARY}-reason",
            needs=f"{CANARY}-needs",
            booking_for="other",
            contact_name="Dora Drew",
            contact_relationship=f"{CANARY}-relation",
            consents=(consents.Given(Consent.Subject.TEXTS, True),),
        ),
    )
    VisitType.objects.update(name=f"{CANARY}-procedure", patient_instruction=f"{CANARY}-fasting")
    Practitioner.objects.update(name=f"{CANARY}-person", credentials=f"{CANARY}-specialty")
    Appointment.objects.update(cancellation_reason=f"{CANARY}-why", cancelled_by="")
    OutboxMessage.objects.all().delete()
    return Appointment.objects.with_people().get(pk=made.pk)


def everything_written(mail: Any) -> str:
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *parts])


def said_wrongly(words: str) -> list[str]:
    """Which of them. A year in the midst of a mail's own numbers (its boundary) is none."""
    found = [word for word in NEVER if word in words.lower()]
    return [
        word for word in found if not word.isdigit() or re.search(rf"(?<!\w){word}(?!\w)", words)
    ]


def in_our_own_words(language: str, now: dt.datetime) -> None:
    """Every message to patients, with every value that may stand in it."""
    maria = a_member(Role.MANAGER, "maria@clinic.test")
    for kind in wordings.editable():
        names = sorted(wordings.names_of(kind))
        body = "\n".join(["Our own words", *(f"{name}: {{{name}}}" for name in names)])
        words = Words("Our own words", body, "{practice} {when} {link}")
        if "when" not in names:
            words = Words("Our own words", body, "{practice} {link}")
        wordings.change(kind, language, words, seen=0, by=maria, now=now)


@pytest.mark.parametrize("own_words", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_kind_says_by_any_way_why_somebody_comes_or_who_they_are(
    visit: Appointment, now: dt.datetime, language: str, own_words: bool, settings: Any
) -> None:
    if own_words:
        in_our_own_words(language, now)
    Appointment.objects.update(language=language)
    visit.language = language
    settings.LANGUAGE_CODE = "en"
    for write in CASES.values():
        with transaction.atomic(), translation.override(language):
            write(visit, now)
    rows = list(OutboxMessage.objects.all())
    assert {row.kind for row in rows} == CASES.keys()
    by_text = {row.kind for row in rows if row.way == "text"}
    assert by_text == {kind for kind, spec in KINDS.items() if spec.by_text}
    wrong: list[tuple[str, str, list[str]]] = []
    subjects: dict[str, str] = {}
    for row in rows:
        if row.way == "text":
            wrong += [
                (row.kind, "text", found) for found in [said_wrongly(texts.render(row))] if found
            ]
            continue
        OutboxMessage.objects.filter(pk=row.pk).update(state="queued", trouble="", not_before=None)
        delivery.deliver(row.pk)
    mails = mails_in(settings.EMAIL_FILE_PATH)
    assert len(mails) == sum(row.way == "email" for row in rows)
    for mail in mails:
        words = everything_written(mail)
        assert mail.get_body(("plain",)) is not None
        assert mail.get_body(("html",)) is not None
        if found := said_wrongly(words):
            wrong.append((str(mail["Subject"]), "email", found))
        subjects[str(mail["Message-ID"])] = str(mail["Subject"])
    assert wrong == []
    # Neutral on a locked screen: not even which practice writes, and nothing about anybody.
    titles = set(subjects.values())
    with translation.override(language):
        known = {str(spec.title) for spec in KINDS.values()}
    with translation.override("en"):  # to staff, in the practice's language
        known |= {str(spec.title) for spec in KINDS.values()}
    if own_words:
        assert "Our own words" in titles
        known |= {"Our own words"}
    assert titles <= known
    forbidden = ("spine", "alice", "adams", "dora", "visit type", "surg", "pain", "doctor")
    assert [title for title in known if any(word in title.lower() for word in forbidden)] == []


def test_the_case_can_fail(visit: Appointment, now: dt.datetime) -> None:
    """The words looked for are really there where staff read them."""
    found = json.dumps([visit.reason, visit.patient.needs, visit.visit_type.name])
    assert said_wrongly(found) == [CANARY]
    assert said_wrongly(f"born {visit.patient.birth_date}") == ["1931"]
