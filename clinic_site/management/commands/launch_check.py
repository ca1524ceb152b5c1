from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic_site import launch
from practice import notices


class Command(BaseCommand):
    help = "Says, point by point, what is still to do before real patients come."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--make-notices", action="store_true", help="make a draft for each missing notice"
        )
        parser.add_argument(
            "--restored",
            action="store_true",
            help="write down that a backup was restored just now and looked at",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["make_notices"]:
            for notice in notices.make_missing():
                self.stdout.write(f"made a draft: /{notice.slug}/")
        if options["restored"]:
            launch.note_restore_drill()
        points = list(launch.points())
        for point in points:
            self.stdout.write(f"{'green' if point.is_green else 'RED  '}  {point.name}")
            for fault in point.faults:
                self.stdout.write(f"         {fault}")
            if point.faults:
                self.stdout.write(f"         To do: {point.to_do}")
        red = sum(not point.is_green for point in points)
        if red:
            raise CommandError(f"{red} of {len(points)} points are red. Do not open the site yet.")
        self.stdout.write("All points are green.")
