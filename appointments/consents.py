"""What patients agree to, word for word. Change a word: write a new version below the old one,
which stays here as long as anybody gave it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from practice.languages import ORIGINAL, current
from practice.models import TranslationCheck

from .models import Appointment, Consent

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Subject = Consent.Subject
VERSION = "2026-11"
# Each version of each subject: what stands beside the box, and what stands below it.
WORDS: dict[tuple[str, str], tuple[str | _StrPromise, str | _StrPromise]] = {
    (Subject.ANSWERS, "2026-11"): (
        _("I agree that you use these answers to arrange and prepare this visit"),
        "",
    ),
    (Subject.TELEHEALTH, "2026-11"): (
        _("I agree to be seen by video"),
        _(
            "A doctor cannot touch or X-ray you by video and may ask you to come in. You may "
            "stop at any time and be seen in person."
        ),
    ),
    (Subject.TEXTS, "2026-11"): (
        _("You may send me text messages about this visit"),
        _(
            "They name no illness. Your carrier may charge for them. "
            "Tell us at any time to end them."
        ),
    ),
}


@dataclass(frozen=True)
class Said:
    """The words as a page shows them, and the language they are really in."""

    label: str
    below: str
    language: str


def said(subject: str) -> Said:
    """In the language of the page, once a named person has compared it with the English; else in
    English, marked, because nobody agrees to words that nobody answers for."""
    spoken = language_of(current())
    with translation.override(spoken):
        label, below = (str(one) for one in WORDS[subject, VERSION])
    return Said(label, below, spoken)


def shown(subject: str) -> tuple[str, str]:
    """Label and help text for a form of the active language."""
    words = said(subject)
    if words.language == current():
        return words.label, words.below
    note = _("Not yet checked in Spanish, so it stands here in English. We gladly explain it.")
    mark = '<span lang="{}">{}</span>'
    return (
        format_html(mark, words.language, words.label),
        format_html(mark + " {}", words.language, words.below, note),
    )


def language_of(code: str) -> str:
    """In which language the words are shown on a page in `code`."""
    return code if code == ORIGINAL or is_checked(code) else ORIGINAL


def both(code: str) -> list[tuple[str, str]]:
    """Each sentence in English and in `code`, for whoever compares them."""
    pairs = []
    for (_subject, version), texts in WORDS.items():
        for text in texts if version == VERSION else ():
            with translation.override(ORIGINAL):
                original = str(text)
            with translation.override(code):
                pairs.append((original, str(text)))
    return [pair for pair in pairs if pair[0]]


def check_of(code: str) -> TranslationCheck | None:
    return TranslationCheck.objects.filter(subject=f"consents:{code}").first()


def is_checked(code: str) -> bool:
    row = check_of(code)
    return row is not None and row.words == _digest(code)


def check(code: str, *, by: str, on: dt.date) -> None:
    """`by` says with their name that the two languages say the same."""
    TranslationCheck.objects.update_or_create(
        subject=f"consents:{code}",
        defaults={"words": _digest(code), "checked_by": by, "checked": on},
    )


def _digest(code: str) -> str:
    return hashlib.sha256(json.dumps(both(code)).encode()).hexdigest()


@dataclass(frozen=True)
class Given:
    """One answer of a form, ready to be written down with the visit."""

    subject: str
    given: bool


def record(appointment: Appointment, answers: tuple[Given, ...], *, now: dt.datetime) -> None:
    """Inside the transaction that the answers were given in. Who gave them is whoever we talk to:
    the contact where there is one, else the patient."""
    language = language_of(appointment.language.split("-")[0])
    Consent.objects.bulk_create(
        Consent(
            appointment=appointment,
            subject=answer.subject,
            given=answer.given,
            version=VERSION,
            language=language,
            at=now,
            giver=appointment.contact_name or str(appointment.patient),
            relationship=appointment.contact_relationship,
        )
        for answer in answers
    )


def holds(appointment: Appointment, subject: str) -> bool:
    """Whether this patient's latest word on it was yes: also after the visit was moved."""
    latest = Consent.objects.filter(
        appointment__patient=appointment.patient_id, subject=subject
    ).last()
    return latest is not None and latest.given
