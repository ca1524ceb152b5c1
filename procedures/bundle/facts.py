"""A topic as its bundle file says it: plain values, no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from practice.bundle.facts import Checked, PictureFacts


@dataclass
class SectionFacts:
    kind: str
    heading: str
    body: str = ""
    items: list[ItemFacts] = field(default_factory=list)
    after: str = ""


@dataclass
class ItemFacts:
    """One entry of a section's list. A question's `text` is its answer."""

    text: str
    attributes: dict[str, str] = field(default_factory=dict)
    image: PictureFacts | None = None


@dataclass
class TopicFacts:
    kind: str
    slug: str
    name: str
    title: str = ""
    alternate_names: list[str] = field(default_factory=list)
    summary: str = ""
    body_location: str = ""
    author: str = ""
    publisher: str = ""
    published: date | None = None
    modified: date | None = None
    reviewed: date | None = None
    reviewed_by: str = ""
    next_review: date | None = None
    images: list[PictureFacts] = field(default_factory=list)
    lead: str = ""
    locale: str = ""
    checked: Checked | None = None
    sections: list[SectionFacts] = field(default_factory=list)
    # Of a condition. Slugs of procedures that the site has are kept with the procedure.
    treated_by: list[str] = field(default_factory=list)
    # Of a procedure.
    treats: list[str] = field(default_factory=list)
    treats_unlinked: list[str] = field(default_factory=list)
    similar_to: list[str] = field(default_factory=list)
    similar_to_unlinked: list[str] = field(default_factory=list)
    procedure_type: str = ""
    setting: str = ""
    anesthesia: list[str] = field(default_factory=list)
    duration: str = ""
    treatment_window_weeks: int | None = None
    treatment_window_from: str = ""
    treatment_window_source: str = ""
