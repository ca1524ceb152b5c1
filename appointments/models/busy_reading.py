from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from practice.models import Practitioner


class BusyReading(models.Model):
    """How the last reading of somebody's other calendar went; the times are rows of BusyTime."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="busy_readings")
    source = models.CharField(_("from"), max_length=40)
    tried_at = models.DateTimeField(_("tried"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    times = models.PositiveIntegerField(_("busy times"), default=0)
    trouble = models.CharField(_("why not"), max_length=200, blank=True)

    class Meta:
        ordering = ("practitioner", "source")
        verbose_name = _("reading of another calendar")
        verbose_name_plural = _("readings of other calendars")
        constraints = (
            models.UniqueConstraint(
                fields=("practitioner", "source"), name="busy_reading_once_per_calendar"
            ),
        )

    def __str__(self) -> str:
        return f"{self.practitioner}: {self.source}"
