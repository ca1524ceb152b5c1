"""How often something was done lately; read and written by practice/limits.py alone."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class RateCount(models.Model):
    """The instants at which one key was allowed, within its scope's span. `key` is a keyed hash."""

    scope = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    allowed_at = ArrayField(models.DateTimeField())
    latest = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("scope", "key"), name="one_rate_count_for_each_key"),
        )

    def __str__(self) -> str:
        return self.scope
