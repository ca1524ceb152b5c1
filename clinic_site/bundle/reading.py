"""A bundle's folder as items, with all that is wrong with it. No database."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import appointments.bundle
import reviews.bundle
from practice.bundle import reading
from practice.bundle.facts import PictureFacts
from practice.bundle.files import Fault, Findings, Folder, Note
from practice.bundle.formats import toml_table
from practice.bundle.parts import Item
from practice.bundle.pictures import Pictures
from practice.bundle.tables import Table
from practice.bundle.translated import is_translated
from practice.pictures import Accepted
from procedures.bundle import topics
from procedures.bundle.translated import leave_to_originals

FILES = {"practice.toml", "reviews.csv", "redirects.csv"}
# What ends in something else is not read; in images/ all is read that a file names.
FOLDERS = {"people": ".md", "conditions": ".md", "procedures": ".md", "pages": ".md", "images": ""}


class Anything:
    """Has every slug: for a practice.toml that could not be read."""

    def __contains__(self, slug: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass
class Bundle:
    """Everything that a folder says. `items` are in the order in which they can be written."""

    sample: bool
    items: list[Item] = field(default_factory=list)
    pictures: dict[str, Accepted] = field(default_factory=dict)
    picture_facts: list[PictureFacts] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)

    @property
    def faults(self) -> list[Fault]:
        return sorted(set(self.findings.faults))

    @property
    def notes(self) -> list[Note]:
        return sorted(set(self.findings.notes))


def read(root: Path) -> Bundle:
    """Never raises for what the folder holds; what is wrong is in `faults`."""
    findings = Findings()
    bundle = Bundle(sample=False, findings=findings)
    if not root.is_dir():
        findings.fault(str(root), 1, "There is no such folder. Name the folder of a bundle.")
        return bundle
    folder = Folder(root, findings)
    pictures = Pictures(folder)
    text = folder.text("practice.toml")
    table = None if text is None else toml_table(text, "practice.toml", findings)
    # Without practice.toml the other files are read all the same, to name their faults too.
    table = table or Table({}, "practice.toml", {}, Findings())
    read_all(table, folder, pictures, bundle)
    for name in folder.unread(FOLDERS, FILES | {"README.md"}):
        findings.note(name, 1, "This does not belong to a bundle; it was not read.")
    used = set(pictures.by_file)
    for name in folder.names("images"):
        if name not in used:
            findings.note(name, 1, "No file names this picture; it was not imported.")
    bundle.pictures = pictures.data
    bundle.picture_facts = pictures.named
    return bundle


def put_originals_first(bundle: Bundle) -> None:
    """A translation is written beside its original, so that has to be there."""
    paths = {item.path for item in bundle.items}
    for item in bundle.items:
        if is_translated(item.path):
            original = f"{item.path.removesuffix('.md').rsplit('.', 1)[0]}.md"
            if original not in paths:
                message = f"There is no {original} that this could be a translation of."
                bundle.findings.fault(item.path, 1, message)
    bundle.items.sort(key=lambda item: is_translated(item.path))
    folders = tuple(f"{folder}/" for folder in topics.FOLDERS)
    leave_to_originals([item for item in bundle.items if item.path.startswith(folders)])


def read_all(root: Table, folder: Folder, pictures: Pictures, bundle: Bundle) -> None:
    findings = bundle.findings
    practice = reading.practice(root)
    locations = reading.locations(root)
    places: Collection[str] = {item.facts.slug for item in locations}
    if not root.data:
        places = Anything()
    persons = reading.people(folder, pictures, places, findings)
    # By file name, so that one faulty file is one fault and not one for each mention of it.
    names = {path.split("/")[1].removesuffix(".md") for path in folder.names("people")}
    types = appointments.bundle.visit_types(root)
    bundle.sample = practice.facts.sample
    bundle.items = [
        practice,
        *locations,
        *persons,
        *reading.closures(root, places, names),
        *reading.offers(root, places, names),
        *types,
        *appointments.bundle.working_hours(root, names, places, types),
        *reading.pages(folder, findings),
        *topics.topics(folder, pictures, names, findings),
        *reading.redirects(folder, findings),
    ]
    root.finish()
    put_originals_first(bundle)
    if "reviews.csv" in folder.names():
        text = folder.text("reviews.csv")
        if text is not None:
            bundle.items += reviews.bundle.reviews(text, "reviews.csv", findings)
