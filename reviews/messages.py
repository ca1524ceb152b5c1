"""What we write to somebody about a review: called inside the transaction of what it tells of.

No message says that anybody was seen by us, and none has a word about what anybody thinks.
"""

from __future__ import annotations

import datetime as dt

from correspondence import outbox
from correspondence.links import LinkFor
from correspondence.models import Link, OutboxMessage
from practice.models import Practice
from reviews.models import Invitation, Review

OWN_LINK_LASTS = dt.timedelta(days=20 * 365)  # the writer may end it "at any time"


def invitation(invited: Invitation, *, now: dt.datetime) -> None:
    """The same words to everybody, whatever came of the visit."""
    appointment = invited.appointment
    outbox.put(
        subject=f"review-invitation:{invited.pk}",
        kind=OutboxMessage.Kind.REVIEW_INVITATION,
        version=1,
        to=appointment.patient.email,
        to_name=appointment.contact_name or str(appointment.patient),
        locale=appointment.language,
        context=_from_us(),
        link=invitation_link(invited),
        now=now,
    )


def received(review: Review, *, now: dt.datetime) -> None:
    _to_writer(review, OutboxMessage.Kind.REVIEW_RECEIVED, now=now)


def refused(review: Review, *, now: dt.datetime) -> None:
    _to_writer(review, OutboxMessage.Kind.REVIEW_REFUSED, now=now, by_staff=True)


def alarm(*, week: int, now: dt.datetime) -> None:
    """To the practice itself; `week` counts weeks since 1970, so that it is told once a week."""
    practice = Practice.objects.current()
    if not practice.email:
        return
    outbox.put(
        subject="reviews:refusals",
        kind=OutboxMessage.Kind.STAFF_REVIEW_ALARM,
        version=week,
        to=practice.email,
        to_name=practice.called,
        locale=practice.language,
        context={"practice": practice.called},
        link=None,
        now=now,
    )


def invitation_link(invited: Invitation) -> LinkFor:
    return LinkFor(
        purpose=Link.Purpose.REVIEW_INVITATION,
        row_id=invited.pk,
        generation=1,
        expires_at=invited.expires_at,
    )


def own_link(review: Review) -> LinkFor:
    """The writer's way back to their review."""
    return LinkFor(
        purpose=Link.Purpose.REVIEW,
        row_id=review.pk,
        generation=review.link_generation,
        expires_at=review.arrived_at + OWN_LINK_LASTS,
    )


def _to_writer(review: Review, kind: str, *, now: dt.datetime, by_staff: bool = False) -> None:
    if not review.email:
        return
    outbox.put(
        subject=f"review:{review.pk}",
        kind=kind,
        version=2 if review.appealed_at else 1,
        to=review.email,
        to_name="",
        locale=review.language if review.language in ("en", "es") else "en",
        context=_from_us(),
        link=own_link(review),
        now=now,
        by_staff=by_staff,
    )


def _from_us() -> dict[str, str]:
    practice = Practice.objects.current()
    return {
        "practice": practice.called,
        "phone": practice.phone.as_national if practice.phone else "",
    }
