"""A page that a patient prints and takes along."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.serving import Site

pytestmark = pytest.mark.browser

# A word of each: the telephone, both offices, 911, an answer that is folded on the screen.
WORDS = {
    "/procedures/kyphoplasty/": [
        "Telephone (970) 555-0110. In an emergency call 911.",
        "(970) 555-0111",
        "(970) 555-0112",
        "Call 911 if",
        "How often: about 18 in 100 treated bones",
        "Many people are awake but calm",
        "https://doi.org/10.1016/S0140-6736(09)60010-6",
    ],
    "/es/procedures/kyphoplasty/": [
        "Teléfono (970) 555-0110. En una emergencia llame al 911.",
        "(970) 555-0111",
        "(970) 555-0112",
        "Llame al 911 si",
    ],
    "/locations/loveland/": ["27 Old Orchard Lane", "(970) 555-0112", "Monday"],
}
NOT_ON_PAPER = ".nav, .menu, .search, .contents, .visit-bar, .time-link, .switch, .btn-primary"


def test_a_print_carries_the_telephone_numbers_and_its_address_and_no_buttons(
    served: Site, sample_site: None, page: Any
) -> None:
    for path, wanted in WORDS.items():
        page.emulate_media(media="screen")
        page.goto(served.url + path)
        expect(page.locator(".print-only").first).to_be_hidden()
        page.emulate_media(media="print")
        text = " ".join(page.locator("body").inner_text().split())
        # Of the site's own name, whichever door it was read through.
        assert f"{settings.CLINIC_URL}{path}" in text
        assert [words for words in wanted if words not in text] == []
        left_out = page.locator(NOT_ON_PAPER)
        assert left_out.count() > 5
        shown = [one for one in left_out.all() if one.is_visible()]
        assert [one.get_attribute("class") for one in shown] == []
        # As wide as paper: nothing is cut off at its side.
        page.set_viewport_size({"width": 720, "height": 960})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_phone_folds_the_contents_of_a_long_page_away_and_a_desk_shows_them(
    served: Site, sample_site: None, browser: Any
) -> None:
    for javascript in (True, False):
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, java_script_enabled=javascript
        )
        page = context.new_page()
        page.goto(served.url + "/procedures/kyphoplasty/")
        risks = page.locator(".contents").get_by_role("link", name="Risks")
        expect(risks).to_have_count(0)
        page.locator(".contents summary").click()
        risks.click()
        expect(page).to_have_url(re.compile("#risks$"))
        page.set_viewport_size({"width": 1280, "height": 900})
        expect(risks).to_have_count(1)
        expect(page.locator(".contents summary")).to_be_hidden()
        context.close()
