"""Taking in a review that somebody wrote on our own form."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from practice.models import Location, Practice
from procedures.models import Topic
from reviews import messages
from reviews.models import Invitation, Review

# Mail providers and stand-ins where sharing a domain says nothing about who somebody is.
SHARED_DOMAINS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "proton.me",
        "protonmail.com",
        "comcast.net",
        "att.net",
        "example.com",
    ]
)


class Spent(Exception):
    """A review was sent with this invitation already."""


@dataclass(frozen=True)
class Said:
    """What the form asks of everybody, verified visit or not."""

    body: str
    author: str
    rating: int | None
    language: str
    relation: str
    rewarded: bool
    email: str = ""
    topic: Topic | None = None
    location: Location | None = None


@transaction.atomic
def send(
    *, key: uuid.UUID, said: Said, invitation: Invitation | None, today: dt.date, now: dt.datetime
) -> Review:
    """Keep what somebody wrote, as it is, waiting. The same key again answers the first review.

    With an invitation the review counts as a verified visit, and the invitation is spent. Raises
    Spent when it was spent by another review meanwhile.
    """
    if earlier := Review.objects.filter(key=key).first():
        return earlier
    review, is_new = Review.objects.get_or_create(
        key=key,
        defaults={
            "body": said.body,
            "author": said.author,
            "rating": said.rating,
            "language": said.language,
            "relation": said.relation,
            "rewarded": said.rewarded,
            "email": invitation.appointment.patient.email if invitation else said.email,
            "topic": said.topic,
            "location": said.location,
            "received": today,
            "arrived_at": now,
            "came_by": Review.CameBy.FORM,
            "verified": invitation is not None,
        },
    )
    if not is_new:
        return review
    if invitation is not None:
        spent = Invitation.objects.filter(pk=invitation.pk, spent_at=None).update(
            spent_at=now, review=review
        )
        if not spent:
            raise Spent
    messages.received(review, now=now)
    return review


def is_one_of_us(email: str) -> bool:
    """Whether this address is that of somebody who works here, as far as an address can tell."""
    email = email.strip().lower()
    if not email:
        return False
    ours = Practice.objects.current().email.lower()
    domain = ours.rpartition("@")[2]
    if email == ours or User.objects.filter(email__iexact=email, is_staff=True).exists():
        return True
    return bool(domain) and domain not in SHARED_DOMAINS and email.endswith(f"@{domain}")


def initials(name: str) -> str:
    """`A. A.` of Alice Adams: what a form suggests as the name to be shown."""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalpha())
