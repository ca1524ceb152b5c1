from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .people import Practitioner
from .places import Location
from .translated import Translated


class Offer(Translated):
    """A way to a visit, in the practice's own words, on every topic page."""

    class Kind(models.TextChoices):
        SAME_DAY = "same_day", _("Same day")
        VIRTUAL = "virtual", _("By video")
        AFTER_HOURS = "after_hours", _("After hours")
        ROUTINE = "routine", _("Planned visit")
        CONTACT = "contact", _("Contact")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    heading = models.CharField(_("heading"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    locations = models.ManyToManyField(
        Location, blank=True, related_name="offers", verbose_name=_("locations")
    )
    seen_by = models.ManyToManyField(
        Practitioner, blank=True, related_name="offers", verbose_name=_("seen by")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        verbose_name = _("way to a visit")
        verbose_name_plural = _("ways to a visit")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["same_day", "virtual", "after_hours", "routine", "contact"]),
                name="offer_kind_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.heading
