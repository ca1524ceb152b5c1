"""Invited, written, signed, moderated, read, taken back; and many authorized on one screen."""

from __future__ import annotations

import os
import re
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import expect

from practice import clock
from reviews import authorizations, messages, moderation, replies
from reviews.models import Invitation, Report, Review
from tests import people
from tests.browser.axe import faults
from tests.browser.steps import go_on, press, sign_in
from tests.bundle.test_real_input import REAL_INPUT
from tests.conftest import NO_REAL_INPUT
from tests.content import a_review, written
from tests.reviews.conftest import took_place
from tests.serving import Site

pytestmark = pytest.mark.browser
FILE = REAL_INPUT / "callewart" / "reviews.csv"
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


def signed_in(browser: Any, site: Site, email: str, *, scripts: bool = True) -> Any:
    page = browser.new_context(java_script_enabled=scripts).new_page()
    sign_in(page, site, email, to="/admin/reviews/")
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


@pytest.mark.parametrize("scripts", [False, pytest.param(True, marks=pytest.mark.check)])
def test_from_the_invitation_to_the_page_and_off_it_again(
    served: Site, sample_site: None, browser: Any, scripts: bool
) -> None:
    from correspondence import links

    link = messages.invitation_link(an_invitation())
    path = links.issue(link.purpose, link.row_id, link.generation).split("/", 3)[3]
    page = browser.new_context(java_script_enabled=scripts, locale="en-US").new_page()
    page.goto(f"{served.url}/{path}")
    expect(page).to_have_url(f"{served.url}/reviews/new/")
    go_on(page)
    expect(page).to_have_title(re.compile("^Error:"))
    page.get_by_label("2 of 5").check()
    page.get_by_label("What do you want to say?").fill("Kind people, hard chairs, a long wait.")
    page.locator("[name=relation][value=none]").check()
    page.locator("[name=rewarded][value=no]").check()
    time.sleep(4.5)
    go_on(page)
    expect(page.locator("h1")).to_have_text("May we publish your review?")
    page.get_by_label("Your full name").fill("Alice Adams")
    press(page.get_by_role("button", name="I sign"))
    expect(page.locator("h1")).to_have_text("We have your review and your permission")
    assert "hard chairs" not in served_words(served)

    desk = signed_in(browser, served, "frontdesk@example.com")
    article = desk.locator("article", has_text="hard chairs")
    expect(article).to_be_visible()
    expect(article).not_to_contain_text("of 5")
    look(desk, "queue")
    press(article.get_by_role("link", name="Hide words or refuse"))
    look(desk, "review")
    press(desk.get_by_role("button", name="Accept"))
    expect(desk.locator("body")).to_contain_text("Published.")
    wait_for(served, "hard chairs", there=True)

    reader = browser.new_context().new_page()
    reader.goto(f"{served.url}/reviews/")
    review = reader.locator("figure", has_text="hard chairs")
    expect(review).to_contain_text("Verified visit")
    look(reader, "reviews")
    reader.goto(f"{served.url}/reviews/new/")
    look(reader, "new")

    page.reload()
    expect(page.locator("h1")).to_have_text("Your review is public")
    press(page.get_by_role("button", name="Take my review back"))
    expect(page.locator("h1")).to_have_text("You have taken your review back")
    assert wait_for(served, "hard chairs", there=False) < 60


def test_many_are_authorized_on_one_screen(served: Site, sample_site: None, browser: Any) -> None:
    waiting = Review.objects.filter(status="waiting").count()
    assert waiting == 2
    desk = signed_in(browser, served, "manager@example.com")
    press(desk.get_by_role("link", name="Record authorizations"))
    look(desk, "authorizations")
    boxes = desk.locator("input[name=reviews]")
    expect(boxes).to_have_count(2)
    for box in boxes.all():
        box.check()
    desk.get_by_label("Signed on").fill("2026-11-20")
    desk.get_by_label("Where the papers lie").fill("Binder 3")
    press(desk.get_by_role("button", name="Record and publish"))
    expect(desk.locator("body")).to_contain_text("2 reviews are public now.")
    wait_for(served, "The bill took three calls to sort out.", there=True)
    for name in ("decided", "report", "rules"):
        desk.goto(f"{served.url}/admin/reviews/{name}/")
        look(desk, name)


