"""Two hundred hostile strings, in every field that anybody fills in, stay text everywhere."""

from __future__ import annotations

import datetime as dt
import html
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from correspondence import email
from correspondence.models import OutboxMessage
from reviews import authorizations, messages, moderation
from reviews.models import Report, Review
from tests.content import the_practice
from tests.reviews.pages import own_path

pytestmark = pytest.mark.django_db

TAGS = ("script", "img", "svg", "iframe", "style", "a", "form", "input", "object", "base")
HANDLERS = ("onerror", "onload", "onclick", "onfocus", "onmouseover")
CLOSERS = ("", '">', "'>", "</blockquote>", "--></p>", "</title>", "</textarea>")
OTHERS = (
    "{{ 7|add:7 }}",
    "{% load i18n %}",
    "{% include 'admin/base.html' %}",
    "${7*7}",
    "javascript:alert(1)",
    "[click](javascript:alert(1))",
    "![x](https://example.org/x.png)",
    "https://example.org/win",
    "www.example.org",
    "data:text/html,<b>x</b>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(1)",
    "'; DROP TABLE reviews_review; --",
    "%s%s%n",
    "../../etc/passwd",
    "\u202egnp.exe",
    "\u200b\u200bzero",
    "a\u0301\u0301\u0301\u0301",
    "Bcc: all@example.com",
    "&lt;b&gt;",
    "&#60;b&#62;",
    "<![CDATA[<b>]]>",
    "<!--#exec cmd='ls'-->",
    "<?php echo 1 ?>",
    "[redacted]",
    "**bold**",
    "# heading",
    "`code`",
    "\\u003cscript\\u003e",
)
STRINGS = [
    *(
        f"{closer}<{tag} {handler}=alert({n})>"
        for n, (tag, handler, closer) in enumerate(
            (tag, handler, closer) for tag in TAGS for handler in HANDLERS for closer in CLOSERS[:4]
        )
    ),
    *OTHERS,
][-200:]


class Seen(HTMLParser):
    """Elements and handlers that a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.odd: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if any(name.startswith("on") for name in facts) or tag in {"iframe", "object", "base"}:
            self.odd.append(f"{tag} {facts}")
        inert = facts.get("type") == "application/ld+json"  # tests/reviews/test_rules.py, R15
        if tag == "script" and not inert and not str(facts.get("src", "")).startswith("/static/"):
            self.odd.append(f"script {facts}")
        if tag == "a":
            self.links.append(str(facts.get("href", "")))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def check(page: str, *, shows: bool = True) -> str:
    seen = Seen(page)
    assert seen.odd == []
    for link in seen.links:
        ours = link.startswith(("/", "#", "?", "tel:", "http://127.0.0.1", "https://www.tmb."))
        assert ours, link
    return "".join(seen.words)


def test_there_are_two_hundred() -> None:
    assert len(set(STRINGS)) == 200


def test_they_stay_text_on_every_page_in_the_admin_and_in_mails(
    client: Client, desk: Client, frances: User, morgan: User, now: dt.datetime
) -> None:
    practice = the_practice()
    for number, text in enumerate(STRINGS):
        review = Review.objects.create(
            author=text[:60],
            body=f"{number}: {text}",
            source=text[:60],
            came_by="import" if number % 2 else "form",
            email="nina@example.com",
            received=dt.date(2026, 11, 1),
        )
        authorizations.sign(review, signature=text, today=dt.date(2026, 11, 2), now=now)
        Report.objects.create(review=review, reason="other", words=text, at=now)
    # While they wait.
    queue = "".join(check(desk.get("/admin/reviews/").content.decode()).split())
    Review.objects.update(status="published", accepted_at=now, decided_by=frances, decided_at=now)
    assert "".join(STRINGS[0].split()) in queue

    words = ""
    path = "/reviews/"
    for _page in range(11):
        answer = client.get(path)
        page = answer.content.decode()
        words += check(page)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        if 'rel="next" href="' not in page:
            break
        path = "/reviews/" + html.unescape(page.split('rel="next" href="')[1].split('"')[0])
    whole = "".join(words.split())
    for number, text in enumerate(STRINGS):
        assert "".join(f"{number}: {text}".split()) in whole, text

    for address in ("/admin/reviews/", "/admin/reviews/decided/", "/admin/reviews/report/", "/"):
        check(desk.get(address).content.decode())
    for number in (0, 60, 120, 175, 185, 199):
        review = Review.objects.order_by("pk")[number]
        page = check(desk.get(f"/admin/reviews/{review.pk}/").content.decode())
        assert STRINGS[number][:20].strip() in page
        client.get(own_path(review))
        check(client.get("/r/mine/").content.decode())
        check(client.get(f"/r/report/{review.pk}/").content.decode())
        check(client.get("/reviews/", {"q": STRINGS[number]}).content.decode())
        check(client.get("/search/", {"q": STRINGS[number]}).content.decode())
    # Names that reach a message are the practice's own; a hostile one stays text there, too.
    practice.short_name = STRINGS[0][:100]
    practice.save()
    with transaction.atomic():
        messages.received(review, now=now)
        moderation.note(review, "appealed", by=None, now=now)
    message = email.render(OutboxMessage.objects.get(kind="review_received"))
    body = str(message.alternatives[0][0])
    check(body)
    for text in STRINGS:
        assert text not in body or text in ("+1+1",), text


def test_they_stay_text_where_authorizations_are_recorded(desk: Client) -> None:
    Review.objects.bulk_create(
        Review(author=text[:60], body=f"{number}: {text}", source=text[:60])
        for number, text in enumerate(STRINGS)
    )
    answer = desk.get("/admin/reviews/authorizations/")
    whole = "".join(check(answer.content.decode()).split())
    for number, text in enumerate(STRINGS):
        assert "".join(f"{number}: {text}".split()) in whole, text
    refused = desk.post("/admin/reviews/authorizations/", {"kept_at": STRINGS[0], "signed_on": "x"})
    assert refused.status_code == 400
    check(refused.content.decode())


def test_a_form_with_them_comes_back_as_text(client: Client, now: dt.datetime) -> None:
    the_practice()
    for text in STRINGS[::20]:
        page = client.post(
            "/reviews/new/",
            {"body": text, "author": text, "email": text, "language": text, "opened": text},
        )
        assert page.status_code == 400
        check(page.content.decode())


def test_no_message_about_a_review_carries_a_word_of_it(
    client: Client, frances: User, morgan: User, now: dt.datetime
) -> None:
    """Each kind that is sent around a review, with a hostile string in every field of it."""
    the_practice()
    for text in STRINGS[::25]:
        review = Review.objects.create(
            author=text[:60], body=f"1: {text}", came_by="form", email="nina@example.com"
        )
        with transaction.atomic():
            messages.received(review, now=now)
        moderation.propose_refusal(review, reason="abuse", by=frances, now=now)
        moderation.confirm_refusal(review, by=morgan, now=now)
        for sent in OutboxMessage.objects.filter(subject=f"review:{review.pk}"):
            message = email.render(sent)
            body = str(message.alternatives[0][0])
            check(body)
            for said in (message.subject, message.body, body):
                assert text not in said or text in ("+1+1",), text
