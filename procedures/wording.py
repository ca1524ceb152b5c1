"""What to look at again in a text: said beside the field while somebody writes, and once more
before a physician signs. Advice only; nothing here refuses anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from practice.markdown import to_text
from practice.models import Practitioner, Role
from procedures import reading_grade

GRADE = 8  # the highest school grade that a text should ask of its readers
FEWEST_WORDS = 25  # below this a grade says nothing
LONG_SENTENCE = 25  # words
SHORT_FIELDS = ("slug", "citation", "url", "drawing", "kind")

SUPERLATIVES = re.compile(
    r"\b(best|leading|finest|foremost|premier|top|world[- ]class|number one|unmatched|unrivall?ed"
    r"|most experienced|most advanced|cutting[- ]edge|state[- ]of[- ]the[- ]art|renowned"
    r"|highly regarded|expert in)\b|#1",
    re.IGNORECASE,
)
PROMISES = re.compile(
    r"\b(cures?|cured|guarantee[ds]?|pain[- ]free|painless|risk[- ]free|no risks?|miracle"
    r"|always works|works every time|permanent(?:ly)? (?:relief|fix(?:ed)?)|100 ?(?:%|percent)"
    r"|completely safe|perfectly safe|never comes? back)",
    re.IGNORECASE,
)
ELIGIBLE = re.compile(r"\bboard[- ](eligible|qualified)\b", re.IGNORECASE)
CERTIFIED = re.compile(r"\bboard[- ]certified\b", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
NUMBER = r"(?P<{0}>\d+(?:\.\d+)?|an?|one|two|three|four|five|six|half an)"
SPAN = re.compile(
    rf"(?:{NUMBER.format('low')}\s*(?:to|or|-|–|and)\s*)?{NUMBER.format('high')}[ -]"
    r"(?P<unit>minute|hour|day|week|month)s?\b",
    re.IGNORECASE,
)
SOME_HOURS = re.compile(r"\b(some|several|a few|many) hours\b", re.IGNORECASE)
TAKES = re.compile(r"\b(takes?|lasts?|done in|over in|takes about)\b", re.IGNORECASE)
WITHIN = re.compile(
    rf"\bwithin (?:the first )?{NUMBER.format('count')}[ -](?P<unit>week|month)s?\b", re.IGNORECASE
)
COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10080, "month": 43200}
TOLERANCE = 1.5  # how far two tellings of one duration may be apart


@dataclass(frozen=True)
class Person:
    """What a text may say of somebody who works here."""

    name: str
    family: str
    credentials: str
    is_physician: bool


def people() -> list[Person]:
    return [
        Person(row.name, row.name.split()[-1], row.credentials, row.role == Role.PHYSICIAN)
        for row in Practitioner.objects.all()
        if row.name
    ]


def remarks(fields: Mapping[str, str], staff: Iterable[Person]) -> dict[str, list[str]]:
    """By the name of the field, what to look at again; fields without a remark are left out.

    `fields` are the texts of one topic as the editor's form names them; Markdown. A field called
    `duration` and one called `treatment_window_weeks` are what the others are held against.
    """
    staff = list(staff)
    found: dict[str, list[str]] = {}
    for name, text in fields.items():
        last = name.rsplit("-", 1)[-1]
        if not text.strip() or last in SHORT_FIELDS:
            continue
        plain = to_text(text) or text
        said = [
            *readability(plain),
            *claims(plain),
            *about_people(plain, staff),
            *(contradictions(plain, fields) if last != "duration" else []),
        ]
        if said:
            found[name] = list(dict.fromkeys(said))
    source = "treatment_window_source"
    if fields.get("treatment_window_weeks", "").strip() and not fields.get(source, "-").strip():
        found[source] = [_("Say by which source, so that patients and the next reader can check.")]
    return found


def readability(text: str) -> list[str]:
    words = text.split()
    if len(words) < FEWEST_WORDS:
        return []
    said = []
    grade = round(reading_grade.grade(text))
    if grade > GRADE:
        said.append(
            _("This reads like grade %(grade)s. Aim for grade %(aim)s or lower.")
            % {"grade": grade, "aim": GRADE}
        )
    for sentence in longest_sentences(text):
        said.append(
            _("A long sentence (%(count)s words). Can it be two? “%(start)s …”")
            % {"count": len(sentence.split()), "start": " ".join(sentence.split()[:8])}
        )
    return said


def longest_sentences(text: str, most: int = 2) -> list[str]:
    sentences = [one.strip() for one in SENTENCE_END.split(text)]
    long = [one for one in sentences if len(one.split()) > LONG_SENTENCE]
    return sorted(long, key=lambda one: -len(one.split()))[:most]


def claims(text: str) -> list[str]:
    said = []
    if found := _all(SUPERLATIVES, text):
        said.append(
            _("“%(words)s”: the law asks for proof of such a word. Say what is so instead.")
            % {"words": found}
        )
    if found := _all(PROMISES, text):
        said.append(
            _("“%(words)s” sounds like a promise. No doctor can promise how it ends.")
            % {"words": found}
        )
    if found := _all(ELIGIBLE, text):
        said.append(_("“%(words)s” may not be said. Leave it out.") % {"words": found})
    if CERTIFIED.search(text):
        said.append(
            _("“Board certified” needs board, specialty and date. Enter them under People.")
        )
    return said


def about_people(text: str, staff: Iterable[Person]) -> list[str]:
    said = []
    for person in staff:
        if not person.is_physician and re.search(
            rf"\b(Dr\.?|Doctor)\s+(?:\w+\s+)?{re.escape(person.family)}\b", text
        ):
            said.append(
                _("%(name)s is not a physician. Do not write “Dr.”.") % {"name": person.name}
            )
        full = re.escape(person.name)
        if not person.credentials and re.search(full, text):
            said.append(
                _("%(name)s has no credentials under People. Add them there.")
                % {"name": person.name}
            )
        elif re.search(rf"{full}(?!,? {re.escape(person.credentials)})", text):
            said.append(
                _("Write “%(name)s, %(credentials)s”: the title always stands after the name.")
                % {"name": person.name, "credentials": person.credentials}
            )
    return said


def contradictions(text: str, fields: Mapping[str, str]) -> list[str]:
    said = []
    stated = duration(fields.get("duration", ""))
    if stated:
        for sentence in SENTENCE_END.split(text):
            told = duration(sentence) if TAKES.search(sentence) else None
            if told and is_apart(stated, told):
                said.append(
                    _("The field “How long it takes” says “%(field)s”, but here: “%(here)s”")
                    % {"field": fields["duration"].strip(), "here": sentence.strip()}
                )
    weeks = fields.get("treatment_window_weeks", "").strip()
    if weeks.isdigit():
        for match in WITHIN.finditer(text):
            told_weeks = number(match["count"]) * (4.35 if match["unit"].lower() == "month" else 1)
            if abs(told_weeks - int(weeks)) > 1:
                said.append(
                    _("The field “works best within” says %(weeks)s weeks, but here: “%(here)s”")
                    % {"weeks": weeks, "here": match[0]}
                )
    return said


def duration(text: str) -> tuple[float, float] | None:
    """The shortest and longest time in minutes that a sentence tells of."""
    if SOME_HOURS.search(text):
        return 120.0, 480.0
    match = SPAN.search(text)
    if match is None:
        return None
    unit = MINUTES[match["unit"].lower()]
    high = number(match["high"]) * unit
    low = number(match["low"]) * unit if match["low"] else high
    return min(low, high), max(low, high)


def is_apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    (low, high), (other_low, other_high) = one, other
    return low > other_high * TOLERANCE or other_low > high * TOLERANCE


def number(word: str) -> float:
    word = word.lower()
    if word == "half an":
        return 0.5
    return float(COUNTS.get(word) or word)


def _all(pattern: re.Pattern[str], text: str) -> str:
    return ", ".join(dict.fromkeys(match[0] for match in pattern.finditer(text)))
