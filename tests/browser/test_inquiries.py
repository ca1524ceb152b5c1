"""Somebody writes to us, the desk answers; and what the desk did by mistake is taken back."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from playwright.sync_api import expect

from appointments import inquiries
from appointments.models import Inquiry
from practice.roles import Role
from tests import people
from tests.browser.axe import faults
from tests.serving import Site
from tests.staff import PASSWORD, a_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def at_the_desk(page: Any, served: Site) -> None:
    a_member(Role.MANAGER, "maria@clinic.test", "Maria", "Moss")
    page.goto(f"{served.url}/accounts/login/")
    page.get_by_label("Email").fill("maria@clinic.test")
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/**")


def test_a_message_is_sent_and_answered(served: Site, page: Any, now: dt.datetime) -> None:
    people.a_clinic()
    page.goto(f"{served.url}/contact/message/")
    assert faults(page) == []
    page.wait_for_timeout(4500)  # nobody reads and writes faster
    page.get_by_label("A bill or insurance").check()
    page.get_by_label("Your name").fill("Alice Adams")
    page.get_by_label("By phone").check()
    page.get_by_label("Your message").fill("Which bill is this?")
    page.get_by_role("button", name="Send my message").click()
    expect(page.locator(".error-summary")).to_contain_text("Write the number")
    expect(page.get_by_label("Your message")).to_have_value("Which bill is this?")
    page.get_by_label("Your phone number").fill("214-555-0101")
    page.get_by_role("button", name="Send my message").click()
    expect(page.locator("h1")).to_have_text("We have your message")
    inquiry = Inquiry.objects.get()
    expect(page.locator(".reference")).to_contain_text(inquiry.reference)
    at_the_desk(page, served)
    page.get_by_role("link", name="Inquiries").click()
    page.get_by_role("link", name="Alice Adams").click()
    page.get_by_role("button", name="I take it").click()
    expect(page.locator(".desk-said")).to_contain_text("You have it.")
    page.get_by_label("Answered", exact=True).check()
    page.get_by_role("button", name="Settled").click()
    expect(page.locator("h1")).to_have_text("No inquiry waits")
    inquiry.refresh_from_db()
    assert inquiry.result == "answered"


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_the_page_of_one_inquiry(
    served: Site, browser: Any, now: dt.datetime, theme: str, width: int
) -> None:
    people.a_clinic()
    said = inquiries.Said(
        topic="billing",
        name="Alice Adams",
        contact_by="email",
        email="alice@example.com",
        phone="+12145550101",
        words="Which bill is this?",
    )
    inquiry = inquiries.receive(key=uuid.uuid4(), said=said, now=now)
    context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 800})
    page = context.new_page()
    at_the_desk(page, served)
    page.goto(f"{served.url}/admin/inquiries/{inquiry.reference}/")
    expect(page.locator("h1")).to_have_text("Alice Adams")
    found = faults(page)
    sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    context.close()
    assert (found, sideways) == ([], 0)


def test_a_slip_is_undone_with_one_key(served: Site, page: Any, now: dt.datetime) -> None:
    clinic = people.a_clinic()
    visit = people.a_visit(clinic.same_day, now)
    at_the_desk(page, served)
    page.keyboard.press("j")
    expect(page.locator(":focus")).to_contain_text("Alice Adams")
    page.keyboard.press("c")
    expect(page.locator(".desk-said")).to_contain_text("Confirmed: Alice Adams")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator(".desk-said")).to_contain_text("Undone: Alice Adams")
    visit.refresh_from_db()
    assert visit.status == "pending"
