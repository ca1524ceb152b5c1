from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from practice.models import LinesField


class Synonym(models.Model):
    """What patients type for a thing, for the search alone: nobody is shown these words."""

    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    means = models.CharField(
        _("what it is called on our pages"), max_length=100, help_text=_("Such as Kyphoplasty.")
    )
    typed = LinesField(
        models.CharField(max_length=100),
        verbose_name=_("what patients type"),
        help_text=_(
            "One on each line, such as cement in back. It counts when all of its words are in the "
            "question, in any order and roughly spelled."
        ),
    )

    class Meta:
        verbose_name = _("words that patients use")
        verbose_name_plural = _("words that patients use")
        ordering = ["language", "means"]
        constraints = [
            models.UniqueConstraint(
                fields=["language", "means"],
                name="synonym_one_per_meaning",
                violation_error_message=_("There is already a list of words for this."),
            ),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="synonym_language_is_known",
            ),
            models.CheckConstraint(
                condition=Q(typed__len__gt=0),
                name="synonym_has_words",
                violation_error_message=_("Write at least one line of what patients type."),
            ),
        ]

    def __str__(self) -> str:
        return self.means
