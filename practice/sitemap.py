"""Our part of /sitemap.xml."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from wagtail.models import Page

from practice import languages
from practice.models import Location, Practice


def entries() -> Iterator[tuple[str, dt.date | None]]:
    """Paths of the site's own, with the day of the last change where it is known."""
    zone = Practice.objects.current().zone
    pages = Page.objects.live().public().filter(depth__gte=2).select_related("locale")
    for page in pages.order_by("path").specific():
        changed = getattr(page, "modified", None) or day(page.last_published_at, zone)
        yield languages.path_of(page), changed
    places = [f"/locations/{slug}/" for slug in Location.objects.values_list("slug", flat=True)]
    for path in ("/locations/", *places, "/contact/"):
        yield from ((one, None) for one in in_every_language(path))


def in_every_language(path: str) -> list[str]:
    return [languages.address(path, code) for code in (languages.ORIGINAL, *languages.TRANSLATIONS)]


def day(instant: dt.datetime | None, zone: ZoneInfo) -> dt.date | None:
    return instant.astimezone(zone).date() if instant else None
