"""A topic as a reader meets it: one place from which page, key facts, structured data, print and
search take the same words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from practice import clock, languages, translations
from practice.models import PersonPage, Practice
from procedures import signing
from procedures.models import ITEMS, Condition, Kind, Procedure, RedFlag, Section, Topic

# Where a list stands whose section nobody wrote: with the warnings first, sources last.
LAST = [Kind.QUESTIONS, Kind.EVIDENCE]


@dataclass(frozen=True)
class Part:
    """A section to show: heading `title` with id `anchor`, then `body`, `items`, `after`.

    `items` are rows of the model of this `kind` (Step, Risk …); empty where it has none.
    Texts are Markdown.
    """

    kind: str
    title: str
    anchor: str
    body: str = ""
    after: str = ""
    items: list[Any] = field(default_factory=list)
    language: str = ""
    """Said where it is not the language of the page."""


@dataclass(frozen=True)
class Fact:
    """One line of the key-facts box. `name` is stable, for icons and tests."""

    name: str
    label: str
    value: str
    source: str = ""


@dataclass(frozen=True)
class Link:
    """`url` is empty for a thing we have no page about."""

    name: str
    url: str = ""
    summary: str = ""
    language: str = ""
    """Said where it is not the language spoken now."""


@dataclass(frozen=True)
class Reading:
    parts: list[Part]
    facts: list[Fact]
    treats: list[Link]
    treated_by: list[Link]
    similar_to: list[Link]
    pictures: list[Any]
    red_flags: dict[str, list[RedFlag]]
    author_page: PersonPage | None
    reviewer_page: PersonPage | None
    publisher: str
    published: dt.date | None
    modified: dt.date | None
    is_condition: bool
    standing: signing.Standing

    def part(self, kind: str) -> Part | None:
        return next((part for part in self.parts if part.kind == kind), None)


def read(topic: Topic, practice: Practice) -> Reading:
    """Works on a draft in preview as on a published page; always the same number of queries."""
    items = {kind: list(getattr(topic, relation).all()) for kind, relation in ITEMS.items()}
    original = originally(topic)
    flags_in = ""
    if original is not topic and not translations.is_checked(topic):
        # Warning signs that nobody has compared are never shown: the original's are.
        items[Kind.RED_FLAGS] = list(original.red_flags.all())
        flags_in = languages.ORIGINAL
    prefetch_related_objects(items[Kind.STEPS], "image__renditions")
    pictures = list(topic.images.all())
    prefetch_related_objects(pictures, "image__renditions")
    a_procedure = isinstance(topic, Procedure)
    pages = pages_of([topic.author_id, topic.reviewed_by_id])
    standing = signing.standing(topic, day=clock.today(practice.zone))
    return Reading(
        parts=[
            replace(part, language=flags_in, body="", after="", title=str(Kind.RED_FLAGS.label))
            if flags_in and part.kind == Kind.RED_FLAGS
            else part
            for part in parts(list(topic.sections.all()), items)
        ],
        facts=facts(topic) if a_procedure else [],
        treats=links(original.treats.all(), topic.treats_unlinked) if a_procedure else [],
        similar_to=(
            links(original.similar_to.all(), topic.similar_to_unlinked) if a_procedure else []
        ),
        treated_by=(
            links(original.treated_by.all(), topic.treated_by_unlinked)
            if isinstance(topic, Condition) and original.pk
            else []
        ),
        pictures=pictures,
        red_flags={
            level: [flag for flag in items[Kind.RED_FLAGS] if flag.level == level]
            for level in RedFlag.Level.values
        },
        author_page=pages.get(topic.author_id),
        reviewer_page=pages.get(topic.reviewed_by_id),
        publisher=topic.publisher or practice.name,
        published=topic.published or day_of(topic.first_published_at, practice),
        modified=topic.modified or day_of(topic.last_published_at, practice),
        is_condition=isinstance(topic, Condition),
        standing=standing,
    )


def parts(sections: list[Section], items: dict[Kind, list[Any]]) -> list[Part]:
    """Sections in their order, the first of a kind with its items; then items left without one."""
    left = {str(kind): rows for kind, rows in items.items() if rows}
    taken: set[str] = set()
    result = []
    for section in sections:
        rows = left.pop(section.kind, [])
        if not (section.body.strip() or section.after.strip() or rows):
            continue
        result.append(
            Part(
                kind=section.kind,
                title=section.title,
                anchor=free_anchor(section.anchor, taken),
                body=section.body,
                after=section.after,
                items=rows,
            )
        )
    order = [kind for kind in Kind if kind not in LAST] + LAST
    for kind in order:
        if rows := left.get(str(kind), []):
            anchor = free_anchor(kind.replace("_", "-"), taken)
            result.append(Part(kind=str(kind), title=str(kind.label), anchor=anchor, items=rows))
    return result


def free_anchor(wanted: str, taken: set[str]) -> str:
    anchor, number = wanted, 2
    while anchor in taken:
        anchor, number = f"{wanted}-{number}", number + 1
    taken.add(anchor)
    return anchor


def facts(procedure: Procedure) -> list[Fact]:
    window = ""
    if procedure.treatment_window_weeks:
        window = ngettext(
            "within %(weeks)s week of %(start)s",
            "within %(weeks)s weeks of %(start)s",
            procedure.treatment_window_weeks,
        ) % {
            "weeks": procedure.treatment_window_weeks,
            "start": procedure.get_treatment_window_from_display(),
        }
    found = [
        Fact("duration", _("How long it takes"), procedure.duration),
        Fact("anesthesia", _("Anesthesia"), _(" or ").join(procedure.anesthesia)),
        Fact("setting", _("Where"), procedure.setting),
        Fact("window", _("Works best"), window, procedure.treatment_window_source),
        Fact("type", _("Type"), procedure.procedure_type),
        Fact("body_location", _("Part of the body"), procedure.body_location),
    ]
    return [fact for fact in found if fact.value]


def day_of(instant: dt.datetime | None, practice: Practice) -> dt.date | None:
    return instant.astimezone(practice.zone).date() if instant else None


def links(pages: Iterable[Topic], unlinked: list[str]) -> list[Link]:
    """Published pages as links, then what has no page as plain words; drafts are left out."""
    live = languages.spoken(page for page in pages if page.live)
    return [
        Link(page.name, topic_url(page), page.summary, other_language(page)) for page in live
    ] + [Link(name) for name in unlinked]


def other_language(page: Topic) -> str:
    """Empty for a page in the language spoken now."""
    if languages.current() == languages.ORIGINAL:
        return ""
    code: str = page.locale.language_code
    return "" if code == languages.current() else code


def originally(topic: Topic) -> Any:
    """The topic that this one translates, or itself: what treats what stands there."""
    found = translations.original_of(topic)
    return found.specific if found else topic


def topic_url(topic: Topic) -> str:
    """The address on the site, without asking the database which site this is."""
    kind = "conditions" if isinstance(topic, Condition) else "procedures"
    return languages.address(f"/{kind}/{topic.slug}/")


def pages_of(people: Iterable[int | None]) -> dict[int | None, PersonPage]:
    """Published pages by the number of their person."""
    found = (
        PersonPage.objects.live()
        .public()
        .filter(practitioner__in=[person for person in people if person])
        .select_related("locale")
    )
    return {page.practitioner_id: page for page in languages.shown(found)}
