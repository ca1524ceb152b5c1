"""The practice, where it is, and when somebody is there."""

from __future__ import annotations

from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.postgres.fields import DateTimeRangeField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from phonenumber_field.modelfields import PhoneNumberField
from wagtail.contrib.settings.models import BaseGenericSetting

from .fields import DaysField, LinesField, days_are_real
from .translated import Translated

two_letters = RegexValidator(r"^[A-Z]{2}$", _("Write each state as two letters, such as TX."))


def a_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name})


class PracticeManager(models.Manager["Practice"]):
    def current(self) -> Practice:
        """The one row; before anybody has filled it in, an unsaved one with the defaults."""
        return self.first() or Practice()


class Practice(Translated, BaseGenericSetting, ClusterableModel):
    """Who we are. One row, number 1."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=200, default="Our practice")
    short_name = models.CharField(
        _("short name"), max_length=100, blank=True, help_text=_("What patients call you.")
    )
    specialty = models.CharField(_("specialty"), max_length=200, blank=True)
    locale = models.CharField(_("language"), max_length=10, default="en-US")
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="America/Chicago", validators=[a_time_zone]
    )
    phone = PhoneNumberField(_("telephone"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    reply_promise_minutes = models.PositiveIntegerField(
        _("minutes until a request is answered"),
        default=120,
        help_text=_("Counted while somebody answers requests (desk hours)."),
    )
    licensed_states = LinesField(
        models.CharField(max_length=20, validators=[two_letters]),
        verbose_name=_("states where we may treat by video"),
        help_text=_("Two letters each, one on each line."),
    )
    accepted_insurance = LinesField(verbose_name=_("insurance we accept"))
    is_sample = models.BooleanField(_("sample"), default=True)

    objects = PracticeManager()

    class Meta:
        verbose_name = _("practice")
        verbose_name_plural = _("practice")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="practice_is_one_row"),
            models.CheckConstraint(
                condition=Q(reply_promise_minutes__gt=0), name="practice_promises_some_minutes"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def called(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name

    @property
    def language(self) -> str:
        """`en` of `en-US`, as `<html lang>` wants it."""
        return self.locale.split("-")[0]


class LocationQuerySet(models.QuerySet["Location"]):
    def with_hours(self) -> Self:
        return self.prefetch_related("hours")


class Location(Translated, ClusterableModel):
    """An office that patients come to. It lies in the practice's time zone."""

    slug = models.SlugField(_("address on the site"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    street = models.CharField(_("street"), max_length=200)
    city = models.CharField(_("city"), max_length=100)
    state = models.CharField(_("state"), max_length=2, help_text=_("Two letters, such as TX."))
    postal_code = models.CharField(_("ZIP code"), max_length=10)
    phone = PhoneNumberField(_("telephone"), blank=True)
    after_hours_phone = PhoneNumberField(_("telephone after hours"), blank=True)
    parking = models.TextField(_("parking"), blank=True)
    step_free = models.TextField(_("step-free access"), blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_sample = models.BooleanField(_("sample"), default=False)

    objects = LocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__regex=r"^[A-Z]{2}$"),
                name="location_state_is_two_letters",
                violation_error_message=_("Write the state as two letters, such as TX."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("location", args=[self.slug])

    @property
    def address(self) -> str:
        """One line: street, city, state and ZIP code."""
        return f"{self.street}, {self.city}, {self.state} {self.postal_code}"


class Span(models.Model):
    """From `opens` to `closes` on the wall clock of the practice, on each of `days`.

    `closes` at or before `opens` means the next day; 24:00 is written 00:00.
    """

    days = DaysField(verbose_name=_("days"))
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(
        _("closes"), help_text=_("At or before the opening time means the next day.")
    )

    class Meta:
        abstract = True


class OpeningHours(Span):
    location = ParentalKey(Location, on_delete=models.CASCADE, related_name="hours")

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["location", "opens", "pk"]
        constraints = [
            models.CheckConstraint(condition=days_are_real(), name="opening_hours_days_are_real")
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.days)} {self.opens:%H:%M}-{self.closes:%H:%M}"


class DeskHours(Span):
    """When somebody answers requests."""

    practice = ParentalKey(Practice, on_delete=models.CASCADE, related_name="desk_hours", default=1)

    class Meta:
        verbose_name = _("desk hours")
        verbose_name_plural = _("desk hours")
        ordering = ["opens", "pk"]
        constraints = [
            models.CheckConstraint(condition=days_are_real(), name="desk_hours_days_are_real")
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.days)} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Closure(models.Model):
    """A stretch of time without visits: everywhere, in one place, or for one person."""

    during = DateTimeRangeField(_("from, until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    location = models.ForeignKey(
        Location,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="closures",
        verbose_name=_("location"),
    )
    practitioner = models.ForeignKey(
        "practice.Practitioner",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="closures",
        verbose_name=_("person"),
    )

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["during", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    during__isempty=False, during__lower_inf=False, during__upper_inf=False
                ),
                name="closure_begins_and_ends",
                violation_error_message=_("A closure needs a beginning and a later end."),
            ),
        ]

    def __str__(self) -> str:
        return self.reason or "closed"
