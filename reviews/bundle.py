"""What reviews read and write of a bundle: reviews.csv."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from practice.bundle.files import Findings
from practice.bundle.parts import Item, PlainPart, Writing
from practice.bundle.reading import csv_rows
from practice.bundle.tables import Table, did_you_mean
from reviews import authorizations
from reviews.models import Redaction, Review

COLUMNS = ("author", "body", "received", "rating", "source", "authorization")
OPTIONAL = ("language",)


@dataclass
class ReviewFacts:
    author: str
    body: str
    received: date | None = None
    rating: int | None = None
    source: str = ""
    authorization: date | None = None
    language: str = "en"


def name_of(author: str, body: str) -> str:
    """What a review is known by: who said what. Not secret, and short enough for a path."""
    return hashlib.sha256(f"{author}\n{body}".encode()).hexdigest()[:24]


def reviews(text: str, path: str, findings: Findings) -> list[Item]:
    rows = csv_rows(text, path, findings)
    if not rows:
        findings.fault(path, 1, f"The file is empty. Begin with a line {','.join(COLUMNS)}.")
        return []
    line, header = rows[0]
    names = [cell.strip().lower() for cell in header]
    if not check_header(names, line, path, findings):
        return []
    items: list[Item] = []
    seen: dict[str, int] = {}
    for line, row in rows[1:]:
        if len(row) != len(names):
            message = f"This line has {len(row)} values for {len(names)} columns. Check the quotes."
            findings.fault(path, line, message)
            continue
        table = Table(dict(zip(names, row, strict=True)), path, {(): line}, findings)
        facts = review(table)
        name = name_of(facts.author, facts.body)
        seen[name] = seen.get(name, 0) + 1
        suffix = f"-{seen[name]}" if seen[name] > 1 else ""
        items.append(Item(f"reviews.csv#{name}{suffix}", line, facts))
    return items


def check_header(names: list[str], line: int, path: str, findings: Findings) -> bool:
    allowed = (*COLUMNS, *OPTIONAL)
    before = len(findings.faults)
    for name in names:
        if name not in allowed:
            findings.fault(path, line, f"Unknown column '{name}'. {did_you_mean(name, allowed)}")
    for name in ("author", "body"):
        if name not in names:
            findings.fault(path, line, f"There is no column '{name}'. Add it to the first line.")
    if len(set(names)) != len(names):
        findings.fault(path, line, "A column is there twice. Keep one.")
    return len(findings.faults) == before


def review(table: Table) -> ReviewFacts:
    rating = table.whole("rating", low=1, high=5)
    language = table.text("language", longest=2) or "en"
    if not re.fullmatch(r"[a-z]{2}", language):
        table.fault("language", f"'{language}' is not a language. Write two letters, such as en.")
    return ReviewFacts(
        author=table.text("author", required=True, longest=120),
        body=table.text("body", required=True, longest=10_000),
        received=table.date("received"),
        rating=rating,
        source=table.text("source", longest=60),
        authorization=table.date("authorization"),
        language=language,
    )


def text_of(reviews: Iterable[ReviewFacts]) -> str:
    """The file that `reviews` reads as these."""
    found = list(reviews)
    columns = COLUMNS if all(one.language == "en" for one in found) else COLUMNS + OPTIONAL
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for one in found:
        writer.writerow([getattr(one, name) or "" for name in columns])
    return out.getvalue()


class ReviewPart(PlainPart):
    """Imported reviews alone: what somebody wrote on our own form is theirs, has an authorization
    for this site, and is in no file. Reviews that were refused or withdrawn, or have words hidden,
    stay out of exports."""

    prefix = "reviews.csv#"

    def __init__(self) -> None:
        self._found: dict[str, Review] | None = None

    def _rows(self) -> dict[str, Review]:
        found: dict[str, Review] = {}
        counts: dict[str, int] = {}
        for row in Review.objects.filter(came_by=Review.CameBy.IMPORT).order_by("pk"):
            name = name_of(row.author, row.body)
            counts[name] = counts.get(name, 0) + 1
            found[f"{self.prefix}{name}{f'-{counts[name]}' if counts[name] > 1 else ''}"] = row
        return found

    def _rows_by_path(self) -> dict[str, Review]:
        if self._found is None:
            self._found = self._rows()
        return self._found

    def _row(self, path: str) -> Review | None:
        return self._rows_by_path().get(path)

    def paths(self) -> list[str]:
        gone = (Review.Status.REFUSED, Review.Status.WITHDRAWN)
        hidden = set(Redaction.objects.values_list("review", flat=True))
        return [
            path
            for path, row in self._rows().items()
            if row.status not in gone and row.pk not in hidden
        ]

    def current(self, path: str) -> ReviewFacts | None:
        row = self._row(path)
        if row is None:
            return None
        # An import elsewhere publishes by this date, so what waits here is not authorized yet.
        waits = row.status == Review.Status.WAITING
        return ReviewFacts(
            author=row.author,
            body=row.body,
            received=row.received,
            rating=row.rating,
            source=row.source,
            authorization=None if waits else row.authorization,
            language=row.language,
        )

    def write(self, item: Item, writing: Writing) -> None:
        facts: ReviewFacts = item.facts
        row = self._row(item.path) or Review(author=facts.author, body=facts.body)
        row.received = facts.received
        row.rating = facts.rating
        row.source = facts.source
        row.language = facts.language
        row.is_sample = writing.sample
        if row.status in (Review.Status.WAITING, Review.Status.PUBLISHED):
            row.authorization = facts.authorization
            row.status = Review.Status.PUBLISHED if facts.authorization else Review.Status.WAITING
            row.accepted_at = row.accepted_at or (writing.now if facts.authorization else None)
        row.full_clean()
        row.save()
        if row.status == Review.Status.PUBLISHED:
            authorizations.from_import(row, now=writing.now)
        self._rows_by_path()[item.path] = row

    def remove(self, path: str) -> None:
        row = self._row(path)
        if row is not None:
            row.delete()
            del self._rows_by_path()[path]

    def is_sample(self, path: str) -> bool:
        row = self._row(path)
        return row is not None and row.is_sample
