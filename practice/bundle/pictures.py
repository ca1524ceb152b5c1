"""Pictures of a bundle: accepted by what they decode to, never by their name."""

from __future__ import annotations

import hashlib

from practice import pictures
from practice.bundle.facts import PictureFacts
from practice.bundle.files import MAX_IMAGE_BYTES, Folder
from practice.bundle.tables import Table

ALSO_WRITTEN = {"JPEG": (".jpg", ".jpeg"), "PNG": (".png",), "WEBP": (".webp",)}


class Pictures:
    """The pictures that a bundle's files name, each read and decoded once."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.data: dict[str, pictures.Accepted] = {}
        self.named: list[PictureFacts] = []
        self.by_file: dict[str, str] = {}

    def one(self, table: Table, key: str) -> PictureFacts | None:
        """`image: portrait.jpg`, or a table with file, alt, caption and credit."""
        if isinstance(table.data.get(key), dict):
            inner = table.table(key)
            return self.facts(inner) if inner is not None else None
        file = table.text(key)
        return self.known(table, key, file) if file else None

    def many(self, table: Table, key: str) -> list[PictureFacts]:
        found = [self.facts(entry) for entry in table.tables(key)]
        return [one for one in found if one is not None]

    def facts(self, entry: Table) -> PictureFacts | None:
        file = entry.text("file", required=True)
        found = self.known(entry, "file", file) if file else None
        alt = entry.text("alt", longest=255)
        caption = entry.text("caption", longest=300)
        credit = entry.text("credit", longest=200)
        entry.finish()
        if found is not None:
            found.alt, found.caption, found.credit = alt, caption, credit
        return found

    def known(self, table: Table, key: str, file: str) -> PictureFacts | None:
        path = file if file.startswith("images/") else f"images/{file}"
        sha1 = self.by_file.get(path) or self._read(table, key, path)
        if not sha1:
            return None
        self.named.append(PictureFacts(file=path, sha1=sha1))
        return self.named[-1]

    def _read(self, table: Table, key: str, path: str) -> str:
        """The SHA-1 of a picture that may be used; '' and a fault else."""
        before = len(table.findings.faults)
        data = self.folder.bytes(path, MAX_IMAGE_BYTES)
        if data is None:
            found = table.findings.faults[before:]
            del table.findings.faults[before:]
            table.fault(key, f"{path}: {found[0].message}")
            return ""
        try:
            clean = pictures.accepted(data)
        except pictures.Refused as refusal:
            table.fault(key, f"{path}: {refusal}")
            return ""
        if not path.lower().endswith(ALSO_WRITTEN[clean.came_as]):
            table.fault(key, f"{path}: This is a {clean.came_as} file. End its name in that way.")
            return ""
        sha1 = hashlib.sha1(data, usedforsecurity=False).hexdigest()  # names it, guards nothing
        self.data[sha1] = clean
        self.by_file[path] = sha1
        return sha1
