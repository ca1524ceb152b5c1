"""What patients say is shown only with their leave, whole, and with honest figures."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from reviews.figures import figures
from reviews.models import Review
from tests.content import a_review, the_practice

pytestmark = pytest.mark.django_db


def test_nothing_is_published_without_the_patient_s_authorization() -> None:
    waiting = a_review(status="waiting", authorization=None)
    with pytest.raises(IntegrityError, match="only_with_authorization"), transaction.atomic():
        Review.objects.filter(pk=waiting.pk).update(status="published")
    with pytest.raises(IntegrityError, match="only_with_authorization"), transaction.atomic():
        a_review(authorization=None)
    published = a_review()
    with pytest.raises(IntegrityError, match="only_with_authorization"), transaction.atomic():
        Review.objects.filter(pk=published.pk).update(authorization=None)
    assert sorted(Review.objects.values_list("status", flat=True)) == ["published", "waiting"]


@pytest.mark.parametrize("rating", [0, 6])
def test_a_rating_is_one_to_five(rating: int) -> None:
    review = a_review(rating=4)
    with pytest.raises(IntegrityError, match="one_to_five"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(rating=rating)
    assert Review.objects.get(pk=review.pk).rating == 4


def test_a_status_is_one_we_know() -> None:
    review = a_review()
    with pytest.raises(IntegrityError, match="status_is_known"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(status="best")


def test_a_reader_sees_published_words_whole_and_nobody_else_s(client: Client) -> None:
    the_practice()
    a_review(author="Rosa M.", body="They took their time. The chairs are hard.")
    a_review(author="Theo K.", body="Secret words.", status="waiting", authorization=None)
    a_review(author="Ida L.", body="Withdrawn words.", status="withdrawn")
    html = client.get("/reviews/").content.decode()
    assert "They took their time. The chairs are hard." in html
    for hidden in ("Theo K.", "Secret words.", "Ida L.", "Withdrawn words."):
        assert hidden not in html


def test_html_in_a_review_is_shown_as_words(client: Client) -> None:
    a_review(body="<script>alert(1)</script>")
    html = client.get("/reviews/").content.decode()
    assert "&lt;script&gt;alert(1)" in html


def test_the_page_says_how_many_of_how_many_are_shown(client: Client) -> None:
    for _ in range(2):
        a_review()
    a_review(status="refused")
    found = figures()
    assert (found.received, found.published, found.percent) == (3, 2, 66)
    html = client.get("/reviews/").content.decode()
    assert "66" in html


def test_no_reviews_is_zero_of_zero() -> None:
    found = figures()
    assert (found.received, found.published, found.percent, found.average) == (0, 0, 0, None)


def test_there_is_no_average_until_thirty_people_rated() -> None:
    Review.objects.bulk_create(
        Review(author=f"P{n}", body="x", rating=5, status="waiting") for n in range(29)
    )
    assert figures().average is None
    a_review(rating=1, status="refused")
    # The one refused counts as well: an average of chosen ratings would be a lie.
    assert figures().average == Decimal("4.9")


def test_invented_reviews_stop_counting_once_there_is_a_real_one() -> None:
    a_review(is_sample=True), a_review(is_sample=True)
    assert figures().received == 2
    a_review(status="waiting", authorization=None)
    assert (figures().received, figures().published) == (1, 0)


def test_the_practice_s_order_comes_first_and_then_the_newest() -> None:
    old = a_review(author="old", received=dt.date(2020, 1, 1))
    new = a_review(author="new", received=dt.date(2026, 1, 1))
    undated = a_review(author="undated", received=None)
    pinned = a_review(author="pinned", received=dt.date(2019, 1, 1))
    Review.objects.exclude(pk=pinned.pk).update(position=1)
    assert list(Review.objects.published()) == [pinned, new, old, undated]
