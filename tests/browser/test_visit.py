"""After the request: the desk offers times, the patient takes one, moves it and cancels it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from appointments.models import Appointment
from tests.browser.axe import faults
from tests.browser.steps import press, sign_in
from tests.browser.test_booking import ask
from tests.serving import Site

pytestmark = pytest.mark.browser


def at_the_desk(browser: Any, site: Site, *, javascript: bool) -> Any:
    page = browser.new_context(java_script_enabled=javascript).new_page()
    sign_in(page, site, "frontdesk@example.com")
    return page


def offer(page: Any, site: Site, reference: str) -> None:
    page.goto(f"{site.url}/admin/appointments/{reference}/")
    press(page.get_by_role("button", name="Tell the patient that we saw it"))
    press(page.get_by_role("link", name="Offer other times"))
    times = page.locator("input[name=slot]")
    for number in (0, times.count() // 2, times.count() - 1):
        times.nth(number).check(force=True)
    press(page.get_by_role("button", name="Offer these times"))


@pytest.mark.parametrize("javascript", [True, False])
def test_a_patient_takes_an_offered_time_moves_it_and_cancels_it(
    served: Site, sample_site: None, browser: Any, javascript: bool
) -> None:
    context = browser.new_context(java_script_enabled=javascript, locale="en-US")
    page = context.new_page()
    reference = ask(page, served)
    desk = at_the_desk(browser, served, javascript=javascript)
    offer(desk, served, reference)

    press(page.get_by_role("link", name="See your visit"))
    expect(page.locator("h1")).to_have_text("Choose one of these times")
    expect(page.locator("main")).to_contain_text("Seen by our front desk.")
    page.locator("input[name=slot]").nth(1).check(force=True)
    press(page.get_by_role("button", name="Take this time"))
    expect(page.locator("h1")).to_have_text("Your visit is booked")

    press(page.get_by_role("link", name="Choose another time"))
    page.locator("input[name=slot]").nth(2).check(force=True)
    press(page.get_by_role("button", name="Move my visit to this time"))
    expect(page.locator("main")).to_contain_text("You moved your visit to this time.")

    press(page.get_by_role("link", name="Cancel this visit"))
    press(page.get_by_role("button", name="Yes, cancel this visit"))
    expect(page.locator("h1")).to_have_text("You cancelled this visit")
    assert set(Appointment.objects.values_list("status", flat=True)) == {"cancelled"}
    context.close()
    desk.context.close()


@pytest.mark.check
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_the_pages_of_a_visit(
    served: Site, sample_site: None, browser: Any, theme: str, width: int
) -> None:
    context = browser.new_context(
        color_scheme=theme,
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
        locale="en-US",
    )
    page = context.new_page()
    reference = ask(page, served)
    desk = at_the_desk(browser, served, javascript=True)
    desk.emulate_media(color_scheme=theme, reduced_motion="reduce")
    visit = f"{served.url}/a/visit/{reference}/"
    kind = Appointment.objects.get(reference=reference).visit_type.slug
    found: dict[str, list[str]] = {}

    def look(here: Any, address: str) -> None:
        here.goto(address)
        if wrong := faults(here):
            found[address] = wrong

    for name in ("", "move/", "details/", "cancel/"):
        look(page, visit + name)
    look(page, f"{served.url}/appointments/{kind}/ask/")
    for name in ("", "call/", "offer/", "new-link/", "cancel/"):
        look(desk, f"{served.url}/admin/appointments/{reference}/{name}")
    look(desk, f"{served.url}/admin/warning-signs/")
    look(desk, f"{served.url}/admin/today/")
    offer(desk, served, reference)
    look(page, visit)
    look(desk, f"{served.url}/admin/")
    context.close()
    desk.context.close()
    assert found == {}
