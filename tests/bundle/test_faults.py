"""Every fault of a bundle is named at once, with its file, its line and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from practice.models import ContentVersion, ImportedItem, Location, Practice
from tests.bundle.folders import FILES, a_bundle, bring_in, changed, faults

TOML = "practice.toml"
PERSON = "people/ana-ortega.md"
PROCEDURE = "procedures/rest-cure.md"
CONDITION = "conditions/worn-disk.md"


@pytest.mark.parametrize(
    ("path", "old", "new", "line", "said"),
    [
        (TOML, 'name = "Harbor Spine Clinic"', "", 1, "'name' is missing"),
        (TOML, 'specialty = "', 'speciality = "', 3, "Did you mean 'specialty'?"),
        (TOML, "America/Chicago", "America/Chigaco", 4, "Did you mean 'America/Chicago'?"),
        (TOML, "+12145550100", "12", 5, "not a telephone number"),
        (TOML, "desk@example.com", "desk at example", 6, "not an e-mail address"),
        (TOML, "minutes = 90", 'minutes = "soon"', 7, "whole number, 1 to 10080"),
        (TOML, '"TX"]', '"Texas"]', 8, "two capitals"),
        (TOML, '"mon", "tue"]', '"mon", "tues"]', 20, "'tues' is not a day"),
        (TOML, 'opens = "08:00"', 'opens = "8am"', 21, "Write it like 08:30"),
        (TOML, 'modality = "in-person"', 'modality = "in person"', 27, "mean 'in-person'"),
        (TOML, "minutes = 30", "minutes = 0", 28, "whole number, 5 to 480"),
        (TOML, 'ner = "ana-ortega"', 'ner = "ana"', 33, "'ana' is not in this bundle"),
        (TOML, 'location = "north"', 'location = "south"', 34, "'south' is not in this bundle"),
        (TOML, 'location = "north"\n', "", 34, "Say at which location"),
        (TOML, 'from = "2026-01-01"', 'from = "1/1/2026"', 39, "year-month-day"),
        (TOML, 'kind = "same_day"', 'kind = "sameday"', 42, "Did you mean 'same_day'?"),
        (TOML, 'until = "2027-07-05"', 'until = "2027-07-01"', 54, "ends before it begins"),
        (TOML, "[[offers]]", "[[offers]", 41, "This is not TOML"),
        (PERSON, "role: physician", "role: doctor", 4, "Write one of: nurse-practitioner"),
        (PERSON, "credentials: M.D.\n", "", 2, "Write a title such as PA-C"),
        (PERSON, "[north]", "[south]", 7, "'south' is not in this bundle"),
        (PERSON, "state: TX", "state: Texas", 9, "two capitals"),
        (PERSON, "bookable: true", "bookable: perhaps", 6, "true or false"),
        (PERSON, "job_title", "jobtitle", 5, "Did you mean 'job_title'?"),
        (PERSON, "job_title: Spine", "job_title: !!python/name:os.system Spine", 5, "not allowed"),
        (PERSON, "job_title: Spine", "job_title: a: b", 5, "This is not YAML"),
        (PERSON, "job_title: Spine surgeon", "name: Again", 5, "'name' is there twice"),
        (CONDITION, "{kind=causes}", "{kind=cause}", 13, "Did you mean 'causes'?"),
        (CONDITION, "{kind=causes}", "{sort=causes}", 13, "Unknown attribute 'sort'"),
        (CONDITION, "{kind=causes}", "{causes}", 13, "cannot be read"),
        (CONDITION, "## What it is", "# What it is", 9, "Begin sections with '## '"),
        (CONDITION, "author: ana-ortega", "author: ana", 4, "There is no people/ana.md"),
        (CONDITION, '{level="911"}', '{level="at once"}', 24, "'at once' is not known"),
        (CONDITION, "## What it is {kind=overview}", "## More {kind=red_flags}", 22,
         "A second section of kind red_flags (first in line 9)"),
        (PROCEDURE, "2026-01-31", "31.1.2026", 6, "year-month-day"),
        (PROCEDURE, "published: 2026-01-31", "published: 2026-02-30", 6, "year-month-day"),
        (PROCEDURE, "treatment_window_from: onset\n", "", 9, "Say both"),
        (PROCEDURE, '"step-1"', '"step-9"', 18, "There is no drawing 'step-9'"),
        (PROCEDURE, 'frequency="common"', 'often="yes"', 27, "Unknown attribute 'often'"),
        (PROCEDURE, "You wait.", 'You wait. {drawing="step-1"}', 19, "very end"),
        (PROCEDURE, '{drawing="step-1"}', '{image="x.png"}', 18, "no such file"),
        (PROCEDURE, "<https://example.com/rest>", "[x](javascript:alert)", 50, "https://"),
        (PROCEDURE, "About a day.\n\nOr two.\n", "", 42, "The question has no answer"),
        ("reviews.csv", ",5,", ",6,", 2, "whole number, 1 to 5"),
        ("reviews.csv", "2026-09-03", "Sept 3", 2, "year-month-day"),
        ("reviews.csv", "Otto L.,It was fine.", "Otto L.", 4, "5 values for 6 columns"),
        ("reviews.csv", "rating", "stars", 1, "Unknown column 'stars'"),
        ("redirects.csv", "/privacy/", "privacy", 2, "Write two addresses"),
        ("pages/privacy.md", "We keep little.", "", 1, "The page has no text"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_line_and_what_is_right(
    tmp_path: Path, path: str, old: str, new: str, line: int, said: str
) -> None:
    found = faults(a_bundle(tmp_path, changed(path, old, new)))

    assert [(where, number) for where, number, _ in found] == [(path, line)]
    assert said in found[0][2]


def test_the_small_bundle_itself_has_no_fault(tmp_path: Path) -> None:
    assert faults(a_bundle(tmp_path)) == []


def test_a_file_name_that_is_no_slug_is_a_fault(tmp_path: Path) -> None:
    found = faults(a_bundle(tmp_path, {"pages/My Page.md": FILES["pages/privacy.md"]}))

    assert found == [("pages/My Page.md", 1, found[0][2])]
    assert "such as my-page" in found[0][2]


def test_a_slug_in_practice_toml_that_is_none_is_a_fault(tmp_path: Path) -> None:
    changes = changed("practice.toml", 'slug = "north"', 'slug = "North Office"')
    found = faults(a_bundle(tmp_path, changes))

    said = next(message for path, line, message in found if (path, line) == (TOML, 11))
    assert "such as north-office" in said


def test_a_folder_without_practice_toml_says_so(tmp_path: Path) -> None:
    found = faults(a_bundle(tmp_path, {"practice.toml": None}))

    assert ("practice.toml", 1, "There is no such file in the bundle.") in found


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    found = faults(tmp_path / "nowhere")

    assert len(found) == 1
    assert "no such folder" in found[0][2]


@pytest.mark.django_db
def test_all_faults_come_at_once_and_nothing_is_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = changed("practice.toml", "minutes = 30", "minutes = 0")
    changes |= changed(CONDITION, "{kind=causes}", "{kind=cause}")
    changes |= changed("reviews.csv", ",5,", ",6,")
    version = list(ContentVersion.objects.values_list("version", flat=True))

    with pytest.raises(CommandError) as stopped:
        call_command("import_content", str(a_bundle(tmp_path, changes)))

    assert stopped.value.returncode == 1
    said = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[0] for line in said] == [
        "conditions/worn-disk.md:13",
        "practice.toml:28",
        "reviews.csv:2",
    ]
    assert not Practice.objects.exists()
    assert not Location.objects.exists()
    assert not ImportedItem.objects.exists()
    assert list(ContentVersion.objects.values_list("version", flat=True)) == version


@pytest.mark.django_db
def test_what_only_the_database_refuses_is_a_fault_too_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reviews.bundle import ReviewPart

    def broken(self: object, item: object, writing: object) -> None:
        from django.db import DataError

        raise DataError("value too long")

    monkeypatch.setattr(ReviewPart, "write", broken)
    report = bring_in(a_bundle(tmp_path))

    assert [(fault.path, fault.line) for fault in report.faults] == [("reviews.csv", 2)]
    assert not Practice.objects.exists()
    assert not ImportedItem.objects.exists()
