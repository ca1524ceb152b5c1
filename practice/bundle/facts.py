"""A practice as its bundle says it: plain values, no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

Words = dict[str, dict[str, str]]
"""For each language the words by field."""


@dataclass
class Hours:
    days: list[str]
    opens: time
    closes: time


@dataclass
class PracticeFacts:
    name: str
    short_name: str = ""
    specialty: str = ""
    locale: str = "en-US"
    time_zone: str = ""
    phone: str = ""
    email: str = ""
    reply_promise_minutes: int = 120
    licensed_states: list[str] = field(default_factory=list)
    accepted_insurance: list[str] = field(default_factory=list)
    sample: bool = False
    desk_hours: list[Hours] = field(default_factory=list)
    translations: Words = field(default_factory=dict)


@dataclass
class LocationFacts:
    slug: str
    name: str
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    phone: str = ""
    after_hours_phone: str = ""
    parking: str = ""
    step_free: str = ""
    position: int = 0
    hours: list[Hours] = field(default_factory=list)
    translations: Words = field(default_factory=dict)


@dataclass
class ClosureFacts:
    """`starts` and `ends` on the practice's wall clock, `ends` not included."""

    starts: datetime
    ends: datetime
    reason: str = ""
    location: str = ""
    practitioner: str = ""

    @property
    def key(self) -> str:
        parts = [f"{self.starts:%Y%m%dT%H%M}", f"{self.ends:%Y%m%dT%H%M}"]
        parts += [part for part in (self.location, self.practitioner) if part]
        return "_".join(parts)


@dataclass
class OfferFacts:
    kind: str
    heading: str
    text: str = ""
    locations: list[str] = field(default_factory=list)
    seen_by: list[str] = field(default_factory=list)
    translations: Words = field(default_factory=dict)


@dataclass
class LicenseFacts:
    state: str
    number: str = ""


@dataclass
class BoardFacts:
    board: str
    specialty: str
    expires: date | None = None


@dataclass
class PictureFacts:
    """A picture is known by its bytes (`sha1`); what its file is called does not matter."""

    file: str = field(compare=False)
    sha1: str = ""
    alt: str = ""
    caption: str = ""
    credit: str = ""


@dataclass
class PersonFacts:
    slug: str
    name: str
    credentials: str = ""
    role: str = "staff"
    job_title: str = ""
    honorific: str = ""
    bookable: bool = False
    locations: list[str] = field(default_factory=list)
    name_variants: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    specialty: str = ""
    licenses: list[LicenseFacts] = field(default_factory=list)
    member_of: list[str] = field(default_factory=list)
    awards: list[str] = field(default_factory=list)
    training: list[str] = field(default_factory=list)
    board_certifications: list[BoardFacts] = field(default_factory=list)
    image: PictureFacts | None = None
    position: int = 0
    biography: str = ""


@dataclass
class Checked:
    """Who has compared a translation with its original, and when. `words` is a digest of both,
    said only where one of them has changed since."""

    by: str
    on: date
    words: str = field(default="", compare=False)


@dataclass
class PageFacts:
    slug: str
    title: str
    summary: str = ""
    body: str = ""
    locale: str = ""
    checked: Checked | None = None


@dataclass
class PersonWords:
    """What a person's file says in another language; who it is stands in the original."""

    slug: str
    locale: str
    job_title: str = ""
    specialty: str = ""
    languages: list[str] = field(default_factory=list)
    member_of: list[str] = field(default_factory=list)
    awards: list[str] = field(default_factory=list)
    training: list[str] = field(default_factory=list)
    biography: str = ""
    checked: Checked | None = None


@dataclass
class RedirectFacts:
    old: str
    new: str
