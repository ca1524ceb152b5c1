from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from clinic_site.bundle import exporting


class Command(BaseCommand):
    help = "Writes the site's content as a bundle that import_content reads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--overwrite", action="store_true", help="write over an older bundle in the folder"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if folder.exists() and not folder.is_dir():
            raise CommandError(f"{folder} is a file. Name a folder.")
        inside = (
            [one for one in folder.iterdir() if not one.name.startswith(".")]
            if (folder.is_dir())
            else []
        )
        if inside and not options["overwrite"]:
            raise CommandError(
                f"{folder} is not empty. Name a new folder, or add --overwrite to write over it."
            )
        if inside and not (folder / "practice.toml").is_file():
            raise CommandError(f"{folder} holds something that is no bundle. Name another folder.")
        with transaction.atomic():
            paths = exporting.write(folder)
        self.stdout.write(f"Wrote {len(paths)} files to {folder}.")
