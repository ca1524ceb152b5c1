"""What every kind of item of a bundle can do, whichever app it belongs to."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from typing import Any, Protocol

from practice.bundle.files import Note
from practice.pictures import Accepted


@dataclasses.dataclass(frozen=True)
class Item:
    """One thing of a bundle: a file, or one entry of a file. Facts with equal values are equal."""

    path: str
    line: int
    facts: Any


@dataclasses.dataclass
class Writing:
    """What a part needs to know while it writes, and what it has to tell."""

    sample: bool
    now: dt.datetime
    pictures: dict[str, Accepted]
    publish_as_is: bool = False
    notes: list[Note] = dataclasses.field(default_factory=list)
    saved_files: list[str] = dataclasses.field(default_factory=list)


class Held(Exception):
    """An item cannot be removed because something of the site hangs on it. Says what."""


@dataclasses.dataclass
class Standing:
    """How an item stands that can be published or not."""

    missing: list[str] = dataclasses.field(default_factory=list)
    live: bool = True
    signed: bool = False  # by a physician of the practice: an import never replaces that


class Part(Protocol):
    """One kind of item: reads its state from the database and writes it there."""

    prefix: str

    def paths(self) -> Iterable[str]:
        """The paths of all that the site holds of this kind, in the order of an export."""

    def current(self, path: str) -> Any:
        """The facts as they are now (of a page: in its newest revision); None where absent."""

    def prepare(self, item: Item, writing: Writing) -> None:
        """Makes the empty row that other items may point at, where there is none yet."""

    def write(self, item: Item, writing: Writing) -> None:
        """Makes the database say what the item says."""

    def remove(self, path: str) -> None:
        """Takes it off the site. Raises Held."""

    def retire(self, path: str) -> None:
        """Takes out of sight what cannot be removed, so that nobody books it."""

    def is_sample(self, path: str) -> bool: ...

    def standing(self, path: str) -> Standing | None:
        """None for what is never published or withheld."""

    def publish(self, path: str, writing: Writing) -> None:
        """Makes the newest state public, where that is a thing to do."""


class PlainPart:
    """What parts have in common that hold plain rows."""

    prefix = ""

    def slug(self, path: str) -> str:
        return path.removeprefix(self.prefix).removesuffix(".md")

    def path(self, slug: str) -> str:
        ending = ".md" if self.prefix.endswith("/") and "#" not in self.prefix else ""
        return f"{self.prefix}{slug}{ending}"

    def prepare(self, item: Item, writing: Writing) -> None:
        return None

    def retire(self, path: str) -> None:
        return None

    def standing(self, path: str) -> Standing | None:
        return None

    def publish(self, path: str, writing: Writing) -> None:
        return None


def digest(facts: Any) -> str:
    """A hash that is equal for equal facts."""
    text = json.dumps(_comparable(facts), default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _comparable(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        fields = (field for field in dataclasses.fields(value) if field.compare)
        return {field.name: _comparable(getattr(value, field.name)) for field in fields}
    if isinstance(value, list):
        return [_comparable(one) for one in value]
    return value
