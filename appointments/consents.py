"""What patients agree to, word for word. Change a word: write a new version below the old one,
which stays here as long as anybody gave it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

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
class Given:
    """One answer of a form, ready to be written down with the visit."""

    subject: str
    given: bool


def record(appointment: Appointment, answers: tuple[Given, ...], *, now: dt.datetime) -> None:
    """Inside the transaction that the answers were given in. Who gave them is whoever we talk to:
    the contact where there is one, else the patient."""
    for answer in answers:
        Consent.objects.create(
            appointment=appointment,
            subject=answer.subject,
            given=answer.given,
            version=VERSION,
            language=appointment.language,
            at=now,
            giver=appointment.contact_name or str(appointment.patient),
            relationship=appointment.contact_relationship,
        )


def holds(appointment: Appointment, subject: str) -> bool:
    """Whether this patient's latest word on it was yes: also after the visit was moved."""
    latest = Consent.objects.filter(
        appointment__patient=appointment.patient_id, subject=subject
    ).last()
    return latest is not None and latest.given
