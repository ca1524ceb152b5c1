"""The Markdown of a topic, cut into its opening paragraph, sections and items. No database."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from practice.bundle.facts import PictureFacts
from practice.bundle.files import Findings
from practice.bundle.pictures import Pictures
from practice.bundle.tables import Lines, Table, did_you_mean
from procedures.bundle.facts import ItemFacts, SectionFacts

KINDS = (
    "overview", "causes", "symptoms", "diagnosis", "treatments", "how_it_works", "candidates",
    "contraindications", "benefits", "preparation", "steps", "recovery", "follow_up", "self_care",
    "living_with", "risks", "alternatives", "prognosis", "prevention", "red_flags", "see_doctor",
    "cost", "questions", "evidence",
)  # fmt: skip

# What an item of each kind may say besides its text, and the values where they are limited.
ATTRIBUTES: dict[str, dict[str, tuple[str, ...] | int]] = {
    "causes": {},
    "candidates": {"suits": ("yes", "no")},
    "contraindications": {},
    "benefits": {},
    "preparation": {"by": ("clinic", "patient"), "when": 100},
    "steps": {"image": 200, "alt": 300, "drawing": 80},
    "recovery": {"from": 60, "to": 60, "type": ("milestone", "do", "dont")},
    "risks": {"frequency": 100, "per": 100, "action": 300},
    "alternatives": {},
    "red_flags": {"level": ("911", "today", "book")},
    "evidence": {},
}
DEFAULTS = {"candidates": {"suits": "yes"}, "recovery": {"type": "milestone"}}
WITH_ITEMS = (*ATTRIBUTES, "questions")

# The obvious headings. A heading may go on after its word: "Risks of kyphoplasty".
HEADINGS = {
    "overview": ("overview", "about", "what it is", "what is", "definition"),
    "causes": ("causes", "cause", "what causes", "risk factors"),
    "symptoms": ("symptoms", "signs", "signs and symptoms"),
    "diagnosis": ("diagnosis", "tests", "tests and diagnosis", "how it is found"),
    "treatments": ("treatment", "treatments", "treatment options"),
    "how_it_works": ("how it works", "how does it work"),
    "candidates": ("candidates", "who it is for", "who is it for", "who can have"),
    "contraindications": ("contraindications", "who should not", "who it is not for"),
    "benefits": ("benefits", "advantages"),
    "preparation": ("preparation", "before the procedure", "before your procedure",
                    "how to prepare", "preparing"),
    "steps": ("steps", "step by step", "during the procedure", "the procedure", "what happens"),
    "recovery": ("recovery", "after the procedure", "your recovery"),
    "follow_up": ("follow-up", "follow up", "followup"),
    "self_care": ("self-care", "self care", "at home", "what you can do"),
    "living_with": ("living with",),
    "risks": ("risks", "risks and complications", "complications", "side effects"),
    "alternatives": ("alternatives", "other options", "other choices", "other treatments"),
    "prognosis": ("prognosis", "outlook", "what to expect"),
    "prevention": ("prevention", "how to prevent", "preventing"),
    "red_flags": ("red flags", "warning signs", "when to call 911", "when to get help",
                  "emergency"),
    "see_doctor": ("when to see a doctor", "see a doctor", "when to see", "when to call"),
    "cost": ("cost", "costs", "cost and insurance", "insurance", "price"),
    "questions": ("questions", "faq", "frequently asked questions", "common questions",
                  "questions and answers", "questions to ask"),
    "evidence": ("evidence", "sources", "references"),
}  # fmt: skip

_parser = MarkdownIt("commonmark", {"html": False})
_BRACES = re.compile(r"^(?P<before>.*?)\s*\{(?P<inside>[^{}]*)\}\s*$", re.DOTALL)
_PAIR = re.compile(r"""\s*([A-Za-z_]\w*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'{}=]+))""")
_MISPLACED = re.compile(r"\{\s*[a-z]+\s*=[^{}]*\}")
_LINK = re.compile(
    r"\[(?P<text>[^\[\]]*)\]\(<?(?P<to>[^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+\"[^\"]*\")?\)"
)
_BARE = re.compile(r"<(?P<angle>[A-Za-z][\w+.-]*:[^<>\s]*)>|(?P<bare>https?://[^\s<>]+)")


@dataclass
class Place:
    """Where a stretch of a file begins, and where what is wrong with it goes."""

    path: str
    first_line: int
    findings: Findings
    drawings: Collection[str]
    pictures: Pictures

    def picture(self, file: str, row: int) -> PictureFacts | None:
        lines: Lines = {("image",): self.first_line + row}
        return self.pictures.one(Table({"image": file}, self.path, lines, self.findings), "image")

    def fault(self, row: int, message: str) -> None:
        self.findings.fault(self.path, self.first_line + row, message)

    def note(self, row: int, message: str) -> None:
        self.findings.note(self.path, self.first_line + row, message)


@dataclass
class Block:
    """One top-level block of Markdown: rows `start` to `end`, end not included."""

    type: str
    start: int
    end: int
    tokens: list[Token]


def blocks(text: str) -> list[Block]:
    found: list[Block] = []
    for token in _parser.parse(text):
        if token.level == 0 and token.nesting >= 0:
            start, end = token.map or (0, 0)
            found.append(Block(token.type + token.tag, start, end, []))
        found[-1].tokens.append(token)
    return found


def read(text: str, place: Place) -> tuple[str, list[SectionFacts]]:
    """The opening paragraph and the sections of a topic's text."""
    rows = text.split("\n")
    found = blocks(text)
    for block in found:
        if block.type == "heading_openh1":
            place.fault(block.start, "The page has its title already. Begin sections with '## '.")
    starts = [index for index, block in enumerate(found) if block.type == "heading_openh2"]
    opening = found[: starts[0]] if starts else found
    lead = words(rows, opening)
    sections = []
    seen: dict[str, int] = {}
    for start, stop in pairwise([*starts, len(found)]):
        section = read_section(found[start], found[start + 1 : stop], rows, place)
        row = found[start].start
        if section.kind in WITH_ITEMS and section.kind in seen:
            first = place.first_line + seen[section.kind]
            place.fault(
                row,
                f"A second section of kind {section.kind} (first in line {first}). Join the two.",
            )
        seen.setdefault(section.kind, row)
        sections.append(section)
    return lead, sections


def words(rows: list[str], some: list[Block]) -> str:
    if not some:
        return ""
    return "\n".join(rows[some[0].start : some[-1].end]).strip("\n").rstrip()


def read_section(
    heading: Block, inside: list[Block], rows: list[str], place: Place
) -> SectionFacts:
    kind, title = read_heading(heading.tokens[1].content, heading.start, place)
    section = SectionFacts(kind=kind, heading=title)
    if kind == "questions":
        read_questions(section, inside, rows, place)
        return section
    wanted = "ordered_list_openol" if kind == "steps" else "bullet_list_openul"
    lists = [index for index, block in enumerate(inside) if block.type == wanted]
    if kind not in WITH_ITEMS or not lists:
        section.body = words(rows, inside)
        return section
    if len(lists) > 1:
        place.note(
            inside[lists[1]].start,
            f"Only the first list of the section holds its {kind}; this one stays plain text.",
        )
    section.body = words(rows, inside[: lists[0]])
    section.after = words(rows, inside[lists[0] + 1 :])
    for row, text in list_items(inside[lists[0]], rows):
        item = (
            read_evidence(text, row, place)
            if kind == "evidence"
            else read_item(kind, text, row, place)
        )
        section.items.append(item)
    return section


def read_heading(text: str, row: int, place: Place) -> tuple[str, str]:
    """The kind and the words of a section's heading."""
    braces = _BRACES.match(text)
    title = (braces["before"] if braces else text).strip()
    if not title:
        place.fault(row, "The section has no heading. Write words after '##'.")
    if len(title) > 200:
        place.fault(row, f"The heading has {len(title)} characters. At most 200.")
    if braces:
        values = read_attributes(braces["inside"], {"kind": 40}, row, place) or {}
        kind = values.get("kind", "overview")
        if kind not in KINDS:
            place.fault(row, f"'{kind}' is not a kind of section. {did_you_mean(kind, KINDS)}")
        return kind, title
    kind = kind_of_heading(title)
    if not kind:
        place.note(
            row,
            f"'{title}' names no kind of section; taken as overview. "
            "Write {kind=…} after the heading to say another.",
        )
    return kind or "overview", title


def kind_of_heading(title: str) -> str:
    """The kind that an obvious heading means; '' for any other."""
    plain = " ".join(re.sub(r"[^\w\s-]", " ", title.lower()).split())
    best = ""
    longest = 0
    for kind, beginnings in HEADINGS.items():
        for words_ in beginnings:
            fits = plain == words_ or plain.startswith(f"{words_} ")
            if fits and len(words_) > longest:
                best, longest = kind, len(words_)
    return best


def read_attributes(
    inside: str, allowed: dict[str, tuple[str, ...] | int], row: int, place: Place
) -> dict[str, str] | None:
    """`key="value"` pairs. None (and a fault) where that is not what the braces hold."""
    values: dict[str, str] = {}
    position = 0
    while match := _PAIR.match(inside, position):
        key = match[1]
        value = next(group for group in match.groups()[1:] if group is not None).strip()
        position = match.end()
        limit = allowed.get(key)
        if limit is None:
            known = did_you_mean(key, allowed) or "No attribute belongs here."
            place.fault(row, f"Unknown attribute '{key}'. {known}")
        elif isinstance(limit, tuple) and value not in limit:
            place.fault(row, f"'{value}' is not known for '{key}'. {did_you_mean(value, limit)}")
        elif isinstance(limit, int) and len(value) > limit:
            place.fault(row, f"'{key}' has {len(value)} characters. At most {limit}.")
        elif key in values:
            place.fault(row, f"'{key}' is there twice. Keep one.")
        elif value:
            values[key] = value
    if inside[position:].strip() or position == 0:
        place.fault(row, f'{{{inside}}} cannot be read. Write it like {{key="value"}}.')
        return None
    return values


def list_items(block: Block, rows: list[str]) -> list[tuple[int, str]]:
    """Each entry of a list as its own Markdown, with the row that it begins on."""
    found = []
    for token in block.tokens:
        if token.type == "list_item_open" and token.level == 1 and token.map:
            start, end = token.map
            first = re.match(r"\s*(?:[-*+]|\d+[.)])(?:[ \t]+|$)", rows[start])
            width = first.end() if first else 0
            lines = [rows[start][width:]]
            for line in rows[start + 1 : end]:
                lines.append(line[min(width, len(line) - len(line.lstrip())) :])
            found.append((start, "\n".join(lines).strip()))
    return found


def read_item(kind: str, text: str, row: int, place: Place) -> ItemFacts:
    item = ItemFacts(text, dict(DEFAULTS.get(kind, {})))
    braces = _BRACES.match(text)
    if braces and "=" in braces["inside"]:
        last = row + text.count("\n")
        values = read_attributes(braces["inside"], ATTRIBUTES[kind], last, place) or {}
        item.text = braces["before"].strip()
        item.attributes.update(values)
        if image := item.attributes.pop("image", ""):
            item.image = place.picture(image, last)
        drawing = values.get("drawing", "")
        if drawing and place.drawings and drawing not in place.drawings:
            advice = did_you_mean(drawing, place.drawings)
            place.fault(last, f"There is no drawing '{drawing}'. {advice}")
    if misplaced := _MISPLACED.search(item.text):
        line = row + item.text[: misplaced.start()].count("\n")
        place.fault(line, f"{misplaced[0]} belongs at the very end of the entry. Move it there.")
    if not item.text:
        place.fault(row, "The entry has no text. Write some, or delete it.")
    if kind == "red_flags" and "level" not in item.attributes:
        item.attributes["level"] = "911"
        place.note(row, 'Taken as an emergency. Say {level="911"}, {level="today"} or "book".')
    return item


def read_evidence(text: str, row: int, place: Place) -> ItemFacts:
    """A source: the words of the citation, and its link."""
    url = ""
    plain = " ".join(text.split())
    links = list(_LINK.finditer(plain))
    if links:
        url = links[-1]["to"]
        plain = _LINK.sub(lambda link: link["text"], plain).strip()
        named = links[-1]["text"].strip()
        if named == url or named.lower() in ("link", "doi", "full text", "read it", "pubmed"):
            plain = plain.removesuffix(".").removesuffix(named).rstrip()
    elif bare := list(_BARE.finditer(plain)):
        url = bare[-1]["angle"] or bare[-1]["bare"].rstrip(".,;")
        before, after = plain[: bare[-1].start()], plain[bare[-1].end() :]
        plain = f"{before.rstrip()} {after.strip()}".strip()
    if not url:
        place.note(row, "This source has no link. Add one: [words](https://…).")
    elif not re.fullmatch(r"https?://[^\s<>\"]+\.[^\s<>\"]+", url) or len(url) > 500:
        place.fault(row, f"'{url[:80]}' is not a link to a page. Begin it with https://.")
        url = ""
    if not plain:
        place.fault(row, "The source has no words. Write authors, title, where and when.")
    return ItemFacts(plain, {"url": url} if url else {})


def read_questions(
    section: SectionFacts, inside: list[Block], rows: list[str], place: Place
) -> None:
    starts = [index for index, block in enumerate(inside) if block.type == "heading_openh3"]
    section.body = words(rows, inside[: starts[0]] if starts else inside)
    for start, stop in pairwise([*starts, len(inside)]):
        row = inside[start].start
        question = inside[start].tokens[1].content.strip()
        answer = words(rows, inside[start + 1 : stop])
        if not question or len(question) > 300:
            place.fault(row, "A question should have 1 to 300 characters.")
        if not answer:
            place.fault(row, "The question has no answer. Write one below it.")
        section.items.append(ItemFacts(answer, {"question": question}))


def write(lead: str, sections: list[SectionFacts]) -> str:
    """The Markdown that `read` reads as these."""
    parts = [lead] if lead else []
    for section in sections:
        parts.append(f"## {section.heading} {{kind={section.kind}}}")
        parts += [section.body] if section.body else []
        if section.kind == "questions":
            parts += [f"### {one.attributes['question']}\n\n{one.text}" for one in section.items]
        elif section.items:
            parts.append(
                "\n".join(
                    write_item(section.kind, number, item)
                    for number, item in enumerate(section.items, 1)
                )
            )
        parts += [section.after] if section.after else []
    return "\n\n".join(parts) + "\n"


def write_item(kind: str, number: int, item: ItemFacts) -> str:
    marker = f"{number}. " if kind == "steps" else "- "
    text = item.text
    if kind == "evidence":
        text += f" <{item.attributes['url']}>" if "url" in item.attributes else ""
    else:
        pairs = dict(item.attributes)
        if item.image is not None:
            pairs["image"] = item.image.file
        for key, value in DEFAULTS.get(kind, {}).items():
            if pairs.get(key) == value:
                del pairs[key]
        if pairs:
            inside = " ".join(f"{key}={quoted(value)}" for key, value in pairs.items())
            text += f" {{{inside}}}"
    lines = text.split("\n")
    indent = " " * len(marker)
    return "\n".join([marker + lines[0], *(indent + line if line else "" for line in lines[1:])])


def quoted(value: str) -> str:
    """A value between the quotation marks that it does not hold itself."""
    value = value.replace("{", "(").replace("}", ")")
    if '"' not in value:
        return f'"{value}"'
    value = value.replace("'", "\u2019")
    return f"'{value}'"
