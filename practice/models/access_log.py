"""Who looked at whose data, and when. Rows are added and never changed (docs/security.md)."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from .append_only import append_only_triggers


class AccessLog(models.Model):
    """One look at patients' data by one person of the staff, allowed or refused.

    It says which patients, never what was read: no name, no search words, no address of a page.
    """

    at = models.DateTimeField(_("at"))
    # No database constraint and no cascade: a deleted account must not take its traces along.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    action = models.CharField(_("action"), max_length=80)
    patients = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("patients"))
    source = models.CharField(_("from address"), max_length=64, blank=True)
    refused = models.BooleanField(_("refused"), default=False)

    class Meta:
        verbose_name = _("look at patient data")
        verbose_name_plural = _("looks at patient data")
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("at",), name="access_log_at"),
            models.Index(fields=("actor", "at"), name="access_log_actor"),
            GinIndex(fields=("patients",), name="access_log_patients"),
        )
        triggers: tuple[pgtrigger.Trigger, ...] = append_only_triggers()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
