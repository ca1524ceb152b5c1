from __future__ import annotations

import datetime as dt
import secrets
from zoneinfo import ZoneInfo

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from practice.models import Location, Practitioner, append_only_triggers

from .occupancy import Occupancy
from .patient import Patient
from .schedule import Modality, VisitType
from .statuses import HOLDS_TIME, Refusal, Status

REFERENCE_LETTERS = "23456789BCDFGHJKLMNPQRSTVWXZ"  # nothing that is misheard or spells a word


def new_reference() -> str:
    """Eight characters that can be read out on the telephone, such as `7KM4-X2PD`."""
    letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


class Appointments(models.QuerySet["Appointment"]):
    def waiting_for_an_answer(self) -> Appointments:
        """Requests that the desk has not answered, the most pressing first."""
        return self.filter(status=Status.PENDING).order_by("answer_due_at", "pk")

    def overdue(self, now: dt.datetime) -> Appointments:
        return self.waiting_for_an_answer().filter(answer_due_at__lte=now)

    def holding_time(self) -> Appointments:
        return self.filter(status__in=HOLDS_TIME, is_work_in=False)

    def on_day(self, day: dt.date, zone: ZoneInfo) -> Appointments:
        """Those that start on `day`, midnight to midnight in `zone`. Who waits for a time, or has
        several to choose from, is on no day yet."""
        begins = dt.datetime.combine(day, dt.time(), zone)
        ends = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)
        settled = self.exclude(status__in=(Status.WAITLIST, Status.PROPOSED))
        return settled.filter(starts_at__gte=begins, starts_at__lt=ends).order_by("starts_at", "pk")

    def in_waiting_order(self) -> Appointments:
        """The waiting list in the order in which freed times are offered: whoever the desk put
        first; then a sign to call us today; then whoever has waited longest."""
        return self.filter(status=Status.WAITLIST).order_by(
            F("waiting_rank").asc(nulls_last=True),
            Case(When(red_flag="today", then=0), default=1),
            "waiting_since",
            "pk",
        )

    def needing_a_new_time(self, now: dt.datetime) -> Appointments:
        """Visits to come that the practice's own rules have stranded."""
        return self.holding_time().filter(needs_rebooking=True, starts_at__gt=now)

    def with_people(self) -> Appointments:
        """Everything a list shows, in one query."""
        return self.select_related("patient", "practitioner", "location", "visit_type")


