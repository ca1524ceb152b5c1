from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TranslationCheck(models.Model):
    """Somebody with a name has compared a translation with its original and found it right.

    `words` is a digest of both: when either has changed since, the check counts no more.
    """

    subject = models.CharField(_("what"), max_length=80, unique=True)
    words = models.CharField(_("digest of both"), max_length=64)
    checked_by = models.CharField(_("checked by"), max_length=150)
    checked = models.DateField(_("checked on"))

    class Meta:
        verbose_name = _("checked translation")
        verbose_name_plural = _("checked translations")
        ordering = ["subject"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(checked_by=""), name="translation_is_checked_by_somebody"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.checked_by}, {self.checked:%Y-%m-%d}"
