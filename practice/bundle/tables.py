"""Values of a bundle's files, checked one by one, each with the line that it stands on."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import phonenumbers
import yaml

from practice.bundle.files import Findings

Path = tuple[str | int, ...]
Lines = dict[Path, int]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LOCALE_KEY = re.compile(r"[a-z]{2}")
MAX_LINE = 255
MAX_DEPTH = 12
TOO_DEEP = "This is nested too deeply. Write a list or a table, not lists in lists in lists."


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


def toml_table(text: str, path: str, findings: Findings) -> Table | None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        reason = re.sub(r"\s*\(at .*\)$", "", str(error))
        findings.fault(path, line, f"This is not TOML: {reason}.")
        return None
    except RecursionError:
        findings.fault(path, 1, TOO_DEEP)
        return None
    return Table(data, path, toml_lines(text), findings)


HEADER = re.compile(r"\s*\[(\[)?\s*([^\[\]]+?)\s*\]")
KEY = re.compile(r"\s*([\w\-]+(?:\s*\.\s*[\w\-]+)*)\s*=")


def toml_lines(text: str) -> Lines:
    """Where each table and key of a valid TOML text stands. tomllib itself does not say."""
    lines: Lines = {}
    counts: dict[Path, int] = {}
    prefix: Path = ()
    inside = ""
    for number, line in enumerate(text.split("\n"), 1):
        if inside:
            inside = "" if line.count(inside) % 2 else inside
            continue
        if header := HEADER.match(line):
            names = [name.strip().strip("\"'") for name in header[2].split(".")]
            prefix = _with_counts(names[:-1], counts)
            prefix = (*prefix, names[-1])
            if header[1]:
                counts[prefix] = counts.get(prefix, -1) + 1
                prefix = (*prefix, counts[prefix])
            lines[prefix] = number
        elif key := KEY.match(line):
            names = [name.strip() for name in key[1].split(".")]
            lines[(*prefix, *names)] = number
            for quotes in ('"""', "'''"):
                if line.count(quotes) % 2:
                    inside = quotes
    return lines


def _with_counts(names: list[str], counts: dict[Path, int]) -> Path:
    found: Path = ()
    for name in names:
        found = (*found, name)
        if found in counts:
            found = (*found, counts[found])
    return found


def front_matter(text: str, path: str, findings: Findings) -> tuple[Table, str, int] | None:
    """The table between two `---` lines, the Markdown after it, and the line that begins on."""
    rows = text.split("\n")
    if rows[0].rstrip() != "---":
        findings.fault(path, 1, "The file should begin with front matter: a line of ---.")
        return None
    for number, row in enumerate(rows[1:], 2):
        if row.rstrip() == "---":
            table = yaml_table("\n".join(rows[1 : number - 1]), path, findings, first_line=2)
            if table is None:
                return None
            return table, "\n".join(rows[number:]), number + 1
    findings.fault(path, 1, "The front matter has no end. Close it with a line of ---.")
    return None


def yaml_table(text: str, path: str, findings: Findings, *, first_line: int) -> Table | None:
    """YAML as nested texts, lists and tables. Nothing is constructed: tags and aliases are faults."""
    before = len(findings.faults)
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                findings.fault(path, event.start_mark.line + first_line, TOO_DEEP)
                return None
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + first_line
                findings.fault(path, line, "Aliases (*name) are not allowed. Write the value out.")
                return None
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + first_line
        problem = getattr(error, "problem", None) or "it cannot be read"
        findings.fault(path, line, f"This is not YAML: {problem}. Quote texts that hold ': '.")
        return None
    except RecursionError:
        findings.fault(path, first_line, TOO_DEEP)
        return None
    lines: Lines = {}
    reader = _YamlReader(path, findings, lines, first_line)
    data = {} if node is None else reader.value(node, ())
    if not isinstance(data, dict):
        findings.fault(path, first_line, "Front matter should be lines of `key: value`.")
        return None
    if len(findings.faults) > before:
        return None
    return Table(data, path, lines, findings)


class _YamlReader:
    def __init__(self, path: str, findings: Findings, lines: Lines, first_line: int) -> None:
        self.path = path
        self.findings = findings
        self.lines = lines
        self.first_line = first_line

    def value(self, node: yaml.Node, at: Path) -> Any:
        line = node.start_mark.line + self.first_line
        self.lines.setdefault(at, line)
        if not node.tag.startswith("tag:yaml.org,2002:") or "/" in node.tag:
            self.findings.fault(self.path, line, f"The tag {node.tag} is not allowed. Remove it.")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, (*at, index)) for index, one in enumerate(node.value)]
        if node.style is None and node.value in ("", "~", "null", "Null", "NULL"):
            return None
        return node.value

    def mapping(self, node: yaml.MappingNode, at: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + self.first_line
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is None:
                self.findings.fault(self.path, line, "A key should be one word.")
                continue
            if name in found:
                self.findings.fault(self.path, line, f"'{name}' is there twice. Keep one.")
            self.lines[(*at, name)] = line
            found[name] = self.value(value, (*at, name))
        return found


def toml_text(pairs: Iterator[tuple[str, Any]] | list[tuple[str, Any]]) -> str:
    """`key = value` lines; values that are empty are left out."""
    return "".join(f"{key} = {toml_value(value)}\n" for key, value in pairs if not _empty(value))


def _empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    if isinstance(value, list):
        return f"[{', '.join(toml_value(one) for one in value)}]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    for char, name in (("\n", "\\n"), ("\t", "\\t"), ("\x7f", "\\u007f")):
        escaped = escaped.replace(char, name)
    return f'"{escaped}"'


def yaml_text(data: dict[str, Any]) -> str:
    """Front matter lines; values that are empty are left out, dates and numbers stay readable."""
    kept = {key: _plain(value) for key, value in data.items() if not _empty(value)}
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=1_000)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if not _empty(one)}
    return value
