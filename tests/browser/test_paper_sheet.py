"""The day sheet as it comes out of the printer."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import expect

from appointments import booking, calendars
from practice.roles import Role
from tests import people
from tests.browser.axe import faults
from tests.serving import Site
from tests.staff import PASSWORD, a_member

pytestmark = pytest.mark.browser
PER_PERSON = 20


@pytest.fixture
def full_day(transactional_db: None, now: dt.datetime) -> None:
    """Twenty visits of the doctor and twenty of the assistant tomorrow."""
    clinic = people.a_clinic()
    user = a_member(Role.FRONT_DESK, "desk@example.com")
    kind = people.a_visit_type(slug="short", name="Visit by video with the surgeon", minutes=20)
    for who in (clinic.doctor, clinic.assistant):
        people.works(who, kind, dt.time(8), dt.time(20))
    tomorrow = dt.date(2026, 11, 25)
    times = calendars.free_times(visit_type="short", now=now, first=tomorrow, days=1)
    for who in (clinic.doctor, clinic.assistant):
        own = [one for one in times if one.practitioner == who.slug][:PER_PERSON]
        assert len(own) == PER_PERSON
        for number, slot in enumerate(own):
            booking.request(
                key=uuid.uuid4(),
                slot=slot,
                details=people.alice(
                    family_name="Adams-Vandenberghe" if number % 4 == 0 else f"Number {number}",
                    needs="wheelchair, comes with a daughter" if number % 3 == 0 else "",
                    patient_status="new",
                ),
                source="",
                by=user,
                now=now,
            )


def test_a_full_day_of_each_person_fits_on_one_page(
    full_day: None, served: Site, page: Any
) -> None:
    address = "/admin/day-sheet/?date=2026-11-25"
    page.goto(f"{served.url}/accounts/login/?next={address}")
    page.locator("input[name=login]").fill("desk@example.com")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Make the sheets").click()
    expect(page.locator(".sheet")).to_have_count(2)
    expect(page.locator(".sheet tbody tr")).to_have_count(2 * PER_PERSON)
    assert faults(page) == []
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 2
    page.emulate_media(media="print")
    expect(page.locator(".desk-head")).to_be_hidden()
    expect(page.locator(".desk-top")).to_be_hidden()
