"""The site as a bundle: the same files that an import reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db.models import Q

from appointments.bundle import VisitTypeFacts, WorkingHoursFacts
from clinic_site.bundle.parts import Parts
from clinic_site.bundle.reading import FILES, FOLDERS
from practice.bundle.facts import (
    ClosureFacts,
    Hours,
    LocationFacts,
    OfferFacts,
    PageFacts,
    PersonFacts,
    PersonWords,
    PictureFacts,
    PracticeFacts,
    Words,
)
from practice.bundle.formats import toml_text, yaml_text
from practice.bundle.pages import picture_path
from practice.bundle.reading import ROLE_POSITION
from practice.models import Picture
from procedures.bundle import topics
from procedures.bundle.facts import TopicFacts
from procedures.bundle.rows import ConditionPart
from reviews.bundle import ReviewPart, text_of


def texts() -> tuple[dict[str, str], dict[str, str]]:
    """All files by path, and the pictures they name: path -> SHA-1."""
    parts = Parts()
    files: dict[str, str] = {}
    pictures: dict[str, str] = {}
    found: dict[str, list[Any]] = {}
    for part in parts.every:
        for path in part.paths():
            facts = part.current(path)
            if facts is None:
                continue
            if isinstance(facts, PersonFacts):
                files[path] = person_text(facts)
                note_pictures([facts.image], pictures)
            elif isinstance(facts, TopicFacts):
                treated_by = part.treated_by(path) if isinstance(part, ConditionPart) else []
                files[path] = topics.front_text(facts, treated_by)
                steps = [item.image for section in facts.sections for item in section.items]
                note_pictures([*facts.images, *steps], pictures)
            elif isinstance(facts, PersonWords):
                files[path] = person_words_text(facts)
            elif isinstance(facts, PageFacts):
                files[path] = page_text(facts)
            else:
                found.setdefault(part.prefix, []).append(facts)
    files["practice.toml"] = practice_text(found)
    reviews = found.get(ReviewPart.prefix)
    if reviews:
        files["reviews.csv"] = text_of(reviews)
    redirects = found.get("redirects.csv#")
    if redirects:
        rows = [f"{csv_cell(one.old)},{csv_cell(one.new)}" for one in redirects]
        files["redirects.csv"] = "\n".join(["old,new", *rows]) + "\n"
    return files, pictures


def note_pictures(some: Iterable[PictureFacts | None], pictures: dict[str, str]) -> None:
    for one in some:
        if one is not None:
            pictures[one.file] = one.sha1


def write(root: Path) -> list[str]:
    """Writes the bundle and takes away the files of an older one. The paths written, sorted."""
    files, pictures = texts()
    root.mkdir(parents=True, exist_ok=True)
    for name in FILES - files.keys():
        (root / name).unlink(missing_ok=True)
    for folder, ending in FOLDERS.items():
        for old in (root / folder).glob("*.md") if ending else ():
            if f"{folder}/{old.name}" not in files:
                old.unlink()
    for path, text in files.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="\n")
    for path, sha1 in pictures.items():
        known = Picture.objects.filter(Q(source_sha1=sha1) | Q(file_hash=sha1))
        row = next(one for one in known if picture_path(one) == path)
        (root / path).parent.mkdir(exist_ok=True)
        with row.file.open("rb") as file:
            (root / path).write_bytes(file.read())
    return sorted([*files, *pictures])


def csv_cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(char in text for char in '",') else text


def practice_text(found: dict[str, list[Any]]) -> str:
    blocks = []
    for practice in found.get("practice.toml#practice", []):
        blocks += practice_blocks(practice)
    for location in found.get("practice.toml#locations/", []):
        blocks += location_blocks(location)
    for offers in found.get("practice.toml#offers", []):
        blocks += [
            block("offers", offer_pairs(one)) + words_blocks("offers", one.translations)
            for one in offers
        ]
    for visit_type in found.get("practice.toml#visit_types/", []):
        blocks.append(visit_type_block(visit_type))
    for hours in found.get("practice.toml#working_hours/", []):
        blocks += [block("working_hours", working_pairs(one)) for one in hours]
    for closure in found.get("practice.toml#closures/", []):
        blocks.append(block("closures", closure_pairs(closure)))
    return "\n".join(blocks)


def block(name: str, pairs: list[tuple[str, Any]]) -> str:
    return f"[[{name}]]\n{toml_text(pairs)}"


def practice_blocks(facts: PracticeFacts) -> list[str]:
    pairs: list[tuple[str, Any]] = [
        ("name", facts.name),
        ("short_name", facts.short_name),
        ("specialty", facts.specialty),
        ("locale", facts.locale),
        ("time_zone", facts.time_zone),
        ("phone", facts.phone),
        ("email", facts.email),
        ("reply_promise_minutes", facts.reply_promise_minutes),
        ("licensed_states", facts.licensed_states),
        ("accepted_insurance", facts.accepted_insurance),
        ("sample", facts.sample or None),
    ]
    # Before the first [[table]]: what comes after one would belong to it.
    words = [
        f"\n[{code}]\n{toml_text(list(said.items()))}" for code, said in facts.translations.items()
    ]
    return ["".join([toml_text(pairs), *words]), *hours_blocks("desk_hours", facts.desk_hours)]


def hours_blocks(name: str, hours: list[Hours]) -> list[str]:
    return [
        block(name, [("days", one.days), ("opens", one.opens), ("closes", one.closes)])
        for one in hours
    ]


def location_blocks(facts: LocationFacts) -> list[str]:
    names = ("slug", "name", "street", "city", "state", "postal_code", "phone",
             "after_hours_phone", "parking", "step_free")  # fmt: skip
    pairs = [(name, getattr(facts, name)) for name in names]
    return [
        block("locations", pairs) + words_blocks("locations", facts.translations),
        *hours_blocks("locations.hours", facts.hours),
    ]


def words_blocks(name: str, translations: Words) -> str:
    return "".join(
        f"\n[{name}.{code}]\n{toml_text(list(words.items()))}"
        for code, words in translations.items()
    )


def offer_pairs(facts: OfferFacts) -> list[tuple[str, Any]]:
    names = ("kind", "heading", "text", "locations", "seen_by")
    return [(name, getattr(facts, name)) for name in names]


def visit_type_block(facts: VisitTypeFacts) -> str:
    pairs: list[tuple[str, Any]] = [
        (name, getattr(facts, name))
        for name in VisitTypeFacts.__dataclass_fields__
        if name not in ("translations", "position", "active")
    ]
    text = block("visit_types", [*pairs, ("active", None if facts.active else False)])
    return text + words_blocks("visit_types", facts.translations)


def working_pairs(facts: WorkingHoursFacts) -> list[tuple[str, Any]]:
    return [
        ("practitioner", facts.practitioner),
        ("location", facts.location),
        ("visit_types", facts.visit_types),
        ("days", facts.days),
        ("opens", facts.opens),
        ("closes", facts.closes),
        ("from", facts.from_date),
        ("until", facts.until_date),
    ]


def closure_pairs(facts: ClosureFacts) -> list[tuple[str, Any]]:
    starts, ends = facts.starts, facts.ends
    whole_days = starts.time() == ends.time() == dt.time()
    last = ends - dt.timedelta(days=1)
    return [
        ("from", starts.date() if whole_days else starts.isoformat()),
        ("until", last.date() if whole_days else ends.isoformat()),
        ("reason", facts.reason),
        ("location", facts.location),
        ("practitioner", facts.practitioner),
    ]


def person_text(facts: PersonFacts) -> str:
    data: dict[str, Any] = {
        name: getattr(facts, name)
        for name in (
            "name",
            "credentials",
            "role",
            "job_title",
            "honorific",
            "bookable",
            "locations",
            "name_variants",
            "languages",
        )
    }
    if facts.image is not None:
        data["image"] = topics.picture_data(facts.image)
    data |= {
        "specialty": facts.specialty,
        "licenses": [vars(one) for one in facts.licenses],
        "member_of": facts.member_of,
        "awards": facts.awards,
        "training": facts.training,
        "board_certifications": [vars(one) for one in facts.board_certifications],
    }
    if facts.position != ROLE_POSITION.get(facts.role):
        data["position"] = facts.position
    return f"---\n{yaml_text(data)}---\n{facts.biography}\n"


def person_words_text(facts: PersonWords) -> str:
    data: dict[str, Any] = {
        "locale": facts.locale,
        "job_title": facts.job_title,
        "languages": facts.languages,
        "specialty": facts.specialty,
        "member_of": facts.member_of,
        "awards": facts.awards,
        "training": facts.training,
        **topics.checked_data(facts.checked),
    }
    return f"---\n{yaml_text(data)}---\n{facts.biography}\n"


def page_text(facts: PageFacts) -> str:
    data: dict[str, Any] = {
        "title": facts.title,
        "summary": facts.summary,
        "locale": facts.locale,
        **topics.checked_data(facts.checked),
    }
    return f"---\n{yaml_text(data)}---\n{facts.body}\n"
