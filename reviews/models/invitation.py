from __future__ import annotations

from django.db import models

from appointments.models import Appointment

from .review import Review


class Invitation(models.Model):
    """One for each visit that took place. Its link is spent when a review is sent with it."""

    appointment = models.OneToOneField(
        Appointment, models.CASCADE, related_name="review_invitation"
    )
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    review = models.OneToOneField(
        Review, models.SET_NULL, null=True, blank=True, related_name="invitation"
    )
    spent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.sent_at:%Y-%m-%d}"


class NoInvitation(models.Model):
    """Somebody who asked not to be invited. Only a keyed hash of the address is kept."""

    email_hash = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d}"
