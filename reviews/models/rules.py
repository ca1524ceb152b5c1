from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReviewRulesManager(models.Manager["ReviewRules"]):
    def current(self) -> ReviewRules:
        """The one row; before anybody has set it, an unsaved one with the defaults."""
        return self.first() or ReviewRules()


class ReviewRules(models.Model):
    """What the practice may set about its reviews. One row, number 1."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    shown = models.BooleanField(
        _("Reviews are shown on the site"),
        default=True,
        help_text=_("Without this, every review, figure and link to them is gone from all pages."),
    )
    invites = models.BooleanField(
        _("Everybody who had a visit is invited to write one"), default=True
    )
    enough_for_average = models.PositiveSmallIntegerField(
        _("Ratings needed before an average is shown"),
        default=30,
        validators=[MinValueValidator(30)],
    )
    days_to_decide = models.PositiveSmallIntegerField(
        _("Days until a review is decided"), default=7, validators=[MinValueValidator(1)]
    )
    archive_after_months = models.PositiveSmallIntegerField(
        _("Months until a review moves to the archive"),
        default=24,
        validators=[MinValueValidator(6)],
        help_text=_("By its date alone. Archived reviews stay readable and are always counted."),
    )

    objects = ReviewRulesManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="review_rules_are_one_row"),
            models.CheckConstraint(
                condition=Q(enough_for_average__gte=30), name="review_average_needs_thirty"
            ),
        ]

    def __str__(self) -> str:
        return str(_("Rules for reviews"))
