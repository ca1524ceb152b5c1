"""An import changes what the bundle changed, and nothing that somebody edited on the site."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Revision

from appointments.models import VisitType, WorkingHours
from practice.models import (
    Closure,
    HomePage,
    ImportedItem,
    Location,
    Offer,
    PersonPage,
    PlainPage,
    Practice,
    Practitioner,
)
from procedures import signing
from procedures.models import Condition, Procedure
from reviews.models import Review
from tests.bundle.folders import (
    CONDITION,
    PRACTICE,
    PROCEDURE,
    REVIEWS,
    a_bundle,
    bring_in,
    changed,
)
from tests.content import publish

pytestmark = pytest.mark.django_db


def everything() -> list[Any]:
    """What an import could have touched, as plain values."""
    models = (Practice, Location, Practitioner, Offer, VisitType, WorkingHours, Closure, Review,
              PersonPage, PlainPage, Condition, Procedure)  # fmt: skip
    rows = [list(model.objects.order_by("pk").values()) for model in models]
    return [*rows, Revision.objects.count(), list(ImportedItem.objects.order_by("path").values())]


def test_a_bundle_becomes_a_site(tmp_path: Path) -> None:
    report = bring_in(a_bundle(tmp_path))

    assert report.faults == report.conflicts == []
    assert Practice.objects.get().name == "Harbor Spine Clinic"
    assert not Practice.objects.get().is_sample
    assert HomePage.objects.get().title == "Harbor Spine Clinic"
    hours = Location.objects.get().hours.get()
    assert (hours.opens, hours.closes) == (dt.time(8), dt.time(0))
    person = PersonPage.objects.get(slug="ana-ortega")
    assert person.live
    assert person.biography == "Ana treats spines."
    closure = Closure.objects.get()
    assert closure.during.lower == dt.datetime(2027, 7, 5, 5, tzinfo=dt.UTC)
    assert closure.during.upper == dt.datetime(2027, 7, 6, 5, tzinfo=dt.UTC)
    assert WorkingHours.objects.get().from_date == dt.date(2026, 1, 1)


def test_a_complete_topic_is_published_with_every_part_in_its_place(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path))

    page = Procedure.objects.get(slug="rest-cure")
    assert page.live
    assert page.lead == "We help you rest."
    steps, risks, *_ = page.sections.all()
    assert (steps.kind, steps.body, steps.after) == ("steps", "You need a bed.", "Then you get up.")
    assert [step.text for step in page.steps.all()] == [
        "You lie down.",
        "You wait.\n\nA second paragraph of the same step.",
    ]
    assert page.steps.first().drawing == "step-1"
    assert risks.body == ""
    risk = page.risks.get()
    assert (risk.text, risk.frequency, risk.per) == ("You get bored.", "common", "1 in 2")
    assert [flag.level for flag in page.red_flags.all()] == ["911", "today"]
    question = page.questions.get()
    assert (question.question, question.answer) == ("How long?", "About a day.\n\nOr two.")
    source = page.sources.get()
    assert (source.citation, source.url) == (
        "Doe J. On rest. J Rest. 2020.",
        "https://example.com/rest",
    )
    assert [one.slug for one in page.treats.all()] == ["worn-disk"]
    assert page.similar_to_unlinked == ["long sleep"]


def test_a_link_said_on_one_side_is_seen_from_both(tmp_path: Path) -> None:
    changes = changed("procedures/rest-cure.md", "treats: [worn-disk]\n", "")
    bring_in(a_bundle(tmp_path, changes), publish_as_is=True)

    assert [one.slug for one in Condition.objects.get().treated_by.all()] == ["rest-cure"]
    assert bring_in(tmp_path, publish_as_is=True).nothing_changed


def test_a_second_import_changes_nothing_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_bundle(tmp_path)
    bring_in(folder)
    before = everything()

    call_command("import_content", str(folder))

    assert "Nothing changed." in capsys.readouterr().out
    assert everything() == before


def test_a_dry_run_says_what_would_change_and_touches_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything()

    call_command("import_content", str(a_bundle(tmp_path)), "--dry-run")

    said = capsys.readouterr().out
    assert "would be added: procedures/rest-cure.md" in said
    assert "nothing was changed" in said
    assert everything() == before


def test_a_changed_file_updates_its_item_alone_as_a_new_revision(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path))
    page = Procedure.objects.get()
    revisions = page.revisions.count()

    report = bring_in(
        a_bundle(tmp_path, changed("procedures/rest-cure.md", "We help", "We will help"))
    )

    assert report.changed == ["procedures/rest-cure.md"]
    page.refresh_from_db()
    assert page.lead == "We will help you rest."
    assert page.live
    assert page.revisions.count() == revisions + 1
    assert page.steps.first().text == "You lie down."


def test_what_staff_published_is_reported_as_a_conflict_and_kept(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path))
    page = Procedure.objects.get()
    page.lead = "Words of the doctor."
    page.save_revision()
    publish(page)
    changes = changed("procedures/rest-cure.md", "We help", "We will help")
    changes |= changed("pages/privacy.md", "little", "very little")

    with pytest.raises(CommandError) as stopped:
        call_command("import_content", str(a_bundle(tmp_path, changes)))

    assert stopped.value.returncode == 2
    page.refresh_from_db()
    assert page.lead == "Words of the doctor."
    assert PlainPage.objects.get().body == "We keep very little."  # the rest is imported


@pytest.mark.parametrize("path", ["procedures/rest-cure.md", "procedures/rest-cure.es.md"])
def test_an_import_over_a_signed_page_makes_a_draft_and_the_signed_words_stay(
    tmp_path: Path, path: str, now: dt.datetime
) -> None:
    both = {"procedures/rest-cure.es.md": PROCEDURE.replace("name: Rest", "locale: es\nname: Rest")}
    bring_in(a_bundle(tmp_path, both))
    language = "es" if ".es." in path else "en"
    page = Procedure.objects.get(locale__language_code=language)
    signed = signing.sign(
        page,
        seen_revision=page.latest_revision_id,
        by=Practitioner.objects.get(slug="ana-ortega"),
        next_review=dt.date(2027, 11, 1),
        now=now,
    )
    text = both.get(path, PROCEDURE).replace("We help", "We will help")

    bring_in(a_bundle(tmp_path, {**both, path: text}), theirs=True)

    page = Procedure.objects.get(pk=page.pk)
    assert page.live_revision_id == signed.revision_id
    assert page.lead == "We help you rest."
    assert page.get_latest_revision_as_object().lead == "We will help you rest."
    assert signing.standing(page).is_signed


def test_what_staff_drafted_is_kept_as_well(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path))
    page = Procedure.objects.get()
    page.lead = "Not ready yet."
    page.save_revision()

    report = bring_in(
        a_bundle(tmp_path, changed("procedures/rest-cure.md", "We help", "We will help"))
    )

    assert report.conflicts == ["procedures/rest-cure.md"]
    assert Procedure.objects.get().get_latest_revision_as_object().lead == "Not ready yet."
    assert Procedure.objects.get().lead == "We help you rest."


@pytest.mark.parametrize(
    ("model", "field", "value", "path"),
    [
        (Practice, "short_name", "Elsewhere", "practice.toml#practice"),
        (Location, "street", "2 Harbor Street", "practice.toml#locations/north"),
        (Practitioner, "job_title", "Surgeon", "people/ana-ortega.md"),
        (VisitType, "minutes", 45, "practice.toml#visit_types/office-visit"),
        (WorkingHours, "opens", dt.time(10), "practice.toml#working_hours/ana-ortega"),
        (Offer, "heading", "Call us", "practice.toml#offers"),
        (Closure, "reason", "Away", "practice.toml#closures/20270705T0000_20270706T0000"),
    ],
)
def test_a_row_that_staff_changed_is_a_conflict_until_theirs_overwrites_it(
    tmp_path: Path, model: Any, field: str, value: Any, path: str
) -> None:
    folder = a_bundle(tmp_path)
    bring_in(folder)
    before = getattr(model.objects.get(), field)
    model.objects.update(**{field: value})

    assert bring_in(folder).conflicts == [path]
    assert getattr(model.objects.get(), field) == value

    report = bring_in(folder, theirs=True)
    assert report.conflicts == []
    assert report.changed == [path]
    assert getattr(model.objects.get(), field) == before
    assert bring_in(folder).nothing_changed


def test_what_staff_deleted_does_not_come_back_by_itself(tmp_path: Path) -> None:
    folder = a_bundle(tmp_path)
    bring_in(folder)
    Procedure.objects.get().delete()

    assert bring_in(folder).conflicts == ["procedures/rest-cure.md"]
    assert not Procedure.objects.exists()

    bring_in(folder, theirs=True)
    assert Procedure.objects.get().live


def test_what_staff_made_under_the_same_address_is_not_overwritten(tmp_path: Path) -> None:
    HomePage.objects.get().add_child(instance=PlainPage(title="Ours", slug="privacy", body="Ours."))

    report = bring_in(a_bundle(tmp_path))

    assert report.conflicts == ["pages/privacy.md"]
    assert PlainPage.objects.get().body == "Ours."


def test_a_page_that_staff_took_off_the_site_stays_off(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path))
    Procedure.objects.get().unpublish()
    assert bring_in(tmp_path).nothing_changed

    changes = changed("procedures/rest-cure.md", "We help", "We will help")
    bring_in(a_bundle(tmp_path, changes), publish_as_is=True)

    page = Procedure.objects.get()
    assert not page.live
    assert page.get_latest_revision_as_object().lead == "We will help you rest."


def test_a_file_that_is_gone_is_reported_and_never_deleted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring_in(a_bundle(tmp_path))

    call_command(
        "import_content", str(a_bundle(tmp_path, {"pages/privacy.md": None, "reviews.csv": None}))
    )

    said = capsys.readouterr().out
    assert "gone from the bundle, still on the site: pages/privacy.md" in said
    assert PlainPage.objects.get().live
    assert Review.objects.count() == 2


def test_an_incomplete_topic_waits_as_a_draft_with_what_it_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_content", str(a_bundle(tmp_path)))

    assert "draft: conditions/worn-disk.md lacks" in capsys.readouterr().out
    page = Condition.objects.get()
    assert not page.live
    assert page.get_latest_revision_as_object().causes.count() == 2
    record = ImportedItem.objects.get(path="conditions/worn-disk.md")
    assert "a source" in record.missing
    assert not record.published_as_is


def test_publish_as_is_publishes_and_keeps_a_record_of_what_was_missing(tmp_path: Path) -> None:
    folder = a_bundle(tmp_path)
    bring_in(folder)

    report = bring_in(folder, publish_as_is=True)

    assert report.published == ["conditions/worn-disk.md"]
    assert Condition.objects.get().live
    record = ImportedItem.objects.get(path="conditions/worn-disk.md")
    assert "a source" in record.missing
    assert record.published_as_is
    assert bring_in(folder, publish_as_is=True).nothing_changed
    assert bring_in(folder).nothing_changed
    assert Condition.objects.get().live


def test_a_draft_is_published_once_its_file_is_complete(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path))
    whole = (
        CONDITION
        + "\n## Risks {kind=risks}\n\n- It may hurt.\n\n## Other choices\n\n- Wait.\n"
        + "\n## Sources {kind=evidence}\n\n- A book. <https://example.com/book>\n"
    )

    bring_in(a_bundle(tmp_path, {"conditions/worn-disk.md": whole}))

    assert Condition.objects.get().live
    assert ImportedItem.objects.get(path="conditions/worn-disk.md").missing == []


def test_a_review_without_authorization_waits_unpublished(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path))

    rosa, otto = Review.objects.order_by("-author")
    assert (rosa.status, rosa.body) == ("published", "They took their time, and\ncalled back.")
    assert (otto.status, otto.authorization, otto.rating) == ("waiting", None, None)


def test_a_review_is_published_when_its_authorization_arrives(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path))
    signed = REVIEWS.replace("fine.,,,website,", "fine.,,,website,2026-10-01")

    report = bring_in(a_bundle(tmp_path, {"reviews.csv": signed}))

    assert len(report.changed) == 1
    assert Review.objects.get(author="Otto L.").status == "published"
    assert Review.objects.count() == 2


def test_a_review_that_was_withdrawn_does_not_come_back(tmp_path: Path) -> None:
    folder = a_bundle(tmp_path)
    bring_in(folder)
    Review.objects.filter(author="Rosa M.").update(status="withdrawn")

    assert bring_in(folder).nothing_changed
    bring_in(folder, theirs=True)

    assert Review.objects.get(author="Rosa M.").status == "withdrawn"


def test_import_reviews_loads_one_file_and_leaves_the_rest_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring_in(a_bundle(tmp_path))
    capsys.readouterr()
    file = tmp_path / "more.csv"
    file.write_text("author,body,authorization\nIda K.,Kind people.,2026-11-01\n")

    call_command("import_reviews", str(file))
    assert "reviews.csv (1 reviews)" in capsys.readouterr().out
    call_command("import_reviews", str(file))
    said = capsys.readouterr().out
    assert "Nothing changed." in said
    assert "gone" not in said

    assert Review.objects.get(author="Ida K.").status == "published"
    assert Review.objects.count() == 3


def test_import_reviews_names_a_faulty_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "more.csv"
    file.write_text("author,body,rating\nIda K.,Kind people.,9\n")

    with pytest.raises(CommandError) as stopped:
        call_command("import_reviews", str(file))

    assert stopped.value.returncode == 1
    assert "more.csv:2: 'rating'" in capsys.readouterr().err
    assert not Review.objects.exists()


def test_a_heading_that_says_no_kind_is_taken_as_overview_and_reported(tmp_path: Path) -> None:
    changes = changed("conditions/worn-disk.md", "## What it is {kind=overview}", "## Our story")
    report = bring_in(a_bundle(tmp_path, changes))

    assert [(note.path, note.line) for note in report.notes if "Our story" in note.message] == [
        ("conditions/worn-disk.md", 9)
    ]


def test_a_translation_stands_beside_its_original_in_its_own_language(tmp_path: Path) -> None:
    spanish = CONDITION.replace("name: Worn disk", "name: Disco gastado\nlocale: es")
    report = bring_in(a_bundle(tmp_path, {"conditions/worn-disk.es.md": spanish}))

    assert report.faults == []
    newest = [row.get_latest_revision_as_object() for row in Condition.objects.all()]
    both = {row.locale.language_code: row.name for row in newest}
    assert both == {"en": "Worn disk", "es": "Disco gastado"}
    assert Condition.objects.values("translation_key").distinct().count() == 1


def test_a_language_the_site_does_not_speak_is_left_out_and_said(tmp_path: Path) -> None:
    french = CONDITION.replace("name: Worn disk", "name: Disque use\nlocale: fr")
    report = bring_in(a_bundle(tmp_path, {"conditions/worn-disk.fr.md": french}))

    assert report.faults == []
    assert Condition.objects.count() == 1
    assert any(note.path == "conditions/worn-disk.fr.md" for note in report.notes)


def test_an_unknown_file_is_reported(tmp_path: Path) -> None:
    report = bring_in(a_bundle(tmp_path, {"notes.txt": "x", "conditons/x.md": "x"}))

    assert {note.path for note in report.notes} >= {"notes.txt", "conditons/"}


def test_the_practice_changes_its_zone_and_its_closures_follow(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path))
    moved = PRACTICE.replace("America/Chicago", "America/Denver")

    bring_in(a_bundle(tmp_path, {"practice.toml": moved}), theirs=True)

    lower = [row.during.lower for row in Closure.objects.all()]
    assert dt.datetime(2027, 7, 5, 6, tzinfo=dt.UTC) in lower
