from __future__ import annotations

from django.db import models


class Draft(models.Model):
    """What somebody typed on the booking pages and has not sent yet.

    Sealed with the booking key, which the browser has and we keep only as a hash (`name`):
    nobody who reads this table can read what is in it. See `appointments/drafts.py`.
    """

    name = models.CharField(max_length=64, primary_key=True)
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "unsent form"
        verbose_name_plural = "unsent forms"

    def __str__(self) -> str:
        return self.name[:8]
