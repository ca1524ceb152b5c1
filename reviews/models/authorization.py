from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .review import Review


class Authorization(models.Model):
    """The writer's leave to publish one review: what was said, who signed, and when it ended.

    A review may have had several; at most one stands.
    """

    class EndedBy(models.TextChoices):
        WRITER = "writer", _("The writer")
        STAFF = "staff", _("Staff, as the writer asked")
        DATE = "date", _("Its last day")

    review = models.ForeignKey(Review, models.CASCADE, related_name="authorizations")
    signed_on = models.DateField(_("signed on"))
    signature = models.CharField(_("name signed"), max_length=120, blank=True)
    text = models.TextField(_("what was signed"), blank=True)
    text_hash = models.CharField(max_length=64, blank=True)
    kept_at = models.CharField(_("where the paper lies"), max_length=200, blank=True)
    expires_on = models.DateField(_("last day"), null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=6, choices=EndedBy.choices, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review"], condition=Q(ended_at=None), name="authorization_one_stands"
            ),
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(kept_at=""), name="authorization_can_be_shown"
            ),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("signed_on")),
                name="authorization_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signed_on}"
