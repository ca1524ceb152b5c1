from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from appointments import booking, busy, wording
from appointments.busy_times import LARGEST, Unreadable
from practice import clock
from practice.models import Practice, Practitioner


class Command(BaseCommand):
    help = (
        "Brings a practitioner's busy times in from a file (ICS or CSV), or from the address set "
        "in CLINIC_BUSY_CALENDARS; lists the booked visits that they cross."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help='a file, or "address" for what the settings name')
        parser.add_argument("--practitioner", default="", help="the person's address name")
        parser.add_argument(
            "--name", default=busy.EHR, help="a second calendar of one person has its own name"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now, slug = clock.now(), options["practitioner"]
        known = ", ".join(Practitioner.objects.values_list("slug", flat=True)) or "nobody yet"
        if slug and not Practitioner.objects.filter(slug=slug).exists():
            raise CommandError(f"Nobody is called {slug}. There are: {known}.")
        if options["source"] == "address":
            self._addresses(slug, now)
        elif "://" in options["source"]:
            raise CommandError(
                "An address is a secret and belongs into CLINIC_BUSY_CALENDARS; then say: "
                "import_busy address"
            )
        elif not slug:
            raise CommandError(f"Say whose file it is: --practitioner NAME. There are: {known}.")
        else:
            self._file(Path(options["source"]), slug, options["name"], now)
        self._collisions(now)

    def _addresses(self, slug: str, now: Any) -> None:
        wanted = [one for one in settings.BUSY_CALENDARS if slug in ("", one)]
        if not wanted:
            raise CommandError("No address is set for that: see CLINIC_BUSY_CALENDARS.")
        failed = []
        for who, outcome in busy.read_addresses(now=now, only=slug):
            if isinstance(outcome, str):
                failed.append(f"{who}: {outcome}")
            else:
                self._say(who, outcome)
        if failed:
            raise CommandError("Nothing was changed for:\n  " + "\n  ".join(failed))

    def _file(self, path: Path, slug: str, name: str, now: Any) -> None:
        practitioner = Practitioner.objects.get(slug=slug)
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
            self._say(slug, busy.read(data, practitioner=practitioner, source=name[:40], now=now))
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}.") from error
        except Unreadable as error:
            raise CommandError(f"Nothing was changed. {path.name}, {error}.") from error
        except booking.Busy:
            raise CommandError("The calendar is busy. Nothing was changed; try again.") from None

    def _say(self, who: str, outcome: busy.Outcome) -> None:
        self.stdout.write(
            f"{who}: {outcome.new} new, {outcome.moved} moved, {outcome.gone} gone, "
            f"{outcome.unchanged} as before."
        )

    def _collisions(self, now: Any) -> None:
        zone = Practice.objects.current().zone
        crossed = list(busy.collisions(now).select_related("practitioner"))
        self.stdout.write(f"Booked visits that a busy time crosses: {len(crossed)}.")
        for visit in crossed:
            when = wording.when(visit.starts_at, zone)
            self.stdout.write(f"  {visit.reference}, {when}, {visit.practitioner.slug}")
