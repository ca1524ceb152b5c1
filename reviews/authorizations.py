"""The writer's leave to publish: asked for, recorded, ended. Without one nothing is public."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string

from practice.models import Practice
from reviews import moderation
from reviews.models import Authorization, Decision, Review

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LASTS_YEARS = 10
Status = Review.Status


def text_for(review: Review, *, last_day: dt.date) -> str:
    """What the writer signs, as plain text, with the words of the review in it."""
    practice = Practice.objects.current()
    return render_to_string(
        "reviews/authorization.txt",
        {"review": review, "practice": practice, "last_day": last_day},
    ).strip()


def last_day_from(day: dt.date) -> dt.date:
    """Ten years on; February 29 becomes February 28."""
    try:
        return day.replace(year=day.year + LASTS_YEARS)
    except ValueError:
        return day.replace(year=day.year + LASTS_YEARS, day=28)


@transaction.atomic
def sign(review: Review, *, signature: str, today: dt.date, now: dt.datetime) -> Review:
    """The writer signs on their own page. Public at once where it has been accepted already."""
    review = _locked(review)
    if review.status == Status.REFUSED or _standing(review).exists():
        return review
    last_day = last_day_from(today)
    text = text_for(review, last_day=last_day)
    Authorization.objects.create(
        review=review,
        signed_on=today,
        signature=signature,
        text=text,
        text_hash=hashlib.sha256(text.encode()).hexdigest(),
        expires_on=last_day,
        recorded_at=now,
    )
    _begin(review, today)
    moderation.note(review, Decision.What.AUTHORIZED, by=None, now=now)
    return review


def waiting() -> QuerySet[Review]:
    """Imported reviews whose writers have not authorized anything yet, in the order they came."""
    return Review.objects.filter(
        status=Status.WAITING, came_by=Review.CameBy.IMPORT, authorization=None
    ).order_by("arrived_at", "pk")


@transaction.atomic
def record_many(
    pks: Iterable[int], *, signed_on: dt.date, kept_at: str, by: User, now: dt.datetime
) -> int:
    """Write down signed papers for several imported reviews at once; how many it were.

    Whoever records them has read them: the screen shows their words, without stars. So they are
    accepted in the same step, each with its own row in the log.
    """
    wanted = waiting().filter(pk__in=list(pks), refusal_reason="")
    chosen = list(wanted.select_for_update(of=("self",)))
    for review in chosen:
        Authorization.objects.create(
            review=review, signed_on=signed_on, kept_at=kept_at, recorded_at=now, recorded_by=by
        )
        review.accepted_at, review.decided_at, review.decided_by = now, now, by
        _begin(review, signed_on)
        moderation.note(review, Decision.What.AUTHORIZED, by=by, now=now)
        moderation.note(review, Decision.What.ACCEPTED, by=by, now=now)
    return len(chosen)


@transaction.atomic
def end(review: Review, *, ended_by: str, by: User | None, now: dt.datetime) -> Review:
    """From here on nobody sees it: in the same transaction the content version rises."""
    review = _locked(review)
    _standing(review).update(ended_at=now, ended_by=ended_by)
    if review.status != Status.REFUSED:
        review.status = Status.WITHDRAWN
    review.authorization = None
    review.save(update_fields=["status", "authorization"])
    moderation.note(review, Decision.What.WITHDRAWN, by=by, now=now)
    return review


def end_expired(*, today: dt.date, now: dt.datetime) -> int:
    """End what was signed until a day before `today`; how many."""
    over = Authorization.objects.filter(ended_at=None, expires_on__lt=today)
    found = [one.review for one in over.select_related("review")]
    for review in found:
        end(review, ended_by=Authorization.EndedBy.DATE, by=None, now=now)
    return len(found)


def from_import(review: Review, *, now: dt.datetime) -> None:
    """An import named the day on which this review was authorized."""
    if review.authorization and not _standing(review).exists():
        Authorization.objects.create(
            review=review,
            signed_on=review.authorization,
            kept_at="reviews.csv",
            recorded_at=now,
        )


def _begin(review: Review, day: dt.date) -> None:
    review.authorization = day
    review.status = Status.PUBLISHED if review.accepted_at else Status.WAITING
    review.save()


def _standing(review: Review) -> QuerySet[Authorization]:
    return Authorization.objects.filter(review=review, ended_at=None)


def _locked(review: Review) -> Review:
    return Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
