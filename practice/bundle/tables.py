"""Values of a bundle's files, checked one by one, each with the line that it stands on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import phonenumbers

from practice.bundle.files import Findings

Path = tuple[str | int, ...]
Lines = dict[Path, int]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LOCALE_KEY = re.compile(r"[a-z]{2}")
MAX_LINE = 255


class Table:
    """One table of a file. It remembers what was asked for; `finish` names what nobody knows."""

    def __init__(
        self, data: dict[str, Any], path: str, lines: Lines, findings: Findings, at: Path = ()
    ) -> None:
        self.data = data
        self.path = path
        self.lines = lines
        self.findings = findings
        self.at = at
        self.known: set[str] = set()

    def line(self, *keys: str | int) -> int:
        """The line of a key, or of the nearest thing around it."""
        place = (*self.at, *keys)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def fault(self, key: str, message: str) -> None:
        self.findings.fault(self.path, self.line(key), message)

    def has(self, key: str) -> bool:
        """Whether the key is there with a value; an empty one counts as absent."""
        self.known.add(key)
        return self.data.get(key) not in (None, "")

    def text(self, key: str, *, required: bool = False, longest: int = MAX_LINE) -> str:
        if not self.has(key):
            if required:
                self.fault(key, f"'{key}' is missing. Write {key} with a value.")
            return ""
        value = self.data[key]
        if not isinstance(value, str):
            self.fault(key, f"'{key}' should be text.")
            return ""
        value = value.strip()
        if len(value) > longest:
            self.fault(key, f"'{key}' has {len(value)} characters. At most {longest}.")
        return value

    def texts(self, key: str, *, longest: int = MAX_LINE) -> list[str]:
        if not self.has(key):
            return []
        value = self.data[key]
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.fault(key, f"'{key}' should be a list of texts: [first, second].")
            return []
        if any(len(one) > longest for one in value):
            self.fault(key, f"An entry of '{key}' is too long. At most {longest} characters each.")
        return [one.strip() for one in value if one.strip()]

    def slug(self, key: str, *, required: bool = False) -> str:
        value = self.text(key, required=required)
        if value and not SLUG.fullmatch(value):
            self.fault(key, f"'{value}' is not a slug. {slug_advice(value)}")
            return ""
        return value

    def slugs(self, key: str) -> list[str]:
        values = self.texts(key)
        for value in values:
            if not SLUG.fullmatch(value):
                self.fault(key, f"'{value}' is not a slug. {slug_advice(value)}")
        return [value for value in values if SLUG.fullmatch(value)]

    def choice(
        self, key: str, allowed: Collection[str], *, required: bool = False, default: str = ""
    ) -> str:
        value = self.text(key, required=required)
        if not value:
            return default
        if value not in allowed:
            self.fault(key, f"'{value}' is not known for '{key}'. {did_you_mean(value, allowed)}")
            return default
        return value

    def whole(self, key: str, *, low: int, high: int, required: bool = False) -> int | None:
        """A whole number between low and high, both allowed."""
        if not self.has(key):
            if required:
                self.fault(key, f"'{key}' is missing. Write a whole number, {low} to {high}.")
            return None
        value = self.data[key]
        if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.fault(key, f"'{key}' should be a whole number, {low} to {high}.")
            return None
        return value

    def yes(self, key: str, *, default: bool = False) -> bool:
        if not self.has(key):
            return default
        value = self.data[key]
        if isinstance(value, str):
            value = {"true": True, "yes": True, "false": False, "no": False}.get(value.lower())
        if not isinstance(value, bool):
            self.fault(key, f"'{key}' should be true or false.")
            return default
        return value

    def date(self, key: str) -> date | None:
        if not self.has(key):
            return None
        value = self.data[key]
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            advice = "Write year-month-day, such as 2026-03-31."
            self.fault(key, f"'{value}' is not a date for '{key}'. {advice}")
            return None

    def time(self, key: str) -> time | None:
        """A local time of day; 24:00 is 00:00."""
        value = self.data.get(key)
        self.known.add(key)
        if isinstance(value, time):
            return value.replace(second=0, microsecond=0)
        if value == "24:00":
            return time(0)
        if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            return time.fromisoformat(value)
        if value is None:
            self.fault(key, f"'{key}' is missing. Write a time such as 08:30.")
        else:
            self.fault(key, f"'{value}' is not a time for '{key}'. Write it like 08:30 or 17:00.")
        return None

    def days(self, key: str = "days") -> list[str]:
        values = self.texts(key)
        if not values:
            self.fault(key, f"'{key}' is missing. Write some of {', '.join(DAYS)}.")
        for value in values:
            if value not in DAYS:
                self.fault(key, f"'{value}' is not a day. Write some of {', '.join(DAYS)}.")
        return [day for day in DAYS if day in values]

    def phone(self, key: str, *, required: bool = False) -> str:
        """A telephone number as +1 and ten digits (E.164)."""
        value = self.text(key, required=required)
        if not value:
            return ""
        try:
            number = phonenumbers.parse(value, "US")
        except phonenumbers.NumberParseException:
            number = phonenumbers.PhoneNumber()
        if number.extension or not phonenumbers.is_valid_number(number):
            self.fault(key, f"'{value}' is not a telephone number. Write it like +13035550142.")
            return ""
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def email(self, key: str) -> str:
        value = self.text(key)
        if value and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", value):
            self.fault(key, f"'{value}' is not an e-mail address.")
        return value

    def time_zone(self, key: str) -> str:
        value = self.text(key, required=True)
        try:
            ZoneInfo(value or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            zones = [zone for zone in available_timezones() if "/" in zone]
            advice = did_you_mean(value, zones, few=True) or "Try America/Denver."
            self.fault(key, f"'{value}' is not a time zone. {advice}")
            return ""
        return value

    def states(self, key: str) -> list[str]:
        values = self.texts(key)
        for value in values:
            if not re.fullmatch(r"[A-Z]{2}", value):
                self.fault(key, f"'{value}' is not a state. Write two capitals, such as CO.")
        return values

    def state(self, key: str) -> str:
        value = self.text(key)
        if value and not re.fullmatch(r"[A-Z]{2}", value):
            self.fault(key, f"'{value}' is not a state. Write two capitals, such as CO.")
        return value

    def table(self, key: str) -> Table | None:
        if not self.has(key):
            return None
        value = self.data[key]
        if not isinstance(value, dict):
            self.fault(key, f"'{key}' should be a table of keys and values.")
            return None
        return self._inner(value, key)

    def tables(self, key: str) -> list[Table]:
        if not self.has(key):
            return []
        value = self.data[key]
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fault(key, f"'{key}' should be a list of tables.")
            return []
        return [self._inner(one, key, index) for index, one in enumerate(value)]

    def translations(self, keys: Collection[str]) -> dict[str, dict[str, str]]:
        """Tables named like a language (`es`) with the texts of `keys` in that language."""
        found = {}
        for key in sorted(self.data):
            if LOCALE_KEY.fullmatch(key) and isinstance(self.data[key], dict):
                inner = self.table(key)
                if inner is not None:
                    texts = {name: inner.text(name, longest=2_000) for name in sorted(keys)}
                    inner.finish()
                    found[key] = {name: text for name, text in texts.items() if text}
        return found

    def finish(self) -> None:
        """Names every key that nobody asked for."""
        for key in self.data:
            if key not in self.known:
                advice = did_you_mean(str(key), self.known)
                self.findings.fault(self.path, self.line(key), f"Unknown key '{key}'. {advice}")

    def _inner(self, data: dict[str, Any], *keys: str | int) -> Table:
        return Table(data, self.path, self.lines, self.findings, (*self.at, *keys))


def did_you_mean(value: str, allowed: Collection[str], *, few: bool = False) -> str:
    near = difflib.get_close_matches(value, allowed, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    return "" if few or not allowed else f"Write one of: {', '.join(sorted(allowed))}."


def slug_advice(value: str) -> str:
    better = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
    return f"Use small letters, digits and hyphens{f', such as {better}' if better else ''}."
