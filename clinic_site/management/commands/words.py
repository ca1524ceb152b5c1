"""Collect the words of the interface for the translator, and compile what is translated."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from clinic_site import words


class Command(BaseCommand):
    help = (
        "Bring locale/es/LC_MESSAGES/django.po up to date with the code, and compile it. Says "
        "what is still to be translated."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.LOCALE_PATHS[0] / "es" / "LC_MESSAGES"
        path = folder / "django.po"
        old = words.read(path) if path.exists() else []
        entries = words.updated(old, words.collect(settings.BASE_DIR))
        words.write(path, entries, "es")
        (folder / "django.mo").write_bytes(words.compiled(entries, "es"))
        empty = [entry.key[1] for entry in entries if not all(entry.translations)]
        for text in empty:
            self.stdout.write(f"to translate: {text}")
        self.stdout.write(f"{len(entries)} messages, {len(empty)} to translate.")
