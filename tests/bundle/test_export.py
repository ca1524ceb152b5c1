"""An export is the same bundle again: importing it changes nothing, here or on an empty site."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from clinic_site.bundle.reading import read
from practice.bundle.parts import digest
from practice.models import Picture, Practice
from procedures.models import Procedure, Section
from reviews.models import Review
from tests.bundle.folders import a_bundle, bring_in
from tests.bundle.pictures import a_picture
from tests.content import a_review, publish
from tests.samples import SAMPLE_BUNDLE

pytestmark = pytest.mark.django_db


def content(folder: Path) -> dict[str, str]:
    bundle = read(folder)
    assert bundle.faults == []
    return {item.path: digest(item.facts) for item in bundle.items}


def export(folder: Path) -> Path:
    call_command("export_content", str(folder))
    return folder


def test_import_of_an_export_changes_nothing(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path / "in"), publish_as_is=True)

    report = bring_in(export(tmp_path / "out"), publish_as_is=True)

    assert report.nothing_changed
    assert report.conflicts == report.gone == []
    assert bring_in(tmp_path / "in", publish_as_is=True).nothing_changed


def test_import_of_an_export_of_the_samples_changes_nothing(tmp_path: Path) -> None:
    bring_in(SAMPLE_BUNDLE)

    report = bring_in(export(tmp_path / "out"))

    assert report.nothing_changed
    assert report.conflicts == report.gone == []


def test_an_export_says_what_the_bundle_said(tmp_path: Path) -> None:
    bring_in(SAMPLE_BUNDLE)

    there = content(export(tmp_path / "out"))

    # Which procedure treats which condition may be said on either side of the link.
    assert there.keys() == content(SAMPLE_BUNDLE).keys()
    plain = [path for path in there if not path.startswith(("conditions/", "procedures/"))]
    assert {path: there[path] for path in plain} == {
        path: content(SAMPLE_BUNDLE)[path] for path in plain
    }


def test_what_staff_edited_is_in_the_export_and_importing_it_is_no_conflict(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path / "in"))
    page = Procedure.objects.get()
    page.lead = 'Words with "quotes", a {brace} and\n\ntwo paragraphs.'
    page.duration = "An hour: or two"
    page.sections = [
        *page.sections.all(),
        Section(kind="cost", heading="", body="Ask us.", sort_order=99),
    ]
    page.save_revision()
    publish(page)
    Practice.objects.update(short_name='The "Harbor"\\')

    out = export(tmp_path / "out")

    assert "An hour: or two" in (out / "procedures/rest-cure.md").read_text()
    report = bring_in(out)
    assert report.nothing_changed
    assert report.conflicts == []


def test_pictures_go_out_and_come_back(tmp_path: Path) -> None:
    steps = '## Steps {kind=steps}\n\n1. Look. {image="one.png" alt="A door"}\n'
    topic = f"---\nname: A\nimages:\n- {{file: two.jpg, alt: A bone}}\n---\nWords.\n\n{steps}"
    folder = a_bundle(tmp_path / "in", {"procedures/a.md": topic})
    a_picture(folder / "images/one.png")
    a_picture(folder / "images/two.jpg", size=(30, 20))
    assert bring_in(folder).faults == []

    out = export(tmp_path / "out")

    page = Procedure.objects.get(slug="a").get_latest_revision_as_object()
    assert page.images.get().alt == "A bone"
    assert page.steps.get().image.width == 40
    assert page.steps.get().what_it_shows == "A door"
    names = sorted(path.name for path in (out / "images").iterdir())
    assert [name[:3] for name in names] == ["one", "two"]
    assert bring_in(out).nothing_changed
    assert bring_in(folder).nothing_changed
    assert Picture.objects.count() == 2


def test_a_picture_of_a_bundle_is_kept_without_what_it_tells_of_the_place(tmp_path: Path) -> None:
    topic = "---\nname: A\nimages:\n- {file: two.jpg, alt: A bone}\n---\nWords.\n"
    folder = a_bundle(tmp_path / "in", {"procedures/a.md": topic})
    exif = Image.Exif()
    exif.get_ifd(0x8825)[29] = "2026:11:21"
    (folder / "images").mkdir()
    Image.new("RGB", (30, 20)).save(folder / "images/two.jpg", exif=exif)

    assert bring_in(folder).faults == []

    picture = Picture.objects.get()
    assert b"2026" in (folder / "images/two.jpg").read_bytes()
    assert b"2026" not in Path(picture.file.path).read_bytes()
    assert "two" not in picture.file.name
    export(tmp_path / "out")
    (written,) = (tmp_path / "out/images").iterdir()
    assert b"2026" not in written.read_bytes()
    assert bring_in(tmp_path / "out").nothing_changed


def test_a_refused_review_is_not_exported(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path / "in"))
    Review.objects.filter(author="Rosa M.").delete()
    a_review(author="Rosa M.", body="They took their time.", status="refused")

    text = (export(tmp_path / "out") / "reviews.csv").read_text()

    assert "Otto L." in text
    assert "Rosa M." not in text


def test_an_export_does_not_write_into_somebody_elses_folder(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path / "in"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out/letter.txt").write_text("Dear all")

    with pytest.raises(CommandError, match="not empty"):
        export(tmp_path / "out")
    with pytest.raises(CommandError, match="no bundle"):
        call_command("export_content", str(tmp_path / "out"), "--overwrite")

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["letter.txt"]


def test_an_older_export_can_be_written_over(tmp_path: Path) -> None:
    bring_in(a_bundle(tmp_path / "in"))
    out = export(tmp_path / "out")
    Procedure.objects.get().delete()

    call_command("export_content", str(out), "--overwrite")

    assert not (out / "procedures/rest-cure.md").exists()
    assert (out / "conditions/worn-disk.md").exists()
