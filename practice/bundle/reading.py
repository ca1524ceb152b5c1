"""The practice's own part of a bundle, from files to facts. No database."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Collection

from practice.bundle.facts import (
    BoardFacts,
    Checked,
    ClosureFacts,
    Hours,
    LicenseFacts,
    LocationFacts,
    OfferFacts,
    PageFacts,
    PersonFacts,
    PersonWords,
    PictureFacts,
    PracticeFacts,
    RedirectFacts,
)
from practice.bundle.files import Findings, Folder
from practice.bundle.formats import front_matter
from practice.bundle.parts import Item
from practice.bundle.pictures import Pictures
from practice.bundle.tables import DAYS, Table, did_you_mean
from practice.languages import TRANSLATIONS

ROLES = ("physician", "physician-assistant", "nurse-practitioner", "staff")
ROLE_POSITION = {"physician": 0, "nurse-practitioner": 10, "physician-assistant": 10, "staff": 20}
OFFER_KINDS = ("same_day", "virtual", "after_hours", "routine", "contact")
# Addresses that a plain page would never be seen at.
TAKEN = frozenset({"a", "accounts", "admin", "appointments", "cms", "contact", "es", "livez",
                   "locations", "media", "readyz", "reviews", "search", "static"})  # fmt: skip
DOCTOR_WORDS = ("dr", "dr.", "doc", "doctor")


def practice(root: Table) -> Item:
    facts = PracticeFacts(
        name=root.text("name", required=True, longest=200),
        short_name=root.text("short_name", longest=100),
        specialty=root.text("specialty", longest=200),
        locale=root.text("locale", longest=10) or "en-US",
        time_zone=root.time_zone("time_zone"),
        phone=root.phone("phone", required=True),
        email=root.email("email"),
        reply_promise_minutes=root.whole("reply_promise_minutes", low=1, high=10_080) or 120,
        licensed_states=root.states("licensed_states"),
        accepted_insurance=root.texts("accepted_insurance"),
        sample=root.yes("sample"),
        desk_hours=hours(root, "desk_hours"),
        translations=root.translations(("specialty",)),
    )
    return Item("practice.toml#practice", root.line("name"), facts)


def hours(table: Table, key: str) -> list[Hours]:
    found = []
    for entry in table.tables(key):
        days, opens, closes = entry.days(), entry.time("opens"), entry.time("closes")
        entry.finish()
        if days and opens is not None and closes is not None:
            found.append(Hours(days, opens, closes))
    return sorted(found, key=hours_order)


def hours_order(one: Hours) -> tuple[list[int], dt.time, dt.time]:
    return [DAYS.index(day) for day in one.days], one.opens, one.closes


def locations(root: Table) -> list[Item]:
    items = []
    for position, entry in enumerate(root.tables("locations")):
        facts = LocationFacts(
            slug=entry.slug("slug", required=True),
            name=entry.text("name", required=True, longest=120),
            street=entry.text("street", required=True, longest=200),
            city=entry.text("city", required=True, longest=100),
            state=entry.state("state"),
            postal_code=entry.text("postal_code", required=True, longest=10),
            phone=entry.phone("phone"),
            after_hours_phone=entry.phone("after_hours_phone"),
            parking=entry.text("parking", longest=2_000),
            step_free=entry.text("step_free", longest=2_000),
            position=position,
            hours=hours(entry, "hours"),
            translations=entry.translations(("name", "parking", "step_free")),
        )
        if not facts.state:
            entry.text("state", required=True)
        entry.finish()
        items.append(Item(f"practice.toml#locations/{facts.slug}", entry.line("slug"), facts))
    return unique(items, root.findings)


def offers(
    root: Table, location_slugs: Collection[str], people_slugs: Collection[str]
) -> list[Item]:
    """One item for all of them: they are shown together and in order."""
    found = []
    for entry in root.tables("offers"):
        facts = OfferFacts(
            kind=entry.choice("kind", OFFER_KINDS, required=True),
            heading=entry.text("heading", required=True, longest=200),
            text=entry.text("text", longest=2_000),
            locations=sorted(known(entry, "locations", location_slugs)),
            seen_by=sorted(known(entry, "seen_by", people_slugs)),
            translations=entry.translations(("heading", "text")),
        )
        entry.finish()
        found.append(facts)
    return [Item("practice.toml#offers", root.line("offers", 0), found)] if found else []


def closures(
    root: Table, location_slugs: Collection[str], people_slugs: Collection[str]
) -> list[Item]:
    items = []
    for entry in root.tables("closures"):
        starts, ends = moment(entry, "from"), moment(entry, "until", end=True)
        reason = entry.text("reason", longest=200)
        location = "".join(known(entry, "location", location_slugs, one=True))
        practitioner = "".join(known(entry, "practitioner", people_slugs, one=True))
        entry.finish()
        if starts is None or ends is None:
            continue
        if ends <= starts:
            entry.fault("until", "The closure ends before it begins. 'until' should be later.")
        facts = ClosureFacts(starts, ends, reason, location, practitioner)
        items.append(Item(f"practice.toml#closures/{facts.key}", entry.line("from"), facts))
    return unique(items, root.findings)


def moment(entry: Table, key: str, *, end: bool = False) -> dt.datetime | None:
    """A day or a minute on the practice's wall clock. As an end, a day counts whole."""
    value = entry.data.get(key)
    entry.known.add(key)
    if isinstance(value, str):
        try:
            value = (
                dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)
            )
        except ValueError:
            value = None
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            return value
        entry.fault(key, f"'{key}' should not name a time zone; the practice's own counts.")
        return None
    if isinstance(value, dt.date):
        day = dt.datetime.combine(value, dt.time())
        return day + dt.timedelta(days=1) if end else day
    entry.fault(key, f"'{key}' should be a day such as 2026-12-25, or 2026-12-24T12:00.")
    return None


