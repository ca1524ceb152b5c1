"""What is written down beside a visit's status. Rows are only ever added."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from practice.models import append_only_triggers

from .appointment import Appointment


class Consent(models.Model):
    """One thing that somebody agreed to, in which words and when; the latest row of a subject
    counts. The words of each version are in appointments/consents.py."""

    class Subject(models.TextChoices):
        ANSWERS = "answers", _("We may use the answers for this visit")
        TELEHEALTH = "telehealth", _("To be seen by video")
        TEXTS = "texts", _("We may send text messages about this visit")

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="consents")
    subject = models.CharField(_("what"), max_length=10, choices=Subject.choices)
    given = models.BooleanField(_("agreed"))
    version = models.CharField(_("words"), max_length=40)
    language = models.CharField(_("language"), max_length=10)
    at = models.DateTimeField(_("when"))
    giver = models.CharField(_("by"), max_length=260)
    relationship = models.CharField(
        _("relationship"), max_length=80, blank=True, help_text=_("Empty: the patient.")
    )

    class Meta:
        ordering = ("at", "pk")
        triggers = append_only_triggers()
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = (
            models.CheckConstraint(
                condition=Q(subject__in=("answers", "telehealth", "texts"))
                & Q(version__regex=r"\S", giver__regex=r"\S"),
                name="consent_says_who_and_what",
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject}: {self.given}"


class Joining(models.Model):
    """Somebody joined by video and said where the patient is, for whoever has to send help."""

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="joinings")
    at = models.DateTimeField(_("when"))
    present_address = models.CharField(_("where the patient is"), max_length=300)
    state = models.CharField(_("state"), max_length=2)

    class Meta:
        ordering = ("at", "pk")
        triggers = append_only_triggers()
        verbose_name = _("joining by video")
        verbose_name_plural = _("joinings by video")
        constraints = (
            models.CheckConstraint(
                condition=Q(present_address__regex=r"\S"), name="joining_says_where"
            ),
        )

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.at}"


class Mark(models.Model):
    """Something that happened around a visit and left its status as it was."""

    class Kind(models.TextChoices):
        SEEN = "seen", _("Opened by staff")
        LOCKED = "locked", _("Five wrong dates of birth: the private address paused")
        NEW_LINK = "new-link", _("A new private address was made")
        CORRECTED = "corrected", _("The patient corrected the details")

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="marks")
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    role = models.CharField(_("as"), max_length=40, blank=True)

    class Meta:
        ordering = ("at", "pk")
        triggers = append_only_triggers()
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("seen", "locked", "new-link", "corrected")),
                name="mark_kind_is_known",
            ),
            # The first look counts; two colleagues who open it at once are one look.
            models.UniqueConstraint(
                fields=("appointment",), condition=Q(kind="seen"), name="mark_seen_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.appointment_id} {self.kind}"
