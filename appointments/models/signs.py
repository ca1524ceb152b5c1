from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from practice.models import Practitioner, append_only_triggers


class WarningSigns(models.Model):
    """The signs that every booking asks about first, in the words that a physician signed.

    Clinical content: a row is a signature. To change a word is to sign again; the latest row of a
    language is what patients read.
    """

    language = models.CharField(_("language"), max_length=10)
    emergency = models.TextField(_("call 911 for any of these"), help_text=_("One sign a line."))
    today = models.TextField(_("call us today for any of these"), help_text=_("One sign a line."))
    signed_by = models.ForeignKey(
        Practitioner, models.PROTECT, related_name="+", verbose_name=_("signed by")
    )
    signer = models.CharField(max_length=220)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("signed"))

    class Meta:
        ordering = ("at", "pk")
        triggers = append_only_triggers()
        verbose_name = _("warning signs")
        verbose_name_plural = _("warning signs")
        constraints = (
            models.CheckConstraint(
                condition=Q(emergency__regex=r"\S", today__regex=r"\S", signer__regex=r"\S"),
                name="warning_signs_are_never_empty",
            ),
        )

    def __str__(self) -> str:
        return f"{self.language}, {self.signer}"
