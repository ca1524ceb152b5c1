from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from practice.models import append_only_triggers

from .patient import Patient


class PatientChange(models.Model):
    """Staff corrected what we know of a person, or merged another record into it."""

    class Kind(models.TextChoices):
        CORRECTED = "corrected", _("Corrected by staff")
        MERGED = "merged", _("Merged with another record")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="changes")
    kind = models.CharField(_("what"), max_length=9, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    other = models.ForeignKey(
        Patient, models.PROTECT, null=True, blank=True, related_name="+", help_text=_("Merged.")
    )
    fields = models.JSONField(
        _("values"), default=dict, help_text=_("What each changed value was, and is now.")
    )

    class Meta:
        ordering = ("at", "pk")
        triggers = append_only_triggers()
        verbose_name = _("change of a patient's record")
        verbose_name_plural = _("changes of patients' records")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="corrected", other=None) | Q(kind="merged", other__isnull=False),
                name="patient_change_says_what",
            ),
        )

    def __str__(self) -> str:
        return f"{self.patient_id}: {self.kind}"
