"""What the site remembers about its own content."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ContentVersion(models.Model):
    """One number, raised by triggers in the transaction of every change to public content."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.PositiveBigIntegerField(default=1)

    class Meta:
        verbose_name = _("content version")
        verbose_name_plural = _("content version")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="content_version_is_one_row")]

    def __str__(self) -> str:
        return str(self.version)


class ImportedItem(models.Model):
    """One file (or one entry of one) of a bundle, as it was last imported."""

    path = models.CharField(max_length=300, unique=True)
    source_hash = models.CharField(max_length=64)
    state_hash = models.CharField(max_length=64)
    missing = models.JSONField(default=list, blank=True)
    published_as_is = models.BooleanField(default=False)
    imported_at = models.DateTimeField()

    class Meta:
        verbose_name = _("imported item")
        verbose_name_plural = _("imported items")
        ordering = ["path"]

    def __str__(self) -> str:
        return self.path
