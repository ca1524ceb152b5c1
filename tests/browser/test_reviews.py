"""Invited, written, signed, moderated, read, taken back; and many authorized on one screen."""

from __future__ import annotations

import os
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from practice import clock
from reviews import messages
from reviews.models import Invitation, Review
from tests import people
from tests.browser.axe import faults
from tests.reviews.conftest import took_place
from tests.serving import Site

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("REVIEW_PICTURES")  # a folder, to look at what the test sees


def look(page: Any, name: str) -> None:
    """axe finds nothing, nothing scrolls sideways; with a folder named, pictures in both widths."""
    assert faults(page) == [], name
    for width in (390, 1280):
        for scheme in ("light", "dark"):
            if PICTURES:
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(
                    path=str(Path(PICTURES) / f"{name}-{width}-{scheme}.png"), full_page=True
                )
                sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert sideways <= 0, (name, width)


def sign_in(browser: Any, site: Site, email: str) -> Any:
    page = browser.new_context(java_script_enabled=True).new_page()
    page.goto(site.url + "/admin/reviews/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill("a long demo password")
    page.locator("main button[type=submit], form button[type=submit]").first.click()
    page.wait_for_url("**/admin/reviews/")
    return page


def served_words(site: Site) -> str:
    with urllib.request.urlopen(f"{site.url}/reviews/") as answer:
        return str(answer.read().decode())


def wait_for(site: Site, words: str, *, there: bool) -> float:
    """Seconds until every copy says so; a minute is the promise."""
    began = time.monotonic()
    while time.monotonic() - began < 60:
        # Each of the two processes keeps its own copies.
        if all((words in served_words(site)) is there for _try in range(6)):
            return time.monotonic() - began
        time.sleep(0.5)
    raise AssertionError(f"after a minute the page still {'lacks' if there else 'shows'} it")


def an_invitation() -> Invitation:
    clinic_visit = people.a_visit_type(slug="seen", name="Seen", modality="virtual")
    doctor = people.Practitioner.objects.first()
    assert doctor is not None
    people.works(
        doctor,
        clinic_visit,
        people.dt.time(0),
        people.dt.time(0),
        days=people.EVERY_DAY,
    )
    now = clock.now()
    visit = people.a_visit(clinic_visit, now)
    took_place(visit, ended=now - people.dt.timedelta(days=2))
    from reviews import invitations

    assert invitations.invite_everybody(now=now) == 1
    return Invitation.objects.get()


def test_from_the_invitation_to_the_page_and_off_it_again(
    served: Site, sample_site: None, browser: Any
) -> None:
    from correspondence import links

    link = messages.invitation_link(an_invitation())
    path = links.issue(link.purpose, link.row_id, link.generation).split("/", 3)[3]
    page = browser.new_context(java_script_enabled=False, locale="en-US").new_page()
    page.goto(f"{served.url}/{path}")
    assert page.url == f"{served.url}/reviews/new/"
    page.locator("main form .btn-primary").click()
    assert page.title().startswith("Error:")
    page.get_by_label("2 of 5").check()
    page.get_by_label("What do you want to say?").fill("Kind people, hard chairs, a long wait.")
    page.locator("[name=relation][value=none]").check()
    page.locator("[name=rewarded][value=no]").check()
    time.sleep(4.5)
    page.locator("main form .btn-primary").click()
    assert page.locator("h1").inner_text() == "May we publish your review?"
    page.get_by_label("Your full name").fill("Alice Adams")
    page.get_by_role("button", name="I sign").click()
    assert page.locator("h1").inner_text() == "We have your review and your permission"
    assert "hard chairs" not in served_words(served)

    desk = sign_in(browser, served, "frontdesk@example.com")
    article = desk.locator("article", has_text="hard chairs")
    assert "of 5" not in article.inner_text()
    look(desk, "queue")
    article.get_by_role("link", name="Hide words or refuse").click()
    look(desk, "review")
    desk.get_by_role("button", name="Accept").click()
    assert "Published." in desk.locator("body").inner_text()
    wait_for(served, "hard chairs", there=True)

    reader = browser.new_context().new_page()
    reader.goto(f"{served.url}/reviews/")
    text = reader.locator("figure", has_text="hard chairs").inner_text()
    assert "Verified visit" in text
    look(reader, "reviews")
    reader.goto(f"{served.url}/reviews/new/")
    look(reader, "new")

    page.reload()
    assert page.locator("h1").inner_text() == "Your review is public"
    page.get_by_role("button", name="Take my review back").click()
    assert page.locator("h1").inner_text() == "You have taken your review back"
    assert wait_for(served, "hard chairs", there=False) < 60


def test_many_are_authorized_on_one_screen(served: Site, sample_site: None, browser: Any) -> None:
    waiting = Review.objects.filter(status="waiting").count()
    assert waiting == 2
    desk = sign_in(browser, served, "manager@example.com")
    desk.get_by_role("link", name="Record authorizations").click()
    look(desk, "authorizations")
    for box in desk.locator("input[name=reviews]").all():
        box.check()
    desk.get_by_label("Signed on").fill("2026-11-20")
    desk.get_by_label("Where the papers lie").fill("Binder 3")
    desk.get_by_role("button", name="Record and publish").click()
    assert "2 reviews are public now." in desk.locator("body").inner_text()
    wait_for(served, "The bill took three calls to sort out.", there=True)
    for name in ("decided", "report", "rules"):
        desk.goto(f"{served.url}/admin/reviews/{name}/")
        look(desk, name)
