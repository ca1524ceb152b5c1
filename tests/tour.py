"""Pictures of every screen on a day that was played, and docs/tour.md which shows them.

`python3 run.py tour` starts this on a PostgreSQL of its own: the sample practice, invented people,
one clock, a served site, Chromium. Staff screens come from the desk's navigation; a new one needs
its sentence in `STAFF` (tests/test_tour.py says so).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PICTURES = DOCS / "pictures"
PAGE = DOCS / "tour.md"
SITE_OPEN_FOR = dt.timedelta(hours=2, minutes=10)  # after the tests' clock: 10:10 AM in Denver
PATIENCE = 120_000  # milliseconds: a busy machine is slow, not wrong
WIDTHS = {1280: 800, 390: 780}
KEPT_WIDTH = {1280: 960, 390: 390}  # in pixels, so that all pictures together stay small
DEMO_PASSWORD = "a long demo password"

# What a patient sees: (name, address, sentence).
PUBLIC = (
    ("home", "/", "What we treat, where, and the next free times."),
    ("conditions", "/conditions/", "What we treat, in plain words."),
    ("condition", "/conditions/vertebral-compression-fracture/", "One condition, answer first."),
    (
        "procedure",
        "/procedures/kyphoplasty/",
        "One procedure, step by step, signed by a physician.",
    ),
    ("team", "/team/", "Who patients will see."),
    ("locations", "/locations/", "Where we are, and until when we are open."),
    ("reviews", "/reviews/", "What patients say, with honest figures."),
    ("review-new", "/reviews/new/", "Writing a review."),
    ("search", "/search/?q=back", "Finding a page."),
    ("contact", "/contact/", "Who answers, and when."),
    ("appointments", "/appointments/", "Everything still free today, tonight and later."),
    ("times", "/appointments/same-day-virtual/", "Choosing a time, after one question."),
    ("find", "/appointments/find/", "Finding a visit again."),
    ("spanish", "/es/", "The same in Spanish."),
)
# What happens on the way to a visit, in the order of `_book`.
BOOKING = (
    ("details", "Who comes: one page of questions, the time always in sight."),
    ("check", "Everything once more before it is sent."),
    ("received", "What happens next, and until when we answer."),
    ("visit", "The patient's own page of the visit."),
)
# What staff see, by the screen's name in appointments/desk/navigation.py.
STAFF = {
    "inbox": "Who waits for an answer, the most pressing first.",
    "today": "The day by person and place: here, late, done, did not come.",
    "my_visits": "A doctor's or assistant's own day.",
    "calendar": "Day and week, people side by side.",
    "book": "Booking by telephone in half a minute.",
    "inquiries": "Messages that are no visit, with the same promise.",
    "appointments": "All visits of one day.",
    "day_sheet": "One printed page for each person.",
    "people": "Finding a patient; two records of one made one.",
    "not_in_ehr": "What still has to be typed into the EHR.",
    "schedules": "Time off, whom it strands, and pausing online booking.",
    "hours": "Who works when, week by week.",
    "sent": "What we wrote to whom, and whether it arrived.",
    "reviews": "Reviews that wait for a decision.",
    "warning_signs": "The words of the emergency question, signed by a physician.",
    "reports": "How fast we answer, who did not come, how full we are.",
    "staff": "Who works here, and who has no second factor.",
    "launch_check": "What is still between this site and real patients.",
    "pages": "The editor of the pages.",
    "lists": "Kinds of visit, video rooms, the access log.",
    "wordings": "The words of our messages, in both languages.",
    "busy_elsewhere": "Busy times from the EHR's calendar, and what they collide with.",
}
ACCOUNTS = ("manager@example.com", "frontdesk@example.com", "doctor@example.com")
PATIENTS = (
    ("Alma", "Reyes", "1947-02-11"),
    ("Bernard", "Quill", "1951-09-30"),
    ("Clara", "Whitlock", "1939-06-04"),
    ("Dominic", "Ferris", "1958-12-19"),
    ("Estelle", "Marsh", "1944-03-27"),
    ("Franklin", "Oduya", "1949-07-15"),
    ("Greta", "Lindqvist", "1953-01-08"),
    ("Harold", "Beck", "1941-10-22"),
    ("Imelda", "Santos", "1956-05-02"),
    ("Jasper", "Novak", "1946-11-13"),
)


@dataclass(frozen=True)
class Picture:
    name: str
    sentence: str


def main() -> int:
    os.environ.update({"DJANGO_SETTINGS_MODULE": "tests.settings", "DEMO_PASSWORD": DEMO_PASSWORD})
    import django

    django.setup()
    logging.disable(logging.INFO)
    from django.conf import settings
    from django.core.management import call_command

    _entries()
    settings.CLINIC_NOW_AT = time.time() - SITE_OPEN_FOR.total_seconds()
    call_command("migrate", verbosity=0)
    from tests import samples
    from tests.serving import serve

    with contextlib.redirect_stdout(StringIO()):
        samples.fill()
    _play_a_day()
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob("*.webp"):
        old.unlink()
    with serve(workers=1) as site:
        shown = list(_take(site.url))
    PAGE.write_text(_page(shown), encoding="utf-8")
    size = sum(path.stat().st_size for path in PICTURES.glob("*.webp"))
    print(f"{len(shown)} screens, {size / 1e6:.1f} MB in {PICTURES}; {PAGE}")
    return 0


# --- the day that is played ----------------------------------------------------------------------
def _play_a_day() -> None:
    """Visits of today in every state, and requests that came in overnight."""
    from django.contrib.auth.models import User

    from appointments import booking, on_the_day
    from appointments.models import VisitType
    from practice import clock
    from tests import people

    now = clock.now()
    desk = User.objects.get(email="frontdesk@example.com")
    office, video = (
        VisitType.objects.get(slug=slug) for slug in ("office-visit", "same-day-virtual")
    )
    patients = iter(PATIENTS)

    def details(**facts: Any) -> booking.RequestDetails:
        given, family, born = next(patients)
        return people.alice(
            given_name=given,
            family_name=family,
            birth_date=dt.date.fromisoformat(born),
            phone=f"+1970555{100 + len(family) + int(born[-2:]):04d}",
            email=f"{given.lower()}@example.com",
            reason="My back has hurt since I bent down to lift a pot.",
            located_in="CO",
            **facts,
        )

    yesterday = now - dt.timedelta(days=1)
    today = now.date()
    free = [one for one in people.free_times(office, yesterday) if one.start.date() == today]
    booked = [
        people.a_visit(office, yesterday, details=details(), slot=slot) for slot in free[:12:2]
    ]
    steps = (
        (on_the_day.arrive, on_the_day.check_in, on_the_day.fulfil),
        (on_the_day.mark_no_show,),
        (on_the_day.arrive, on_the_day.check_in),
        (on_the_day.arrive,),
    )
    for visit, verbs in zip(booked, steps, strict=False):
        for verb in verbs:
            at = max(now - dt.timedelta(minutes=20), visit.starts_at + dt.timedelta(minutes=20))
            visit = verb(visit, by=desk, now=min(at, now) if verb is not verbs[0] else now)
    for minutes, facts in (
        (95, {"red_flag": "today", "onset_date": today - dt.timedelta(days=18)}),
        (70, {"preferred_language": "es", "contact_by": "text"}),
        (45, {"needs": "Comes in a wheelchair", "patient_status": "new"}),
        (
            10,
            {
                "booking_for": "other",
                "contact_name": "Ruth Beck",
                "contact_relationship": "daughter",
            },
        ),
    ):
        people.a_visit(video, now - dt.timedelta(minutes=minutes), details=details(**facts))


# --- the pictures --------------------------------------------------------------------------------
def _take(url: str) -> Iterator[Picture]:
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, address, sentence in PUBLIC:
            yield _picture(browser, name, sentence, url + address)
        yield from _book(browser, url)
        sessions = {account: _signed_in(browser, url, account) for account in ACCOUNTS}
        for entry in _entries():
            yield _picture(
                browser,
                entry.screen,
                STAFF[entry.screen],
                url + entry.address,
                sessions[_who_may(entry)],
            )
        yield _picture(
            browser, "hours", STAFF["hours"], f"{url}/admin/hours/", sessions[ACCOUNTS[0]]
        )
        browser.close()


def _entries() -> list[Any]:
    """Every way of the desk's navigation, each with its sentence."""
    from appointments.desk import navigation

    entries = [*navigation.DAILY, *(one for group in navigation.MORE for one in group.entries)]
    if without := [one.screen for one in entries if one.screen not in STAFF]:
        raise SystemExit(f"Write a sentence for {', '.join(without)} into tests/tour.py first.")
    return entries


