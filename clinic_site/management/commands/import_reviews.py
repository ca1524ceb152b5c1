from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from clinic_site.bundle import importing
from clinic_site.bundle.reading import Bundle
from clinic_site.management.commands import import_content
from practice.bundle.files import Findings, Folder
from practice.models import Practice
from reviews.bundle import reviews


class Command(import_content.Command):
    help = "Loads reviews from a CSV file; those without an authorization date wait unpublished."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change")
        parser.add_argument(
            "--theirs", action="store_true", help="overwrite what was edited on the site"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        findings = Findings()
        text = Folder(file.parent, findings).text(file.name)
        bundle = Bundle(sample=Practice.objects.current().is_sample, findings=findings)
        if text is not None:
            bundle.items = reviews(text, file.name, findings)
        report = importing.import_bundle(
            bundle, dry_run=options["dry_run"], theirs=options["theirs"], whole=False
        )
        self.answer(report, dry_run=options["dry_run"])
