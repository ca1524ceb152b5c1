"""People who work here. Plain rows, never translated: a page points at one."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.images import get_image_model_string

from .fields import LinesField
from .places import Location
from .translated import Translated

GENERATIONS = {"Jr.", "Jr", "Sr.", "Sr", "II", "III", "IV"}
DOCTOR = r"^\s*(dr|doc|doctor)\M"


class Role(models.TextChoices):
    PHYSICIAN = "physician", _("Physician")
    PHYSICIAN_ASSISTANT = "physician-assistant", _("Physician assistant")
    NURSE_PRACTITIONER = "nurse-practitioner", _("Nurse practitioner")
    STAFF = "staff", _("Staff")


class PractitionerQuerySet(models.QuerySet["Practitioner"]):
    def bookable(self) -> Self:
        return self.filter(bookable=True)


class Practitioner(Translated, ClusterableModel):  # type: ignore[django-manager-missing]
    slug = models.SlugField(_("address on the site"), max_length=80, unique=True)
    name = models.CharField(
        _("name"), max_length=150, help_text=_("Without titles, such as Ana Maria Ortega.")
    )
    credentials = models.CharField(
        _("credentials"), max_length=60, blank=True, help_text=_("Such as M.D. or PA-C.")
    )
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    honorific = models.CharField(
        _("form of address"),
        max_length=30,
        blank=True,
        help_text=_("Such as Dr.; empty: Dr. for a physician, nothing for anybody else."),
    )
    bookable = models.BooleanField(_("patients can book"), default=False)
    locations = models.ManyToManyField(
        Location, blank=True, related_name="practitioners", verbose_name=_("locations")
    )
    specialty = models.CharField(_("specialty"), max_length=200, blank=True)
    languages = LinesField(verbose_name=_("languages spoken"))
    name_variants = LinesField(
        verbose_name=_("other spellings"),
        help_text=_("For the search only; never shown. One on each line."),
    )
    member_of = LinesField(verbose_name=_("memberships"))
    awards = LinesField(verbose_name=_("awards"))
    training = LinesField(verbose_name=_("training"))
    image = models.ForeignKey(
        get_image_model_string(),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="practitioner",
        verbose_name=_("signs in as"),
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    is_sample = models.BooleanField(_("sample"), default=False)

    objects = PractitionerQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="practitioner_role_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.PHYSICIAN_ASSISTANT)
                | (~Q(honorific__iregex=DOCTOR) & ~Q(name__iregex=DOCTOR)),
                name="physician_assistant_is_not_called_doctor",
                violation_error_message=_("A physician assistant is never called “Dr.”."),
            ),
        ]

    def __str__(self) -> str:
        return self.name_with_credentials

    def get_absolute_url(self) -> str:
        return reverse("wagtail_serve", args=[f"team/{self.slug}/"])

    @property
    def name_with_credentials(self) -> str:
        """`Joe Example, P.A.`: the licence title always stands after the name."""
        return f"{self.name}, {self.credentials}" if self.credentials else self.name

    @property
    def spoken_name(self) -> str:
        """How a sentence names this person: `Dr. Ortega`, or the full name."""
        title = self.honorific or ("Dr." if self.role == Role.PHYSICIAN else "")
        family = [word for word in self.name.replace(",", " ").split() if word not in GENERATIONS]
        return f"{title} {family[-1]}" if title and family else self.name


class License(models.Model):
    practitioner = ParentalKey(Practitioner, on_delete=models.CASCADE, related_name="licenses")
    state = models.CharField(_("state"), max_length=2)
    number = models.CharField(_("number"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("license")
        verbose_name_plural = _("licenses")
        ordering = ["state", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practitioner", "state"],
                name="license_one_per_state",
                violation_error_message=_("There is already a license for this state."),
            ),
            models.CheckConstraint(
                condition=Q(state__regex=r"^[A-Z]{2}$"),
                name="license_state_is_two_letters",
                violation_error_message=_("Write the state as two letters, such as TX."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.number}".strip()


class BoardCertification(models.Model):
    practitioner = ParentalKey(
        Practitioner, on_delete=models.CASCADE, related_name="board_certifications"
    )
    board = models.CharField(_("board"), max_length=200)
    specialty = models.CharField(_("specialty"), max_length=200)
    expires = models.DateField(
        _("expires"), null=True, blank=True, help_text=_("Not shown after this day, or without it.")
    )

    class Meta:
        verbose_name = _("board certification")
        verbose_name_plural = _("board certifications")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.specialty}, {self.board}"

    def holds_on(self, day: dt.date) -> bool:
        """Whether "board certified" may be said on `day`: there is a date and it is not past."""
        return self.expires is not None and day <= self.expires
