from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .appointment import Appointment


class EhrEntry(models.Model):
    """What the practice's EHR knows of one visit: what was true when the desk last ticked it.

    Without a row, or with `facts` empty, the visit does not stand there. `due`: it stands
    otherwise here, see appointments/ehr.py; `version` counts how often that changed.
    """

    appointment = models.OneToOneField(
        Appointment, models.PROTECT, primary_key=True, related_name="ehr"
    )
    due = models.BooleanField(_("to be written there"), default=True)
    version = models.PositiveIntegerField(default=1)
    since = models.DateTimeField(_("since"))
    facts = models.JSONField(_("as it stands there"), null=True, blank=True)
    ticked_at = models.DateTimeField(_("ticked"), null=True, blank=True)
    ticked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("entry in the EHR")
        verbose_name_plural = _("entries in the EHR")
        ordering = ("since", "pk")
        indexes = (models.Index(fields=("since",), name="ehr_entry_due", condition=Q(due=True)),)

    def __str__(self) -> str:
        return f"{self.appointment_id}: {'due' if self.due else 'there'}"
