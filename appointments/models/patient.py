from __future__ import annotations

from collections.abc import Iterable

import pghistory
from django.db import models
from django.db.models import F, Func, Q, TextField
from django.db.models.functions import Trim
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

E164 = r"^\+[1-9][0-9]{6,14}$"


class Patients(models.QuerySet["Patient"]):
    def living(self) -> Patients:
        """Without the rows that were merged into another."""
        return self.filter(merged_into=None)

    def called(self, words: Iterable[str]) -> Patients:
        """Whose names contain each of `words`, in any order, accents and capitals aside."""
        found = self.annotate(folded=Folded("given_name", "family_name"))
        for word in words:
            spoken = Trim(Folded(models.Value(word), models.Value("")))
            found = found.filter(folded__contains=spoken)
        return found


class Folded(Func):
    """A name without capitals and accents; there is an index on it."""

    function = "appointments_folded"
    arity = 2
    output_field = TextField()


@pghistory.track()
class Patient(models.Model):
    """The person to be seen, as told at one booking. Staff may merge two rows, nobody else does.

    A row that was merged stays as it was and points at the one that is kept; no visit lies with
    it any more, and a trigger sends whatever is written to it to the kept one (`living`).
    `chart_number` is the person's number in the practice's EHR, in capitals.
    `phone` is kept as E.164 (`+12145550142`); `phone.as_national` is for reading.
    """

    class ContactBy(models.TextChoices):
        PHONE = "phone", _("Phone call")
        TEXT = "text", _("Text message")
        EMAIL = "email", _("E-mail")

    class PatientStatus(models.TextChoices):
        NEW = "new", _("New to us")
        RETURNING = "returning", _("Seen here before")

    class Reminders(models.TextChoices):
        BOTH = "both", _("Two days and two hours before")
        TWO_DAYS = "two-days", _("Two days before")
        TWO_HOURS = "two-hours", _("Two hours before")
        NONE = "none", _("None")

    given_name = models.CharField(_("given name"), max_length=80)
    family_name = models.CharField(_("family name"), max_length=80)
    birth_date = models.DateField(_("date of birth"))
    phone = PhoneNumberField(_("telephone"))
    email = models.EmailField(_("e-mail"), blank=True)
    contact_by = models.CharField(
        _("how to be reached"),
        max_length=5,
        choices=ContactBy.choices,
        default=ContactBy.PHONE,
    )
    voicemail_ok = models.BooleanField(_("we may leave a voicemail"), default=False)
    patient_status = models.CharField(
        _("new or returning"), max_length=9, choices=PatientStatus.choices, blank=True
    )
    preferred_language = models.CharField(_("language"), max_length=35, default="en")
    needs = models.CharField(_("needs"), max_length=300, blank=True)
    wants_no_invitation = models.BooleanField(_("no invitation to write a review"), default=False)
    reminders = models.CharField(
        _("reminders"), max_length=9, choices=Reminders.choices, default=Reminders.BOTH
    )
    chart_number = models.CharField(_("chart number"), max_length=40, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged"
    )
    created_at = models.DateTimeField(_("since"), editable=False)

    objects = Patients.as_manager()

    class Meta:
        ordering = ("family_name", "given_name", "pk")
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        indexes = (
            models.Index(fields=("family_name", "given_name"), name="patient_by_name"),
            models.Index(fields=("phone",), name="patient_by_phone"),
            models.Index(fields=("birth_date",), name="patient_by_birth_date"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(given_name__regex=r"\S") & Q(family_name__regex=r"\S"),
                name="patient_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(phone__regex=E164),
                name="patient_phone_is_e164",
            ),
            models.CheckConstraint(
                condition=Q(birth_date__gte="1880-01-01"),
                name="patient_birth_date_is_possible",
            ),
            models.CheckConstraint(
                condition=Q(contact_by__in=("phone", "text"))
                | (Q(contact_by="email") & ~Q(email="")),
                name="patient_can_be_reached",
            ),
            models.CheckConstraint(
                condition=Q(reminders__in=("both", "two-days", "two-hours", "none")),
                name="patient_reminders_are_known",
            ),
            models.UniqueConstraint(
                fields=("chart_number",),
                condition=~Q(chart_number="") & Q(merged_into=None),
                name="patient_has_a_chart_number_of_its_own",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
                name="patient_is_not_merged_into_itself",
            ),
        )

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"
