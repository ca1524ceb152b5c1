"""What we sent, and the addresses by which people come back."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q


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
        STAFF_PAGES_DUE = "staff_pages_due"
        STAFF_PAGES_OVERDUE = "staff_pages_overdue"

    class Way(models.TextChoices):
        EMAIL = "email"

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        UNKNOWN = "unknown"  # handed over, and nobody heard whether it arrived

    subject = models.CharField(max_length=80)
    kind = models.CharField(max_length=40, choices=Kind)
    version = models.PositiveIntegerField()
    way = models.CharField(max_length=10, choices=Way, default=Way.EMAIL)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)

    to = models.EmailField(max_length=254)
    to_name = models.CharField(max_length=120, blank=True)
    locale = models.CharField(max_length=10, default="en")
    context = models.JSONField(default=dict)
    link_purpose = models.CharField(max_length=30, blank=True)
    link_row_id = models.BigIntegerField(null=True, blank=True)
    link_generation = models.PositiveIntegerField(null=True, blank=True)

    created_at = models.DateTimeField()
    claim = models.UUIDField(null=True, blank=True, help_text="Who is sending it right now.")
    attempts = models.PositiveSmallIntegerField(default=0)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    handed_over_twice = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(
        max_length=40, blank=True, help_text="A short code, never an address."
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
        """The same for every attempt, so that a mailbox can drop a second copy."""
        key = f"{self.subject}|{self.kind}|{self.version}|{self.way}"
        name = hashlib.sha256(key.encode()).hexdigest()[:32]
        return f"<{name}@{urlsplit(settings.CLINIC_URL).hostname}>"


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
