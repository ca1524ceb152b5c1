"""A review that its writer takes back is gone from every page and every copy at the next look.

A look happens each second (clinic_site/freshness.py); tests/browser/test_reviews.py measures it on
a running site with two processes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import translation
from wagtail.models import Page

from clinic_site import freshness
from clinic_site.rendered import Rendered
from procedures.models import Topic
from reviews import authorizations
from reviews.models import Review
from tests.clinic_site.conftest import Visitor
from tests.content import a_review
from tests.reviews.pages import own_path

pytestmark = pytest.mark.django_db
WORDS = "Zebra-striped curtains, and a kind nurse."


@pytest.fixture
def review(sample_site: None) -> Review:
    topic = next(
        page.specific
        for page in Page.objects.live().type(Topic)
        if "/procedures/" in page.get_url() and page.locale.language_code == "en"
    )
    return a_review(
        body=WORDS,
        topic=topic.topic_ptr,
        received=dt.date(2026, 11, 20),
        email="alice@example.com",
        came_by="form",
    )


def places(review: Review) -> list[tuple[str, str]]:
    assert review.topic is not None
    of_both = [
        page.get_url() for page in review.topic.get_translations(inclusive=True) if page.live
    ]
    search = urlencode({"q": "zebra-striped"})
    return [
        *(("/", ""), ("/es/", ""), ("/reviews/", ""), ("/es/reviews/", "")),
        *((str(url), "") for url in of_both),
        *(("/reviews/", search), ("/es/reviews/", search), ("/search/", search)),
        ("/sitemap.xml", ""),
    ]


def showing(visitor: Visitor, review: Review) -> list[tuple[str, str]]:
    found = []
    for path, query in places(review):
        answer = visitor.get(path, query)
        assert answer.status == 200, path
        if "Zebra" in answer.text or "1 review says this" in answer.text:
            found.append((path, query))
    return found


def test_it_is_gone_from_all_pages_and_copies_in_both_languages(
    rendered: Rendered,
    visitor: Visitor,
    review: Review,
    now: dt.datetime,
    database_away: Callable[[], Any],
) -> None:
    freshness.look(rendered)
    before = showing(visitor, review)
    for path in ("/", "/es/", "/reviews/", "/es/reviews/"):
        assert (path, "") in before, path
    assert any("/procedures/" in path for path, _query in before)
    assert [path for path, query in before if query] == ["/reviews/", "/es/reviews/", "/search/"]
    assert rendered.copies.get("/") is not None

    authorizations.end(review, ended_by="writer", by=None, now=now)
    freshness.look(rendered)

    assert showing(visitor, review) == []
    # Nor does it come back from an old copy when the database is lost.
    for path in freshness.every_path(rendered):
        freshness.warm(rendered, path)
    kept = [path for path, query in places(review) if not query]
    with database_away():
        for path in kept:
            assert "Zebra" not in visitor.get(path).text, path


def test_its_private_pages_are_in_no_cache_in_either_language(
    visitor: Visitor, review: Review, client: Client
) -> None:
    assert "private, no-store" in visitor.get("/r/mine/no-such-token/").headers["Cache-Control"]
    for language in ("en", "es"):
        with translation.override(language):
            path = own_path(review)
            for answer in (client.get(path), client.get(client.get(path).headers["Location"])):
                assert answer.headers["Cache-Control"] == "private, no-store", path
                assert answer.headers["Referrer-Policy"] == "same-origin", path
