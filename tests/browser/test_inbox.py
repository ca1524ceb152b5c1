"""The inbox tells what came in without moving the focus; its keys are shown, and turned off."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from practice.roles import Role
from tests import people
from tests.browser import steps
from tests.serving import Site
from tests.staff import PASSWORD, a_member

pytestmark = pytest.mark.browser


@pytest.fixture
def clinic(transactional_db: None, now: dt.datetime) -> people.Clinic:
    """Alice waits for an answer."""
    clinic = people.a_clinic()
    a_member(Role.FRONT_DESK, "dana@clinic.test", "Dana", "Desk")
    people.a_visit(clinic.same_day, now)
    return clinic


def sign_in(page: Any, site: Site) -> None:
    page.goto(f"{site.url}/accounts/login/")
    page.locator("input[name=login]").fill("dana@clinic.test")
    page.locator("input[name=password]").fill(PASSWORD)
    steps.press(page.locator("main button[type=submit], form button[type=submit]").first)
    expect(page).to_have_title(re.compile(r"^\(1\) Inbox"))


def test_a_new_request_is_told_within_one_question_and_the_focus_stays(
    clinic: people.Clinic, served: Site, page: Any, now: dt.datetime
) -> None:
    page.clock.install()
    sign_in(page, served)
    page.keyboard.press("j")
    expect(page.locator(":focus")).to_have_text("Alice Adams")
    people.a_visit(clinic.same_day, now, details=people.bob())
    page.clock.fast_forward(21_000)
    expect(page.get_by_role("status").first).to_contain_text("1 new request has come in.")
    expect(page).to_have_title(re.compile(r"^\(2\) Inbox"))
    # Nobody is moved: the same line has the focus, and the list is as it was.
    expect(page.locator(":focus")).to_have_text("Alice Adams")
    expect(page.locator(".request")).to_have_count(1)
    page.get_by_role("link", name="Show the list as it is now").click()
    expect(page.locator(".request")).to_have_count(2)


def test_the_keys_are_shown_and_turned_off_for_this_browser(
    clinic: people.Clinic, served: Site, page: Any
) -> None:
    sign_in(page, served)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("confirm the request in focus")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    tick = dialog.get_by_label("One-letter keys are on, in this browser")
    expect(tick).to_be_focused()
    page.keyboard.press("Space")
    expect(tick).not_to_be_checked()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    name = page.get_by_role("link", name="Alice Adams", exact=True)
    page.keyboard.press("j")
    expect(name).not_to_be_focused()
    page.reload()
    expect(page.locator(".request")).to_have_count(1)
    page.keyboard.press("?")
    page.keyboard.press("j")
    expect(dialog).to_have_count(0)
    expect(name).not_to_be_focused()

    # At the foot of the page they are turned on again.
    page.locator("details.keys summary").click()
    again = page.get_by_label("One-letter keys are on, in this browser")
    expect(again).not_to_be_checked()
    again.check()
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(name).to_be_focused()
