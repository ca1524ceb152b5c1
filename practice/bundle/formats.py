"""TOML and the front matter of Markdown files: read with line numbers, and written again."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date, time
from typing import Any

import yaml

from practice.bundle.files import Findings
from practice.bundle.tables import Lines, Path, Table

MAX_DEPTH = 12
TOO_DEEP = "This is nested too deeply. Write a list or a table, not lists in lists in lists."


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
    """YAML as nested texts, lists and tables. Nothing is built: tags and aliases are faults."""
    before = len(findings.faults)
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                findings.fault(path, line_of(event, first_line), TOO_DEEP)
                return None
            if isinstance(event, yaml.AliasEvent):
                line = line_of(event, first_line)
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


def line_of(event: yaml.Event, first_line: int) -> int:
    return first_line + (event.start_mark.line if event.start_mark else 0)


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
        if getattr(node, "style", None) is None and node.value in ("", "~", "null", "Null", "NULL"):
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
