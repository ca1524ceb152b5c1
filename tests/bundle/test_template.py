"""What `run.py new FOLDER` writes: it asks for what it needs, and works once that is filled in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from practice.models import Practice, Practitioner
from procedures.models import Condition, Procedure
from tests.bundle.folders import bring_in, faults
from tests.samples import ROOT

TEMPLATE = ROOT / "clinic_site" / "bundle" / "template"

FILLED = {
    "practice.toml": {
        'name = ""  ': 'name = "Harbor Spine Clinic"',
        '\nphone = ""   ': '\nphone = "(214) 555-0100"',
        'street = ""': 'street = "1 Harbor Street"',
        'city = ""': 'city = "Portville"',
        'state = ""': 'state = "TX"',
        'postal_code = ""': 'postal_code = "75001"',
    },
    "people/your-name.md": {'name: ""': "name: Ana Ortega", 'credentials: ""': "credentials: M.D."},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TEMPLATE, tmp_path / "mine")
    return tmp_path / "mine"


def filled_in(folder: Path) -> Path:
    for path, changes in FILLED.items():
        text = (folder / path).read_text()
        for old, new in changes.items():
            assert old in text, old
            text = text.replace(old, new, 1)
        (folder / path).write_text(text)
    return folder


def test_the_empty_bundle_asks_for_what_is_missing_and_nothing_else(folder: Path) -> None:
    found = faults(folder)

    assert len(found) == 8
    assert all("is missing" in said for _, _, said in found)


@pytest.mark.django_db
def test_filled_in_it_is_a_site(folder: Path) -> None:
    report = bring_in(filled_in(folder))

    assert report.faults == report.conflicts == []
    practice = Practice.objects.get()
    assert (practice.name, practice.is_sample) == ("Harbor Spine Clinic", False)
    assert str(practice.phone.as_e164) == "+12145550100"
    assert Practitioner.objects.get().name == "Ana Ortega"
    assert report.drafts["procedures/your-procedure.md"] == ["a summary"]
    assert not Procedure.objects.get().live
    assert not Condition.objects.get().live
    assert bring_in(folder).nothing_changed
