"""Rendered copies of public pages, in memory and on disk. No request, no database.

One file per path under CLINIC_HOME/rendered/, named by the path's hash, so that no path can reach
outside the folder. The files let a process that starts while the database is away still answer.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

import brotli  # type: ignore[import-untyped]

from practice import moving

logger = logging.getLogger(__name__)

LARGEST_PAGE = 2 * 1024 * 1024  # bytes
LONGEST_PATH = 512
MOST_COPIES = 2000
MOST_BYTES = 96 * 1024 * 1024  # of page bodies held in memory
MOST_FILES = 4000
LIVES = 3600.0  # seconds; some words on a page ("this year") age without any change of content


@dataclass
class Copy:
    """One page as Django made it, and its ready-to-send variants."""

    path: str
    headers: list[tuple[str, str]]
    parameters: frozenset[str]
    version: int
    day: str  # the practice's date under which it was made
    release: str
    body: bytes
    made_at: float  # Unix seconds
    from_disk: bool = False
    rendering: threading.Lock = field(default_factory=threading.Lock, repr=False)
    wait_until: float = 0.0  # time.monotonic(); no new attempt at rendering before
    _parts: tuple[str, ...] | None = field(default=None, repr=False)
    _variants: dict[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)

    @cached_property
    def _pieces(self) -> list[bytes]:
        """Text, name, language, text, name, language, …, text: split at the moving parts."""
        return moving.MARK.split(self.body)

    @cached_property
    def places(self) -> list[tuple[str, str]]:
        """Name and language of each moving part, in order."""
        names, languages = self._pieces[1::3], self._pieces[2::3]
        return [(n.decode(), lang.decode()) for n, lang in zip(names, languages, strict=True)]

    def variant(self, encoding: str, parts: tuple[str, ...]) -> tuple[str, bytes]:
        """ETag and bytes in `encoding` ("", "gzip", "br"), with `parts` at the moving places.

        Kept until a part differs; so most answers cost a comparison of strings.
        """
        variants = self._variants
        if self._parts != parts:
            variants = {}
            # In this order, so that a thread between the two lines makes a variant in vain at most.
            self._variants = variants
            self._parts = parts
        if encoding not in variants:
            texts = self._pieces[0::3]
            filled = [text + part.encode() for text, part in zip(texts, parts, strict=False)]
            whole = b"".join([*filled, texts[-1]])
            tag = hashlib.sha256(whole).hexdigest()[:20]
            if encoding == "gzip":
                variants[encoding] = f'"{tag}-gz"', gzip.compress(whole, 6, mtime=0)
            elif encoding == "br":
                variants[encoding] = f'"{tag}-br"', brotli.compress(whole, quality=5)
            else:
                variants[encoding] = f'"{tag}"', whole
        return variants[encoding]

    def is_fresh(self, version: int, day: str, release: str) -> bool:
        made_of = (self.version, self.day, self.release)
        return made_of == (version, day, release) and 0 <= time.time() - self.made_at < LIVES

    def to_bytes(self) -> bytes:
        head = {
            "path": self.path,
            "headers": self.headers,
            "parameters": sorted(self.parameters),
            "version": self.version,
            "day": self.day,
            "release": self.release,
            "made_at": self.made_at,
            "sha256": hashlib.sha256(self.body).hexdigest(),
        }
        return json.dumps(head).encode() + b"\n" + self.body

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises ValueError or KeyError for a file that is damaged."""
        first, _newline, body = data.partition(b"\n")
        head = json.loads(first)
        if hashlib.sha256(body).hexdigest() != head["sha256"]:
            raise ValueError("the body is not the one that was written")
        return cls(
            path=head["path"],
            headers=[(name, value) for name, value in head["headers"]],
            parameters=frozenset(head["parameters"]),
            version=head["version"],
            day=head["day"],
            release=head["release"],
            body=body,
            made_at=head["made_at"],
            from_disk=True,
        )


class Copies:
    """The copies of one process over the folder that a node's processes share. Never raises for
    a full or missing disk: memory then is all there is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: OrderedDict[str, Copy] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self.notes: dict[str, bytes] = {}

    def get(self, path: str) -> Copy | None:
        """The copy in memory, else the one on disk (`from_disk`), else None."""
        with self._lock:
            if copy := self._held.get(path):
                self._held.move_to_end(path)
                return copy
        if copy := self.read(path):
            self.hold(copy)
        return copy

    def read(self, path: str) -> Copy | None:
        """The copy on disk, which another process may have made."""
        if len(path) > LONGEST_PATH:
            return None
        file = self._file(path)
        try:
            copy = Copy.from_bytes(file.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("a rendered copy cannot be read: %s", type(error).__name__)
            return None
        return copy if copy.path == path else None

    def put(self, copy: Copy) -> None:
        self.hold(copy)
        self._write(self._file(copy.path), copy.to_bytes())

    def drop(self, path: str) -> None:
        with self._lock:
            if gone := self._held.pop(path, None):
                self._bytes -= len(gone.body)
        try:
            self._file(path).unlink(missing_ok=True)
        except OSError as error:
            logger.warning("a rendered copy cannot be removed: %s", type(error).__name__)

    def paths_on_disk(self) -> list[str]:
        """Every path there is a file for. Removes the oldest files beyond MOST_FILES."""
        try:
            files = sorted(self._folder.glob("*.page"), key=lambda f: f.stat().st_mtime)
            for file in files[:-MOST_FILES]:
                file.unlink(missing_ok=True)
            paths = []
            for file in files[-MOST_FILES:]:
                with file.open("rb") as opened:
                    paths.append(str(json.loads(opened.readline())["path"]))
            return paths
        except (OSError, ValueError, KeyError):
            return []

    def note(self, name: str, data: bytes) -> None:
        """Put something small next to the copies."""
        self.notes[name] = data
        self._write(self._folder / name, data)

    def noted(self, name: str) -> bytes:
        """What `note` put there, also in an earlier run. Raises OSError when there is nothing."""
        return (self._folder / name).read_bytes()

    def _write(self, file: Path, data: bytes) -> None:
        """Whole or not at all, also when two processes write at once."""
        unfinished = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished.write_bytes(data)
            unfinished.replace(file)
        except OSError as error:
            logger.warning("a rendered copy cannot be written: %s", type(error).__name__)
            unfinished.unlink(missing_ok=True)

    def hold(self, copy: Copy) -> None:
        with self._lock:
            if old := self._held.pop(copy.path, None):
                self._bytes -= len(old.body)
            self._held[copy.path] = copy
            self._bytes += len(copy.body)
            while self._bytes > MOST_BYTES or len(self._held) > MOST_COPIES:
                _path, oldest = self._held.popitem(last=False)
                self._bytes -= len(oldest.body)

    def _file(self, path: str) -> Path:
        return self._folder / f"{hashlib.sha256(path.encode()).hexdigest()}.page"


def release_of(roots: Iterable[Path], *also: str) -> str:
    """A name for this release: copies made by other code or templates are not used as fresh."""
    digest = hashlib.sha256("\0".join(also).encode())
    for root in roots:
        files = [root] if root.is_file() else root.rglob("*")
        for file in sorted(files):
            if file.suffix in {".py", ".html", ".svg", ".json", ".mo"} and file.is_file():
                stat = file.stat()
                digest.update(f"{file}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
