from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from practice.models import append_only_triggers

from .appointment import REFERENCE_LETTERS, new_reference
from .waiting import Call


class Inquiries(models.QuerySet["Inquiry"]):
    def waiting(self) -> Inquiries:
        """Those that nobody has settled, the most pressing first."""
        return self.filter(result="").order_by("answer_due_at", "pk")


class Inquiry(models.Model):
    """A message about paper, money or medicine; never a request for a visit. It is written by
    appointments/inquiries.py alone. An empty `result`: it waits for an answer."""

    class Topic(models.TextChoices):
        RECORDS = "records", _("My medical records")
        BILLING = "billing", _("A bill or insurance")
        REFILL = "refill", _("A prescription refill")
        OTHER = "other", _("Something else")

    class ContactBy(models.TextChoices):
        PHONE = "phone", _("By phone")
        EMAIL = "email", _("By e-mail")

    class Result(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        PASSED_ON = "passed-on", _("Passed on to whoever settles it")
        NOT_REACHED = "not-reached", _("Could not be reached")
        NOT_OURS = "not-ours", _("Not for us")
        JUNK = "junk", _("Advertising or nonsense")

    reference = models.CharField(
        _("reference"), max_length=9, unique=True, default=new_reference, editable=False
    )
    key = models.UUIDField(unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    topic = models.CharField(_("about"), max_length=8, choices=Topic.choices)
    name = models.CharField(_("name"), max_length=120)
    contact_by = models.CharField(_("answer"), max_length=5, choices=ContactBy.choices)
    phone = models.CharField(_("phone"), max_length=16, blank=True, help_text="As E.164.")
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    words = models.TextField(_("message"), max_length=2000)
    received_at = models.DateTimeField(_("received"))
    answer_due_at = models.DateTimeField(_("answer due"), null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    result = models.CharField(_("result"), max_length=11, choices=Result.choices, blank=True)

    objects = Inquiries.as_manager()

    class Meta:
        ordering = ("-received_at", "-pk")
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        indexes = (
            models.Index(
                fields=("answer_due_at", "id"), name="inquiry_waiting", condition=Q(result="")
            ),
            models.Index(fields=("received_at",), name="inquiry_by_time"),
            models.Index(fields=("phone",), name="inquiry_by_phone"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(topic__in=("records", "billing", "refill", "other")),
                name="inquiry_topic_is_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    result__in=("", "answered", "passed-on", "not-reached", "not-ours", "junk")
                ),
                name="inquiry_result_is_known",
            ),
            models.CheckConstraint(
                condition=(Q(contact_by="phone") & ~Q(phone=""))
                | (Q(contact_by="email") & ~Q(email="")),
                name="inquiry_can_be_answered",
            ),
            models.CheckConstraint(
                condition=Q(name__regex=r"\S", words__regex=r"\S"), name="inquiry_says_something"
            ),
            models.CheckConstraint(
                condition=Q(
                    reference__regex=rf"^[{REFERENCE_LETTERS}]{{4}}-[{REFERENCE_LETTERS}]{{4}}$"
                ),
                name="inquiry_reference_reads_well",
            ),
        )

    def __str__(self) -> str:
        return self.reference

    def is_overdue(self, now: dt.datetime) -> bool:
        return not self.result and self.answer_due_at is not None and self.answer_due_at <= now


class InquiryStep(models.Model):
    """What became of an inquiry, step by step. Rows are only added."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Received")
        CLAIMED = "claimed", _("Taken")
        RELEASED = "released", _("Given back")
        CALLED = "called", _("Called")
        WROTE = "wrote", _("Asked by e-mail to call us")
        CLOSED = "closed", _("Settled")
        OPENED = "opened", _("Opened again")

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="steps")
    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: the sender."),
    )
    outcome = models.CharField(_("outcome"), max_length=9, choices=Call.Outcome.choices, blank=True)
    try_again_at = models.DateTimeField(_("we try again at"), null=True, blank=True)
    result = models.CharField(
        _("result"), max_length=11, choices=Inquiry.Result.choices, blank=True
    )
    words = models.CharField(_("words of staff"), max_length=300, blank=True)

    class Meta:
        ordering = ("at", "pk")
        triggers = append_only_triggers()
        verbose_name = _("step of an inquiry")
        verbose_name_plural = _("steps of inquiries")
        constraints = (
            models.CheckConstraint(
                condition=(Q(kind="called") & ~Q(outcome=""))
                | (~Q(kind="called") & Q(outcome="", try_again_at=None)),
                name="inquiry_step_says_how_a_call_went",
            ),
            models.CheckConstraint(
                condition=(Q(kind="closed") & ~Q(result="")) | (~Q(kind="closed") & Q(result="")),
                name="inquiry_step_says_how_it_ended",
            ),
        )

    def __str__(self) -> str:
        return f"{self.inquiry_id}: {self.kind}"
