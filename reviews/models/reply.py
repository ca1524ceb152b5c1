from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .review import Review


class Reply(models.Model):
    """What the practice says under a review. `template` names one of reviews/replies.py; without
    one, `words` are free and a second person has to agree before anybody sees them."""

    review = models.OneToOneField(Review, models.CASCADE, related_name="reply")
    template = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(~Q(template="") & Q(words="")) | (Q(template="") & ~Q(words="")),
                name="reply_is_a_template_or_words",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(template="") | ~Q(approved_by=F("by")),
                name="reply_in_free_words_takes_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.template or self.words[:40]


class Report(models.Model):
    """A reader says that something is wrong with a review. It stays up until people decide."""

    class Reason(models.TextChoices):
        PRIVATE = "private", _("It tells private facts about somebody")
        THREAT = "threat", _("It threatens or insults somebody")
        FAKE = "fake", _("It was not written by a real visitor, or it advertises")
        OTHER = "other", _("Something else")

    review = models.ForeignKey(Review, models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=8, choices=Reason.choices)
    words = models.CharField(_("what is wrong"), max_length=500, blank=True)
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["at"], name="report_open", condition=Q(closed_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=["private", "threat", "fake", "other"]),
                name="report_reason_is_listed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.at:%Y-%m-%d}"
