"""The sample that a new site starts with: plain, whole, bookable, marked, and gone in one step."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from appointments.calendars import free_times
from appointments.models import VisitType, WorkingHours
from clinic_site.bundle.reading import read
from practice.bundle.translated import is_translated
from practice.models import (
    Closure,
    HomePage,
    ImportedItem,
    Location,
    Offer,
    PlainPage,
    Practice,
    Practitioner,
)
from practice.translations import is_bare
from procedures.bundle.facts import TopicFacts
from procedures.bundle.sections import WITH_ITEMS
from procedures.models import Condition, Procedure
from reviews.models import Review
from tests.bundle.folders import a_bundle, bring_in
from tests.bundle.reading_grade import grade
from tests.bundle.visits import a_time_held_with
from tests.content import publish
from tests.samples import SAMPLE_BUNDLE

HIGHEST_GRADE = 8.0
DENVER = ZoneInfo("America/Denver")


def passages() -> list[tuple[str, str]]:
    """Every stretch of prose of the sample, and where it stands. Citations are names, not prose."""
    found = []
    for item in read(SAMPLE_BUNDLE).items:
        if is_translated(item.path):
            continue  # the grade is one of English
        facts = item.facts
        if isinstance(facts, TopicFacts):
            found += [(f"{item.path} lead", facts.lead), (f"{item.path} summary", facts.summary)]
            for section in facts.sections:
                items = [] if section.kind == "evidence" else section.items
                words = [section.body, section.after]
                for one in items:
                    words += (
                        [one.text, *one.attributes.values()]
                        if section.kind in ("risks", "questions")
                        else [one.text]
                    )
                found.append((f"{item.path} {section.kind}", "\n\n".join(filter(None, words))))
        for name in ("biography", "body", "introduction", "text", "summary", "patient_instruction"):
            if isinstance(text := getattr(facts, name, ""), str):
                found.append((f"{item.path} {name}", text))
    return [(where, text) for where, text in found if text.strip()]


@pytest.mark.parametrize(("where", "text"), passages(), ids=[where for where, _ in passages()])
def test_every_passage_reads_at_grade_8_or_lower(where: str, text: str) -> None:
    assert grade(text) <= HIGHEST_GRADE


def test_the_sample_has_no_fault_and_is_marked(tmp_path: Path) -> None:
    bundle = read(SAMPLE_BUNDLE)

    assert bundle.faults == []
    assert bundle.sample


def test_the_procedure_says_everything_a_patient_must_know() -> None:
    facts = next(
        item.facts for item in read(SAMPLE_BUNDLE).items if item.path.startswith("procedures/")
    )
    there = {section.kind: section for section in facts.sections}

    assert set(WITH_ITEMS) - there.keys() == {"causes"}
    assert all(there[kind].items for kind in WITH_ITEMS if kind in there)
    assert all(
        one.attributes["frequency"] and one.attributes["per"] for one in there["risks"].items
    )
    assert {one.attributes["level"] for one in there["red_flags"].items} == {"911", "today", "book"}
    assert [one.attributes["drawing"] for one in there["steps"].items] == [
        f"step-{number}" for number in range(1, 7)
    ]
    assert {one.attributes["suits"] for one in there["candidates"].items} == {"yes", "no"}
    assert any("nothing" in one.text.lower() for one in there["alternatives"].items)
    assert all(one.attributes["url"].startswith("https://") for one in there["evidence"].items)


def test_nobody_but_a_physician_is_called_doctor() -> None:
    for item in read(SAMPLE_BUNDLE).items:
        text = repr(item.facts)
        assert "Dr. Reyes" not in text
        assert "Dr. Daniel" not in text


@pytest.mark.django_db
class TestImported:
    @pytest.fixture(autouse=True)
    def _imported(self) -> None:
        report = bring_in(SAMPLE_BUNDLE)
        assert report.faults == report.conflicts == []
        assert report.drafts == {}

    def test_all_is_published_and_marked_as_a_sample(self) -> None:
        assert Practice.objects.get().is_sample
        for model in (Location, Practitioner, Offer, VisitType, WorkingHours, Review):
            assert model.objects.exists()
            assert not model.objects.filter(is_sample=False).exists(), model
        for model in (Condition, Procedure, PlainPage):
            assert model.objects.exists()
            assert not model.objects.filter(is_sample=False).exists(), model
            assert not model.objects.filter(live=False).exists(), model
        assert Review.objects.filter(status="published").count() == 10
        assert Review.objects.filter(status="waiting").count() == 2

    def test_there_is_a_time_by_video_today_on_every_day_of_the_week(self) -> None:
        for day in range(23, 30):  # Monday to Sunday
            for hour in (8, 12, 16):
                now = dt.datetime(2026, 11, day, hour, tzinfo=DENVER).astimezone(dt.UTC)
                slots = free_times(visit_type="same-day-virtual", now=now)
                assert any(slot.start.astimezone(DENVER).day == day for slot in slots), now
                assert all(slot.location is None for slot in slots)

    def test_there_are_evenings_and_office_visits_in_both_offices(self) -> None:
        now = dt.datetime(2026, 11, 23, 8, tzinfo=DENVER).astimezone(dt.UTC)
        for visit_type in ("after-hours", "office-visit"):
            slots = free_times(visit_type=visit_type, now=now, days=7)
            assert {slot.location for slot in slots} == {"fort-collins", "loveland"}

    def test_a_real_bundle_removes_the_samples_that_nobody_touched(self, tmp_path: Path) -> None:
        report = bring_in(a_bundle(tmp_path))

        assert report.conflicts == report.gone == []
        assert not Practice.objects.get().is_sample
        assert [row.slug for row in Location.objects.all()] == ["north"]
        assert [row.slug for row in Practitioner.objects.all()] == ["ana-ortega"]
        assert [row.slug for row in VisitType.objects.all()] == ["office-visit"]
        assert [row.slug for row in Procedure.objects.all()] == ["rest-cure"]
        assert [row.slug for row in PlainPage.objects.all()] == ["privacy"]
        assert Closure.objects.count() == 1
        assert Review.objects.count() == 2
        for model in (Location, Practitioner, Offer, VisitType, WorkingHours, Review, Procedure):
            assert not model.objects.filter(is_sample=True).exists(), model
        homes = {(home.title, home.headline) for home in HomePage.objects.all()}
        assert homes == {("Harbor Spine Clinic", "")}
        assert not ImportedItem.objects.filter(path__contains="kyphoplasty").exists()
        assert bring_in(tmp_path).nothing_changed

    def test_a_sample_that_somebody_made_their_own_stays(self, tmp_path: Path) -> None:
        for page in Procedure.objects.all():  # in English and in Spanish
            page.lead = "We wrote this ourselves."
            page.save_revision()
            publish(page)

        report = bring_in(a_bundle(tmp_path))

        page = Procedure.objects.get(slug="kyphoplasty", locale__language_code="en")
        assert page.lead == "We wrote this ourselves."
        assert any("Sample kept" in note.message for note in report.notes)
        assert "procedures/kyphoplasty.md" in report.gone
        assert Procedure.objects.get(locale__language_code="es").lead == page.lead
        above = HomePage.objects.get(locale__language_code="es")
        assert is_bare(above)
        assert (above.headline, above.introduction, above.revisions.count()) == ("", "", 0)

    def test_a_sample_doctor_whose_time_somebody_was_given_stays_but_out_of_sight(
        self, tmp_path: Path
    ) -> None:
        a_time_held_with("nora-whitfield")

        report = bring_in(a_bundle(tmp_path))

        doctor = Practitioner.objects.get(slug="nora-whitfield")
        assert not doctor.bookable
        assert not doctor.pages.get().live
        assert any("out of sight" in note.message for note in report.notes)
        assert not Practitioner.objects.filter(slug="daniel-reyes").exists()

    def test_importing_the_sample_again_changes_nothing(self) -> None:
        assert bring_in(SAMPLE_BUNDLE).nothing_changed
