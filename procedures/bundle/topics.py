"""Conditions and procedures, from their files to facts and back to text. No database."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from practice.bundle.facts import Checked, PictureFacts
from practice.bundle.files import Findings, Folder
from practice.bundle.formats import yaml_text
from practice.bundle.parts import Item
from practice.bundle.pictures import Pictures
from practice.bundle.reading import front_matter_of, name_of, translated
from practice.bundle.tables import SLUG, Table
from procedures.bundle import sections
from procedures.bundle.facts import TopicFacts

FOLDERS = {"conditions": "condition", "procedures": "procedure"}
DRAWINGS = Path(__file__).resolve().parents[2] / "static" / "img" / "drawings.svg"
COUNTS_FROM = ("injury", "onset", "diagnosis")


def drawings() -> set[str]:
    """The names of the product's own drawings."""
    if not DRAWINGS.is_file():
        return set()
    return set(re.findall(r'<symbol[^>]*\sid="([^"]+)"', DRAWINGS.read_text("utf-8")))


def topics(
    folder: Folder, pictures: Pictures, people: Collection[str], findings: Findings
) -> list[Item]:
    """All topics of a bundle. `treats` and the like are as the files say; see `link`."""
    items = []
    names = drawings()
    for under, kind in FOLDERS.items():
        for path in folder.names(under, ending=".md"):
            item = topic(folder, path, kind, pictures, people, names, findings)
            if item is not None:
                items.append(item)
    return items


def topic(
    folder: Folder,
    path: str,
    kind: str,
    pictures: Pictures,
    people: Collection[str],
    names: Collection[str],
    findings: Findings,
) -> Item | None:
    slug, locale = name_of(path, findings)
    parsed = front_matter_of(folder, path, findings)
    if parsed is None or not slug:
        return None
    table, text, first_line = parsed
    facts = front(table, kind, slug, pictures, people)
    if locale:
        facts.locale, facts.checked = locale, translated(table, locale)
        # What treats what stands in the original alone.
        facts.treats = facts.treated_by = facts.similar_to = []
    elif table.text("locale", longest=10) not in ("", "en", "en-US"):
        translated(table, "")
    table.finish()
    place = sections.Place(path, first_line, findings, names, pictures)
    facts.lead, facts.sections = sections.read(text, place)
    return Item(path, table.line("name"), facts)


def front(
    table: Table, kind: str, slug: str, pictures: Pictures, people: Collection[str]
) -> TopicFacts:
    name = table.text("name", required=True, longest=200)
    facts = TopicFacts(
        kind=kind,
        slug=slug,
        name=name,
        title=table.text("title") or name,
        alternate_names=table.texts("alternate_names"),
        summary=table.text("summary", longest=400),
        body_location=table.text("body_location", longest=100),
        author=person(table, "author", people),
        publisher=table.text("publisher", longest=200),
        published=table.date("published"),
        modified=table.date("modified"),
        reviewed=table.date("reviewed"),
        reviewed_by=person(table, "reviewed_by", people),
        next_review=table.date("next_review"),
        images=pictures.many(table, "images"),
    )
    check_dates(table, facts)
    if kind == "condition":
        facts.treated_by = table.texts("treated_by")
        return facts
    facts.treats = table.texts("treats")
    facts.similar_to = table.texts("similar_to")
    facts.procedure_type = table.text("procedure_type", longest=60)
    facts.setting = table.text("setting", longest=60)
    facts.anesthesia = table.texts("anesthesia")
    facts.duration = table.text("duration", longest=300)
    facts.treatment_window_weeks = table.whole("treatment_window_weeks", low=1, high=520)
    facts.treatment_window_from = table.choice("treatment_window_from", COUNTS_FROM)
    if (facts.treatment_window_weeks is None) != (facts.treatment_window_from == ""):
        message = "Say both: treatment_window_weeks, and treatment_window_from it is counted."
        table.fault("treatment_window_weeks", message)
    facts.treatment_window_source = table.text("treatment_window_source", longest=300)
    return facts


def check_dates(table: Table, facts: TopicFacts) -> None:
    if facts.published and facts.modified and facts.modified < facts.published:
        table.fault("modified", "'modified' is before 'published'. Swap or correct them.")
    if facts.reviewed and facts.next_review and facts.next_review <= facts.reviewed:
        table.fault("next_review", "'next_review' should be later than 'reviewed'.")


