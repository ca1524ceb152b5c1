from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.test import override_settings
from wagtail.models import Page

from clinic_site import freshness
from clinic_site import rendered as wrapper
from clinic_site.rendered import Rendered, why_not
from practice import moving
from practice.models import Practice
from practice.public import HEADER
from tests.clinic_site.conftest import Site, Visitor

pytestmark = pytest.mark.django_db

JUNK = {
    "cookie": "sessionid=stolen; csrftoken=x; __Host-staff=y",
    "accept_language": "es-MX,es;q=0.9",
    "authorization": "Basic YTpi",
    "x_forwarded_host": "evil.example.com",
}


def topics() -> list[Page]:
    return [page for page in Page.objects.live().specific() if page.depth > 3]


@pytest.fixture
def a_page(sample_site: None) -> str:
    """The path of a condition."""
    return str(next(page.get_url() for page in topics() if "/conditions/" in page.get_url()))


def test_everybody_gets_the_same_bytes_whatever_they_send(visitor: Visitor, a_page: str) -> None:
    first = visitor.get(a_page, "utm_source=mail&q=<script>", **JUNK)
    plain = visitor.get(a_page)
    staff = visitor.get(a_page, "page=2&preview=1", **JUNK)
    assert first.status == plain.status == staff.status == 200
    assert first.body == plain.body == staff.body
    assert first.headers == plain.headers == staff.headers
    assert b"<script>" not in first.body.partition(b"<main")[0].replace(b"<script src", b"")
    assert "evil.example.com" not in first.text


def test_a_kept_page_sets_no_cookie_and_varies_by_nothing_but_its_compression(
    visitor: Visitor, a_page: str
) -> None:
    for _ in range(2):
        answer = visitor.get(a_page, **JUNK)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert HEADER not in answer.headers
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_kept_page_asks_the_database_nothing(
    visitor: Visitor, a_page: str, django_assert_num_queries: Any
) -> None:
    visitor.get(a_page)
    with django_assert_num_queries(0):
        assert visitor.get(a_page, "x=1", **JUNK).status == 200


def test_every_page_that_the_sitemap_names_can_be_kept(
    rendered: Rendered, sample_site: None
) -> None:
    """Fails for a page that sets a cookie, reads the session or the user, or has a CSRF token."""
    status, _headers, body = rendered.ask_django("/sitemap.xml")
    assert status == 200
    named = [part.partition("</loc>")[0] for part in body.decode().split("<loc>")[1:]]
    paths = [urlsplit(address).path for address in named]
    public = [path for path in paths if not path.startswith(wrapper.NEVER_KEPT)]
    assert len(public) > 8
    for path in [*public, "/search/", "/robots.txt", "/sitemap.xml"]:
        assert (path, why_not(path, *rendered.ask_django(path))) == (path, None)


def test_what_changes_on_a_page_shows_with_the_next_look(
    rendered: Rendered, visitor: Visitor, a_page: str
) -> None:
    before = visitor.get(a_page)
    Practice.objects.update(name="A new name", short_name="A new name")
    assert visitor.get(a_page).body == before.body
    freshness.look(rendered)
    after = visitor.get(a_page)
    assert "A new name" in after.text
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_page_that_is_taken_down_is_gone(
    rendered: Rendered, visitor: Visitor, a_page: str
) -> None:
    assert visitor.get(a_page).status == 200
    page = next(page for page in topics() if page.get_url() == a_page)
    page.unpublish()
    freshness.look(rendered)
    assert visitor.get(a_page).status == 404
    assert rendered.copies.get(a_page) is None


def test_a_draft_shows_nowhere(rendered: Rendered, visitor: Visitor, a_page: str) -> None:
    page = next(page for page in topics() if page.get_url() == a_page)
    page.title = "Not for the public yet"
    page.save_revision()
    freshness.look(rendered)
    assert "Not for the public yet" not in visitor.get(a_page).text


def test_while_the_database_is_away_pages_are_read_also_after_a_restart(
    start_site: Site, a_page: str, database_away: Callable[[], Any]
) -> None:
    before = Visitor(start_site()).get(a_page)
    with database_away():
        again = Visitor(start_site()).get(a_page, "x=1", **JUNK)
        assert again.status == 200
        assert Visitor(start_site()).get("/search/", "q=back").status == 503
    assert why_same(before.text) == why_same(again.text)


def why_same(text: str) -> str:
    """The page without its moving parts."""
    return text.partition("</header>")[0]


