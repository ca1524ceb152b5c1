"""What somebody types into the form, and the ways through it. Plain functions."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.test import Client

from correspondence import links
from reviews import forms, messages
from reviews.models import Invitation, Review


def answers(now: dt.datetime, **changed: Any) -> dict[str, str]:
    """A whole form, opened a minute ago."""
    return {
        "rating": "2",
        "body": "They were kind, but I waited for an hour.",
        "author": "A. A.",
        "language": "en",
        "topic": "",
        "location": "",
        "relation": "none",
        "rewarded": "no",
        "email": "nina@example.com",
        "website": "",
        "opened": forms.begin(now=now - dt.timedelta(minutes=1)),
        **changed,
    }


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def invitation_path(invited: Invitation) -> str:
    link = messages.invitation_link(invited)
    return path_of(links.issue(link.purpose, link.row_id, link.generation))


def own_path(review: Review) -> str:
    link = messages.own_link(review)
    return path_of(links.issue(link.purpose, link.row_id, link.generation))


def sends(client: Client, now: dt.datetime, **changed: Any) -> Review:
    """Fills in the form and sends it; the one review that is new."""
    before = set(Review.objects.values_list("pk", flat=True))
    answer = client.post("/reviews/new/", answers(now, **changed))
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/r/mine/"), answer.content
    return Review.objects.exclude(pk__in=before).get()


def signs(client: Client) -> None:
    answer = client.post("/r/mine/", {"signature": "Alice Adams"})
    assert answer.status_code == 302


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
