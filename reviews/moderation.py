"""The verbs of moderation. Each is keyword-only, one transaction, and leaves a row in `Decision`.

Whoever decides has not seen the stars: no screen shows them before. Nothing here reads `rating`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews import messages
from reviews.models import Decision, Redaction, Refusal, Reply, Report, Review, ReviewRules

if TYPE_CHECKING:
    from django.contrib.auth.models import User

What, Status = Decision.What, Review.Status


class NotAllowed(Exception):
    """This step does not lead on from where the review stands; `words` say why."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__(str(words))
        self.words = words


ALREADY = _("This review has been decided already. Nothing was changed.")
SAME_PERSON = _("Somebody else has to look at this. The first person cannot be the second.")


# --- what waits ---------------------------------------------------------------------------------


def queue() -> QuerySet[Review]:
    """What waits for a first or a second person, in the order it arrived. Imported reviews come
    here only through their authorization; withdrawn ones wait for nobody."""
    return Review.objects.filter(
        status=Status.WAITING, accepted_at=None, came_by=Review.CameBy.FORM
    ).order_by("arrived_at", "pk")


def refusals_to_confirm() -> QuerySet[Review]:
    """Proposed refusals, of published reviews too: those stay up until a second person agrees."""
    return (
        Review.objects.exclude(refusal_reason="")
        .exclude(status=Status.REFUSED)
        .order_by("arrived_at", "pk")
    )


def open_reports() -> QuerySet[Report]:
    return Report.objects.filter(closed_at=None).select_related("review").order_by("at", "pk")


def replies_to_approve() -> QuerySet[Reply]:
    return Reply.objects.filter(approved_at=None).select_related("review").order_by("at", "pk")


def due(review: Review, rules: ReviewRules) -> dt.datetime:
    """Until when it is published or refused (aware, UTC)."""
    since = review.appealed_at or review.arrived_at
    return since + dt.timedelta(days=rules.days_to_decide)


def is_decided(review: Review) -> bool:
    """Whether stars may be seen: somebody has accepted or refused it, and nothing is open."""
    if review.refusal_reason and review.status != Status.REFUSED:
        return False
    return review.accepted_at is not None or review.status in (Status.PUBLISHED, Status.REFUSED)


# --- deciding -----------------------------------------------------------------------------------


@transaction.atomic
def accept(review: Review, *, by: User, now: dt.datetime) -> Review:
    """Nothing speaks against showing it. Public at once where its writer has authorized that."""
    review = _locked(review)
    if is_decided(review) or review.refusal_reason:
        raise NotAllowed(ALREADY)
    review.accepted_at, review.decided_at, review.decided_by = now, now, by
    _settle(review)
    note(review, What.ACCEPTED, by=by, now=now)
    return review


@transaction.atomic
def propose_refusal(review: Review, *, reason: str, by: User, now: dt.datetime) -> Review:
    """The first of two people. Also for a published review, which stays up meanwhile."""
    review = _locked(review)
    if review.refusal_reason or review.status == Status.REFUSED:
        raise NotAllowed(ALREADY)
    review.refusal_reason, review.refusal_by = Refusal(reason), by
    review.save(update_fields=["refusal_reason", "refusal_by"])
    note(review, What.REFUSAL_PROPOSED, by=by, now=now, reason=review.refusal_reason)
    return review


@transaction.atomic
def confirm_refusal(review: Review, *, by: User, now: dt.datetime) -> Review:
    """The second person agrees. The writer is told, with the reason, and may ask again."""
    review = _locked(review)
    _is_second_person(review, by)
    review.status, review.decided_by, review.decided_at = Status.REFUSED, by, now
    review.accepted_at = None
    review.save(update_fields=["status", "decided_by", "decided_at", "accepted_at"])
    note(review, What.REFUSED, by=by, now=now, reason=review.refusal_reason)
    messages.refused(review, now=now)
    return review


