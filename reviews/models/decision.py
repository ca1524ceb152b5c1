from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from practice.models import append_only_triggers

from .review import Refusal, Review


class Decision(models.Model):
    """Who did what with a review, and when. Rows are only ever added, and outlive the review."""

    class What(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        REFUSAL_PROPOSED = "refusal-proposed", _("Proposed to refuse it")
        REFUSED = "refused", _("Refused it as the second person")
        NOT_REFUSED = "not-refused", _("Did not agree to refuse it")
        REDACTED = "redacted", _("Hid some words")
        SHOWN_AGAIN = "shown-again", _("Showed hidden words again")
        AUTHORIZED = "authorized", _("Recorded the authorization")
        WITHDRAWN = "withdrawn", _("Ended the authorization")
        APPEALED = "appealed", _("The writer asked to look again")
        REPLIED = "replied", _("Proposed a reply")
        REPLY_APPROVED = "reply-approved", _("Approved the reply")
        REPLY_REFUSED = "reply-refused", _("Took the reply back")
        REPORT_CLOSED = "report-closed", _("Answered a report")

    review = models.ForeignKey(
        Review, models.DO_NOTHING, db_constraint=False, related_name="decisions"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=16, choices=What.choices)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        triggers = append_only_triggers()
        constraints = [
            models.CheckConstraint(
                condition=~Q(what__in=["refusal-proposed", "refused"])
                | Q(reason__in=Refusal.values),
                name="decision_refuses_for_a_listed_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d}"


class Redaction(models.Model):
    """Letters `start` to `end` of a review's words are shown as [redacted]."""

    class Reason(models.TextChoices):
        PRIVATE = "private", _("Private facts")
        NAME = "name", _("The name of another person")

    review = models.ForeignKey(Review, models.CASCADE, related_name="redactions")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    reason = models.CharField(max_length=7, choices=Reason.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["start"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="redaction_hides_some"),
            models.CheckConstraint(
                condition=Q(reason__in=["private", "name"]), name="redaction_reason_is_listed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"
