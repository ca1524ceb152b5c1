from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from practice.models import Practitioner, append_only_triggers

LATE_AT_MOST = 240  # minutes; after that visits are moved, not waited for


class Delay(models.Model):
    """How many minutes somebody runs late on one day. Rows are only added: the latest counts, and
    0 is on time again. Times that people were given stay as they are."""

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="delays")
    day = models.DateField(_("day"))
    minutes = models.PositiveSmallIntegerField(_("minutes late"))
    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("at", "pk")
        triggers = append_only_triggers()
        verbose_name = _("running late")
        verbose_name_plural = _("running late")
        indexes = (models.Index(fields=("day", "practitioner"), name="delay_by_day"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(minutes__lte=LATE_AT_MOST), name="delay_is_of_this_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.practitioner_id} {self.day}: {self.minutes}"
