"""Translated conditions and procedures. What is no word (who wrote it, when, what treats what)
stands in the original, and is taken from there where the translation's file does not say it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from wagtail.models import Page

from practice.bundle.pages import newest, originals
from practice.bundle.parts import Item, Standing, Writing
from practice.bundle.translated import Translated, checked_facts, write_check
from procedures.bundle.facts import TopicFacts
from procedures.bundle.rows import ConditionPart, ProcedurePart, TopicPart
from procedures.models import Procedure, Topic

SHARED = ("author", "publisher", "published", "modified", "reviewed", "reviewed_by", "next_review",
          "images", "treatment_window_weeks", "treatment_window_from",
          "treatment_window_source")  # fmt: skip
LINKS = ("treats", "treated_by", "similar_to", "treats_unlinked", "similar_to_unlinked")


def without_shared(facts: TopicFacts, original: TopicFacts) -> TopicFacts:
    """What only repeats the original is left out, however the file or the page says it."""
    empty = TopicFacts(kind=facts.kind, slug=facts.slug, name=facts.name)
    for name in SHARED:
        if getattr(facts, name) == getattr(original, name):
            setattr(facts, name, getattr(empty, name))
    for name in LINKS:
        setattr(facts, name, [])
    return facts


def leave_to_originals(items: Iterable[Item]) -> None:
    """Brings the translations of a bundle into the form that the site compares them in."""
    facts: dict[tuple[str, str], TopicFacts] = {
        (item.facts.kind, item.facts.slug): item.facts for item in items if not item.facts.locale
    }
    for item in items:
        original = facts.get((item.facts.kind, item.facts.slug))
        if item.facts.locale and original:
            without_shared(item.facts, original)


class TopicTranslationPart(Translated, TopicPart):
    def slugs(self) -> list[str]:
        return list(originals(self.model).order_by("path").values_list("slug", flat=True))

    def original(self, slug: str) -> Page | None:
        rows = originals(self.model).filter(slug=slug).order_by("path")
        return cast("Page | None", rows.first())

    def page(self, path: str) -> Topic | None:
        return cast("Topic | None", super().page(path))

    def current(self, path: str) -> TopicFacts | None:
        found, original = self.page(path), self.original(self.slug(path))
        if found is None or original is None:
            return None
        facts = self.facts_of(newest(found), self.slug(path))
        facts.locale, facts.checked = self.code(path), checked_facts(found)
        return without_shared(facts, self.facts_of(newest(original), self.slug(path)))

    def prepare(self, item: Item, writing: Writing) -> None:
        """A translation is made when its original is there."""

    def write(self, item: Item, writing: Writing) -> None:
        facts: TopicFacts = item.facts
        found = self.made(item.path)
        page: Any = self.fill(newest(found), facts, writing)
        original: Any = newest(cast(Page, self.original(facts.slug)))
        for name in SHARED:
            if name != "images" and not getattr(facts, name):
                setattr(page, name, getattr(original, name, None))
        if not facts.images:
            page.images.set(
                type(one)(
                    image=one.image,
                    alt=one.alt,
                    caption=one.caption,
                    credit=one.credit,
                    sort_order=one.sort_order,
                )
                for one in original.images.all()
            )
        if isinstance(page, Procedure):
            page.treatment_window_from = page.treatment_window_from or ""
            page.treatment_window_source = page.treatment_window_source or ""
        page.save_revision(log_action=True)
        write_check(self.model.objects.get(pk=found.pk), facts.checked)

    def remove(self, path: str) -> None:
        Translated.remove(self, path)

    def standing(self, path: str) -> Standing | None:
        return TopicPart.standing(self, path)

    def publish(self, path: str, writing: Writing) -> None:
        TopicPart.publish(self, path, writing)


class ConditionTranslationPart(TopicTranslationPart):
    prefix, model, kind = ConditionPart.prefix, ConditionPart.model, ConditionPart.kind


class ProcedureTranslationPart(TopicTranslationPart):
    prefix, model, kind = ProcedurePart.prefix, ProcedurePart.model, ProcedurePart.kind
