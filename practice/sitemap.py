"""Our part of /sitemap.xml."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from wagtail.models import Page

from practice.models import Location


def entries() -> Iterator[tuple[str, dt.date | None]]:
    """Paths of the site's own, with the day of the last change where it is known."""
    pages = Page.objects.live().public().filter(depth__gte=2).order_by("path").specific()
    for page in pages:
        # "/welcome/team/ana/" is /team/ana/: home has no name of its own in an address.
        path = "/" + page.url_path.split("/", 2)[2]
        yield path, getattr(page, "modified", None) or day(page.last_published_at)
    yield "/locations/", None
    for location in Location.objects.all():
        yield location.get_absolute_url(), None
    yield "/contact/", None


def day(instant: dt.datetime | None) -> dt.date | None:
    return instant.date() if instant else None
