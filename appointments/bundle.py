"""What appointments read and write of a bundle: visit types and working hours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, time

from appointments.models import VisitType, WorkingHours
from practice.bundle.parts import Item, PlainPart, Writing
from practice.bundle.reading import known, unique
from practice.bundle.rows import delete
from practice.bundle.tables import DAYS, Table
from practice.models import Location, Practitioner


@dataclass
class VisitTypeFacts:
    slug: str
    name: str
    summary: str = ""
    modality: str = "in-person"
    minutes: int = 0
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    minimum_notice_minutes: int = 0
    horizon_days: int = 0
    confirmation: str = "request"
    start_interval_minutes: int | None = None
    patient_instruction: str = ""
    active: bool = True
    position: int = 0
    translations: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class WorkingHoursFacts:
    practitioner: str
    location: str
    visit_types: list[str]
    days: list[str]
    opens: time
    closes: time
    from_date: date | None = None
    until_date: date | None = None


def visit_types(root: Table) -> list[Item]:
    items = []
    for position, entry in enumerate(root.tables("visit_types")):
        facts = VisitTypeFacts(
            slug=entry.slug("slug", required=True),
            name=entry.text("name", required=True, longest=120),
            summary=entry.text("summary", longest=2_000),
            modality=entry.choice("modality", ("virtual", "in-person"), required=True),
            minutes=entry.whole("minutes", low=5, high=480, required=True) or 0,
            buffer_before_minutes=entry.whole("buffer_before_minutes", low=0, high=240) or 0,
            buffer_after_minutes=entry.whole("buffer_after_minutes", low=0, high=240) or 0,
            minimum_notice_minutes=entry.whole("minimum_notice_minutes", low=0, high=86_400) or 0,
            horizon_days=entry.whole("horizon_days", low=0, high=730, required=True) or 0,
            confirmation=entry.choice("confirmation", ("request", "instant"), required=True),
            start_interval_minutes=entry.whole("start_interval_minutes", low=5, high=1_440),
            patient_instruction=entry.text("patient_instruction", longest=4_000),
            active=entry.yes("active", default=True),
            position=position,
            translations=entry.translations(("name", "summary", "patient_instruction")),
        )
        entry.finish()
        items.append(Item(f"practice.toml#visit_types/{facts.slug}", entry.line("slug"), facts))
    return unique(items, root.findings)


def working_hours(
    root: Table, people: Collection[str], locations: Collection[str], types: list[Item]
) -> list[Item]:
    """One item for each person: all the hours in which that person sees patients."""
    modality = {item.facts.slug: item.facts.modality for item in types}
    by_person: dict[str, Item] = {}
    for entry in root.tables("working_hours"):
        facts = read_hours(entry, people, locations, modality)
        if facts is not None:
            path = f"practice.toml#working_hours/{facts.practitioner}"
            item = by_person.setdefault(path, Item(path, entry.line(), []))
            item.facts.append(facts)
    for item in by_person.values():
        item.facts.sort(key=hours_order)
    return list(by_person.values())


def read_hours(
    entry: Table, people: Collection[str], locations: Collection[str], modality: dict[str, str]
) -> WorkingHoursFacts | None:
    for key in ("practitioner", "visit_types"):
        if not entry.has(key):
            entry.fault(key, f"'{key}' is missing. Say who sees patients, and for what.")
    practitioner = "".join(known(entry, "practitioner", people, one=True))
    location = "".join(known(entry, "location", locations, one=True))
    types = sorted(known(entry, "visit_types", set(modality)))
    days, opens, closes = entry.days(), entry.time("opens"), entry.time("closes")
    begins, ends = entry.date("from"), entry.date("until")
    entry.finish()
    in_person = [slug for slug in types if modality[slug] == "in-person"]
    if in_person and not entry.has("location"):
        entry.fault("visit_types", f"'{in_person[0]}' is in person. Say at which location.")
    if begins and ends and ends < begins:
        entry.fault("until", "The hours end before they begin. 'until' should be later.")
    if not (practitioner and types and days) or opens is None or closes is None:
        return None
    return WorkingHoursFacts(practitioner, location, types, days, opens, closes, begins, ends)


def hours_order(one: WorkingHoursFacts) -> tuple[object, ...]:
    days = [DAYS.index(day) for day in one.days]
    span = one.from_date or date.min, one.until_date or date.max
    return one.location, days, one.opens, one.closes, one.visit_types, span


class VisitTypePart(PlainPart):
    prefix = "practice.toml#visit_types/"

    def paths(self) -> list[str]:
        rows = VisitType.objects.order_by("position", "slug").values_list("slug", flat=True)
        return [self.path(slug) for slug in rows]

    def current(self, path: str) -> VisitTypeFacts | None:
        row = VisitType.objects.filter(slug=self.slug(path)).first()
        if row is None:
            return None
        names = VisitTypeFacts.__dataclass_fields__
        return VisitTypeFacts(**{name: getattr(row, name) for name in names})

    def write(self, item: Item, writing: Writing) -> None:
        facts: VisitTypeFacts = item.facts
        row = VisitType.objects.filter(slug=facts.slug).first() or VisitType()
        for name in VisitTypeFacts.__dataclass_fields__:
            setattr(row, name, getattr(facts, name))
        row.is_sample = writing.sample
        row.full_clean()
        row.save()

    def remove(self, path: str) -> None:
        for row in VisitType.objects.filter(slug=self.slug(path)):
            delete(row, f"The visit type '{row.slug}'")

    def retire(self, path: str) -> None:
        VisitType.objects.filter(slug=self.slug(path)).update(active=False)

    def is_sample(self, path: str) -> bool:
        return VisitType.objects.filter(slug=self.slug(path), is_sample=True).exists()


class WorkingHoursPart(PlainPart):
    prefix = "practice.toml#working_hours/"

    def paths(self) -> list[str]:
        rows = Practitioner.objects.filter(working_hours__isnull=False).distinct()
        return [self.path(row.slug) for row in rows.order_by("position", "slug")]

    def current(self, path: str) -> list[WorkingHoursFacts] | None:
        rows = WorkingHours.objects.filter(practitioner__slug=self.slug(path))
        rows = rows.select_related("practitioner", "location").prefetch_related("visit_types")
        found = [
            WorkingHoursFacts(
                practitioner=row.practitioner.slug,
                location=row.location.slug if row.location else "",
                visit_types=sorted(one.slug for one in row.visit_types.all()),
                days=[day for day in DAYS if day in row.days],
                opens=row.opens,
                closes=row.closes,
                from_date=row.from_date,
                until_date=row.until_date,
            )
            for row in rows
        ]
        return sorted(found, key=hours_order) or None

    def write(self, item: Item, writing: Writing) -> None:
        self.remove(item.path)
        for facts in item.facts:
            row = WorkingHours(
                practitioner=Practitioner.objects.get(slug=facts.practitioner),
                location=Location.objects.filter(slug=facts.location).first(),
                days=facts.days,
                opens=facts.opens,
                closes=facts.closes,
                from_date=facts.from_date,
                until_date=facts.until_date,
                is_sample=writing.sample,
            )
            row.full_clean()
            row.save()
            row.visit_types.set(VisitType.objects.filter(slug__in=facts.visit_types))

    def remove(self, path: str) -> None:
        WorkingHours.objects.filter(practitioner__slug=self.slug(path)).delete()

    def is_sample(self, path: str) -> bool:
        rows = WorkingHours.objects.filter(practitioner__slug=self.slug(path))
        return rows.filter(is_sample=True).exists()
