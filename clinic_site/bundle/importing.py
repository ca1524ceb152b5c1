"""A bundle into the database: in order, in one transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.utils import DatabaseError

from clinic_site.bundle.parts import Parts
from clinic_site.bundle.reading import Bundle
from practice import clock
from practice.bundle.files import Fault, Note
from practice.bundle.pages import name_the_front_page
from practice.bundle.parts import Held, Item, Part, Writing, digest
from practice.bundle.translated import is_translated
from practice.models import ImportedItem, Picture, Practice
from procedures.bundle import topics
from procedures.models import Condition, Procedure

LOCK = 7_305_771  # any number that no other advisory lock of the site has


@dataclass
class Report:
    """What an import did, or would do."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    drafts: dict[str, list[str]] = field(default_factory=dict)
    as_is: dict[str, list[str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def nothing_changed(self) -> bool:
        return not (self.added or self.changed or self.published or self.removed)


class Faulty(Exception):
    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class Undo(Exception):
    """Takes a dry run back."""


@contextmanager
def one_transaction(writing: Writing, *, keep: bool) -> Iterator[None]:
    """All or nothing, pictures' files included; one import at a time."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '120s'")
                cursor.execute("SET LOCAL lock_timeout = '60s'")
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            yield
            if not keep:
                raise Undo
    except BaseException as error:
        for name in writing.saved_files:
            default_storage.delete(name)
        if not isinstance(error, Undo):
            raise


def import_bundle(
    bundle: Bundle,
    *,
    dry_run: bool = False,
    theirs: bool = False,
    publish_as_is: bool = False,
    whole: bool = True,
) -> Report:
    """Brings the site to what the bundle says. A report with faults means: nothing was touched.

    `whole=False`: some items only (one file of a bundle), so nothing else is gone or removed.
    """
    report = Report(notes=bundle.notes, faults=bundle.faults)
    if report.faults:
        return report
    name_pictures_as_the_site_does(bundle)
    writing = Writing(
        sample=bundle.sample,
        now=clock.now(),
        pictures=bundle.pictures,
        publish_as_is=publish_as_is,
    )
    try:
        with one_transaction(writing, keep=not dry_run):
            run = Import(bundle, writing, report, theirs=theirs)
            if whole:
                run.whole()
            else:
                run.items()
    except Faulty as error:
        return Report(notes=report.notes, faults=error.faults)
    return report


def name_pictures_as_the_site_does(bundle: Bundle) -> None:
    """An export holds pictures as they are stored, which is not how they first came."""
    stored = Picture.objects.filter(file_hash__in=bundle.pictures).exclude(source_sha1="")
    first_came = dict(stored.values_list("file_hash", "source_sha1"))
    for facts in bundle.picture_facts:
        facts.sha1 = first_came.get(facts.sha1, facts.sha1)


class Import:
    """One run. Its parts remember what they have read, so they live no longer than it."""

    def __init__(self, bundle: Bundle, writing: Writing, report: Report, *, theirs: bool) -> None:
        self.bundle = bundle
        self.writing = writing
        self.report = report
        self.theirs = theirs
        self.parts = Parts()
        self.created: set[str] = set()
        self.records = {record.path: record for record in ImportedItem.objects.all()}

    def whole(self) -> None:
        before = Practice.objects.current().name
        if not self.bundle.sample:
            self.remove_samples()
        self.link_topics()
        self.items()
        name_the_front_page(before)
        self.name_what_is_gone()

    def items(self) -> None:
        to_write = [item for item in self.bundle.items if self.is_to_write(item)]
        for item in to_write:
            self.guarded(item, self.parts.of(item.path).prepare)
        for item in to_write:
            self.guarded(item, self.parts.of(item.path).write)
            self.record(item)
        for item in self.bundle.items:
            self.publish(item)
        self.report.notes += self.writing.notes

    def link_topics(self) -> None:
        on_site = {
            "condition": set(Condition.objects.values_list("slug", flat=True)),
            "procedure": set(Procedure.objects.values_list("slug", flat=True)),
        }
        folders = tuple(f"{folder}/" for folder in topics.FOLDERS)
        items = [one for one in self.bundle.items if one.path.startswith(folders)]
        found = len(self.bundle.findings.notes)
        topics.link(items, on_site, self.bundle.findings)
        self.report.notes += self.bundle.findings.notes[found:]

    def is_to_write(self, item: Item) -> bool:
        """Compares three states: the bundle's, the site's, and the one of the last import."""
        part = self.parts.of(item.path)
        record = self.records.get(item.path)
        current = part.current(item.path)
        if current is not None and current == item.facts:
            if record is None or record.source_hash != digest(item.facts):
                self.record(item)
            return False
        if current is None:
            self.created.add(item.path)
        if record is None and current is None:
            self.report.added.append(item.path)
            return True
        untouched = (
            record is not None and current is not None and digest(current) == record.state_hash
        )
        if untouched or self.theirs:
            self.report.changed.append(item.path)
            return True
        self.report.conflicts.append(item.path)
        return False

    def guarded(self, item: Item, act: object) -> None:
        """Runs one step for one item; what the database refuses becomes a fault of its file."""
        try:
            act(item, self.writing)  # type: ignore[operator]
        except ValidationError as error:
            text = " ".join(error.messages)
            raise Faulty([Fault(file_of(item.path), item.line, text)]) from error
        except DatabaseError as error:
            text = str(error).splitlines()[0]
            raise Faulty([Fault(file_of(item.path), item.line, f"Refused: {text}")]) from error

    def record(self, item: Item) -> None:
        current = self.parts.of(item.path).current(item.path)
        old = self.records.get(item.path)
        self.records[item.path], _ = ImportedItem.objects.update_or_create(
            path=item.path,
            defaults={
                "source_hash": digest(item.facts),
                "state_hash": digest(current if current is not None else item.facts),
                "missing": old.missing if old else [],
                "published_as_is": old.published_as_is if old else False,
                "imported_at": self.writing.now,
            },
        )

    def publish(self, item: Item) -> None:
        """Publishes what is complete, and what is not where the caller takes it as it is."""
        part = self.parts.of(item.path)
        if item.path in self.report.conflicts:
            return
        standing = part.standing(item.path)
        if standing is None:
            return
        record = self.records[item.path]
        written = item.path in self.report.added or item.path in self.report.changed
        if standing.missing and not self.writing.publish_as_is:
            if written or not standing.live:
                self.report.drafts[item.path] = standing.missing
            if written:
                self.note_standing(record, standing.missing, as_is=False)
            return
        if standing.signed:
            self.note_signed(item, written=written)
            return
        if self.should_publish(item, record, live=standing.live, written=written):
            part.publish(item.path, self.writing)
            if not written:
                self.report.published.append(item.path)
            self.note_standing(record, standing.missing, as_is=bool(standing.missing))
            if standing.missing:
                self.report.as_is[item.path] = standing.missing

    def note_signed(self, item: Item, *, written: bool) -> None:
        if written:
            message = "A physician signed this page. The new text waits as a draft."
            self.report.notes.append(Note(item.path, item.line, message))

    def should_publish(
        self, item: Item, record: ImportedItem, *, live: bool, written: bool
    ) -> bool:
        if item.path in self.created:
            return True
        was_held_back = bool(record.missing) and not record.published_as_is
        if live:
            return written
        if not was_held_back:
            if written:
                message = "Somebody took this page off the site; the new text waits as a draft."
                self.report.notes.append(Note(item.path, item.line, message))
            return False
        return True

    def note_standing(self, record: ImportedItem, missing: list[str], *, as_is: bool) -> None:
        record.missing = missing
        record.published_as_is = as_is
        record.save(update_fields=["missing", "published_as_is"])

    def name_what_is_gone(self) -> None:
        here = {item.path for item in self.bundle.items}
        there = {path for part in self.parts.every for path in part.paths()}
        self.report.gone += sorted((self.records.keys() - here) & there)

    def remove_samples(self) -> None:
        """Takes away the samples that nobody has touched; says which ones stay, and why."""
        if not Practice.objects.current().is_sample:
            return
        others = self.records.keys() - {PRACTICE}
        samples = sorted(path for path in others if self.is_untouched_sample(path))
        order = {part.prefix: number for number, part in enumerate(self.parts.all)}
        samples.sort(key=lambda path: order.get(self.parts.of(path).prefix, 0), reverse=True)
        samples.sort(key=is_translated, reverse=True)  # before their originals
        for path in samples:
            part = self.parts.of(path)
            try:
                with transaction.atomic():
                    part.remove(path)
            except Held as error:
                part.retire(path)
                message = f"Sample kept, but out of sight: {error}"
                self.report.notes.append(Note(file_of(path), 1, message))
            else:
                self.report.removed.append(path)
            self.records.pop(path).delete()

    def is_untouched_sample(self, path: str) -> bool:
        part: Part = self.parts.of(path)
        if not part.is_sample(path):
            return False
        current = part.current(path)
        if current is None or digest(current) == self.records[path].state_hash:
            return True
        message = "Sample kept: somebody has changed it. Delete it by hand, or make it yours."
        self.report.notes.append(Note(file_of(path), 1, message))
        return False


PRACTICE = "practice.toml#practice"


def file_of(path: str) -> str:
    return path.partition("#")[0]
