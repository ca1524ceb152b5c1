from __future__ import annotations

import logging
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic_site.bundle import importing, reading
from clinic_site.bundle.importing import Report


class Command(BaseCommand):
    help = (
        "Brings the site to what a content bundle says. Exit status 1: faults, and nothing was "
        "touched; 2: some items were left as they are, because somebody has edited them here."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change")
        parser.add_argument(
            "--theirs", action="store_true", help="overwrite what was edited on the site"
        )
        parser.add_argument(
            "--publish-as-is",
            action="store_true",
            help="publish pages that lack something, and keep a record of what they lack",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        bundle = reading.read(options["folder"])
        report = importing.import_bundle(
            bundle,
            dry_run=options["dry_run"],
            theirs=options["theirs"],
            publish_as_is=options["publish_as_is"],
        )
        self.answer(report, dry_run=options["dry_run"])

    def execute(self, *args: Any, **options: Any) -> Any:
        # One line for each page saved and indexed would bury the report.
        for name in ("django_tasks", "wagtail"):
            logging.getLogger(name).setLevel(logging.WARNING)
        return super().execute(*args, **options)

    def answer(self, report: Report, *, dry_run: bool) -> None:
        if report.faults:
            for fault in report.faults:
                self.stderr.write(str(fault))
            count = len(report.faults)
            raise CommandError(
                f"{count} fault{'s' if count > 1 else ''}; nothing was imported.", returncode=1
            )
        self.tell(report, dry_run=dry_run)
        if report.conflicts:
            raise CommandError(
                f"Left as they are: {len(report.conflicts)}, edited here since the last import. "
                "--theirs overwrites them.",
                returncode=2,
            )

    def tell(self, report: Report, *, dry_run: bool) -> None:
        would = "would be " if dry_run else ""
        for what, paths in (
            (f"{would}added", report.added),
            (f"{would}changed", report.changed),
            (f"{would}published", report.published),
            (f"{would}removed (sample)", report.removed),
            ("conflict: edited here, left as it is", report.conflicts),
            ("gone from the bundle, still on the site", report.gone),
        ):
            for line in grouped(paths):
                self.stdout.write(f"{what}: {line}")
        for path, missing in report.drafts.items():
            self.stdout.write(f"draft: {path} lacks {', '.join(missing)}")
        for path, missing in report.as_is.items():
            self.stdout.write(f"{would}published as it is: {path} lacks {', '.join(missing)}")
        for note in report.notes:
            self.stdout.write(f"note: {note}")
        if report.nothing_changed:
            self.stdout.write("Nothing changed.")
        elif dry_run:
            self.stdout.write("This was a dry run; nothing was changed.")
        else:
            counts = {
                "added": report.added,
                "changed": report.changed,
                "published": report.published,
                "removed": report.removed,
            }
            said = [f"{len(paths)} {what}" for what, paths in counts.items() if paths]
            self.stdout.write(f"Imported: {', '.join(said)}.")


def grouped(paths: list[str]) -> list[str]:
    """The paths to print: reviews have no names worth reading, so they are counted."""
    reviews = [path for path in paths if path.startswith("reviews.csv#")]
    lines = [path for path in paths if path not in set(reviews)]
    return [*lines, f"reviews.csv ({len(reviews)} reviews)"] if reviews else lines
