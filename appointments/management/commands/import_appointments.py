from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from appointments import booking, loading, visit_files
from appointments.models import VisitType
from practice import clock
from practice.models import Location, Practice, Practitioner

SHOWN = 200


class Command(BaseCommand):
    help = (
        "Loads patients and their visits, past and to come, from a CSV file of your EHR: all of "
        "it or nothing. The columns are explained in docs/operator.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be loaded, and load nothing"
        )
        parser.add_argument(
            "--tell", action="store_true", help="write to whoever has a visit to come"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now, file = clock.now(), options["file"]
        names = visit_files.Names(
            visit_types={one.slug: one for one in VisitType.objects.all()},
            practitioners={one.slug: one for one in Practitioner.objects.all()},
            locations={one.slug: one for one in Location.objects.all()},
            zone=Practice.objects.current().zone,
        )
        try:
            with file.open("rb") as opened:
                data = opened.read(visit_files.LARGEST + 1)
        except OSError as error:
            raise CommandError(f"{file} cannot be opened: {error.strerror}.") from error
        lines, problems = visit_files.read(data, names=names, now=now)
        if problems.found:
            raise self._wrong(problems)
        try:
            report = loading.load(lines, now=now, dry_run=options["dry_run"], tell=options["tell"])
        except loading.CannotLoad as wrong:
            raise self._wrong(wrong.problems) from None
        except booking.Busy:
            raise CommandError("The calendars are busy. Nothing was loaded; try again.") from None
        self._say(report, dry_run=options["dry_run"])

    def _say(self, report: loading.Report, *, dry_run: bool) -> None:
        for number, reference in report.differing:
            self.stdout.write(
                f"line {number}: {reference} is here already, with another time or person. It was "
                "left as it is; change it at the desk."
            )
        self.stdout.write(
            f"{'Would load' if dry_run else 'Loaded'}: {report.people} people, {report.visits} "
            f"visits. Here already: {report.known_people} people, {report.known_visits} visits. "
            f"Messages: {report.told}."
        )

    def _wrong(self, problems: visit_files.Problems) -> CommandError:
        said = problems.sentences()
        more = f"\n  and {len(said) - SHOWN} more" if len(said) > SHOWN else ""
        return CommandError("Nothing was loaded.\n  " + "\n  ".join(said[:SHOWN]) + more)
