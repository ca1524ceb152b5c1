"""Translations: `<slug>.es.md` beside each original, from facts to a page and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from wagtail.models import Page

from practice import translations
from practice.bundle.facts import Checked, PageFacts, PersonWords
from practice.bundle.pages import newest, originals, save
from practice.bundle.parts import Item, PlainPart, Writing
from practice.languages import TRANSLATIONS
from practice.models import HomePage, PersonPage, PlainPage, Practitioner, TeamIndexPage

INDEXES: dict[str, type[Page]] = {"home": HomePage, "team": TeamIndexPage}
WORDS = ("job_title", "specialty", "languages", "member_of", "awards", "training")


def is_translated(path: str) -> bool:
    return path.endswith(tuple(f".{code}.md" for code in TRANSLATIONS))


def checked_facts(page: Page) -> Checked | None:
    """Who checked this translation; with the digest where it holds no more, so that an import of
    an export does not make it hold again."""
    row = translations.check_of(page)
    if row is None:
        return None
    words = "" if translations.is_checked(page) else row.words
    return Checked(row.checked_by, row.checked, words)


def write_check(page: Page, facts: Checked | None) -> None:
    """Call it when the translation's newest revision says what the file says."""
    original = translations.original_of(page)
    if facts is None or original is None:
        translations.uncheck(page)
        return
    translations.check(
        newest(page), by=facts.by, on=facts.on, original=newest(original), words=facts.words
    )


def empty(page: Page) -> None:
    """Leaves a page as `translations.made_for` makes it: without words, for what is under it."""
    original = translations.original_of(page)
    page.unpublish(log_action=True)
    bare: Any = page.specific_class.objects.get(pk=page.pk)
    for name in ("headline", "introduction", "search_description", "seo_title"):
        if hasattr(bare, name):
            setattr(bare, name, "")
    if original is not None:
        bare.title = bare.draft_title = original.title
    bare.is_sample = False
    bare.latest_revision = bare.latest_revision_created_at = bare.live_revision = None
    bare.has_unpublished_changes = False
    bare.save(clean=False)
    bare.revisions.all().delete()


class Translated(PlainPart):
    """What the parts for translations have in common. A path is `pages/privacy.es.md`."""

    def slug(self, path: str) -> str:
        return path.removeprefix(self.prefix).removesuffix(".md").rsplit(".", 1)[0]

    def code(self, path: str) -> str:
        return path.removesuffix(".md").rsplit(".", 1)[1]

    def original(self, slug: str) -> Page | None:
        raise NotImplementedError

    def slugs(self) -> list[str]:
        raise NotImplementedError

    def current(self, path: str) -> Any:
        raise NotImplementedError

    def paths(self) -> list[str]:
        found = [f"{self.prefix}{slug}.{code}.md" for slug in self.slugs() for code in TRANSLATIONS]
        return [path for path in found if self.current(path) is not None]

    def page(self, path: str) -> Page | None:
        """None where there is none, or only an empty one."""
        original = self.original(self.slug(path))
        found = translations.in_language(original, self.code(path)) if original else None
        return None if found is None or translations.is_bare(found) else found

    def made(self, path: str) -> Page:
        original = self.original(self.slug(path))
        if original is None:
            raise LookupError(path)
        return translations.made_for(original, self.code(path))

    def remove(self, path: str) -> None:
        page = self.page(path)
        if page is None:
            return
        translations.uncheck(page)
        if page.get_children().exists():
            empty(page)
            return
        parent = page.get_parent()
        page.delete()
        # What stood above it only for its sake goes with it.
        while translations.is_bare(parent) and not parent.get_children().exists():
            page, parent = parent, parent.get_parent()
            page.delete()

    def is_sample(self, path: str) -> bool:
        page = self.page(path)
        return page is not None and bool(getattr(page.specific, "is_sample", False))


class PageTranslationPart(Translated):
    """`pages/*.es.md`. `indexes`: the pages that have one name on every site."""

    prefix = "pages/"

    def __init__(self, indexes: Mapping[str, type[Page]]) -> None:
        self.indexes = {**INDEXES, **indexes}

    def slugs(self) -> list[str]:
        plain = originals(PlainPage).order_by("path").values_list("slug", flat=True)
        return [*self.indexes, *plain]

    def original(self, slug: str) -> Page | None:
        if slug in self.indexes:
            return cast("Page | None", originals(self.indexes[slug]).first())
        rows = originals(PlainPage).filter(slug=slug).order_by("path")
        return cast("Page | None", rows.first())

    def current(self, path: str) -> PageFacts | None:
        found = self.page(path)
        if found is None:
            return None
        page: Any = newest(found)
        return PageFacts(
            self.slug(path),
            page.headline if isinstance(page, HomePage) else page.title,
            page.search_description,
            (page.body if isinstance(page, PlainPage) else page.introduction).strip(),
            self.code(path),
            checked_facts(found),
        )

    def write(self, item: Item, writing: Writing) -> None:
        facts: PageFacts = item.facts
        found = self.made(item.path)
        publish = found.live or translations.is_bare(found)
        page: Any = newest(found)
        page.search_description = facts.summary
        page.is_sample = writing.sample
        if isinstance(page, HomePage):
            page.headline = facts.title
        else:
            page.title = facts.title
        if isinstance(page, PlainPage):
            page.body = facts.body
        else:
            page.introduction = facts.body
        save(page, publish=publish)
        write_check(found.specific_class.objects.get(pk=found.pk), facts.checked)


class PersonTranslationPart(Translated):
    """`people/*.es.md`: the words are kept with the person, the biography on a page."""

    prefix = "people/"

    def slugs(self) -> list[str]:
        rows = Practitioner.objects.order_by("position", "slug")
        return list(rows.values_list("slug", flat=True))

    def original(self, slug: str) -> Page | None:
        rows = originals(PersonPage).filter(practitioner__slug=slug).order_by("path")
        return cast("Page | None", rows.first())

    def current(self, path: str) -> PersonWords | None:
        found = self.page(path)
        row = Practitioner.objects.filter(slug=self.slug(path)).first()
        if found is None or row is None:
            return None
        page: Any = newest(found)
        words: dict[str, Any] = row.translations.get(self.code(path), {})
        return PersonWords(
            slug=row.slug,
            locale=self.code(path),
            biography=page.biography.strip(),
            checked=checked_facts(found),
            **{name: words[name] for name in WORDS if words.get(name)},
        )

    def write(self, item: Item, writing: Writing) -> None:
        facts: PersonWords = item.facts
        row = Practitioner.objects.get(slug=facts.slug)
        words = {name: getattr(facts, name) for name in WORDS if getattr(facts, name)}
        row.translations = {**row.translations, facts.locale: words}
        row.save(update_fields=["translations"])
        found = self.made(item.path)
        publish = found.live or translations.is_bare(found)
        page: Any = newest(found)
        page.title = row.name
        page.practitioner = row
        page.biography = facts.biography
        page.is_sample = writing.sample
        save(page, publish=publish)
        write_check(PersonPage.objects.get(pk=found.pk), facts.checked)

    def remove(self, path: str) -> None:
        for row in Practitioner.objects.filter(slug=self.slug(path)):
            row.translations.pop(self.code(path), None)
            row.save(update_fields=["translations"])
        super().remove(path)
