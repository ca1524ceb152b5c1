"""Reading reviews: pages, filters, search. Nothing but published words, and all of them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client

from practice.content_version import current
from reviews import authorizations, moderation, reading
from reviews.models import Review, ReviewRules
from tests.content import (
    a_physician,
    a_procedure,
    a_review,
    an_assistant,
    an_office,
    the_practice,
    written,
)

pytestmark = pytest.mark.django_db


def authors(html: str) -> list[str]:
    return re.findall(r"<figcaption>([^,.<\n]+)", html)


def test_every_review_is_on_exactly_one_page_in_order(client: Client) -> None:
    the_practice()
    day = dt.date(2026, 11, 1)
    for number in range(53):
        received = None if number >= 45 else day - dt.timedelta(days=number // 4)
        a_review(author=f"P{number}", received=received)
    path, seen = "/reviews/", []
    for _page in range(9):
        html = client.get(path).content.decode()
        seen += authors(html)
        found = re.search(r'rel="next" href="([^"]+)"', html)
        if found is None:
            break
        path = "/reviews/" + found[1].replace("&amp;", "&")
    dated = [f"P{4 * block + n}" for block in range(11) for n in (3, 2, 1, 0)] + ["P44"]
    assert seen == [*dated, *(f"P{n}" for n in range(52, 44, -1))]


def test_a_review_that_comes_meanwhile_moves_nothing(client: Client) -> None:
    the_practice()
    for number in range(25):
        a_review(author=f"P{number}", received=dt.date(2026, 11, 1))
    first = client.get("/reviews/").content.decode()
    found = re.search(r'rel="next" href="([^"]+)"', first)
    assert found
    a_review(author="New", received=dt.date(2026, 11, 20))
    second = client.get("/reviews/" + found[1].replace("&amp;", "&")).content.decode()
    assert authors(first) + authors(second) == [f"P{n}" for n in range(24, -1, -1)]


def test_topic_place_and_stars_narrow_what_is_shown(client: Client) -> None:
    the_practice()
    topic = a_procedure().topic_ptr
    north, south = an_office("north"), an_office("south")
    a_review(author="A", topic=topic, location=north, rating=5)
    a_review(author="B", location=south, rating=5)
    a_review(author="C", location=north, rating=2)
    for query, expected in (
        ("topic=kyphoplasty", ["A"]),
        ("place=north", ["C", "A"]),
        ("stars=5", ["B", "A"]),
        ("stars=5&place=south", ["B"]),
        ("stars=9&place=", ["C", "B", "A"]),
        ("topic=nothing", []),
        ("after=nonsense", ["C", "B", "A"]),
        ("after=2026-13-40.1", []),
    ):
        assert authors(client.get(f"/reviews/?{query}").content.decode()) == expected, query


@pytest.mark.parametrize(
    "asked", ["Callaway", "calaway", "Dr. Callawai", "Kallaway", "callaway craig", "DR CALAWAY"]
)
def test_the_doctor_is_found_in_any_spelling(client: Client, asked: str) -> None:
    the_practice()
    a_physician(slug="craig-callaway", name="Craig Callaway", name_variants=["Kalaway"])
    an_assistant()
    spelled = ["Callaway", "Calaway", "calawai", "Kallaway", "callawy"]
    for number, name in enumerate(spelled):
        a_review(author=f"P{number}", body=f"I trust Dr {name} with my life.")
    a_review(author="Other", body="Ben Whitfield listens, and the hallway is bright.")
    found = authors(client.get("/reviews/", {"q": asked}).content.decode())
    assert found == [f"P{n}" for n in range(4, -1, -1)]
    site = client.get("/search/", {"q": asked}).content.decode()
    assert "5 reviews say this" in site


def test_words_are_found_and_a_redacted_review_is_not(
    client: Client, frances: User, now: dt.datetime
) -> None:
    the_practice()
    a_review(author="A", body="The chairs are hard.")
    b = a_review(author="B", body="The chairs, says Zelda Quark, are soft.")
    moderation.redact(b, words="Zelda Quark", reason="name", by=frances, now=now)
    assert authors(client.get("/reviews/?q=CHAIRS").content.decode()) == ["A"]
    assert authors(client.get("/reviews/?q=quark").content.decode()) == []


def test_only_published_words_are_seen_and_samples_only_until_there_is_a_real_one(
    client: Client,
) -> None:
    the_practice()
    a_review(author="Sample", is_sample=True)
    assert authors(client.get("/reviews/").content.decode()) == ["Sample"]
    a_review(author="Rosa")
    for status in ("refused", "withdrawn"):
        a_review(author=status, status=status)
    written(author="Theo")
    assert authors(client.get("/reviews/").content.decode()) == ["Rosa"]
    assert authors(client.get("/").content.decode())[-1:] == ["Rosa"]


@pytest.mark.parametrize("rating", [0, 6])
def test_a_rating_is_one_to_five(rating: int) -> None:
    review = a_review(rating=4)
    with pytest.raises(IntegrityError, match="one_to_five"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(rating=rating)


def test_whatever_changes_what_readers_see_raises_the_content_version(
    frances: User, now: dt.datetime
) -> None:
    """So every rendered copy is made anew (tests/clinic_site/test_rendered.py)."""
    review = a_review(body="one two three")
    seen = current()
    steps = (
        lambda: moderation.redact(review, words="two", reason="name", by=frances, now=now),
        lambda: ReviewRules.objects.create(shown=False),
        lambda: authorizations.end(review, ended_by="writer", by=None, now=now),
    )
    for step in steps:
        step()
        assert current() > seen
        seen = current()


def test_an_authorization_ends_on_its_last_day(now: dt.datetime, client: Client) -> None:
    the_practice()
    review = written(body="For a while.")
    authorizations.sign(review, signature="A", today=dt.date(2026, 11, 24), now=now)
    Review.objects.filter(pk=review.pk).update(accepted_at=now, status="published")
    assert authorizations.end_expired(today=dt.date(2036, 11, 24), now=now) == 0
    assert authorizations.end_expired(today=dt.date(2036, 11, 25), now=now) == 1
    assert "For a while." not in client.get("/reviews/").content.decode()


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, "review_in_order"),
        ({"older": "yes"}, "review_in_order"),
        ({"stars": "2"}, "review_in_order_by_stars"),
        ({"place": "north"}, "review_in_order"),
    ],
)
def test_any_page_is_one_range_of_an_index_however_far_back(
    asked: dict[str, str], index: str
) -> None:
    """bench/reviews.py measures it; here, that a page reads no more rows than it needs."""
    the_practice()
    north = an_office("north")
    day = dt.date(2026, 11, 1)
    Review.objects.bulk_create(
        Review(
            author=f"P{n}",
            body="Words.",
            status="published",
            authorization=day,
            received=None if n % 9 == 0 else day - dt.timedelta(days=n),
            rating=1 + n % 5,
            location=north if n % 2 else None,
        )
        for n in range(1800)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reviews_review")
        # A table of tests is small enough to be read whole; this shows that it need not be.
        cursor.execute("SET LOCAL enable_seqscan = off")
    for after in ("", "2025-09-01.999999999", ".999999999"):
        query = reading.page_query(reading.Wanted.read(asked | {"after": after}))
        plan = query.explain(analyze=True)
        assert index in plan, plan
        removed = [int(n) for n in re.findall(r"Rows Removed by Filter: (\d+)", plan)]
        assert sum(removed) <= 100, plan
