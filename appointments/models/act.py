from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .appointment import Appointment
from .waiting import Call


class Act(models.Model):
    """Something that staff did to a visit, and whether they took it back at once.

    `version` is the visit's right after it; what it was before is in the visit's own history.
    """

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="acts")
    verb = models.CharField(_("what"), max_length=20)
    version = models.PositiveIntegerField()
    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, models.PROTECT, null=True, blank=True, related_name="act")
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("act of staff")
        verbose_name_plural = _("acts of staff")
        indexes = (models.Index(fields=("user", "at"), name="act_by_person"),)
        constraints = (
            models.UniqueConstraint(fields=("appointment", "version"), name="act_one_per_version"),
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(undone_at__gte=F("at")),
                name="act_is_undone_after_it_was_done",
            ),
        )

    def __str__(self) -> str:
        return f"{self.verb}: {self.appointment_id}"

    @classmethod
    def instants_of_undone(cls, appointment: Appointment) -> list[dt.datetime]:
        """When something was done and taken back: of neither is anything left to tell."""
        undone = cls.objects.filter(appointment=appointment, undone_at__isnull=False)
        return [one for pair in undone.values_list("at", "undone_at") for one in pair if one]