@pghistory.track()
class Appointment(models.Model):
    """One visit that a patient asked for. `status` is written by appointments/booking.py alone."""

    Status = Status

    class RedFlag(models.TextChoices):
        """The 911 answer has no value here: nothing is stored."""

        NONE = "none", _("None of these")
        TODAY = "today", _("A sign to call us today")

    class BookingFor(models.TextChoices):
        SELF = "self", _("Myself")
        OTHER = "other", _("Someone else")

    class PayBy(models.TextChoices):
        INSURANCE = "insurance", _("Insurance")
        SELF_PAY = "self-pay", _("I pay myself")

    class Side(models.TextChoices):
        PATIENT = "patient", _("Patient")
        PRACTICE = "practice", _("Practice")

    class PartOfDay(models.TextChoices):
        MORNING = "morning", _("Before noon")
        AFTERNOON = "afternoon", _("From noon to 5 PM")
        EVENING = "evening", _("After 5 PM")

    class Source(models.TextChoices):
        WEB = "web", _("Website")
        PHONE = "phone", _("Telephone")
        EHR = "ehr", _("Loaded from the EHR")

    reference = models.CharField(
        _("reference"), max_length=9, unique=True, default=new_reference, editable=False
    )
    key = models.UUIDField(unique=True, editable=False)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices)
    version = models.PositiveIntegerField(default=1, editable=False)
    occupancy = models.OneToOneField(
        Occupancy, models.PROTECT, null=True, blank=True, related_name="appointment"
    )

    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="appointments")
    modality = models.CharField(_("how"), max_length=10, choices=Modality.choices)
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="appointments")
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="appointments", null=True, blank=True
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(default=0)

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="appointments")
    booking_for = models.CharField(
        _("booked for"),
        max_length=5,
        choices=BookingFor.choices,
        default=BookingFor.SELF,
    )
    contact_name = models.CharField(_("contact"), max_length=160, blank=True)
    contact_relationship = models.CharField(_("relationship"), max_length=80, blank=True)
    red_flag = models.CharField(
        _("warning signs"), max_length=5, choices=RedFlag.choices, default=RedFlag.NONE
    )
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    onset_date = models.DateField(_("began"), null=True, blank=True)
    located_in = models.CharField(_("state where the patient will be"), max_length=2, blank=True)
    pay_by = models.CharField(_("paid by"), max_length=9, choices=PayBy.choices, blank=True)
    consented_at = models.DateTimeField(_("consent given"), null=True, blank=True)
    consent_version = models.CharField(_("consent text"), max_length=40, blank=True)
    language = models.CharField(_("language of the form"), max_length=10, default="en")

    answer_due_at = models.DateTimeField(_("answer due"), null=True, blank=True)
    cancellation_reason = models.CharField(_("reason for cancelling"), max_length=300, blank=True)
    refused_because = models.CharField(
        _("what the patient is told of a refusal"),
        max_length=12,
        choices=Refusal.choices,
        blank=True,
    )
    cancelled_by = models.CharField(
        _("cancelled by"), max_length=8, choices=Side.choices, blank=True
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    previous_appointment = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    earlier_than = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="waits_beside",
        help_text=_("The booked visit that is kept while this row waits for something earlier."),
    )
    needs_rebooking = models.BooleanField(_("needs a new time"), default=False)
    # Worked in between the visits of a day: it takes no time, and starts when it was taken in.
    is_work_in = models.BooleanField(_("work-in"), default=False)
    work_in_reason = models.CharField(_("why worked in"), max_length=300, blank=True)

    # FHIR's requestedPeriod: what somebody on the waiting list could come to.
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    waiting_rank = models.PositiveSmallIntegerField(
        _("place given by the desk"), null=True, blank=True
    )
    wanted_from = models.DateField(_("can come from"), null=True, blank=True)
    wanted_until = models.DateField(_("can come until"), null=True, blank=True)
    wanted_part = models.CharField(
        _("part of the day"), max_length=9, choices=PartOfDay.choices, blank=True
    )
    any_practitioner = models.BooleanField(_("with anyone"), default=False)
    source = models.CharField(
        _("came by"), max_length=5, choices=Source.choices, default=Source.WEB
    )
    link_generation = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("received"), editable=False)

    objects = Appointments.as_manager()

    class Meta:
        ordering = ("-starts_at", "pk")
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        indexes = (
            models.Index(fields=("starts_at",), name="appointment_by_start"),
            models.Index(fields=("created_at",), name="appointment_by_receipt"),
            models.Index(fields=("created_at",), name="appointment_by_creation"),
            models.Index(
                fields=("answer_due_at",),
                name="appointment_waiting",
                condition=Q(status="pending"),
            ),
            models.Index(
                fields=("waiting_since",),
                name="appointment_waiting_list",
                condition=Q(status="waitlist"),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=Status.values),
                name="appointment_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=HOLDS_TIME, is_work_in=False, occupancy__isnull=False)
                | (~Q(status__in=HOLDS_TIME, is_work_in=False) & Q(occupancy__isnull=True)),
                name="appointment_holds_time_by_status",
            ),
            models.CheckConstraint(
                condition=Q(is_work_in=False, work_in_reason="")
                | (
                    Q(is_work_in=True, work_in_reason__regex=r"\S")
                    & ~Q(status__in=("pending", "proposed", "waitlist"))
                ),
                name="appointment_is_worked_in_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    reference__regex=rf"^[{REFERENCE_LETTERS}]{{4}}-[{REFERENCE_LETTERS}]{{4}}$"
                ),
                name="appointment_reference_reads_well",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"))
                & Q(ends_at__lte=F("starts_at") + dt.timedelta(hours=8)),
                name="appointment_length_is_bounded",
            ),
            models.CheckConstraint(
                condition=Q(buffer_before_minutes__lte=240) & Q(buffer_after_minutes__lte=240),
                name="appointment_buffers_are_bounded",
            ),
            models.CheckConstraint(
                condition=Q(modality="virtual", location__isnull=True)
                | Q(modality="in-person", location__isnull=False),
                name="appointment_place_fits_modality",
            ),
            models.CheckConstraint(
                condition=Q(booking_for="self")
                | (Q(booking_for="other") & Q(contact_name__regex=r"\S")),
                name="appointment_contact_is_named",
            ),
            models.CheckConstraint(
                condition=Q(red_flag__in=("none", "today")),
                name="appointment_red_flag_is_known",
            ),
            models.CheckConstraint(
                condition=(Q(status="cancelled") & Q(cancelled_by__in=("patient", "practice")))
                | (~Q(status="cancelled") & Q(cancelled_by="")),
                name="appointment_says_who_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(refused_because__in=("", *Refusal.values)),
                name="appointment_refusal_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="pending") | Q(answer_due_at__isnull=False),
                name="appointment_waits_until_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="waitlist")
                | Q(
                    waiting_since__isnull=False,
                    wanted_from__isnull=False,
                    wanted_until__gte=F("wanted_from"),
                ),
                name="appointment_waits_for_a_period",
            ),
            models.UniqueConstraint(
                fields=("earlier_than",),
                condition=Q(status__in=("waitlist", "proposed")),
                name="appointment_waits_once_beside_a_visit",
            ),
        )

    def __str__(self) -> str:
        return self.reference


class StatusChange(models.Model):
    """One row for each change of a status, the first included. Rows are never changed again."""

    class Actor(models.TextChoices):
        PATIENT = "patient", _("Patient")
        DESK = "desk", _("Front desk")
        PRACTITIONER = "practitioner", _("The person seen")
        SYSTEM = "system", _("The site")

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="status_changes")
    from_status = models.CharField(max_length=16, choices=Status.choices, blank=True)
    to_status = models.CharField(max_length=16, choices=Status.choices)
    at = models.DateTimeField()
    actor = models.CharField(max_length=12, choices=Actor.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("at", "pk")
        triggers = append_only_triggers()
        verbose_name = _("change of status")
        verbose_name_plural = _("changes of status")
        indexes = (
            models.Index(
                fields=("at",),
                name="cancelled_by_patient",
                condition=Q(to_status="cancelled", actor="patient"),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(from_status__in=("", *Status.values))
                & Q(to_status__in=Status.values)
                & ~Q(from_status=F("to_status")),
                name="status_change_is_a_change",
            ),
            models.CheckConstraint(
                condition=Q(actor__in=("patient", "desk", "practitioner", "system")),
                name="status_change_actor_is_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"
