from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Translated(models.Model):
    """A plain row whose few words have translations beside them. There is one row per thing, in
    however many languages."""

    translations = models.JSONField(
        _("in other languages"),
        default=dict,
        blank=True,
        help_text=_("For each language, the words by field: {“es”: {“job_title”: “…”}}."),
    )

    class Meta:
        abstract = True

    def said(self, field: str) -> str:
        """A field in the language spoken now; in the original where nobody has translated it."""
        language = (get_language() or "en").split("-")[0]
        translated = self.translations.get(language, {}).get(field)
        return str(translated or getattr(self, field))

    def said_list(self, field: str) -> list[str]:
        language = (get_language() or "en").split("-")[0]
        return list(self.translations.get(language, {}).get(field) or getattr(self, field))
