"""From the front page to a confirmed visit: with a mouse, with keys alone, without JavaScript."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from appointments.models import Appointment
from tests.browser.axe import faults
from tests.browser.steps import go_on, press, sign_in
from tests.serving import Site

pytestmark = pytest.mark.browser

KEY_PRESSES_AT_MOST = 40  # typing aside


def tell(page: Any) -> None:
    page.get_by_label("First name").fill("Alice")
    page.get_by_label("Last name").fill("Adams")
    page.get_by_label("Date of birth").fill("03/09/1948")
    page.get_by_label("No, this is the first visit").check()
    page.get_by_label("In which state").select_option("CO")
    page.get_by_label("Phone number").fill("970-555-0155")
    page.get_by_label("With insurance").check()
    page.get_by_label(re.compile("^I agree")).check()


def ask(page: Any, site: Site) -> str:
    """The whole way; answers the reference."""
    page.goto(site.url)
    press(page.get_by_role("link", name=re.compile("by video$")).first)
    page.get_by_label("No, none of these").check()
    go_on(page)
    tell(page)
    go_on(page)
    expect(page.locator(".summary-list")).to_contain_text("Alice")
    press(page.get_by_role("button", name="Send this request"))
    expect(page.locator("h1")).to_have_text("We have your request")
    return str(page.locator(".reference strong").inner_text())


def confirm(browser: Any, site: Site, reference: str, *, javascript: bool = True) -> None:
    """The front desk signs in and presses one button."""
    context = browser.new_context(java_script_enabled=javascript)
    page = context.new_page()
    sign_in(page, site, "frontdesk@example.com")
    request = page.locator("article", has_text=reference)
    expect(request).to_contain_text("Alice Adams")
    request.get_by_role("button", name="Confirm").click()
    expect(page.locator("body")).to_contain_text("Confirmed: Alice Adams")
    context.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_patient_asks_and_the_desk_confirms(
    served: Site, sample_site: None, browser: Any, javascript: bool
) -> None:
    context = browser.new_context(java_script_enabled=javascript, locale="en-US")
    page = context.new_page()
    reference = ask(page, served)
    assert Appointment.objects.get(reference=reference).status == "pending"
    confirm(browser, served, reference, javascript=javascript)

    press(page.get_by_role("link", name="See your visit"))
    expect(page.locator("h1")).to_have_text("Your visit is booked")
    page.go_back()
    page.reload()
    expect(page.locator(".reference strong")).to_have_text(reference)
    assert Appointment.objects.filter(patient__phone="+19705550155").count() == 1
    context.close()


class Keys:
    """Only keys; counts those that are not typing."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def skip_to_main(self) -> None:
        self.page.wait_for_load_state()
        self.press("Tab", "Enter")

    def tab_to(self, selector: str) -> None:
        for _step in range(25):
            self.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"the Tab key does not reach {selector}")


def test_keys_alone_are_enough_and_few(served: Site, sample_site: None, page: Any) -> None:
    page.goto(served.url)
    keys = Keys(page)
    keys.skip_to_main()
    keys.tab_to(".time-link")
    keys.press("Enter")
    page.wait_for_url("**/appointments/*/?slot=*")

    keys.skip_to_main()
    keys.tab_to("#id_red_flag")
    keys.press("Space", "Enter")
    page.wait_for_url("**/details/*")

    keys.skip_to_main()
    for name, typed in (
        ("given_name", "Alice"),
        ("family_name", "Adams"),
        ("birth_date", "03/09/1948"),
    ):
        keys.tab_to(f"#id_{name}")
        keys.type(typed)
    keys.tab_to("[name=patient_status]")
    keys.press("Space")
    keys.tab_to("#id_located_in")
    keys.type("Colorado")
    keys.tab_to("#id_phone")
    keys.type("970-555-0155")
    keys.tab_to("[name=pay_by]")
    keys.press("Space")
    keys.tab_to("#id_consent")
    keys.press("Space", "Enter")
    page.wait_for_url("**/check/*")

    keys.skip_to_main()
    keys.press("Tab", "Enter")
    keys.tab_to(".btn-primary")
    keys.press("Enter")
    page.wait_for_url("**/received/*")
    expect(page.locator("h1")).to_have_text("We have your request")
    assert keys.pressed <= KEY_PRESSES_AT_MOST


def test_an_error_takes_the_reader_to_the_words_that_help(
    served: Site, sample_site: None, page: Any
) -> None:
    page.goto(served.url + "/appointments/same-day-virtual/")
    go_on(page)
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="Say whether you have any of these signs").click()
    expect(page.locator("#id_red_flag")).to_be_focused()


def test_back_and_again_never_asks_to_send_a_form_twice(
    served: Site, sample_site: None, page: Any
) -> None:
    page.goto(served.url + "/appointments/same-day-virtual/")
    go_on(page)
    page.get_by_label("No, none of these").check()
    page.locator("input[name=slot]").first.check(force=True)
    go_on(page)
    go_on(page)
    expect(page.locator(".error-summary")).to_contain_text("Write the patient’s first name")
    tell(page)
    go_on(page)
    for _step in range(4):
        page.go_back()
        expect(page.locator("h1")).to_have_count(1)
    page.go_forward()
    page.go_forward()
    page.go_forward()
    page.go_forward()
    press(page.get_by_role("button", name="Send this request"))
    expect(page.locator("h1")).to_have_text("We have your request")


# --- the long matrix ----------------------------------------------------------------------------
@pytest.mark.check
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_every_page_of_a_booking_and_every_error(
    served: Site, sample_site: None, browser: Any, theme: str, width: int
) -> None:
    context = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    page = context.new_page()
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        if here := faults(page):
            found[name] = here
        sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if sideways > 0:
            found.setdefault(name, []).append(f"scrolls sideways by {sideways} px")

    page.goto(served.url + "/appointments/?place=nowhere")
    look("nothing free")
    page.goto(served.url + "/appointments/")
    look("free times")
    page.goto(served.url + "/appointments/office-visit/")
    look("times with filters")
    page.goto(served.url + "/appointments/same-day-virtual/")
    go_on(page)
    look("times, error")
    page.locator("input[name=slot]").first.check(force=True)
    page.get_by_label("Yes, a 911 sign").check()
    go_on(page)
    look("emergency")
    page.go_back()
    page.locator("input[name=slot]").first.check(force=True)
    page.get_by_label("Yes, a sign to call you today").check()
    go_on(page)
    look("call us today")
    page.go_back()
    page.locator("input[name=slot]").first.check(force=True)
    page.get_by_label("No, none of these").check()
    go_on(page)
    look("details")
    go_on(page)
    look("details, error")
    page.get_by_label("Someone else").check()
    tell(page)
    page.get_by_label("In which state").select_option("NY")
    go_on(page)
    look("details, another state")
    page.get_by_label("Me", exact=True).check()
    page.get_by_label("In which state").select_option("CO")
    go_on(page)
    look("check")
    press(page.get_by_role("button", name="Send this request"))
    look("received")
    address = page.locator(".address-text").inner_text()
    press(page.get_by_role("link", name="See your visit"))
    look("visit")
    press(page.get_by_role("link", name="Cancel this visit"))
    look("cancel")
    press(page.get_by_role("button", name="Yes, cancel this visit"))
    look("cancelled")
    context.clear_cookies()
    page.goto(served.url + urlsplit(address).path)
    look("birth date")
    page.get_by_label("date of birth").fill("1/1/1950")
    go_on(page)
    look("birth date, error")
    page.goto(served.url + "/appointments/find/")
    look("find")
    go_on(page)
    look("find, error")
    context.close()
    assert found == {}
