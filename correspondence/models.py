"""What we sent, and the addresses by which people come back."""

from __future__ import annotations

import datetime as dt
import hashlib
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from practice.models import append_only_triggers


class OutboxMessage(models.Model):
    """One message about one thing. Written in the transaction of the change it tells of.

    `subject` names a row of another app ("appointment:12") without pointing at it, so that a
    message outlives what it was about.
    """

    class Kind(models.TextChoices):
        REQUEST_RECEIVED = "request_received"
        BOOKED = "booked"
        REFUSED = "refused"
        CANCELLED = "cancelled"
        STAFF_NEW_REQUEST = "staff_new_request"
        REVIEW_INVITATION = "review_invitation"
        REVIEW_RECEIVED = "review_received"
        REVIEW_REFUSED = "review_refused"
        STAFF_REVIEW_ALARM = "staff_review_alarm"
        RESCHEDULED = "rescheduled"
        TIMES_OFFERED = "times_offered"
        OFFER_ENDED = "offer_ended"
        REQUEST_LAPSED = "request_lapsed"
        WAITING = "waiting"
        WAITING_ENDED = "waiting_ended"
        CALL_MISSED = "call_missed"
        DETAILS_CORRECTED = "details_corrected"
        STAFF_REQUEST_LAPSED = "staff_request_lapsed"
        STAFF_WAITING = "staff_waiting"
        STAFF_LINK_LOCKED = "staff_link_locked"
        RUNNING_LATE = "running_late"
        REQUEST_SEEN = "request_seen"
        REMINDER_TWO_DAYS = "reminder_two_days"
        REMINDER_TWO_HOURS = "reminder_two_hours"
        WAITING_OFFER = "waiting_offer"
        STAFF_PROMISE_AT_RISK = "staff_promise_at_risk"
        STAFF_ON_CALL = "staff_on_call"
        STAFF_UNDELIVERED = "staff_undelivered"
        STAFF_PAGES_DUE = "staff_pages_due"
        STAFF_PAGES_OVERDUE = "staff_pages_overdue"
        INQUIRY_RECEIVED = "inquiry_received"
        INQUIRY_ANSWERED = "inquiry_answered"
        STAFF_NEW_INQUIRY = "staff_new_inquiry"

    class Way(models.TextChoices):
        EMAIL = "email", _("E-mail")
        TEXT = "text", _("Text message")

    class State(models.TextChoices):
        QUEUED = "queued", _("On its way")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not delivered")
        UNKNOWN = "unknown", _("Handed over, not confirmed")
        LEFT_OUT = "left_out", _("Left out")  # we chose not to send it; `trouble` says why

    subject = models.CharField(max_length=80)
    kind = models.CharField(max_length=40, choices=Kind)
    version = models.PositiveIntegerField()
    way = models.CharField(max_length=10, choices=Way, default=Way.EMAIL)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)

    to = models.CharField(max_length=254, help_text="An e-mail address, or a number as E.164.")
    to_name = models.CharField(max_length=120, blank=True)
    locale = models.CharField(max_length=10, default="en")
    context = models.JSONField(default=dict)
    link_purpose = models.CharField(max_length=30, blank=True)
    link_row_id = models.BigIntegerField(null=True, blank=True)
    link_generation = models.PositiveIntegerField(null=True, blank=True)

    created_at = models.DateTimeField()
    not_before = models.DateTimeField(
        null=True, blank=True, help_text="Until then the desk may take back what it tells of."
    )
    not_after = models.DateTimeField(
        null=True, blank=True, help_text="From then on it would make no sense."
    )
    claim = models.UUIDField(null=True, blank=True, help_text="Who is sending it right now.")
    attempts = models.PositiveSmallIntegerField(default=0)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(
        max_length=40, blank=True, help_text="A short code, never an address."
    )

    copy = models.PositiveSmallIntegerField(
        default=0, help_text="How often staff asked for another copy."
    )
    resent_at = models.DateTimeField(null=True, blank=True)
    resent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "version", "way"], name="outbox_one_message_per_event"
            ),
            models.CheckConstraint(
                condition=Q(state="sending", claim__isnull=False)
                | (~Q(state="sending") & Q(claim__isnull=True)),
                name="outbox_sending_has_a_sender",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                name="outbox_sent_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="outbox_unfinished",
                condition=~Q(state="sent"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.subject}"

    @property
    def message_id(self) -> str:
        """The same for every attempt, so that a mailbox can drop a second copy.

        A copy that staff asked for has one of its own, or it would be dropped too.
        """
        key = f"{self.subject}|{self.kind}|{self.version}|{self.way}"
        if self.copy:
            key += f"|{self.copy}"
        name = hashlib.sha256(key.encode()).hexdigest()[:32]
        return f"<{name}@{urlsplit(settings.CLINIC_URL).hostname}>"


class Wording(models.Model):
    """The practice's own words for one kind of message in one language; the latest row counts, and
    without a subject it says that the default holds again (correspondence/wordings.py)."""

    kind = models.CharField(_("message"), max_length=40, choices=OutboxMessage.Kind)
    locale = models.CharField(_("language"), max_length=10)
    number = models.PositiveIntegerField()
    subject = models.CharField(_("subject"), max_length=80, blank=True)
    body = models.TextField(_("e-mail"), max_length=2000, blank=True)
    text = models.CharField(_("text message"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("kind", "locale", "number")
        triggers = append_only_triggers()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "locale", "number"], name="wording_one_after_the_other"
            ),
            models.CheckConstraint(
                condition=Q(subject="", body="", text="") | (~Q(subject="") & ~Q(body="")),
                name="wording_is_whole_or_the_default",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.locale}: {self.number}"


class Agreement(models.Model):
    """A business-associate agreement (HIPAA) with whoever carries a way of our messages."""

    way = models.CharField(_("for"), max_length=10, choices=OutboxMessage.Way)
    provider = models.CharField(_("with"), max_length=120)
    signed_on = models.DateField(_("signed on"))
    kept_at = models.CharField(
        _("where the paper is"), max_length=200, help_text=_("For example: the safe, folder 12.")
    )
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta:
        verbose_name = _("business-associate agreement")
        verbose_name_plural = _("business-associate agreements")
        ordering = ("way", "-signed_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(provider__regex=r"\S", kept_at__regex=r"\S"),
                name="agreement_says_with_whom_and_where",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("signed_on")),
                name="agreement_ends_after_it_was_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}, {self.signed_on}"


class MessageRules(models.Model):
    """How the practice writes to people. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    texts = models.ForeignKey(
        Agreement,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"way": OutboxMessage.Way.TEXT},
        verbose_name=_("text messages go out under"),
        help_text=_("Empty: no text message is sent."),
    )
    quiet_from = models.TimeField(_("no text messages from"), default=dt.time(20))
    quiet_until = models.TimeField(_("until"), default=dt.time(8))
    at_risk_minutes = models.PositiveSmallIntegerField(
        _("tell the desk so many minutes before a promise ends"), default=30
    )
    escalate_minutes = models.PositiveSmallIntegerField(
        _("tell the person on call so many minutes later"), default=10
    )
    on_call_name = models.CharField(_("person on call"), max_length=120, blank=True)
    on_call_email = models.EmailField(_("e-mail of the person on call"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("rules for messages")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="message_rules_are_one_row"),
            models.CheckConstraint(
                condition=Q(at_risk_minutes__gte=1, at_risk_minutes__lte=1440)
                & Q(escalate_minutes__gte=1, escalate_minutes__lte=1440),
                name="message_rules_warn_within_a_day",
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> MessageRules:
        return cls.objects.select_related("texts").filter(pk=1).first() or cls(pk=1)


class TextWord(models.Model):
    """That a number wants no text messages, or wants them again; the latest row counts."""

    number = models.CharField(_("number"), max_length=16)
    stop = models.BooleanField(_("no text messages"))
    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: the number itself wrote it."),
    )

    class Meta:
        ordering = ("pk",)
        triggers = append_only_triggers()
        indexes = [models.Index(fields=["number"], name="text_word_by_number")]

    def __str__(self) -> str:
        return f"{'STOP' if self.stop else 'START'} {self.at:%Y-%m-%d}"


class TextDay(models.Model):
    """The one text message that a number may get on a day of the practice's calendar."""

    number = models.CharField(max_length=16)
    day = models.DateField()
    message = models.ForeignKey(OutboxMessage, models.CASCADE, related_name="+")
    copy = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "day"], name="one_text_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class Link(models.Model):
    """A secret address. Only the hash of its token is kept."""

    class Purpose(models.TextChoices):
        VISIT = "visit"
        REVIEW_INVITATION = "review-invitation"
        REVIEW = "review"

    purpose = models.CharField(max_length=30, choices=Purpose)
    row_id = models.BigIntegerField()
    generation = models.PositiveIntegerField()
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(("token_hash__regex", r"^[0-9a-f]{64}$")), name="link_keeps_only_a_hash"
            ),
        ]
        indexes = [models.Index(fields=["purpose", "row_id"], name="link_of_one_row")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.row_id}, generation {self.generation}"


class WorkerBeat(models.Model):
    """When each worker last said that it is alive."""

    worker = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.worker} at {self.at:%H:%M:%S}"