def known(table: Table, key: str, slugs: Collection[str], *, one: bool = False) -> list[str]:
    """Slugs that the bundle has; each other one is a fault."""
    values = [table.slug(key)] if one else table.slugs(key)
    for value in values:
        if value and value not in slugs:
            table.fault(key, f"'{value}' is not in this bundle. {did_you_mean(value, slugs)}")
    return [value for value in values if value in slugs]


def people(
    folder: Folder, pictures: Pictures, location_slugs: Collection[str], findings: Findings
) -> list[Item]:
    items = []
    for path in folder.names("people", ending=".md"):
        slug, locale = name_of(path, findings)
        parsed = front_matter_of(folder, path, findings)
        if parsed is None or not slug:
            continue
        table, text, _line = parsed
        if locale:
            items.append(Item(path, 1, person_words(table, slug, locale, text)))
            continue
        facts = person(table, slug, pictures, location_slugs)
        facts.biography = text.strip()
        table.finish()
        items.append(Item(path, table.line("name"), facts))
    return items


def person(
    table: Table, slug: str, pictures: Pictures, location_slugs: Collection[str]
) -> PersonFacts:
    role = table.choice("role", ROLES, required=True, default="staff")
    position = table.whole("position", low=0, high=10_000)
    facts = PersonFacts(
        slug=slug,
        name=table.text("name", required=True, longest=150),
        credentials=table.text("credentials", longest=60),
        role=role,
        job_title=table.text("job_title", longest=150),
        honorific=table.text("honorific", longest=30),
        bookable=table.yes("bookable"),
        locations=sorted(known(table, "locations", location_slugs)),
        name_variants=table.texts("name_variants"),
        languages=table.texts("languages"),
        specialty=table.text("specialty", longest=200),
        licenses=sorted(licenses(table), key=lambda one: one.state),
        member_of=table.texts("member_of", longest=300),
        awards=table.texts("awards", longest=300),
        training=table.texts("training", longest=300),
        board_certifications=certifications(table),
        image=pictures.one(table, "image"),
        position=ROLE_POSITION[role] if position is None else position,
    )
    for key in ("name", "honorific"):
        words = str(getattr(facts, key)).lower().split()
        if role == "physician-assistant" and words and words[0] in DOCTOR_WORDS:
            table.fault(key, "A physician assistant is never called 'Dr.'. Take the title out.")
    if role != "staff" and not facts.credentials:
        table.fault("credentials", "'credentials' is missing. Write a title such as PA-C.")
    return facts


def person_words(table: Table, slug: str, locale: str, text: str) -> PersonWords:
    facts = PersonWords(
        slug=slug,
        locale=locale,
        job_title=table.text("job_title", longest=150),
        specialty=table.text("specialty", longest=200),
        languages=table.texts("languages"),
        member_of=table.texts("member_of", longest=300),
        awards=table.texts("awards", longest=300),
        training=table.texts("training", longest=300),
        biography=text.strip(),
        checked=translated(table, locale),
    )
    table.finish()
    return facts


def translated(table: Table, named: str) -> Checked | None:
    """Holds a translation's `locale` to its file name, and reads who has checked it."""
    locale = table.text("locale", longest=10)
    if locale.split("-")[0] != named:
        expected = f"locale: {named}" if named else f"a file name that ends in .{locale}.md"
        table.fault("locale", f"Name and 'locale' do not agree. Expected {expected}.")
    by, on = table.text("checked_by", longest=150), table.date("checked")
    words = table.text("checked_words", longest=64)
    if bool(by) != bool(on):
        table.fault("checked", "Say both: checked_by (a name) and checked (the day).")
    return Checked(by, on, words) if by and on else None


