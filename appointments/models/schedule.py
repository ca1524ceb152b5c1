"""What can be booked, and who works when. Plain rows, never translated copies."""

from __future__ import annotations

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from practice.models import Location, Practitioner
from practice.models.fields import DaysField, days_are_real


class Modality(models.TextChoices):
    VIRTUAL = "virtual", _("By video")
    IN_PERSON = "in-person", _("In person")


class VisitType(models.Model):
    """A kind of visit that patients can book. All lengths in minutes."""

    Modality = Modality

    class Confirmation(models.TextChoices):
        REQUEST = "request", _("The front desk confirms")
        INSTANT = "instant", _("Booked at once")

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    summary = models.TextField(_("summary"), blank=True)
    modality = models.CharField(_("how"), max_length=10, choices=Modality.choices)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    buffer_before_minutes = models.PositiveSmallIntegerField(
        _("minutes kept free before"), default=0
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(_("minutes kept free after"), default=0)
    minimum_notice_minutes = models.PositiveIntegerField(_("notice in minutes"), default=0)
    horizon_days = models.PositiveSmallIntegerField(
        _("days ahead"),
        help_text=_("Days after today that can be booked; 0 is today only."),
        default=60,
    )
    confirmation = models.CharField(
        _("confirmation"),
        max_length=10,
        choices=Confirmation.choices,
        default=Confirmation.REQUEST,
    )
    start_interval_minutes = models.PositiveSmallIntegerField(
        _("minutes from one start to the next"),
        null=True,
        blank=True,
        help_text=_("Empty: the length of the visit with its buffers."),
    )
    cut_off = models.TimeField(
        _("no more for the same day after"),
        null=True,
        blank=True,
        help_text=_("On the practice's clock; empty: until the notice runs out."),
    )
    daily_cap = models.PositiveSmallIntegerField(
        _("at most on one day"),
        null=True,
        blank=True,
        help_text=_("Visits of this kind for each person and day; empty: no limit."),
    )
    waiting_offer_minutes = models.PositiveSmallIntegerField(
        _("minutes a freed time is held for one waiting patient"), default=30
    )
    patient_instruction = models.TextField(_("what to prepare"), blank=True)
    translations = models.JSONField(
        _("translations"),
        default=dict,
        blank=True,
        help_text=_('For example {"es": {"name": "…", "summary": "…"}}.'),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("can be booked"), default=True)
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        ordering = ("position", "slug")
        verbose_name = _("visit type")
        verbose_name_plural = _("visit types")
        constraints = (
            models.CheckConstraint(
                condition=~Q(slug="") & ~Q(name=""), name="visit_type_has_a_name"
            ),
            models.CheckConstraint(
                condition=Q(modality__in=Modality.values),
                name="visit_type_modality_is_known",
            ),
            models.CheckConstraint(
                condition=Q(confirmation__in=("request", "instant")),
                name="visit_type_confirmation_is_known",
            ),
            models.CheckConstraint(
                condition=Q(minutes__range=(5, 480))
                & Q(buffer_before_minutes__lte=240)
                & Q(buffer_after_minutes__lte=240)
                & Q(minimum_notice_minutes__lte=60 * 24 * 60)
                & Q(horizon_days__lte=730)
                & (Q(start_interval_minutes=None) | Q(start_interval_minutes__range=(5, 1440))),
                name="visit_type_lengths_are_bounded",
            ),
            models.CheckConstraint(
                condition=(Q(daily_cap=None) | Q(daily_cap__gte=1))
                & Q(waiting_offer_minutes__range=(5, 1440)),
                name="visit_type_limits_are_bounded",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def said(self, field: str) -> str:
        """`name`, `summary` or `patient_instruction` in the language of the page."""
        language = (get_language() or "en").split("-")[0]
        translated = self.translations.get(language, {}).get(field)
        return str(translated or getattr(self, field))

    @property
    def is_virtual(self) -> bool:
        return self.modality == Modality.VIRTUAL


class WorkingHours(models.Model):
    """When a practitioner sees patients, on the wall clock of the practice.

    `closes` at or before `opens` is the next day; 24:00 is kept as 00:00. Without a location the
    hours are for visits by video.
    """

    practitioner = models.ForeignKey(
        Practitioner,
        models.CASCADE,
        related_name="working_hours",
        verbose_name=_("practitioner"),
    )
    location = models.ForeignKey(
        Location,
        models.CASCADE,
        related_name="working_hours",
        verbose_name=_("location"),
        null=True,
        blank=True,
        help_text=_("Empty: visits by video."),
    )
    visit_types = models.ManyToManyField(
        VisitType, related_name="working_hours", verbose_name=_("visit types")
    )
    days = DaysField(verbose_name=_("days"))
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("until"))
    from_date = models.DateField(_("first day"), null=True, blank=True)
    until_date = models.DateField(_("last day"), null=True, blank=True)
    same_day_from = models.TimeField(
        _("kept for the same day, open from"),
        null=True,
        blank=True,
        help_text=_("These times can be asked for on their own day only, from this hour on."),
    )
    is_sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        ordering = ("practitioner", "location", "opens", "pk")
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        constraints = (
            models.CheckConstraint(condition=days_are_real(), name="working_hours_days_are_real"),
            models.CheckConstraint(
                condition=Q(from_date=None)
                | Q(until_date=None)
                | Q(until_date__gte=F("from_date")),
                name="working_hours_dates_in_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.practitioner} {self.opens:%H:%M}-{self.closes:%H:%M}"


class ExtraSession(models.Model):
    """Hours on one day beside the weekly ones, on the wall clock of the practice.

    `closes` at or before `opens` is the next day. Without a location, visits by video.
    """

    practitioner = models.ForeignKey(
        Practitioner,
        models.CASCADE,
        related_name="extra_sessions",
        verbose_name=_("practitioner"),
    )
    location = models.ForeignKey(
        Location,
        models.CASCADE,
        related_name="extra_sessions",
        verbose_name=_("location"),
        null=True,
        blank=True,
        help_text=_("Empty: visits by video."),
    )
    visit_types = models.ManyToManyField(
        VisitType, related_name="extra_sessions", verbose_name=_("visit types")
    )
    day = models.DateField(_("day"))
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("until"))
    same_day_from = models.TimeField(
        _("kept for the same day, open from"),
        null=True,
        blank=True,
        help_text=_("These times can be asked for on their own day only, from this hour on."),
    )

    class Meta:
        ordering = ("day", "opens", "pk")
        verbose_name = _("extra session")
        verbose_name_plural = _("extra sessions")

    def __str__(self) -> str:
        return f"{self.practitioner} {self.day} {self.opens:%H:%M}-{self.closes:%H:%M}"


class BusyTime(models.Model):
    """Time that a practitioner's other calendar (the practice's EHR) says is taken.

    A rule like a closure, not a row of Occupancy: it may cross what was booked here. Only when,
    never what or who. `uid` is the other calendar's own name for it.
    """

    practitioner = models.ForeignKey(
        Practitioner,
        models.CASCADE,
        related_name="busy_times",
        verbose_name=_("practitioner"),
    )
    during = DateTimeRangeField(_("from, until"))
    source = models.CharField(_("from"), max_length=40)
    uid = models.CharField(_("name there"), max_length=255)

    class Meta:
        ordering = ("during", "pk")
        verbose_name = _("busy elsewhere")
        verbose_name_plural = _("busy elsewhere")
        indexes = (GistIndex(fields=("practitioner", "during"), name="busy_time_by_person"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    during__isempty=False, during__lower_inf=False, during__upper_inf=False
                ),
                name="busy_time_begins_and_ends",
            ),
            models.UniqueConstraint(
                fields=("practitioner", "source", "uid"), name="busy_time_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.practitioner} {self.during}"
