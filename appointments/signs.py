"""The warning signs as a physician signed them, in the language of the page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

from .models import WarningSigns


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
