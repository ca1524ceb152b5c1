"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from practice import languages
from practice.models import Location, Practice


def practice(request: HttpRequest) -> dict[str, Any]:
    """`practice` (the one row), `locations` (with their hours), `canonical_url` (absolute, from
    CLINIC_URL, without a query), `clinic_url`, `noindex` (true in demo mode), `editor_url`.

    Nothing is asked of the database before a template shows it, and nothing is read from the
    person's session or cookies.
    """
    return {
        "practice": SimpleLazyObject(Practice.objects.current),
        "locations": SimpleLazyObject(lambda: list(Location.objects.with_hours())),
        "clinic_url": settings.CLINIC_URL,
        "canonical_url": settings.CLINIC_URL + request.path,
        "english_url": languages.split(request.path)[1],
        "tagline": SimpleLazyObject(lambda: Practice.objects.current().said("specialty")),
        "noindex": settings.DEMO,
        "editor_url": settings.CMS_ADDRESS,
    }
