"""A bundle's folder, read with care.

Nothing outside the folder is opened, nothing huge is read, nothing is run. What is wrong is
collected, so that a person sees every fault of a bundle at once.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

MAX_TEXT_BYTES = 1_000_000
MAX_IMAGE_BYTES = 20_000_000
MAX_FILES = 5_000


@dataclass(frozen=True, order=True)
class Fault:
    """Something that stops an import: where it is, and what would be right."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, order=True)
class Note(Fault):
    """Something to know that does not stop an import."""


@dataclass
class Findings:
    """What reading a bundle found out besides its content."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def fault(self, path: str, line: int, message: str) -> None:
        self.faults.append(Fault(path, line, message))

    def note(self, path: str, line: int, message: str) -> None:
        self.notes.append(Note(path, line, message))


class Folder:
    """The folder of one bundle. Paths are relative to it, with forward slashes."""

    def __init__(self, root: Path, findings: Findings) -> None:
        self.given = root
        self.root = root.resolve()
        self.findings = findings

    def names(self, under: str = "", *, ending: str = "") -> list[str]:
        """Relative paths of the files in one folder, sorted; hidden ones are left out."""
        folder = self.root / under
        if not folder.is_dir() or not self._is_inside(folder):
            return []
        found = (entry.name for entry in os.scandir(folder) if not entry.is_dir())
        names = sorted(name for name in found if not name.startswith(".") and name.endswith(ending))
        if len(names) > MAX_FILES:
            self.findings.fault(under, 1, f"Too many files ({len(names)}). At most {MAX_FILES}.")
            return []
        return [f"{under}/{name}" if under else name for name in names]

    def folders(self) -> list[str]:
        if not self.root.is_dir():
            return []
        found = (entry.name for entry in os.scandir(self.root) if entry.is_dir())
        return sorted(name for name in found if not name.startswith("."))

    def text(self, path: str) -> str | None:
        """The file as text with plain newlines; None (and a fault) if it may not be read."""
        data = self.bytes(path, MAX_TEXT_BYTES)
        if data is None:
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            self.findings.fault(path, line, "This is not UTF-8 text. Save the file as UTF-8.")
            return None
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        for number, line_text in enumerate(text.split("\n"), 1):
            if any(ord(char) < 32 and char != "\t" for char in line_text):
                message = "There is a control character in this line. Delete it."
                self.findings.fault(path, number, message)
                return None
        return text

    def bytes(self, path: str, limit: int) -> bytes | None:
        """The file's bytes; None (and a fault) if it is outside, missing, odd or too big."""
        problem = self._problem(path, limit)
        if problem:
            self.findings.fault(path, 1, problem)
            return None
        with (self.root / path).open("rb") as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            self.findings.fault(path, 1, _too_big(limit))
            return None
        return data

    def _problem(self, path: str, limit: int) -> str:
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts or "\\" in path or "\0" in path:
            return "This path leaves the bundle. Name a file inside the folder."
        full = self.root / pure
        try:
            if not self._is_inside(full):
                return "This is a link that leads out of the bundle. Put the file itself here."
            found = full.stat()
        except FileNotFoundError:
            return "There is no such file in the bundle."
        except OSError as error:
            return f"The file cannot be read ({error.strerror}). Check its name and permissions."
        if not stat.S_ISREG(found.st_mode):
            return "This is not a plain file. Put a plain file here."
        if found.st_size > limit:
            return _too_big(limit)
        if not os.access(full, os.R_OK):
            return "The file cannot be read. Check its permissions."
        return ""

    def _is_inside(self, full: Path) -> bool:
        return full.resolve().is_relative_to(self.root)

    def unread(self, known_folders: dict[str, str], known_files: set[str]) -> Iterator[str]:
        """What lies in the folder but belongs to no bundle, by relative path."""
        yield from (name for name in self.names() if name not in known_files)
        for folder in self.folders():
            ending = known_folders.get(folder)
            if ending is None:
                yield f"{folder}/"
            elif ending:
                yield from (n for n in self.names(folder) if not n.endswith(ending))


def _too_big(limit: int) -> str:
    size = f"{limit // 1_000_000} MB"
    return f"The file is too big. At most {size}."
