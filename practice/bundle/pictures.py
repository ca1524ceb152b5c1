"""Pictures of a bundle: accepted by what they decode to, never by their name."""

from __future__ import annotations

import hashlib
import io
import warnings

from PIL import Image, UnidentifiedImageError

from practice.bundle.facts import PictureFacts
from practice.bundle.files import MAX_IMAGE_BYTES, Folder
from practice.bundle.tables import Table

MAX_PIXELS = 40_000_000
FORMATS = {"JPEG": (".jpg", ".jpeg"), "PNG": (".png",), "WEBP": (".webp",)}


class Pictures:
    """The pictures that a bundle's files name, each read and decoded once."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.data: dict[str, bytes] = {}
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
        return PictureFacts(file=path, sha1=sha1) if sha1 else None

    def _read(self, table: Table, key: str, path: str) -> str:
        """The SHA-1 of a picture that may be used; '' and a fault else."""
        before = len(table.findings.faults)
        data = self.folder.bytes(path, MAX_IMAGE_BYTES)
        if data is None:
            found = table.findings.faults[before:]
            del table.findings.faults[before:]
            table.fault(key, f"{path}: {found[0].message}")
            return ""
        problem = picture_problem(data, path)
        if problem:
            table.fault(key, f"{path}: {problem}")
            return ""
        # Wagtail keeps the SHA-1 of every picture; it names equal files here, it guards nothing.
        sha1 = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        self.data[sha1] = data
        self.by_file[path] = sha1
        return sha1


def picture_problem(data: bytes, path: str) -> str:
    """What is wrong with a picture's bytes, in a sentence; '' if nothing is."""
    kinds = "Use a JPEG, PNG or WebP file"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=list(FORMATS)) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    return f"The picture is too large ({width} x {height}). At most 40 megapixels."
                if not path.lower().endswith(FORMATS[str(picture.format)]):
                    return f"This is a {picture.format} file. End its name in that way."
                if getattr(picture, "n_frames", 1) > 1:
                    return f"The picture moves. {kinds} that stands still."
                picture.load()
    except UnidentifiedImageError:
        return f"This is not a picture that we can show. {kinds}."
    except Image.DecompressionBombError:
        return "The picture is far too large. At most 40 megapixels."
    except (OSError, ValueError, SyntaxError):
        return f"The picture is damaged. {kinds}."
    return ""