@transaction.atomic
def reject_refusal(review: Review, *, by: User, now: dt.datetime) -> Review:
    """The second person does not agree: it is accepted, and a published one stays as it was."""
    review = _locked(review)
    _is_second_person(review, by)
    review.refusal_reason, review.refusal_by = "", None
    if review.accepted_at is None:
        review.accepted_at, review.decided_at, review.decided_by = now, now, by
    _settle(review)
    note(review, What.NOT_REFUSED, by=by, now=now)
    return review


@transaction.atomic
def appeal(review: Review, *, now: dt.datetime) -> Review:
    """The writer of a refused review asks us to look again, once."""
    review = _locked(review)
    if review.status != Status.REFUSED or review.appealed_at is not None:
        raise NotAllowed(_("You can ask once for each review."))
    review.status, review.refusal_reason, review.refusal_by = Status.WAITING, "", None
    review.decided_by, review.decided_at, review.appealed_at = None, None, now
    review.save()
    note(review, What.APPEALED, by=None, now=now)
    return review


def _is_second_person(review: Review, by: User) -> None:
    if not review.refusal_reason or review.status == Status.REFUSED:
        raise NotAllowed(ALREADY)
    if review.refusal_by_id == by.pk:
        raise NotAllowed(SAME_PERSON)


def _settle(review: Review) -> None:
    """Published exactly when it is accepted and its writer's authorization stands."""
    if review.status not in (Status.REFUSED, Status.WITHDRAWN):
        ready = review.accepted_at is not None and review.authorization is not None
        review.status = Status.PUBLISHED if ready else Status.WAITING
    review.save()


# --- hiding words -------------------------------------------------------------------------------


@transaction.atomic
def redact(review: Review, *, words: str, reason: str, by: User, now: dt.datetime) -> int:
    """Hide every place where exactly `words` stand; how many there were. Visible as [redacted].

    Raises NotAllowed when they stand nowhere, or would leave nothing of the review.
    """
    review = _locked(review)
    spans = list(_places(review.body, words))
    if not spans:
        raise NotAllowed(_("These words do not stand in the review. Copy them exactly."))
    hidden = [*review.redactions.values_list("start", "end"), *spans]
    if not any(
        letter.isalnum() and not any(start <= at < end for start, end in hidden)
        for at, letter in enumerate(review.body)
    ):
        raise NotAllowed(_("Nothing of the review would be left. Refuse it for a reason instead."))
    for start, end in spans:
        Redaction.objects.create(
            review=review, start=start, end=end, reason=Redaction.Reason(reason), by=by, at=now
        )
    note(review, What.REDACTED, by=by, now=now, reason=reason)
    return len(spans)


@transaction.atomic
def show_again(redaction: Redaction, *, by: User, now: dt.datetime) -> None:
    redaction.delete()
    note(redaction.review, What.SHOWN_AGAIN, by=by, now=now)


def _places(body: str, words: str) -> list[tuple[int, int]]:
    words, found, at = words.strip(), [], 0
    while words and (at := body.find(words, at)) >= 0:
        found.append((at, at + len(words)))
        at += len(words)
    return found


# --- reports ------------------------------------------------------------------------------------


@transaction.atomic
def close_report(report: Report, *, by: User, now: dt.datetime) -> None:
    """Somebody looked. What follows for the review is a step of its own."""
    closed = Report.objects.filter(pk=report.pk, closed_at=None).update(closed_at=now, closed_by=by)
    if not closed:
        raise NotAllowed(_("Somebody else has answered this report already."))
    note(report.review, What.REPORT_CLOSED, by=by, now=now, reason=report.reason)


# --- the record ---------------------------------------------------------------------------------


def note(review: Review, what: str, *, by: User | None, now: dt.datetime, reason: str = "") -> None:
    Decision.objects.create(review=review, at=now, by=by, what=what, reason=reason)


def _locked(review: Review) -> Review:
    return Review.objects.select_for_update(of=("self",)).get(pk=review.pk)


def with_reports(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """With `is_reported`: a reader's report is open."""
    return reviews.annotate(
        is_reported=Exists(Report.objects.filter(review=OuterRef("pk"), closed_at=None))
    )
