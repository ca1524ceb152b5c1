"""Every word of the interface, in and out of locale/*/LC_MESSAGES/django.po.

Written in Python so that nobody needs the gettext tools: `manage.py words` collects the words and
compiles what was translated; the tests hold both files to it.
"""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

APPS = ("appointments", "clinic_site", "correspondence", "practice", "procedures", "reviews")
# The functions that take words: how many come, the first of them a context or not.
CALLS = {
    "_": (False, 1),
    "gettext": (False, 1),
    "gettext_lazy": (False, 1),
    "gettext_noop": (False, 1),
    "pgettext": (True, 1),
    "pgettext_lazy": (True, 1),
    "ngettext": (False, 2),
    "ngettext_lazy": (False, 2),
    "npgettext": (True, 2),
}
# Staff read English: their screens have no Spanish address.
STAFF_FOLDERS = ("templates/admin", "templates/account", "templates/mfa", "templates/allauth",
                 "templates/wagtailadmin",
                 "appointments/desk", "reviews/desk", "procedures/desk")  # fmt: skip
STAFF_FILES = ("admin.py", "wagtail_hooks.py", "models/editing.py", "roles.py", "sign_in.py",
               "admin_site.py", "apps.py", "staff.py", "staff_accounts.py", "checks.py",
               "access_log.py", "correspondence/wordings.py",
               "models/rate_count.py", "procedures/cms.py", "procedures/corrections.py",
               "procedures/wording.py", "models/release.py",
               "models/rules.py", "models/authorization.py",
               "reviews/moderation.py", "appointments/reporting.py",
               "practice/holidays.py")  # fmt: skip
# Django's own words for the halves of a day; we write them as Spanish spelling wants.
OF_DJANGO = ("a.m.", "p.m.")

Key = tuple[str, str, str]  # context, words, plural; empty where there is none
STRING = r"""(u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))"""
IN_TEMPLATE = re.compile(rf"\b(_|n?p?gettext)\({STRING}(?:, {STRING})?(?:, {STRING})?")


@dataclass
class Entry:
    """One message of a catalogue."""

    key: Key
    translations: list[str]
    files: list[str] = field(default_factory=list)
    fuzzy: bool = False


def is_for_staff(path: str) -> bool:
    return (
        path.startswith(
            (*STAFF_FOLDERS, "templates/emails/staff", "templates/practice/translations")
        )
        or path.endswith(STAFF_FILES)
        or any(part in {"cms", "desk"} for part in Path(path).parts)
    )


def is_label(words: str) -> bool:
    """Of what stands in models, patients see the names of choices; the rest is for staff."""
    return words[:1].isupper() and not words.rstrip().endswith(".") and "Such as" not in words


def collect(root: Path) -> dict[Key, list[str]]:
    """The words that patients meet, and the files they stand in."""
    found: dict[Key, list[str]] = {("", words, ""): ["django"] for words in OF_DJANGO}
    for path in files(root):
        name = path.relative_to(root).as_posix()
        if is_for_staff(name):
            continue
        text = path.read_text("utf-8")
        keys = in_python(text) if path.suffix == ".py" else in_template(text)
        choices = set(in_choices(text)) if "/models" in name else set()
        for key in keys:
            if "/models" not in name or is_label(key[1]) or key in choices:
                where = found.setdefault(key, [])
                if name not in where:
                    where.append(name)
    return found


def files(root: Path) -> Iterator[Path]:
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path
        yield from sorted((root / app).glob("templates/**/*.html"))
    yield from sorted((root / "templates").rglob("*.html"))
    yield from sorted((root / "templates").rglob("*.txt"))


def in_python(text: str) -> Iterator[Key]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            values = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            texts = [value for value in values if isinstance(value, str)]
            yield from as_key(node.func.id, texts)


