"""A practice's real bundle becomes its site: each passage on its page, in the section it names.

The bundle is not part of this project. It is read where it lies beside the checkout, by plain
means of this file's own, so that the importer is not asked to judge itself.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from appointments.calendars import free_times
from practice.models import ImportedItem, Location, Practice
from reviews.models import Review
from tests.bundle.folders import bring_in
from tests.conftest import NO_REAL_INPUT
from tests.samples import ROOT

REAL_INPUT = ROOT.parent / "shared" / "real-input"
FOLDERS = sorted(path.parent for path in REAL_INPUT.glob("*/practice.toml"))
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FOLDERS, reason=NO_REAL_INPUT),
]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Page(HTMLParser):
    """The words of a page, and of each of its sections by id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: dict[str, list[str]] = {"": []}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "section":
            self.open.append(dict(attrs).get("id") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for name in {"", *self.open}:
            self.words.setdefault(name, []).append(data)

    def section(self, name: str = "") -> str:
        return plain(" ".join(self.words.get(name, [])))


def plain(text: str) -> str:
    """Words alone, so that marks of Markdown and of typography make no difference."""
    return " ".join(re.findall(r"\w+", text.replace("’", "'").lower()))


def passages(text: str) -> dict[str, list[str]]:
    """Each paragraph and each entry of a list, under its section's kind; '' before the first."""
    body = text.split("\n---\n", 1)[1]
    found: dict[str, list[str]] = {"": []}
    kind = ""
    for line in body.split("\n"):
        if heading := re.match(r"## (.+?)\s*\{kind=(\w+)\}", line):
            kind = heading[2]
            found.setdefault(kind, []).append(heading[1])
        elif line.strip():
            found[kind].append(re.sub(r"^\s*(?:[-*]|\d+\.|###)\s+|\s*\{[^{}]*\}\s*$", "", line))
    return found


def address(path: str) -> str:
    return f"/{path.removesuffix('.md')}/"


def practice_of(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "practice.toml").read_text())


def served(client: Client, url: str) -> Page:
    response = client.get(url)
    assert response.status_code == 200, url
    return Page(response.content.decode())


@pytest.fixture(params=FOLDERS, ids=["the bundle" for _ in FOLDERS])
def folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def topics(folder: Path) -> list[str]:
    found = [*folder.glob("conditions/*.md"), *folder.glob("procedures/*.md")]
    return [path.relative_to(folder).as_posix() for path in sorted(found)]


def test_every_passage_and_every_way_to_a_visit_is_where_it_belongs(
    client: Client, folder: Path
) -> None:
    bring_in(folder, publish_as_is=True)
    for path in topics(folder):
        page = served(client, address(path))

        said = passages((folder / path).read_text())
        for kind, some in said.items():
            section = page.section(kind.replace("_", "-"))
            for passage in some:
                assert plain(passage) in section, (path, kind, passage)
        assert sum(len(some) for some in said.values()) > 10

        for offer in practice_of(folder)["offers"]:
            assert plain(offer["heading"]) in page.section(), (path, offer)
            assert plain(offer.get("text", "")) in page.section(), (path, offer)


def test_without_leave_its_topics_are_drafts_that_nobody_sees(client: Client, folder: Path) -> None:
    report = bring_in(folder)

    assert report.drafts.keys() == set(topics(folder))
    for path in topics(folder):
        assert client.get(address(path)).status_code == 404


def test_what_was_missing_is_recorded(folder: Path) -> None:
    bring_in(folder, publish_as_is=True)

    for path in topics(folder):
        record = ImportedItem.objects.get(path=path)
        assert record.published_as_is
        assert {"risks", "red flags", "a source"} <= set(record.missing)


def test_its_offices_and_people_are_shown(client: Client, folder: Path) -> None:
    bring_in(folder, publish_as_is=True)
    offices = practice_of(folder)["locations"]

    page = served(client, "/locations/")

    assert Location.objects.count() == len(offices) == 2
    for office in offices:
        assert plain(office["name"]) in page.section()
        own = served(client, f"/locations/{office['slug']}/")
        assert plain(office["street"]) in own.section()
    for path in folder.glob("people/*.md"):
        own = served(client, f"/team/{path.stem}/")
        assert plain(path.read_text().split("\n---\n", 1)[1]) in own.section()


def test_its_visit_types_have_times_in_its_own_zone(folder: Path) -> None:
    bring_in(folder, publish_as_is=True)
    said = practice_of(folder)
    zone = ZoneInfo(said["time_zone"])
    monday = dt.datetime(2026, 11, 30, 8, tzinfo=zone).astimezone(dt.UTC)

    for visit_type in said["visit_types"]:
        slug = visit_type["slug"]
        hours = [one for one in said["working_hours"] if slug in one["visit_types"]]
        slots = free_times(visit_type=slug, now=monday)
        assert slots, slug
        for slot in slots:
            local = slot.start.astimezone(zone)
            assert any(within(local, one) for one in hours), (slug, local)


def test_its_reviews_wait_unpublished(client: Client, folder: Path) -> None:
    bring_in(folder, publish_as_is=True)
    with (folder / "reviews.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    page = served(client, "/reviews/")

    assert len(rows) == Review.objects.filter(status="waiting").count() == 20
    for row in rows:
        assert plain(row["body"]) not in page.section()
        assert Review.objects.filter(author=row["author"], body=row["body"]).exists()


def test_a_second_import_changes_nothing(folder: Path) -> None:
    bring_in(folder, publish_as_is=True)

    assert bring_in(folder, publish_as_is=True).nothing_changed
    assert not Practice.objects.get().is_sample


def test_a_dry_run_of_it_touches_nothing(folder: Path) -> None:
    assert bring_in(folder, dry_run=True).faults == []
    assert not Practice.objects.exists()


def within(local: dt.datetime, hours: dict[str, Any]) -> bool:
    """Whether a start lies in these working hours, the end of which may be the next day's."""
    opens, closes = dt.time.fromisoformat(hours["opens"]), dt.time.fromisoformat(hours["closes"])
    day, before = DAYS[local.weekday()], DAYS[(local.weekday() - 1) % 7]
    time = local.time().replace(tzinfo=None)
    if closes > opens:
        return day in hours["days"] and opens <= time < closes
    return (day in hours["days"] and time >= opens) or (before in hours["days"] and time < closes)
