"""What the moderators' screens show, worked out. Stars are here only for what is decided."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from statistics import median

from django.db.models import QuerySet

from reviews import fairness, moderation
from reviews.figures import Figures, figures
from reviews.models import Decision, Review, ReviewRules
from reviews.reading import Shown

WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Row:
    """One review on a screen. Made so that a template cannot reach the stars before a decision."""

    pk: int
    author: str
    words: str
    hidden: list[str]
    language: str
    arrived_at: dt.datetime
    due: dt.datetime
    is_late: bool
    is_verified: bool
    is_appeal: bool
    is_imported: bool
    source: str
    relation: str
    was_rewarded: bool
    is_authorized: bool
    status: str
    status_words: str
    stars: int | None
    is_decided: bool
    proposed_reason: str
    proposed_by: int | None
    titles: list[str]


def row(review: Review, shown: Shown, *, rules: ReviewRules, now: dt.datetime) -> Row:
    decided = moderation.is_decided(review)
    due = moderation.due(review, rules)
    other = Review.Relation.NONE
    return Row(
        pk=review.pk,
        author=review.author,
        words=shown.words,
        hidden=shown.hidden,
        language=review.language,
        arrived_at=review.arrived_at,
        due=due,
        is_late=due < now and not decided,
        is_verified=review.verified,
        is_appeal=review.appealed_at is not None,
        is_imported=shown.is_imported,
        source=review.source,
        relation=str(review.get_relation_display()) if review.relation != other else "",
        was_rewarded=review.rewarded,
        is_authorized=review.authorization is not None,
        status=review.status,
        status_words=str(review.get_status_display()),
        stars=review.rating if decided else None,
        is_decided=decided,
        proposed_reason=str(review.get_refusal_reason_display()) if review.refusal_reason else "",
        proposed_by=review.refusal_by_id,
        titles=[person.name_with_credentials for person in shown.titles],
    )


def decided() -> QuerySet[Review]:
    """What has been decided, the latest first."""
    return Review.objects.exclude(decided_at=None).order_by("-decided_at", "-pk")


@dataclass(frozen=True)
class Speed:
    """Hours from arrival to the decision that ended the waiting, over reviews of one span."""

    decided: int
    median_hours: float | None
    longest_hours: float | None
    late: int


def speed(*, since: dt.datetime, rules: ReviewRules) -> Speed:
    rows = Review.objects.filter(came_by=Review.CameBy.FORM, decided_at__gte=since).values_list(
        "arrived_at", "appealed_at", "decided_at"
    )
    hours = [
        (end - (again or arrived)).total_seconds() / 3600 for arrived, again, end in rows if end
    ]
    limit = rules.days_to_decide * 24
    return Speed(
        decided=len(hours),
        median_hours=round(median(hours), 1) if hours else None,
        longest_hours=round(max(hours), 1) if hours else None,
        late=sum(one > limit for one in hours),
    )


@dataclass(frozen=True)
class Weekly:
    """The report: what came of reviews by stars, how fast, and whether stars seem to matter."""

    figures: Figures
    speed: Speed
    verdict: fairness.Verdict
    suspicions: list[fairness.Suspicion]
    waiting: int
    late: int
    decisions: list[Decision]


def weekly(*, now: dt.datetime, rules: ReviewRules) -> Weekly:
    verdict, suspicions = fairness.look()
    waiting = [
        moderation.due(review, rules) < now
        for review in moderation.queue().filter(refusal_reason="")
    ]
    latest = Decision.objects.select_related("by").order_by("-pk")[:50]
    return Weekly(
        figures=figures(),
        speed=speed(since=now - 13 * WEEK, rules=rules),
        verdict=verdict,
        suspicions=suspicions,
        waiting=len(waiting),
        late=sum(waiting),
        decisions=list(latest),
    )
