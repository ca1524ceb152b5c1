"""The desk with the keyboard alone; axe on each screen of the desk and of signing in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import expect

from appointments.models import Appointment
from tests import people
from tests.browser.axe import faults
from tests.browser.steps import PASSWORD
from tests.serving import Site

pytestmark = pytest.mark.browser


def sign_in(page: Any, site: Site, who: str) -> None:
    page.goto(f"{site.url}/accounts/login/")
    page.get_by_label("Email").focus()
    page.keyboard.type(who)
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.tagName") == "A":  # the forgotten password
        page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/**")


@pytest.fixture
def asked(sample_site: None, transactional_db: None, now: dt.datetime) -> list[Appointment]:
    """Alice and Bob wait; the times are the sample practice's own."""
    from appointments.models import VisitType

    kind = next(
        kind
        for kind in VisitType.objects.filter(confirmation="request")
        if len(people.free_times(kind, now)) > 1
    )
    times = people.free_times(kind, now)
    return [
        people.a_visit(kind, now, slot=times[0]),
        people.a_visit(kind, now, slot=times[1], details=people.bob()),
    ]


def test_the_desk_answers_two_requests_without_a_mouse(
    asked: list[Appointment], served: Site, page: Any
) -> None:
    sign_in(page, served, "frontdesk@example.com")
    keys = page.keyboard
    keys.press("j")
    expect(page.locator(":focus")).to_contain_text("Alice Adams")
    keys.press("c")
    expect(page.locator("body")).to_contain_text("Confirmed: Alice Adams")
    # The next request is in focus already: its own key is one press away.
    expect(page.locator(":focus")).to_contain_text("Bob Baker")
    keys.press("r")
    page.wait_for_url("**/refuse/")
    page.get_by_label("We could not reach the patient").focus()
    keys.press("Space")
    keys.press("Enter")
    expect(page.locator("body")).to_contain_text("Refused: Bob Baker")
    for visit in asked:
        visit.refresh_from_db()
    assert [visit.status for visit in asked] == ["booked", "cancelled"]


def test_somebody_on_the_telephone_is_found_by_keyboard(
    asked: list[Appointment], served: Site, page: Any
) -> None:
    sign_in(page, served, "frontdesk@example.com")
    page.keyboard.press("/")
    page.keyboard.type("0102")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("1 visit found")
    expect(page.locator(".desk-table")).to_contain_text("Bob Baker")
    assert "0102" not in page.url


@pytest.mark.parametrize(
    ("theme", "width"),
    [
        ("light", 390),
        pytest.param("dark", 390, marks=pytest.mark.check),
        pytest.param("light", 1280, marks=pytest.mark.check),
        pytest.param("dark", 1280, marks=pytest.mark.check),
    ],
)
def test_everybody_can_use_every_screen_of_the_staff(
    asked: list[Appointment], served: Site, browser: Any, theme: str, width: int
) -> None:
    context = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    page = context.new_page()
    found: dict[str, list[str]] = {}

    def look(*paths: str) -> None:
        for path in paths:
            page.goto(served.url + path)
            if here := faults(page):
                found[path] = here
            sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if sideways > 0:
                found.setdefault(path, []).append(f"scrolls sideways by {sideways} px")

    look("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/")
    sign_in(page, served, "manager@example.com")
    visit = f"/admin/appointments/{asked[0].reference}/"
    look("/admin/", "/admin/appointments/", visit, f"{visit}refuse/", "/admin/lists/")
    look(
        "/admin/today/",
        "/admin/book/",
        "/admin/came-in/?kind=office-visit",
        f"/admin/book/?kind=office-visit&after={asked[0].reference}",
    )
    look("/admin/calendar/", "/admin/calendar/?view=week", "/admin/day-sheet/", f"{visit}move/")
    look("/admin/inquiries/", "/admin/messages/words/", "/admin/messages/words/booked/es/")
    person = f"/admin/people/{asked[0].patient_id}/"
    look("/admin/people/", person, f"{person}correct/", f"{person}merge/{asked[1].patient_id}/")
    known = f"/admin/book/?kind=office-visit&who={asked[0].patient_id}"
    look("/admin/ehr/", "/admin/ehr/busy/", known)
    look("/admin/schedules/", "/admin/staff/", "/admin/launch/", "/admin/messages/")
    look("/admin/reports/", "/admin/hours/", "/admin/hours/nora-whitfield/")
    look("/admin/schedules/desk-hours/", "/admin/schedules/on-call/")
    look("/admin/warning-signs/?language=es", f"{visit}cancel/", f"{visit}offer/", f"{visit}call/")
    look("/admin/appointments/visittype/", "/admin/practice/accesslog/")
    look("/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/")
    look("/accounts/password/change/", "/accounts/logout/")
    context.clear_cookies()
    sign_in(page, served, "doctor@example.com")
    look("/admin/my-visits/", "/admin/calendar/")
    context.close()
    assert found == {}
