from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .append_only import append_only_triggers


class PublishedVersion(models.Model):
    """What a page said from `at` on. A trigger on the page's row writes it (migration 0007), so no
    way to publish leaves it out; it outlives the page, so it points at nothing."""

    page_id = models.BigIntegerField(db_index=True)
    revision_id = models.BigIntegerField()
    model = models.CharField(max_length=100, help_text="app_label.model of the page")
    title = models.CharField(max_length=255)
    url_path = models.TextField()
    content = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("published version")
        verbose_name_plural = _("published versions")
        ordering = ["-at", "-pk"]
        triggers = append_only_triggers()

    def __str__(self) -> str:
        return f"{self.title}, {self.at:%Y-%m-%d}"