def _who_may(entry: Any) -> str:
    from django.contrib.auth.models import User

    return next(one for one in ACCOUNTS if entry.is_for(User.objects.get(email=one)))


def _signed_in(browser: Any, url: str, account: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{url}/accounts/login/")
    page.fill("#id_login", account)
    page.fill("#id_password", DEMO_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(admin|cms)/"))
    state = context.storage_state()
    context.close()
    return state


def _book(browser: Any, url: str) -> Iterator[Picture]:
    """A patient's way to a visit, once on each width."""
    for width, height in WIDTHS.items():
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="light", locale="en-US"
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)

        def shoot(name: str, page: Any = page, width: int = width) -> None:
            page.wait_for_load_state("networkidle")
            _keep(page.screenshot(), name, width)

        page.goto(f"{url}/appointments/same-day-virtual/")
        page.get_by_label("No, none of these").check()
        page.locator(".time input").first.check()
        page.locator("main form .btn-primary").first.click()
        page.wait_for_url("**/details/**")
        shoot("details")
        page.get_by_label("First name").fill("Theresa")
        page.get_by_label("Last name").fill("Vance")
        page.get_by_label("Date of birth").fill("04/17/1950")
        page.get_by_label("No, this is the first visit").check()
        page.get_by_label("In which state").select_option("CO")
        page.get_by_label("Phone number").fill(f"970-555-01{width % 90 + 10:02d}")
        page.get_by_label("With insurance").check()
        page.get_by_label(re.compile("^I agree")).check()
        page.locator("main form .btn-primary").first.click()
        page.wait_for_url("**/check/**")
        shoot("check")
        page.get_by_role("button", name="Send this request").click()
        page.wait_for_url("**/received/**")
        shoot("received")
        page.get_by_role("link", name="See your visit").click()
        page.wait_for_url("**/visit/**")
        shoot("visit")
        context.close()
    yield from (Picture(name, sentence) for name, sentence in BOOKING)


def _picture(browser: Any, name: str, sentence: str, address: str, state: Any = None) -> Picture:
    for width, height in WIDTHS.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="light",
            locale="en-US",
            storage_state=state,
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        answer = page.goto(address)
        page.wait_for_load_state("networkidle")
        if answer is None or answer.status != 200:
            raise SystemExit(f"{address} answers {answer and answer.status}: no picture of it.")
        _keep(page.screenshot(), name, width)
        context.close()
    return Picture(name, sentence)


def _keep(png: bytes, name: str, width: int) -> None:
    from PIL import Image

    with Image.open(BytesIO(png)) as picture:
        kept = KEPT_WIDTH[width]
        small = picture.convert("RGB").resize(
            (kept, picture.height * kept // picture.width), Image.Resampling.LANCZOS
        )
        small.save(PICTURES / f"{name}-{width}.webp", "WEBP", quality=62, method=6)


def _page(shown: list[Picture]) -> str:
    staff = [one for one in shown if one.name in STAFF]
    patients = [one for one in shown if one.name not in STAFF]
    lines = [
        "# A tour",
        "",
        "Every screen on one played morning of the sample practice; everybody in it is invented.",
        "Written by `python3 run.py tour`, which takes the pictures again.",
    ]
    for heading, pictures in (("What patients see", patients), ("What staff see", staff)):
        lines += ["", f"## {heading}"]
        for one in pictures:
            words = one.name.replace("_", " ").replace("-", " ").capitalize()
            lines += [
                "",
                f"### {words}",
                one.sentence,
                "",
                f'<img src="pictures/{one.name}-1280.webp" width="640" alt="{words} on a laptop"> '
                f'<img src="pictures/{one.name}-390.webp" width="200" alt="{words} on a phone">',
            ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