def licenses(table: Table) -> list[LicenseFacts]:
    found: list[LicenseFacts] = []
    for entry in table.tables("licenses"):
        one = LicenseFacts(entry.state("state"), entry.text("number", longest=40))
        if not one.state and not entry.has("state"):
            entry.fault("state", "'state' is missing. Write two capitals, such as CO.")
        if any(other.state == one.state for other in found):
            entry.fault("state", f"There are two licenses for {one.state}. Keep one.")
        entry.finish()
        found.append(one)
    return found


def certifications(table: Table) -> list[BoardFacts]:
    found = []
    for entry in table.tables("board_certifications"):
        one = BoardFacts(
            board=entry.text("board", required=True, longest=200),
            specialty=entry.text("specialty", required=True, longest=200),
            expires=entry.date("expires"),
        )
        entry.finish()
        found.append(one)
    return found


def pages(folder: Folder, findings: Findings) -> list[Item]:
    items = []
    for path in folder.names("pages", ending=".md"):
        slug, locale = name_of(path, findings)
        parsed = front_matter_of(folder, path, findings)
        if parsed is None or not slug:
            continue
        table, text, _line = parsed
        facts = PageFacts(
            slug=slug,
            title=table.text("title", required=True),
            summary=table.text("summary", longest=400),
            body=text.strip(),
            locale=locale,
            checked=translated(table, locale) if locale else None,
        )
        table.finish()
        if slug in TAKEN:
            findings.fault(path, 1, f"/{slug}/ is the site's own. Give the file another name.")
        if not facts.body:
            findings.fault(path, 1, "The page has no text. Write it below the front matter.")
        items.append(Item(path, table.line("title"), facts))
    return items


def redirects(folder: Folder, findings: Findings) -> list[Item]:
    if "redirects.csv" not in folder.names():
        return []
    text = folder.text("redirects.csv")
    items = []
    for line, row in csv_rows(text or "", "redirects.csv", findings):
        cells = [cell.strip() for cell in row]
        if line == 1 and not cells[0].startswith("/"):
            continue
        new = cells[1] if len(cells) == 2 else ""
        if len(cells) != 2 or not cells[0].startswith("/") or not is_address(new):
            advice = "Write two addresses: /old/,/new/."
            findings.fault("redirects.csv", line, f"This is not a redirect. {advice}")
            continue
        old = "/" + cells[0].strip("/")
        if "?" in old or "#" in old or len(old) > 250:
            findings.fault("redirects.csv", line, "The old address should be a path alone: /old/.")
            continue
        items.append(Item(f"redirects.csv#{old}", line, RedirectFacts(old, new)))
    return unique(items, findings)


def is_address(value: str) -> bool:
    inside = value.startswith("/") and not value.startswith("//")
    return inside or value.startswith(("https://", "http://"))


def csv_rows(text: str, path: str, findings: Findings) -> list[tuple[int, list[str]]]:
    """Rows that are not empty, each with the line it begins on."""
    reader = csv.reader(io.StringIO(text), strict=True)
    rows, begins = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((begins, row))
            begins = reader.line_num + 1
    except csv.Error as error:
        findings.fault(path, reader.line_num or 1, f"This is not CSV: {error}. Check the quotes.")
    return rows


def front_matter_of(folder: Folder, path: str, findings: Findings) -> tuple[Table, str, int] | None:
    text = folder.text(path)
    return None if text is None else front_matter(text, path, findings)


TRANSLATED = re.compile(r"(?P<slug>[^.]+)\.(?P<locale>[a-z]{2})")


def name_of(path: str, findings: Findings) -> tuple[str, str]:
    """The slug and the language that a file's name gives; an original's language is ''."""
    name = path.rsplit("/", 1)[-1].removesuffix(".md")
    match = TRANSLATED.fullmatch(name)
    if match is None:
        return slug_of(path, findings), ""
    if match["locale"] not in TRANSLATIONS:
        message = f"The site does not speak '{match['locale']}' yet; this was not read."
        findings.note(path, 1, message)
        return "", ""
    original = f"{path.removesuffix('.md').rsplit('.', 1)[0]}.md"
    return slug_of(original, findings), match["locale"]


def slug_of(path: str, findings: Findings) -> str:
    """The slug that a file's name gives; '' and a fault where it is none."""
    name = path.rsplit("/", 1)[-1].removesuffix(".md")
    checker: Callable[[str], str] = Table({"slug": name}, path, {}, findings).slug
    return checker("slug")


def unique(items: list[Item], findings: Findings) -> list[Item]:
    seen: dict[str, Item] = {}
    for item in items:
        file, _, name = item.path.partition("#")
        if item.path in seen:
            first = seen[item.path].line
            message = f"'{name}' is there twice (first in line {first}). Keep one."
            findings.fault(file, item.line, message)
        seen.setdefault(item.path, item)
    return list(seen.values())


def picture_files(facts: PersonFacts) -> list[PictureFacts]:
    return [facts.image] if facts.image else []
