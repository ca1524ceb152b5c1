"""A bundle from a stranger is read, never run, and cannot reach out of its folder."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from practice.bundle.files import MAX_TEXT_BYTES
from practice.markdown import to_html
from practice.models import Picture
from procedures.models import Procedure
from tests.bundle.folders import PERSON, PROCEDURE, a_bundle, bring_in, changed, faults
from tests.bundle.pictures import a_bomb, a_picture

PERSON_FILE = "people/ana-ortega.md"


def with_image(name: str) -> dict[str, str | None]:
    return {PERSON_FILE: PERSON.replace("role:", f"image: {name}\nrole:")}


@pytest.mark.parametrize(
    "name",
    [
        "../secret.png",
        "/etc/passwd",
        "images/../../secret.png",
        "..\\secret.png",
        "sub/../../x.png",
    ],
)
def test_a_picture_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    a_picture(tmp_path / "secret.png")
    folder = a_bundle(tmp_path / "in", with_image(name))
    (folder / "images").mkdir()

    found = faults(folder)

    assert [(path, line) for path, line, _ in found] == [(PERSON_FILE, 4)]


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    a_picture(tmp_path / "secret.png")
    (tmp_path / "secret.md").write_text("---\ntitle: S\n---\nSecret.\n")
    folder = a_bundle(tmp_path / "in", with_image("x.png"))
    (folder / "images").mkdir()
    (folder / "images/x.png").symlink_to(tmp_path / "secret.png")
    (folder / "pages/stolen.md").symlink_to(tmp_path / "secret.md")

    found = faults(folder)

    assert [path for path, _, _ in found] == ["pages/stolen.md", PERSON_FILE]
    assert all("leads out of the bundle" in said for _, _, said in found)


def test_a_whole_folder_that_leads_out_is_not_read(tmp_path: Path) -> None:
    outside = a_bundle(tmp_path / "outside")
    folder = a_bundle(tmp_path / "in", {"pages/privacy.md": None})
    (folder / "pages").rmdir()
    (folder / "pages").symlink_to(outside / "pages")

    assert "Privacy" not in repr(faults(folder))
    from clinic_site.bundle.reading import read

    assert not [item for item in read(folder).items if item.path.startswith("pages/")]


def test_a_pipe_is_refused_and_nobody_waits_for_it(tmp_path: Path) -> None:
    folder = a_bundle(tmp_path)
    os.mkfifo(folder / "pages/pipe.md")

    assert faults(folder) == [
        ("pages/pipe.md", 1, "This is not a plain file. Put a plain file here.")
    ]


def test_a_file_of_100_mb_is_a_message(tmp_path: Path) -> None:
    folder = a_bundle(tmp_path)
    with (folder / "pages/huge.md").open("wb") as file:
        file.truncate(100_000_000)

    started = time.monotonic()
    found = faults(folder)

    assert found == [("pages/huge.md", 1, "The file is too big. At most 1 MB.")]
    assert time.monotonic() - started < 5


def test_a_decompression_bomb_is_a_message(tmp_path: Path) -> None:
    folder = a_bundle(tmp_path, with_image("bomb.png"))
    a_bomb(folder / "images/bomb.png")

    ((path, line, said),) = faults(folder)

    assert (path, line) == (PERSON_FILE, 4)
    assert "far too large" in said


def test_a_picture_of_more_than_40_megapixels_is_a_message(tmp_path: Path) -> None:
    folder = a_bundle(tmp_path, with_image("large.png"))
    a_bomb(folder / "images/large.png", 10_000, 4_001)

    ((_, _, said),) = faults(folder)

    assert "too large (10000 x 4001)" in said


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("x.png", b"<html><script>alert(1)</script></html>"),
        ("x.png", b""),
        ("x.jpg", b"\xff\xd8\xff\xe0 broken"),
    ],
)
def test_what_does_not_decode_as_a_picture_is_refused(
    tmp_path: Path, name: str, data: bytes
) -> None:
    folder = a_bundle(tmp_path, with_image(name))
    (folder / "images").mkdir()
    (folder / "images" / name).write_bytes(data)

    ((path, line, said),) = faults(folder)

    assert (path, line) == (PERSON_FILE, 4)
    assert "JPEG, PNG or WebP" in said


def test_a_picture_under_a_wrong_name_is_refused(tmp_path: Path) -> None:
    folder = a_bundle(tmp_path, with_image("x.jpg"))
    a_picture(folder / "images/x.png").rename(folder / "images/x.jpg")

    ((_, _, said),) = faults(folder)

    assert "This is a PNG file" in said


@pytest.mark.parametrize(
    "line",
    [
        "job_title: !!python/object/apply:os.system ['touch /tmp/pwned']",
        "job_title: !!python/name:os.system",
        "job_title: !include /etc/passwd",
        "job_title: &a [x, *a]",
        "job_title: [*nothing]",
        f"job_title: {'[' * 5_000}",
    ],
)
def test_yaml_builds_nothing(tmp_path: Path, line: str) -> None:
    folder = a_bundle(tmp_path, {PERSON_FILE: PERSON.replace("job_title: Spine surgeon", line)})

    found = faults(folder)

    assert {path for path, _, _ in found} == {PERSON_FILE}
    assert not Path("/tmp/pwned").exists()  # noqa: S108


def test_yaml_that_multiplies_is_refused_at_once(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    text = PERSON.replace("role:", "\n".join(rows) + "\nrole:")

    started = time.monotonic()
    found = faults(a_bundle(tmp_path, {PERSON_FILE: text}))

    assert "Aliases" in found[0][2]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(("data", "said"), [(b"\xff\xfe\x00", "UTF-8"), (b"a\x00b", "control")])
def test_text_that_is_no_text_is_a_message(tmp_path: Path, data: bytes, said: str) -> None:
    folder = a_bundle(tmp_path)
    (folder / "pages/privacy.md").write_bytes(data)

    ((path, _, message),) = faults(folder)

    assert path == "pages/privacy.md"
    assert said in message


def test_text_nested_very_deeply_is_read_in_no_time(tmp_path: Path) -> None:
    text = PROCEDURE + "\n## More\n\n" + ">" * 20_000 + "\n" + "- " * 20_000
    assert len(text) < MAX_TEXT_BYTES

    started = time.monotonic()
    faults(a_bundle(tmp_path, {"procedures/rest-cure.md": text}))

    assert time.monotonic() - started < 20


def test_toml_nested_very_deeply_is_a_message(tmp_path: Path) -> None:
    text = "name = " + "[" * 50_000
    found = faults(a_bundle(tmp_path, {"practice.toml": text}))

    assert found[0][:2] == ("practice.toml", 1)


@pytest.mark.django_db
def test_html_in_markdown_is_shown_and_not_run(tmp_path: Path) -> None:
    wild = '<script>alert(1)</script> <img src=x onerror="alert(2)"> [x](javascript:alert(3))'
    changes = changed("procedures/rest-cure.md", "You need a bed.", wild)

    bring_in(a_bundle(tmp_path, changes))

    html = to_html(Procedure.objects.get().sections.first().body)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


@pytest.mark.django_db
def test_a_dry_run_and_a_failed_import_leave_no_picture_behind(
    tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.files.storage import default_storage

    folder = a_bundle(tmp_path, with_image("x.png"))
    a_picture(folder / "images/x.png")

    assert bring_in(folder, dry_run=True).faults == []

    assert not Picture.objects.exists()
    root = Path(default_storage.path(""))
    assert not [path for path in root.rglob("x*.png")]