@pytest.mark.check
@pytest.mark.parametrize("language", ["", "/es"])
def test_what_a_writer_and_a_reader_see_at_every_turn(
    served: Site, sample_site: None, browser: Any, language: str
) -> None:
    from correspondence import links

    def own(review: Review) -> str:
        link = messages.own_link(review)
        return f"{language}/" + links.issue(link.purpose, link.row_id, link.generation).split(
            "/", 3
        )[3].removeprefix("es/")

    def opens(path: str, name: str) -> Any:
        page.goto(served.url + path)
        look(page, f"{name}{language.replace('/', '-')}")
        return page

    now = clock.now()
    moderators = [
        User.objects.get(username=f"{who}@example.com") for who in ("frontdesk", "manager")
    ]
    states = {
        "sign": written(author="To sign"),
        "public": a_review(author="Public", came_by="form", body="Hard chairs. Zelda was kind."),
        "refused": a_review(author="Refused", came_by="form", status="refused"),
        "withdrawn": a_review(author="Back", came_by="form", status="withdrawn"),
    }
    public = states["public"]
    Review.objects.filter(pk=public.pk).update(accepted_at=now)
    public.refresh_from_db()
    authorizations.sign(public, signature="Alice Adams", today=now.date(), now=now)
    moderation.redact(public, words="Zelda", reason="name", by=moderators[0], now=now)
    replies.from_template(public, template="thanks", by=moderators[0], now=now)
    invitation = messages.invitation_link(an_invitation())
    page = browser.new_context(locale="en-US").new_page()
    for name, review in states.items():
        opens(own(review), f"mine-{name}")
    path = links.issue(invitation.purpose, invitation.row_id, invitation.generation)
    opens("/" + path.split("/", 3)[3], "new-invited")
    opens(f"{language}/reviews/new/", "new-invited-here")
    go_on(page)
    look(page, f"new-faults{language.replace('/', '-')}")
    opens(f"{language}/r/report/{public.pk}/", "report")
    go_on(page)
    look(page, f"report-faults{language.replace('/', '-')}")
    page.locator("[name=reason][value=private]").check()
    go_on(page)
    look(page, f"reported{language.replace('/', '-')}")
    opens(f"{language}/reviews/?stars=1", "reviews-filtered")


@pytest.mark.check
def test_a_moderator_s_screens_with_something_on_each(
    served: Site, sample_site: None, browser: Any
) -> None:
    now = clock.now()
    desk, manager = (
        User.objects.get(username=f"{who}@example.com") for who in ("frontdesk", "manager")
    )
    refuse, public = written(author="Refuse me"), a_review(author="Public", came_by="form")
    moderation.propose_refusal(refuse, reason="advertising", by=manager, now=now)
    replies.in_free_words(public, words="Please call us.", by=manager, now=now)
    Report.objects.create(review=public, reason="other", words="Is it true?", at=now)
    page = signed_in(browser, served, desk.username)
    look(page, "queue-full")
    for name, review in (("second", refuse), ("reply", public)):
        page.goto(f"{served.url}/admin/reviews/{review.pk}/")
        look(page, f"review-{name}")
    press(page.get_by_role("button", name="I agree: publish this reply"))
    expect(page.locator("body")).to_contain_text("The reply is public.")
    page.goto(f"{served.url}/admin/reviews/decided/")
    look(page, "decided-full")


@pytest.mark.check
@pytest.mark.real_input
@pytest.mark.skipif(not FILE.exists(), reason=NO_REAL_INPUT)
@pytest.mark.parametrize("scripts", [False, True])
def test_twenty_of_a_practice_come_in_and_are_authorized_on_one_screen(
    served: Site, sample_site: None, browser: Any, scripts: bool
) -> None:
    Review.objects.all().delete()
    call_command("import_reviews", str(FILE), verbosity=0)
    assert (Review.objects.count(), Review.objects.filter(status="published").count()) == (20, 0)
    reader = browser.new_context(java_script_enabled=scripts).new_page()
    reader.goto(f"{served.url}/reviews/")
    expect(reader.locator("figure.voice")).to_have_count(0)
    desk = signed_in(browser, served, "manager@example.com", scripts=scripts)
    press(desk.get_by_role("link", name="Record authorizations"))
    boxes = desk.locator("input[name=reviews]")
    expect(boxes).to_have_count(20)
    for box in boxes.all():
        box.check()
    desk.get_by_label("Signed on").fill("2026-11-20")
    desk.get_by_label("Where the papers lie").fill("Binder 3")
    press(desk.get_by_role("button", name="Record and publish"))
    expect(desk.locator("body")).to_contain_text("20 reviews are public now.")
    wait_for(served, "20 of them (100%)", there=True)
    reader.reload()
    expect(reader.locator("figure.voice")).to_have_count(20)
