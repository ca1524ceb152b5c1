from __future__ import annotations

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from practice.models import Location, Practitioner

from .schedule import VisitType
from .statuses import Kind, State


class Occupancies(models.QuerySet["Occupancy"]):
    def live(self, now: dt.datetime) -> Occupancies:
        """Without holds and offers whose time has run out."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now))

    def expired(self, now: dt.datetime) -> Occupancies:
        return self.filter(expires_at__lte=now)


class Occupancy(models.Model):
    """Time of one practitioner that somebody was given: held, asked for, offered or booked.

    `during` is what is taken, buffers included; `starts_at` and `ends_at` are what the patient is
    told. Two live rows of one practitioner never overlap: the database refuses them (23P01).
    """

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="occupancies")
    during = DateTimeRangeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+", null=True, blank=True)
    state = models.CharField(max_length=14, choices=State.choices)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    key = models.UUIDField(db_index=True)
    source = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = Occupancies.as_manager()

    class Meta:
        verbose_name = _("time taken")
        verbose_name_plural = _("times taken")
        indexes = (
            models.Index(
                fields=("expires_at",),
                name="occupancy_expiring",
                condition=Q(expires_at__isnull=False),
            ),
            models.Index(fields=("source",), name="occupancy_source", condition=Q(kind="hold")),
        )
        constraints = (
            ExclusionConstraint(
                name="occupancy_never_overlaps",
                expressions=(
                    ("practitioner", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ),
            ),
            models.UniqueConstraint(
                fields=("key",),
                condition=Q(kind="hold"),
                name="occupancy_one_hold_per_key",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="occupancy_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(during__startswith__lte=F("starts_at"))
                & Q(during__endswith__gte=F("ends_at"))
                & Q(during__lower_inc=True, during__upper_inc=False),
                name="occupancy_covers_the_visit",
            ),
            models.CheckConstraint(
                condition=Q(kind="visit", state="busy")
                | Q(kind__in=("hold", "request", "offer"), state="busy-tentative"),
                name="occupancy_kind_and_state_agree",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("hold", "offer"), expires_at__isnull=False)
                | Q(kind__in=("request", "visit"), expires_at__isnull=True),
                name="occupancy_only_holds_and_offers_expire",
            ),
        )

    def __str__(self) -> str:
        return f"{self.practitioner_id} {self.during} {self.kind}"


class CalendarVersion(models.Model):
    """Raised by triggers with every change of a practitioner's times or rules, under its lock.

    Free times are remembered under it.
    """

    practitioner = models.OneToOneField(Practitioner, models.CASCADE, primary_key=True)
    version = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("calendar version")
        verbose_name_plural = _("calendar versions")

    def __str__(self) -> str:
        return f"{self.practitioner_id}: {self.version}"
