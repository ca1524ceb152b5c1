"""What the desk keeps for itself: who answers which request, and until when each has looked."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .appointment import Appointment


class Claim(models.Model):
    """Somebody is answering this request, until the action, or until `until`. It is advice to
    colleagues: what decides who was first is the visit's own version."""

    appointment = models.OneToOneField(Appointment, models.CASCADE, related_name="claim")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = (
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="claim_lasts_a_while"),
        )

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.user_id}"

    def holds(self, now: dt.datetime) -> bool:
        return self.until > now


class LastLook(models.Model):
    """Up to when this member of staff has seen what came in."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField(_("seen until"))

    class Meta:
        verbose_name = _("last look")
        verbose_name_plural = _("last looks")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.until}"
