"""What is kept about a visit whose time is not settled: offers made, and calls tried."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from practice.models import Location, Practitioner, append_only_triggers

from .appointment import Appointment
from .schedule import VisitType


class OfferedTime(models.Model):
    """A time that somebody was offered. Rows are only added: nobody is offered one time twice.

    While the offer lives, the time itself is a row of Occupancy with the visit's key.
    """

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="offered_times")
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+", null=True, blank=True)
    starts_at = models.DateTimeField()
    at = models.DateTimeField(_("offered"))
    expires_at = models.DateTimeField(_("held until"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: a freed time, offered by the site."),
    )

    class Meta:
        ordering = ("at", "starts_at", "pk")
        triggers = append_only_triggers()
        verbose_name = _("time offered")
        verbose_name_plural = _("times offered")
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("at")), name="offered_time_is_held_for_a_while"
            ),
        )

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.starts_at}"


class Calls(models.QuerySet["Call"]):
    def standing(self) -> Calls:
        """Without those that the desk took back at once."""
        return self.exclude(act__undone_at__isnull=False)


class Call(models.Model):
    """One try to reach a patient by telephone. Rows are only added."""

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Reached")
        VOICEMAIL = "voicemail", _("Left a voicemail")
        NO_ANSWER = "no-answer", _("No answer")

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="calls")
    at = models.DateTimeField(_("when"))
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome.choices)
    try_again_at = models.DateTimeField(_("we try again at"), null=True, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = Calls.as_manager()

    class Meta:
        ordering = ("at", "pk")
        triggers = append_only_triggers()
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome__in=("reached", "voicemail", "no-answer")),
                name="call_outcome_is_known",
            ),
            models.CheckConstraint(
                condition=Q(try_again_at=None)
                | (Q(try_again_at__gt=F("at")) & ~Q(outcome="reached")),
                name="call_is_tried_again_later",
            ),
        )

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.outcome}"
