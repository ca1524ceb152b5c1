"""A table of patients and their visits, as another system wrote it: read and checked, line by line.

The columns are explained in docs/operator.md. No clock, and no query but for the names of kinds of
visit, people and places, which are handed in.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from practice.models import Location, Practitioner

from .fields import PatientDateField, TelephoneField
from .models import Status, VisitType
from .rules import instant

LARGEST = 50_000_000  # bytes
LONGEST_LINE = 10_000
MOST_LINES = 100_000
NEEDED = ("chart_number", "given_name", "family_name", "birth_date", "phone")
OPTIONAL = (
    *("email", "preferred_language", "needs"),
    *("visit_id", "visit_type", "practitioner", "location", "starts_at", "minutes", "status"),
)
OVER = {"fulfilled": Status.FULFILLED, "noshow": Status.NOSHOW}
STATUSES = {"booked": Status.BOOKED, "cancelled": Status.CANCELLED, **OVER}
FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Names:
    """What a line may call by its address name."""

    visit_types: Mapping[str, VisitType]
    practitioners: Mapping[str, Practitioner]
    locations: Mapping[str, Location]
    zone: ZoneInfo


@dataclass(frozen=True)
class Person:
    chart_number: str
    given_name: str
    family_name: str
    birth_date: dt.date
    phone: str
    email: str
    preferred_language: str
    needs: str


@dataclass(frozen=True)
class Visit:
    visit_id: str
    kind: VisitType
    practitioner: Practitioner
    location: Location | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    status: Status


@dataclass(frozen=True)
class Line:
    number: int
    person: Person
    visit: Visit | None


@dataclass
class Problems:
    """Every wrong line, with what to do about it."""

    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, words: str) -> None:
        self.found.append((line, words))

    def sentences(self) -> list[str]:
        return [f"line {line}: {words}" for line, words in sorted(self.found)]


def read(data: bytes, *, names: Names, now: dt.datetime) -> tuple[list[Line], Problems]:
    """The lines that are right, and what is wrong with the others."""
    problems = Problems()
    text = _text(data, problems)
    lines: list[Line] = []
    if problems.found:
        return lines, problems
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = [one.strip().lower() for one in next(rows, [])]
        if not _is_head(head, problems):
            return lines, problems
        for row in rows:
            if not any(one.strip() for one in row):
                continue
            if len(row) != len(head):
                problems.add(rows.line_num, f"{len(row)} values for {len(head)} columns")
                continue
            said = dict.fromkeys((*NEEDED, *OPTIONAL), "")
            said |= dict(zip(head, (one.strip() for one in row), strict=True))
            if line := _line(said, rows.line_num, names, problems, now):
                lines.append(line)
    except csv.Error as error:
        problems.add(rows.line_num, f"this is not a line of a table ({error})")
    if len(lines) > MOST_LINES:
        problems.add(rows.line_num, f"more than {MOST_LINES} lines; divide the file")
    return lines, problems


def _text(data: bytes, problems: Problems) -> str:
    if len(data) > LARGEST:
        problems.add(1, f"the file is larger than {LARGEST // 1_000_000} MB; divide it")
        return ""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.add(line, "this is not UTF-8; save the file as “CSV UTF-8”")
        return ""
    for number, line_of_it in enumerate(text.split("\n"), 1):
        if len(line_of_it) > LONGEST_LINE:
            problems.add(number, f"longer than {LONGEST_LINE} characters")
        elif "\x00" in line_of_it:
            problems.add(number, "there is a byte 0 in it; export the file again")
    return text


def _is_head(head: list[str], problems: Problems) -> bool:
    if missing := [one for one in NEEDED if one not in head]:
        problems.add(1, f"the first line names the columns; missing: {', '.join(missing)}")
    if unknown := [one for one in head if one not in NEEDED + OPTIONAL]:
        problems.add(1, f"nobody knows the columns {', '.join(unknown)}; take them out")
    if len(set(head)) < len(head):
        problems.add(1, "a column stands there twice")
    return not problems.found


T = TypeVar("T")


class _Wrong(Exception):
    """One value is wrong; the words name its column."""


def _line(
    said: dict[str, str], number: int, names: Names, problems: Problems, now: dt.datetime
) -> Line | None:
    """Both halves are looked at, so that one run names everything that is wrong."""
    halves: list[Any] = []
    for half in (_person, _visit):
        try:
            halves.append(half(said, names, now))
        except _Wrong as wrong:
            problems.add(number, str(wrong))
    return Line(number, *halves) if len(halves) == 2 else None


def _person(said: dict[str, str], names: Names, now: dt.datetime) -> Person:
    for column in ("given_name", "family_name", "needs", "chart_number"):
        if said[column].startswith(FORMULA):
            raise _Wrong(f"{column} begins with “{said[column][0]}” like a formula; correct it")
        if any(not letter.isprintable() for letter in said[column]):
            raise _Wrong(f"{column} has a character in it that cannot be printed; correct it")
    for column, longest in (("given_name", 80), ("family_name", 80), ("chart_number", 40)):
        if not said[column]:
            raise _Wrong(f"{column} is empty")
        if len(said[column]) > longest:
            raise _Wrong(f"{column} is longer than {longest} characters")
    if len(said["needs"]) > 300:
        raise _Wrong("needs is longer than 300 characters")
    born = _clean(PatientDateField(), said, "birth_date")
    if born.year < 1880 or born > now.astimezone(names.zone).date():
        raise _Wrong("birth_date is no day on which a patient can be born")
    language = said["preferred_language"].lower() or "en"
    if language not in ("en", "es"):
        raise _Wrong("preferred_language is en or es")
    return Person(
        chart_number=" ".join(said["chart_number"].split()).upper(),
        given_name=said["given_name"],
        family_name=said["family_name"],
        birth_date=born,
        phone=_clean(TelephoneField(), said, "phone"),
        email=_clean(forms.EmailField(required=False, max_length=254), said, "email"),
        preferred_language=language,
        needs=said["needs"],
    )


def _visit(said: dict[str, str], names: Names, now: dt.datetime) -> Visit | None:
    if not any(said[one] for one in ("visit_id", "starts_at", "visit_type", "practitioner")):
        return None
    if not said["visit_id"] or len(said["visit_id"]) > 200:
        raise _Wrong("visit_id is empty or too long; it is the visit's number in the other system")
    kind = _named("visit_type", said, names.visit_types)
    practitioner = _named("practitioner", said, names.practitioners)
    location = None
    if not kind.is_virtual:
        location = _named("location", said, names.locations)
    elif said["location"]:
        raise _Wrong("location is left empty for a visit by video")
    starts = _starts(said["starts_at"], names.zone)
    ends = starts + dt.timedelta(minutes=_minutes(said["minutes"], kind))
    return Visit(
        visit_id=said["visit_id"],
        kind=kind,
        practitioner=practitioner,
        location=location,
        starts_at=starts,
        ends_at=ends,
        status=_status(said["status"].lower(), over=ends <= now),
    )


def _clean(ask: forms.Field, said: dict[str, str], column: str) -> Any:
    try:
        return ask.clean(said[column])
    except ValidationError as error:
        raise _Wrong(f"{column}: {error.messages[0]}") from None


def _named(column: str, said: dict[str, str], known: Mapping[str, T]) -> T:
    if said[column] in known:
        return known[said[column]]
    raise _Wrong(f"{column} “{said[column][:40]}” is not known; there are: {', '.join(known)}")


def _starts(text: str, zone: ZoneInfo) -> dt.datetime:
    try:
        value = dt.datetime.fromisoformat(text)
        if not 1990 <= value.year <= 2100 or len(text) < 12:
            raise ValueError
    except ValueError:
        raise _Wrong("starts_at is no time; write it as 2026-11-24 09:30") from None
    if value.tzinfo is None:
        return instant(value.date(), value.time(), zone)
    return value.astimezone(dt.UTC)


def _minutes(text: str, kind: VisitType) -> int:
    if not text:
        return kind.minutes
    if not text.isdecimal() or len(text) > 3 or not 5 <= int(text) <= 480:
        raise _Wrong("minutes is a number from 5 to 480")
    return int(text)


def _status(text: str, *, over: bool) -> Status:
    if not text:
        return Status.FULFILLED if over else Status.BOOKED
    if text not in STATUSES:
        raise _Wrong(f"status is one of {', '.join(STATUSES)}")
    if over and text == "booked":
        raise _Wrong("a visit that is over is fulfilled, noshow or cancelled")
    if not over and text in OVER:
        raise _Wrong("a visit to come is booked or cancelled")
    return STATUSES[text]