@moving.fragment("test_weather", fallback=lambda: "nobody can say; call us")
def weather() -> str:
    return "fair"


def a_site_that_says(body: str) -> Any:
    """Stands for Django: one public page."""

    def site(environ: Any, start_response: Any) -> list[bytes]:
        path = environ["PATH_INFO"]
        start_response("200 OK", [("Content-Type", "text/html"), (HEADER, f"{path} ")])
        return [body.encode()]

    return site


MARKED = "<p><!--moving test_weather en-->stale<!--/moving--> and warm</p>"


def test_a_moving_part_moves_without_rendering_the_page_again(rendered: Rendered) -> None:
    rendered.django = a_site_that_says(MARKED)
    visitor = Visitor(rendered)
    first = visitor.get("/weather/")
    assert first.text == "<p>fair and warm</p>"
    record = moving.keeper.record
    assert record is not None
    moving.keeper.record = dataclasses.replace(record, html={"test_weather en": "rain"})
    second = visitor.get("/weather/", if_none_match=first.headers["ETag"])
    assert (second.status, second.text) == (200, "<p>rain and warm</p>")


def test_a_record_that_is_too_old_says_call_us(rendered: Rendered) -> None:
    rendered.django = a_site_that_says(MARKED)
    visitor = Visitor(rendered)
    visitor.get("/weather/")
    record = moving.keeper.record
    assert record is not None
    for age, words in [(89, "fair"), (91, "nobody can say; call us")]:
        moving.keeper.record = dataclasses.replace(record, taken_at=time.monotonic() - age)
        assert visitor.get("/weather/").text == f"<p>{words} and warm</p>"


def test_after_a_restart_in_an_outage_moving_parts_say_call_us(
    start_site: Site, database_away: Callable[[], Any], db: None
) -> None:
    Practice.objects.update_or_create(pk=1, defaults={"phone": "+12145550142"})
    first = start_site()
    first.django = a_site_that_says(MARKED)
    Visitor(first).get("/weather/")
    with database_away():
        second = start_site()
        assert Visitor(second).get("/weather/").text == "<p>nobody can say; call us and warm</p>"
        record = moving.keeper.record
        assert record is not None
        assert (record.is_recalled, record.phone) == (True, "(214) 555-0142")
    assert record.age == math.inf


@pytest.mark.parametrize("error", [ZeroDivisionError, OperationalError])
def test_one_broken_or_slow_moving_part_does_not_take_the_page_along(
    rendered: Rendered, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def broken() -> str:
        raise error

    part = moving.Fragment(broken, lambda: "call us")
    monkeypatch.setitem(moving._fragments, "test_weather", part)
    Practice.objects.update_or_create(pk=1, defaults={"name": "Changed"})
    freshness.look(rendered)
    rendered.django = a_site_that_says(MARKED)
    assert Visitor(rendered).get("/weather/").text == "<p>call us and warm</p>"
    assert not moving.keeper.database_is_down


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        (200, {}, None),
        (404, {}, "is not a public page"),
        (302, {}, "is not a public page"),
        (200, {HEADER: "/other/ "}, "is not a public page"),  # a preview shown at another address
        (200, {HEADER: ""}, "is not a public page"),
        (200, {"Set-Cookie": "a=b"}, "sets a cookie"),
        (200, {"Vary": "Accept, Cookie"}, "read the session, the user or a CSRF token"),
        (200, {"Cache-Control": "private, max-age=0"}, "forbids it"),
        (200, {"Cache-Control": "no-store"}, "forbids it"),
        (
            200,
            {"Content-Security-Policy": "script-src 'nonce-abc'"},
            "carries a nonce, which is for one answer only",
        ),
    ],
)
def test_only_an_answer_that_is_everybodys_is_kept(
    status: int, headers: dict[str, str], reason: str | None
) -> None:
    said = {HEADER: "/page/ ", "Content-Type": "text/html", **headers}
    assert why_not("/page/", status, list(said.items()), b"x") == reason
    assert why_not("/page/", 200, [(HEADER, "/page/ ")], b"x" * 3_000_000) == "is too large"


