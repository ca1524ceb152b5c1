"""The warning signs as a physician signed them, in the language of the page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from practice.languages import ORIGINAL
from practice.models import Practitioner, Role

from . import consents
from .models import WarningSigns

# The built-in ones, which templates/appointments/includes/red_flags.html shows.
EMERGENCY = (
    _("New weakness or numbness in your legs, or you cannot walk"),
    _("You cannot hold or pass urine or stool, or are numb between the legs"),
    _("Chest pain, trouble breathing, or fainting"),
    _("A bad fall or crash in the last hours"),
)
TODAY = (
    _("Fever or chills together with back pain"),
    _("Pain so strong that you cannot get up or sleep"),
    _("Pain that gets worse from day to day"),
)


@dataclass(frozen=True)
class Signs:
    emergency: list[str]
    today: list[str]


def signed(language: str | None = None) -> Signs | None:
    """None where nobody has signed any in this language: then the built-in ones are shown, which
    a practice's launch check names as not signed."""
    code = (language or get_language() or "en").split("-")[0]
    latest = WarningSigns.objects.filter(language=code).last()
    return Signs(lines(latest.emergency), lines(latest.today)) if latest else None


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def sign_samples(*, now: dt.datetime) -> None:
    """The built-in signs and what patients agree to in each language, as if the sample's
    physician had signed them. Only for a sample that nobody has signed anything for."""
    signer = Practitioner.objects.filter(
        role=Role.PHYSICIAN, is_sample=True, user__isnull=False
    ).first()
    if signer is None or signer.user is None or WarningSigns.objects.exists():
        return
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            WarningSigns.objects.create(
                language=language,
                emergency="\n".join(map(str, EMERGENCY)),
                today="\n".join(map(str, TODAY)),
                signed_by=signer,
                signer=signer.name_with_credentials,
                user=signer.user,
                at=now,
            )
        if language != ORIGINAL:
            consents.check(language, by=signer.name_with_credentials, on=now.date())
