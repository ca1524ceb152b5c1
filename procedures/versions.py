"""Every version of a page that was ever public, as it was read on a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps
from wagtail.models import Page

from practice.models import PublishedVersion


def of(page_id: int) -> list[PublishedVersion]:
    """Newest first; also of a page that is no longer there."""
    return list(PublishedVersion.objects.filter(page_id=page_id).defer("content"))


def on(page_id: int, moment: dt.datetime) -> PublishedVersion | None:
    """The version that was public at an instant, unless the page was taken off meanwhile."""
    return PublishedVersion.objects.filter(page_id=page_id, at__lte=moment).first()


def as_page(version: PublishedVersion) -> Page:
    """The page with the words of then. Pictures and people that were deleted since are missing."""
    model: Any = apps.get_model(version.model)
    page = model.from_serializable_data(version.content, check_fks=False, strict_fks=False)
    now = Page.objects.filter(pk=version.page_id).first()
    page.pk = version.page_id
    for name in ("path", "depth", "numchild", "url_path", "content_type_id", "locale_id"):
        setattr(page, name, getattr(now, name) if now else getattr(page, name))
    page.live, page.live_revision_id = True, version.revision_id
    return page
