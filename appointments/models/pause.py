from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from practice.models import Practitioner

from .schedule import VisitType


class Pause(models.Model):
    """While it runs, patients book nothing online: nothing at all, one kind of visit, one person.

    What is booked stays, and staff book on. `ended_at` is there when somebody took it back.
    """

    visit_type = models.ForeignKey(
        VisitType,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("kind of visit"),
    )
    practitioner = models.ForeignKey(
        Practitioner,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("person"),
    )
    begins = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ("until", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(until__gt=F("begins")), name="pause_ends"),
        )

    def __str__(self) -> str:
        return f"{self.practitioner or self.visit_type or _('everything')}, {self.until:%F %H:%M}"
