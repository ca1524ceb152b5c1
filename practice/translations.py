"""Translated pages: made beside their originals, and trusted once a person with a name has compared
the two. When either changes afterwards, the translation is outdated until somebody does it again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.db import models
from modelcluster.models import get_all_child_relations
from wagtail.models import Locale, Page

from practice.languages import ORIGINAL
from practice.models import HomePage, PersonPage, TranslationCheck

# What stands on a page without being words that a translation has to follow.
NOT_WORDS = {"slug", "drawing", "url", "publisher", "seo_title"}


def original_of(page: Page) -> Page | None:
    """The original of a translation; None for an original."""
    if page.locale.language_code == ORIGINAL:
        return None
    rows = Page.objects.filter(translation_key=page.translation_key)
    return cast("Page | None", rows.filter(locale__language_code=ORIGINAL).first())


def in_language(original: Page, code: str) -> Page | None:
    """The translation, published or not."""
    rows = Page.objects.filter(translation_key=original.translation_key)
    row = rows.filter(locale__language_code=code).first()
    return row.specific if row else None


def made_for(original: Page, code: str) -> Page:
    """The translation; where there is none, an empty one that nobody sees yet, and what stands
    above it."""
    if found := in_language(original, code):
        return found
    locale, _is_new = Locale.objects.get_or_create(language_code=code)
    parent = cast(Page, original.get_parent()).specific
    is_home = parent.depth == 1
    page = type(original.specific)(
        title=original.title,
        slug=f"{original.slug}-{code}" if is_home else original.slug,
        locale=locale,
        translation_key=original.translation_key,
        live=False,
    )
    if isinstance(page, PersonPage):
        page.practitioner = original.specific.practitioner
    if hasattr(page, "name"):
        page.name = original.specific.name
    above = parent if is_home else made_for(parent, code)
    return cast(Page, above.add_child(instance=page))


def is_bare(page: Page) -> bool:
    """Made only so that something else can stand under it."""
    return page.latest_revision_id is None and not page.live


# --- checked by a person --------------------------------------------------------------------------


def check_of(translation: Page) -> TranslationCheck | None:
    return TranslationCheck.objects.filter(subject=_subject(translation)).first()


def is_checked(translation: Page) -> bool:
    """Whether somebody has compared this translation with its original as both are now."""
    row, original = check_of(translation), original_of(translation)
    return row is not None and original is not None and row.words == digest(original, translation)


def check(
    translation: Page, *, by: str, on: dt.date, original: Page | None = None, words: str = ""
) -> None:
    """`by` says with their name that the two agree. `words`: the digest, where it is known."""
    original = original or original_of(translation)
    if original is None:
        raise ValueError("This page is no translation.")
    TranslationCheck.objects.update_or_create(
        subject=_subject(translation),
        defaults={
            "words": words or digest(original, translation),
            "checked_by": by,
            "checked": on,
        },
    )


def uncheck(translation: Page) -> None:
    TranslationCheck.objects.filter(subject=_subject(translation)).delete()


def digest(original: Page, translation: Page) -> str:
    """Equal for equal words of both."""
    text = json.dumps([words_of(original.specific), words_of(translation.specific)])
    return hashlib.sha256(text.encode()).hexdigest()


def words_of(page: Page) -> dict[str, Any]:
    """Everything that a page says in words of its own: its texts, and those of its lists."""
    said = _texts(page)
    if not isinstance(page, HomePage):  # whose title is the practice's name; readers see none
        said["title"] = page.title
    for relation in get_all_child_relations(type(page)):
        name = relation.get_accessor_name()
        if not relation.related_model.__module__.startswith("wagtail"):
            said[name] = [_texts(row) for row in getattr(page, name).all()]
    return said


def _texts(row: models.Model) -> dict[str, Any]:
    fields = [
        field
        for field in row._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField | ArrayField)
        and not field.model.__module__.startswith("wagtail")
        and field.name not in NOT_WORDS
    ]
    return {field.name: field.value_from_object(row) for field in fields}


def _subject(translation: Page) -> str:
    return f"page:{translation.pk}"
