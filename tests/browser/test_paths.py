"""A patient's other ways: warning signs, for somebody else, from a state without a license, no time
that fits, back without the link, something earlier, the video. With scripts and without."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from appointments import booking
from appointments.models import Appointment, Joining, Occupancy, Status, VideoRoom
from practice import clock
from tests import people
from tests.browser.axe import faults
from tests.browser.steps import go_on, press
from tests.serving import Site

pytestmark = pytest.mark.browser

SCRIPTS = [False, pytest.param(True, marks=pytest.mark.check)]


@pytest.fixture
def clinic(transactional_db: None) -> people.Clinic:
    return people.a_clinic()


def a_patient(browser: Any, *, scripts: bool, **facts: Any) -> Any:
    return browser.new_context(java_script_enabled=scripts, locale="en-US", **facts).new_page()


def find(page: Any, site: Site, visit: Appointment, *, phone: str = "214-555-0101") -> None:
    page.goto(site.url + "/appointments/find/")
    page.get_by_label("reference").fill(visit.reference)
    page.get_by_label("date of birth").fill("03/09/1948")
    page.get_by_label("phone number").fill(phone)
    go_on(page)


def heading(page: Any, words: str) -> None:
    expect(page.locator("h1")).to_have_text(words)


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_three_answers_to_the_warning_signs_and_a_daughter_asks_for_her_mother(
    clinic: people.Clinic, served: Site, browser: Any, scripts: bool
) -> None:
    page = a_patient(browser, scripts=scripts)
    page.goto(served.url + "/appointments/same-day-virtual/")
    page.locator("input[name=slot]").first.check(force=True)
    page.get_by_label("Yes, a 911 sign").check()
    go_on(page)
    heading(page, "Call 911 now")
    assert not Occupancy.objects.exists()

    page.goto(served.url + "/appointments/same-day-virtual/")
    page.locator("input[name=slot]").first.check(force=True)
    page.get_by_label("Yes, a sign to call you today").check()
    go_on(page)
    heading(page, "Please call us today")
    press(page.get_by_role("button", name="I have called, or want to go on"))

    page.get_by_label("Someone else").check()
    page.get_by_label("First name").fill("Alice")
    page.get_by_label("Last name").fill("Adams")
    page.get_by_label("Date of birth").fill("03/09/1948")
    page.get_by_label("No, this is the first visit").check()
    page.get_by_label("In which state").select_option("NY")
    page.get_by_label("Phone number").fill("214-555-0101")
    page.get_by_label("I pay myself").check()
    page.get_by_label(re.compile("^I agree to be seen|^I agree")).first.check()
    go_on(page)
    expect(page.locator(".error-summary")).to_contain_text("Write your own name")
    expect(page.locator(".error-summary")).to_contain_text("may not treat by video in New York")
    expect(page.locator("#way-out")).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Alice")
    page.get_by_label("Your name").fill("Nora Adams")
    page.get_by_label("How are you related").fill("daughter")
    page.get_by_label("In which state").select_option("TX")
    go_on(page)
    expect(page.locator(".summary-list")).to_contain_text("Nora Adams")
    press(page.get_by_role("button", name="Send this request"))
    heading(page, "We have your request")
    sent = Appointment.objects.get()
    assert (sent.red_flag, sent.booking_for, sent.located_in) == ("today", "other", "TX")
    assert sent.contact_name == "Nora Adams"
    page.context.close()


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_no_time_fits_somebody_waits_and_takes_what_is_offered(
    clinic: people.Clinic, served: Site, browser: Any, scripts: bool
) -> None:
    now = clock.now()
    first = people.a_visit(clinic.office_visit, now)
    page = a_patient(browser, scripts=scripts)
    find(page, served, first)
    press(page.get_by_role("link", name="Cancel this visit"))
    press(page.get_by_role("button", name="Yes, cancel this visit"))
    heading(page, "You cancelled this visit")
    press(page.get_by_role("link", name="Join the waiting list"))
    heading(page, "Ask us anyway")
    go_on(page)
    expect(page.locator(".error-summary")).to_contain_text("Say whether you have any of these")

    page.get_by_label("No, none of these").check()
    page.get_by_label("First name").fill("Alice")
    page.get_by_label("Last name").fill("Adams")
    page.get_by_label("Date of birth").fill("03/09/1948")
    page.get_by_label("Yes, the patient has been here before").check()
    page.get_by_label("Phone number").fill("214-555-0101")
    page.get_by_label(re.compile("^I agree")).first.check()
    go_on(page)
    heading(page, "You are on our waiting list")
    waits = Appointment.objects.get(status=Status.WAITLIST)

    assert booking.offer_freed_time(now=clock.now()) == 1  # what the worker does every minute
    press(page.get_by_role("link", name="See your visit"))
    page.locator("input[name=slot]").first.check(force=True)
    press(page.get_by_role("button", name="Take this time"))
    heading(page, "Your visit is booked")
    waits.refresh_from_db()
    assert waits.status == Status.BOOKED
    page.context.close()


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_somebody_without_the_link_comes_back_corrects_a_name_and_moves_to_something_earlier(
    clinic: people.Clinic, served: Site, browser: Any, scripts: bool
) -> None:
    now = clock.now()
    today = [time for time in people.free_times(clinic.office_visit, now) if time.local.day == 24]
    visit = people.a_visit(clinic.office_visit, now, slot=today[-1])
    page = a_patient(browser, scripts=scripts)
    find(page, served, visit, phone="214-555-0199")
    expect(page.locator("main")).to_contain_text("We find no visit with these three")
    expect(page.get_by_label("reference")).to_have_value(visit.reference)
    find(page, served, visit)
    heading(page, "Your visit is booked")

    press(page.get_by_role("link", name="Correct your details"))
    page.get_by_label("Last name").fill("")
    page.get_by_label("Phone number").fill("214-555-0103")
    press(page.get_by_role("button", name="Save these details"))
    expect(page.locator(".error-summary")).to_contain_text("Write the patient’s last name")
    expect(page.get_by_label("Phone number")).to_have_value("214-555-0103")
    page.get_by_label("Last name").fill("Adamson")
    press(page.get_by_role("button", name="Save these details"))
    expect(page.locator("main")).to_contain_text("Visit for Alice Adamson")

    press(page.get_by_role("link", name="Wait for an earlier time"))
    press(page.get_by_role("button", name="Tell me of an earlier time"))
    expect(page.locator("main")).to_contain_text("You wait for an earlier time.")
    assert booking.offer_freed_time(now=clock.now()) == 1
    page.reload()
    press(page.get_by_role("link", name="See the earlier time"))
    page.locator("input[name=slot]").first.check(force=True)
    press(page.get_by_role("button", name="Take this time"))
    heading(page, "Your visit is booked")
    booked = Appointment.objects.get(status=Status.BOOKED)
    assert booked.starts_at < visit.starts_at
    assert str(booked.patient) == "Alice Adamson"
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED
    page.context.close()


# --- the video visit ----------------------------------------------------------------------------
def by_video(clinic: people.Clinic, begins: dt.time) -> Appointment:
    """This morning's at `begins`, or this afternoon's; asked for an hour before."""
    at = clock.now().astimezone(clinic.practice.zone)
    at = at.replace(hour=begins.hour, minute=begins.minute, second=0, microsecond=0)
    asked = at - dt.timedelta(hours=1)
    times = people.free_times(clinic.same_day, asked)
    (slot,) = [time for time in times if time.start == at]
    return people.a_visit(clinic.same_day, asked, slot=slot)


@pytest.fixture
def all_day(clinic: people.Clinic) -> people.Clinic:
    """Visits by video at any hour, booked at once; it is nine in the morning."""
    VideoRoom.objects.create(
        practitioner=clinic.assistant, address="https://video.example.com/spine-{visit}"
    )
    clinic.same_day.confirmation = "instant"
    clinic.same_day.start_interval_minutes = 60
    clinic.same_day.save()
    clinic.same_day.working_hours.all().delete()
    midnight = dt.time(0)
    people.works(clinic.assistant, clinic.same_day, midnight, midnight, days=people.EVERY_DAY)
    return clinic


@pytest.mark.check
@pytest.mark.parametrize("scripts", [False, True])
def test_a_video_visit_is_joined_around_its_time_and_somebody_says_where_they_are(
    all_day: people.Clinic, served: Site, browser: Any, scripts: bool
) -> None:
    page = a_patient(browser, scripts=scripts)
    for hour in (15, 7):  # hours before, and long over
        visit = by_video(all_day, dt.time(hour))
        find(page, served, visit)
        expect(page.locator("main")).to_contain_text("Visit for Alice Adams")
        expect(page.get_by_role("link", name="Join by video")).to_have_count(0)
        page.goto(f"{served.url}/a/visit/{visit.reference}/join/")
        expect(page).to_have_url(f"{served.url}/a/visit/{visit.reference}/")

    find(page, served, by_video(all_day, dt.time(9)))
    press(page.get_by_role("link", name="Join by video"))
    go_on(page)
    expect(page.locator(".error-summary")).to_contain_text("Write where the patient is")
    page.get_by_label("Where is the patient right now?").fill("1 Elm Street, Albany")
    page.get_by_label("In which state is that?").select_option("NY")
    go_on(page)
    expect(page.locator("#way-out")).to_contain_text("Please call us now")
    assert not Joining.objects.exists()
    page.get_by_label("Where is the patient right now?").fill("1 Elm Street, Austin")
    page.get_by_label("In which state is that?").select_option("TX")
    go_on(page)
    heading(page, "Your video visit")
    room = page.get_by_role("link", name="Open the video room")
    expect(room).to_have_attribute("href", re.compile(r"^https://video\.example\.com/spine-.+"))
    expect(page.locator("main")).to_contain_text("(214) 555-0101")
    assert Joining.objects.get().present_address == "1 Elm Street, Austin"
    page.context.close()


@pytest.mark.check
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_the_pages_of_a_video_visit_and_of_waiting(
    all_day: people.Clinic, served: Site, browser: Any, theme: str, width: int
) -> None:
    visit = by_video(all_day, dt.time(9))
    found: dict[str, list[str]] = {}
    page = a_patient(
        browser,
        scripts=True,
        color_scheme=theme,
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )

    def look(name: str) -> None:
        if here := faults(page):
            found[name] = here
        sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if sideways > 0:
            found.setdefault(name, []).append(f"scrolls sideways by {sideways} px")

    find(page, served, visit)
    look("a visit that can be joined")
    press(page.get_by_role("link", name="Join by video"))
    look("join")
    page.get_by_label("Where is the patient right now?").fill("1 Elm Street, Albany")
    page.get_by_label("In which state is that?").select_option("NY")
    go_on(page)
    look("join, another state")
    page.get_by_label("In which state is that?").select_option("TX")
    go_on(page)
    look("joined")
    page.goto(f"{served.url}/appointments/office-visit/ask/")
    look("ask us anyway")
    go_on(page)
    look("ask us anyway, error")
    page.context.close()
    assert found == {}