def person(table: Table, key: str, people: Collection[str]) -> str:
    value = table.slug(key)
    if value and value not in people:
        table.fault(key, f"There is no people/{value}.md. Write the slug of one of your people.")
        return ""
    return value


def link(items: Iterable[Item], on_site: dict[str, set[str]], findings: Findings) -> None:
    """Sorts the slugs that topics name into pages and plain text.

    A condition's link to a procedure of the bundle is moved to that procedure, which is where
    the database keeps it. `on_site` has the slugs of each kind that the site knows already.
    """
    by_kind: dict[str, dict[str, Item]] = {"condition": {}, "procedure": {}}
    for item in items:
        if item.facts.locale:
            continue
        by_kind[item.facts.kind][item.facts.slug] = item
    conditions = by_kind["condition"].keys() | on_site["condition"]
    procedures = by_kind["procedure"].keys() | on_site["procedure"]
    for item in by_kind["procedure"].values():
        facts: TopicFacts = item.facts
        facts.treats, facts.treats_unlinked = split(item, "treats", conditions, findings)
        facts.similar_to, facts.similar_to_unlinked = split(
            item, "similar_to", procedures - {facts.slug}, findings
        )
    for item in by_kind["condition"].values():
        linked, item.facts.treated_by = split(item, "treated_by", procedures, findings)
        for slug in linked:
            other = by_kind["procedure"].get(slug)
            if other is not None and item.facts.slug not in other.facts.treats:
                other.facts.treats = sorted([*other.facts.treats, item.facts.slug])


def split(
    item: Item, key: str, slugs: Collection[str], findings: Findings
) -> tuple[list[str], list[str]]:
    """What has a page, by slug, sorted; and the words of what has none."""
    values: list[str] = [*getattr(item.facts, key), *getattr(item.facts, f"{key}_unlinked", [])]
    plain: list[str] = []
    for value in values:
        if value not in slugs:
            shown = value.replace("-", " ") if SLUG.fullmatch(value) else value
            findings.note(item.path, item.line, f"{key}: no page '{value}'; shown as plain text.")
            if shown not in plain:
                plain.append(shown)
    return sorted({value for value in values if value in slugs}), plain


def front_text(facts: TopicFacts, treated_by: list[str]) -> str:
    """The file of a topic. `treated_by`: the slugs of the procedures that treat a condition."""
    data: dict[str, Any] = {
        "name": facts.name,
        "title": facts.title if facts.title != facts.name else "",
        "alternate_names": facts.alternate_names,
        "summary": facts.summary,
        "body_location": facts.body_location,
        "author": facts.author,
        "publisher": facts.publisher,
        "published": facts.published,
        "modified": facts.modified,
        "reviewed": facts.reviewed,
        "reviewed_by": facts.reviewed_by,
        "next_review": facts.next_review,
        "images": [picture_data(one) for one in facts.images],
        "locale": facts.locale,
        **checked_data(facts.checked),
    }
    if facts.kind == "condition":
        data["treated_by"] = treated_by + facts.treated_by
    else:
        data |= {
            "treats": facts.treats + facts.treats_unlinked,
            "similar_to": facts.similar_to + facts.similar_to_unlinked,
            "procedure_type": facts.procedure_type,
            "setting": facts.setting,
            "anesthesia": facts.anesthesia,
            "duration": facts.duration,
            "treatment_window_weeks": facts.treatment_window_weeks,
            "treatment_window_from": facts.treatment_window_from,
            "treatment_window_source": facts.treatment_window_source,
        }
    return f"---\n{yaml_text(data)}---\n{sections.write(facts.lead, facts.sections)}"


def checked_data(facts: Checked | None) -> dict[str, Any]:
    if facts is None:
        return {}
    return {"checked_by": facts.by, "checked": facts.on, "checked_words": facts.words}


def picture_data(facts: PictureFacts) -> dict[str, str]:
    return {
        "file": facts.file.removeprefix("images/"),
        "alt": facts.alt,
        "caption": facts.caption,
        "credit": facts.credit,
    }
