"""Why a version of a topic may be read by patients. Rows are only ever added."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from practice.models import Practitioner, append_only_triggers

from .topics import Topic


class Ground(models.TextChoices):
    SIGNED = "signed", _("signed by a physician")
    CORRECTION = "correction", _("a correction of the words alone")
    IMPORTED = "imported", _("imported, not yet reviewed")


class Release(models.Model):
    """One version (`revision`) of one topic, and the ground on which it may be public.

    A topic's row can only point at a revision that has one (trigger in migration 0004). Outlives
    page, revision and people, therefore `signer` in words and no foreign keys in the database.
    """

    topic = models.ForeignKey(
        Topic, on_delete=models.DO_NOTHING, db_constraint=False, related_name="releases"
    )
    revision = models.ForeignKey(
        Revision, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    ground = models.CharField(max_length=12, choices=Ground.choices)
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
    )
    # A signature's:
    signed_by = models.ForeignKey(
        Practitioner,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
    )
    signer = models.CharField(max_length=220, blank=True)
    is_own_text = models.BooleanField(default=False)
    next_review = models.DateField(null=True)
    # A correction's: the version that it corrects, which was signed or imported.
    corrects = models.ForeignKey(
        "self", on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["-at", "-pk"]
        triggers = append_only_triggers()
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    ground="signed",
                    signed_by__isnull=False,
                    next_review__isnull=False,
                    corrects__isnull=True,
                )
                & ~Q(signer="")
                | Q(ground="correction", signed_by__isnull=True, corrects__isnull=False)
                | Q(ground="imported", signed_by__isnull=True, corrects__isnull=True),
                name="release_says_on_what_ground",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_ground_display()}: {self.topic_id}"