def test_a_declared_parameter_goes_to_the_view_and_junk_does_not(
    visitor: Visitor, rendered: Rendered, sample_site: None
) -> None:
    empty = visitor.get("/search/")
    assert visitor.get("/search/", "fbclid=1").body == empty.body
    found = visitor.get("/search/", "q=fracture")
    assert found.status == 200
    assert found.body != empty.body
    assert HEADER not in found.headers
    assert visitor.get("/search/").body == empty.body


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/conditions/../../etc/passwd",
        "//evil.example.com/conditions/",
        "/conditions//",
        "/.env",
        "/conditions/\x00/",
        "/con\xc3\xa9ditions/",
        "/\xff\xfe/",
        "/" + "a" * 5000 + "/",
        "/rendered/moving.json",
    ],
)
def test_no_path_reaches_a_file_or_becomes_a_copy(
    visitor: Visitor, rendered: Rendered, sample_site: None, path: str, tmp_path: Path
) -> None:
    before = set(tmp_path.rglob("*"))
    answer = visitor.get(path)
    assert answer.status in {301, 302, 404}
    assert "evil.example.com" not in answer.headers.get("Location", "").removeprefix("/")
    assert set(tmp_path.rglob("*")) == before


def test_pages_that_are_not_there_are_not_remembered(
    visitor: Visitor, rendered: Rendered, sample_site: None, tmp_path: Path
) -> None:
    before = set(tmp_path.rglob("*"))
    for number in range(20):
        assert visitor.get(f"/nothing/{number}/").status == 404
    assert set(tmp_path.rglob("*")) == before
    assert len(rendered._refused) == 0


def test_an_address_without_its_slash_leads_to_the_page(visitor: Visitor, a_page: str) -> None:
    visitor.get(a_page)
    answer = visitor.get(a_page.rstrip("/"), "a=b")
    assert (answer.status, answer.headers["Location"]) == (301, f"{a_page}?a=b")


def test_head_not_modified_and_compression_agree(visitor: Visitor, a_page: str) -> None:
    plain = visitor.get(a_page)
    head = visitor.get(a_page, method="HEAD")
    assert (head.headers, head.body) == (plain.headers, b"")
    zipped = visitor.get(a_page, accept_encoding="gzip, deflate")
    small = visitor.get(a_page, accept_encoding="gzip, deflate, br")
    refused = visitor.get(a_page, accept_encoding="br;q=0, gzip;q=0")
    assert zipped.body == brotli.decompress(small.body) == refused.body == plain.body
    tags = [answer.headers["ETag"] for answer in (plain, zipped, small)]
    assert len(set(tags)) == 3
    same = visitor.get(a_page, if_none_match=f'"x", W/{tags[0]}')
    assert (same.status, same.body) == (304, b"")
    assert "Content-Length" not in same.headers
    assert visitor.get(a_page, if_none_match='"x"').status == 200


def test_a_stranger_as_host_gets_no_copy(visitor: Visitor, a_page: str) -> None:
    visitor.get(a_page)
    assert visitor.get(a_page, host="evil.example.com").status == 400


def test_a_post_goes_to_django(visitor: Visitor, a_page: str) -> None:
    visitor.get(a_page)
    assert visitor.get(a_page, method="POST").status in {403, 405}


@override_settings(SECURE_SSL_REDIRECT=True)
def test_an_unencrypted_visit_is_still_sent_to_https(rendered: Rendered, a_page: str) -> None:
    rendered.render(a_page)
    visitor = Visitor(Rendered(WSGIHandler(), background=False))
    assert visitor.get(a_page).status == 301


def test_an_error_while_rendering_leaves_the_old_copy_in_place(
    rendered: Rendered, visitor: Visitor, a_page: str
) -> None:
    before = visitor.get(a_page)

    def broken(environ: Any, start_response: Any) -> list[bytes]:
        start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
        return [b"oh no"]

    Practice.objects.update(name="A new name")
    freshness.look(rendered)
    rendered.django = broken
    assert visitor.get(a_page).body == before.body


def test_a_damaged_file_is_no_copy(start_site: Site, a_page: str, tmp_path: Path) -> None:
    Visitor(start_site()).get(a_page)
    for file in (tmp_path / "rendered").glob("*.page"):
        file.write_bytes(file.read_bytes()[:-10])
    again = start_site()
    assert again.copies.get(a_page) is None
    assert Visitor(again).get(a_page).status == 200


def test_all_pages_are_rendered_ahead(rendered: Rendered, sample_site: None) -> None:
    for path in freshness.every_path(rendered):
        freshness.warm(rendered, path)
    kept = rendered.copies.paths_on_disk()
    assert {"/", "/locations/", "/contact/", "/reviews/"} <= set(kept)
    assert not [path for path in kept if path.startswith(wrapper.NEVER_KEPT)]