def in_choices(text: str) -> Iterator[Key]:
    """The names of choices, which patients see however they are written."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and "TextChoices" in ast.unparse(node).split(":")[0]:
            yield from in_python(ast.unparse(node))


def in_template(text: str) -> Iterator[Key]:
    for match in IN_TEMPLATE.finditer(templatize(text)):
        texts = [str(ast.literal_eval(one)) for one in match.groups()[1:] if one]
        yield from as_key(match[1], texts)


def as_key(function: str, texts: list[str]) -> Iterator[Key]:
    if function not in CALLS:
        return
    with_context, number = CALLS[function]
    context = texts.pop(0) if with_context and texts else ""
    if len(texts) >= number:
        yield context, texts[0], texts[1] if number == 2 else ""


def read(path: Path) -> list[Entry]:
    """The messages of a .po file, without its header."""
    entries = []
    for block in path.read_text("utf-8").split("\n\n"):
        values: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if match := re.match(r'(msg\w+(?:\[\d\])?) (".*")$', line):
                name = match[1]
                values[name] = ast.literal_eval(match[2])
            elif line.startswith('"'):
                values[name] += ast.literal_eval(line)
        if values.get("msgid"):
            entries.append(
                Entry(
                    (values.get("msgctxt", ""), values["msgid"], values.get("msgid_plural", "")),
                    [text for key, text in sorted(values.items()) if key.startswith("msgstr")],
                    re.findall(r"^#: (.*)$", block, re.MULTILINE),
                    "#, fuzzy" in block,
                )
            )
    return entries


def write(path: Path, entries: list[Entry], language: str) -> None:
    blocks = ['msgid ""\nmsgstr ""\n' + "".join(f"{quoted(line)}\n" for line in header(language))]
    for entry in entries:
        context, words, plural = entry.key
        lines = [f"#: {name}" for name in entry.files]
        lines += ["#, fuzzy"] if entry.fuzzy else []
        lines += [f"msgctxt {quoted(context)}"] if context else []
        lines += [f"msgid {quoted(words)}"]
        if plural:
            lines += [f"msgid_plural {quoted(plural)}"]
            lines += [f"msgstr[{n}] {quoted(text)}" for n, text in enumerate(entry.translations)]
        else:
            lines += [f"msgstr {quoted(entry.translations[0])}"]
        blocks.append("\n".join(lines) + "\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(blocks), encoding="utf-8")


def header(language: str) -> list[str]:
    return [
        f"Language: {language}\n",
        "MIME-Version: 1.0\n",
        "Content-Type: text/plain; charset=UTF-8\n",
        "Content-Transfer-Encoding: 8bit\n",
        "Plural-Forms: nplurals=2; plural=(n != 1);\n",
    ]


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def compiled(entries: list[Entry], language: str) -> bytes:
    """The .mo file of these messages: always the same bytes for the same messages."""
    pairs = {"": "".join(header(language))}
    for entry in entries:
        context, words, plural = entry.key
        if all(entry.translations) and not entry.fuzzy:
            original = (f"{context}\x04" if context else "") + words
            pairs[f"{original}\0{plural}" if plural else original] = "\0".join(entry.translations)
    rows = sorted((key.encode(), value.encode()) for key, value in pairs.items())
    start = 28 + 16 * len(rows)
    texts, tables = b"", []
    for column in (0, 1):
        for row in rows:
            tables.append(struct.pack("<II", len(row[column]), start + len(texts)))
            texts += row[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(rows), 28, 28 + 8 * len(rows), 0, start)
    return head + b"".join(tables) + texts


def updated(entries: list[Entry], found: dict[Key, list[str]]) -> list[Entry]:
    """What is in use, with what was translated already; new words wait with empty ones."""
    known = {entry.key: entry for entry in entries}
    result = []
    for key, names in sorted(found.items(), key=lambda one: (one[1][0], one[0])):
        old = known.get(key)
        empty = ["", ""] if key[2] else [""]
        result.append(Entry(key, old.translations if old else empty, names))
    return result
