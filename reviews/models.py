from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReviewQuerySet(models.QuerySet["Review"]):
    def published(self) -> Self:
        """What everybody may read, in the practice's order, newest first within it."""
        return self.filter(status=Review.Status.PUBLISHED).order_by(
            "position", models.F("received").desc(nulls_last=True), "pk"
        )


class Review(models.Model):
    """What a patient said. The words are shown whole or not at all, and never edited."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        PUBLISHED = "published", _("Published")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    author = models.CharField(_("author"), max_length=120)
    body = models.TextField(_("words"))
    received = models.DateField(_("received"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating, 1 to 5"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.WAITING
    )
    authorization = models.DateField(
        _("authorization to publish, signed on"), null=True, blank=True
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    is_sample = models.BooleanField(_("sample"), default=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "published", "refused", "withdrawn"]),
                name="review_status_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(authorization__isnull=False),
                name="review_published_only_with_authorization",
                violation_error_message=_(
                    "A review can be published only with the patient's signed authorization."
                ),
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)),
                name="review_rating_is_one_to_five",
                violation_error_message=_("A rating is a number from 1 to 5."),
            ),
        ]

    def __str__(self) -> str:
        return self.author
