"""A morning at the desk, played three times: with the mouse, by keyboard alone, and on a phone.

Thirty requests came overnight; two people walk in, one is worked in, one does not come; a doctor
runs late, and takes the afternoon off, which strands three visits. At the end the database is
asked what is true.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import expect

from appointments.models import Appointment, Call, Delay, Occupancy, Status
from correspondence.models import OutboxMessage
from practice.models import Practitioner
from practice.roles import Role
from tests import people
from tests.serving import Site
from tests.staff import PASSWORD, a_member

pytestmark = [pytest.mark.browser, pytest.mark.check]

OVERNIGHT = 30


@pytest.fixture
def morning(transactional_db: None, now: dt.datetime) -> people.Clinic:
    """It is nine o'clock. Thirty people wrote overnight, four were booked before."""
    clinic = people.a_clinic()
    a_member(Role.MANAGER, "mo@clinic.test", "Mo", "Manager")
    evening = now - dt.timedelta(hours=10)
    nora = Practitioner.objects.create(
        slug="nora-lane", name="Nora Lane", role="physician", bookable=True, position=3
    )
    kind = people.a_visit_type(
        slug="evening-video",
        name="Visit by video",
        modality="virtual",
        minutes=15,
        confirmation="request",
        horizon_days=2,
    )
    people.works(nora, kind, dt.time(12), dt.time(20))
    for number, slot in enumerate(people.free_times(kind, evening)[:OVERNIGHT]):
        people.a_visit(
            kind,
            evening,
            slot=slot,
            details=people.alice(
                given_name="Overnight",
                family_name=f"Person {number}",
                phone=f"+1214555{100 + number:04}",
                birth_date=dt.date(1950, 1, 1) + dt.timedelta(days=number),
                email=f"person{number}@example.com",
            ),
        )
    yesterday = now - dt.timedelta(days=1)
    free = people.free_times(clinic.office_visit, yesterday)
    today = [slot for slot in free if slot.start.date() == now.date()]
    afternoon = [slot for slot in today if slot.start >= now + dt.timedelta(hours=5)]
    for number, slot in enumerate([today[0], *afternoon[:3]]):
        people.a_visit(
            clinic.office_visit,
            yesterday,
            slot=slot,
            details=people.bob(
                given_name="Booked", family_name=f"Patient {number}", phone=f"+1214555015{number}"
            ),
        )
    return clinic


class Mouse:
    """Somebody who points at what is on the screen."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def press(self, target: Any) -> None:
        target.click()

    def tick(self, target: Any) -> None:
        self.press(target)
        expect(target).to_be_checked()

    def write(self, target: Any, words: str) -> None:
        self.press(target)
        target.fill(words)

    def choose(self, target: Any, words: str) -> None:
        target.select_option(label=words)

    def day(self, target: Any, day: dt.date) -> None:
        target.fill(day.isoformat())

    def time(self, target: Any, time: dt.time) -> None:
        target.fill(time.isoformat("minutes"))

    def answer(self, name: str, words: str, key: str) -> None:
        """One of the buttons of the request, by its first words."""
        request = self.page.locator(".request").filter(
            has=self.page.get_by_role("link", name=name, exact=True)
        )
        self.press(request.get_by_text(re.compile(f"^{words}")))

    def step(self, name: str, words: str, key: str) -> None:
        self.press(self.page.get_by_role("button", name=re.compile(rf"^{words} ?: {name}")))


class Finger(Mouse):
    """Somebody with a telephone."""

    def press(self, target: Any) -> None:
        target.tap()


class Keyboard(Mouse):
    """Somebody who has no mouse: Tab, Enter, Space, the arrows, and the desk's own keys."""

    def press(self, target: Any) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def tick(self, target: Any) -> None:
        self._reach(target)
        for _ in range(60):  # of several radio buttons Tab reaches one, the arrows the others
            if target.evaluate("one => one === document.activeElement"):
                break
            self.page.keyboard.press("ArrowDown")
        if not target.is_checked():
            self.page.keyboard.press("Space")
        expect(target).to_be_checked()

    def write(self, target: Any, words: str) -> None:
        self._reach(target)
        self.page.keyboard.type(words)
        expect(target).to_have_value(words)

    def choose(self, target: Any, words: str) -> None:
        self._reach(target)
        self.page.keyboard.type(words)
        expect(target.locator("option:checked")).to_have_text(words)

    def day(self, target: Any, day: dt.date) -> None:
        self._reach(target)
        self.page.keyboard.type(f"{day:%m%d%Y}")
        expect(target).to_have_value(day.isoformat())

    def time(self, target: Any, time: dt.time) -> None:
        self._reach(target)
        self.page.keyboard.type(f"{time:%I%M%p}")
        expect(target).to_have_value(time.isoformat("minutes"))

    def answer(self, name: str, words: str, key: str) -> None:
        self._walk(".request", name)
        self.page.keyboard.press(key)

    def step(self, name: str, words: str, key: str) -> None:
        self._walk("tr", name)
        self.page.keyboard.press(key)

    def _walk(self, around: str, name: str) -> None:
        """With j or k to the line of `name`, unless the focus is there already."""
        line = self.page.locator(around).filter(
            has=self.page.get_by_role("link", name=name, exact=True)
        )
        expect(line).to_be_visible()
        for _ in range(60):
            way = line.evaluate(
                """line => {
                    const at = document.activeElement;
                    if (line.contains(at)) return "";
                    const where = line.compareDocumentPosition(at);
                    return where & Node.DOCUMENT_POSITION_FOLLOWING ? "k" : "j";
                }"""
            )
            if not way:
                return
            self.page.keyboard.press(way)
        raise AssertionError(f"neither j nor k leads to {name}")

    def _reach(self, target: Any) -> None:
        """Tab, or Tab back, until the focus is there."""
        expect(target).to_be_visible()
        for _ in range(300):
            way = target.evaluate(
                """one => {
                    const at = document.activeElement;
                    if (at === one || (one.type === "radio" && at.name === one.name)) return "";
                    const where = at.compareDocumentPosition(one);
                    return where & Node.DOCUMENT_POSITION_PRECEDING ? "Shift+Tab" : "Tab";
                }"""
            )
            if not way:
                return
            self.page.keyboard.press(way)
        raise AssertionError(f"Tab does not lead to {target}")


@pytest.mark.parametrize(
    ("hand", "answered"),
    [
        pytest.param(
            Mouse,
            OVERNIGHT,
            id="mouse",
            marks=pytest.mark.browser_context_args(viewport={"width": 1280, "height": 800}),
        ),
        pytest.param(
            Keyboard,
            8,
            id="keyboard",
            marks=pytest.mark.browser_context_args(viewport={"width": 1280, "height": 800}),
        ),
        pytest.param(
            Finger,
            8,
            id="phone",
            marks=pytest.mark.browser_context_args(
                viewport={"width": 390, "height": 800}, has_touch=True
            ),
        ),
    ],
)
def test_a_morning_at_the_desk(
    morning: people.Clinic,
    served: Site,
    page: Any,
    now: dt.datetime,
    hand: type[Mouse],
    answered: int,
) -> None:
    mo = hand(page)
    page.goto(f"{served.url}/accounts/login/")
    mo.write(page.locator("input[name=login]"), "mo@clinic.test")
    mo.write(page.locator("input[name=password]"), PASSWORD)
    mo.press(page.locator("main button[type=submit], form button[type=submit]").first)
    expect(page).to_have_title(re.compile(rf"^\({OVERNIGHT}\) Inbox"))

    the_requests(mo, answered)
    two_walk_in(mo)
    one_is_worked_in(mo)
    the_day(mo)
    an_afternoon_off(mo, now)
    what_is_true(now, answered)


def the_requests(mo: Mouse, answered: int) -> None:
    """Each kind of answer once; whoever is left is confirmed, as far as the time goes."""
    page = mo.page
    said, focus = page.locator(".desk-said"), page.locator(":focus")

    mo.answer("Overnight Person 0", "I take it", "m")
    expect(said).to_contain_text("You have Overnight Person 0 for ten minutes")
    expect(focus).to_have_text("Overnight Person 0")
    mo.answer("Overnight Person 0", "Confirm", "c")
    expect(said).to_contain_text("Confirmed: Overnight Person 0")
    expect(focus).to_have_text("Overnight Person 1")

    mo.answer("Overnight Person 1", "Seen", "s")
    expect(said).to_contain_text("Overnight Person 1 now reads that you saw this.")
    expect(focus).to_have_text("Overnight Person 2")

    mo.answer("Overnight Person 2", "Call", "t")
    expect(page.locator("h1")).to_have_text("Call to Overnight Person 2")
    mo.tick(page.get_by_label("No answer"))
    mo.write(page.get_by_label("We try again at"), "3 PM")
    mo.press(page.get_by_role("button", name="Write it down"))
    expect(said).to_contain_text("The call is written down")
    expect(focus).to_have_text("Overnight Person 3")

    mo.answer("Overnight Person 3", "Offer times", "o")
    expect(page.locator("h1")).to_have_text("Offer times to Overnight Person 3")
    for number in range(3):
        mo.tick(page.locator("input[name=slot]").nth(number))
    mo.press(page.get_by_role("button", name="Offer these times"))
    expect(page).to_have_title(re.compile(rf"^\({OVERNIGHT - 2}\) Inbox"))
    expect(focus).to_have_text("Overnight Person 4")

    mo.answer("Overnight Person 1", "Refuse", "r")
    expect(page.locator("h1")).to_have_text("Refuse Overnight Person 1")
    mo.tick(page.get_by_label("We could not reach the patient"))
    mo.press(page.get_by_role("button", name="Refuse this request"))
    expect(said).to_contain_text("Refused: Overnight Person 1")
    expect(focus).to_have_text("Overnight Person 2")

    for number in [2, *range(4, answered)]:
        mo.answer(f"Overnight Person {number}", "Confirm", "c")
        expect(said).to_contain_text(f"Confirmed: Overnight Person {number},")
    left = f"({OVERNIGHT - answered}) Inbox" if answered < OVERNIGHT else "Inbox"
    expect(page).to_have_title(re.compile(f"^{re.escape(left)}"))


def go_to(mo: Mouse, screen: str) -> None:
    mo.press(mo.page.locator(".desk-nav").get_by_role("link", name=screen, exact=True))
    expect(mo.page.locator(".desk-nav a[aria-current=page]").first).to_have_text(screen)


def two_walk_in(mo: Mouse) -> None:
    page = mo.page
    for name in ("Wanda", "Walter"):
        go_to(mo, "Book")
        mo.press(page.get_by_role("link", name="Office visit", exact=True))
        mo.tick(page.locator("input[name=slot]").first)
        mo.write(page.get_by_label("First name"), name)
        mo.write(page.get_by_label("Last name"), "Walkin")
        mo.write(page.locator("#id_birth_date"), "03/09/1948")
        mo.write(page.locator("#id_phone"), "214 555 0177")
        mo.press(page.get_by_role("button", name="Book", exact=True))
        expect(page.locator(".desk-said")).to_contain_text(f"Booked: {name} Walkin")
        go_to(mo, "Today")
        mo.step(f"{name} Walkin", "Here", "a")
        expect(page.locator(".desk-said")).to_contain_text(f"{name} Walkin is here.")


def one_is_worked_in(mo: Mouse) -> None:
    page = mo.page
    mo.press(page.get_by_role("link", name="Somebody came in", exact=True))
    mo.press(page.get_by_role("link", name="Office visit", exact=True))
    mo.tick(page.get_by_label("Work in between the visits of today"))
    mo.choose(page.get_by_label("Who sees them"), "Ana Ortega, M.D.")
    mo.write(page.get_by_label("Why they are worked in"), "Cannot stand")
    mo.write(page.get_by_label("First name"), "Wilma")
    mo.write(page.get_by_label("Last name"), "Workin")
    mo.write(page.locator("#id_birth_date"), "03/09/1948")
    mo.write(page.locator("#id_phone"), "214 555 0178")
    mo.press(page.get_by_role("button", name="Take in", exact=True))
    expect(page.locator(".desk-said")).to_contain_text("Wilma Workin")


def the_day(mo: Mouse) -> None:
    page = mo.page
    mo.step("Booked Patient 0", "Did not come", "n")
    expect(page.locator(".desk-said")).to_contain_text("Booked Patient 0 did not come.")
    mo.tick(page.get_by_label("Tell the patients: Ana Ortega"))
    mo.press(page.get_by_role("button", name=re.compile(r"^\+10 min late ?: Ana Ortega")))
    expect(page.locator(".desk-said")).to_contain_text("Ana Ortega runs 10 minutes late.")


def an_afternoon_off(mo: Mouse, now: dt.datetime) -> None:
    page = mo.page
    mo.press(page.locator(".desk-more summary"))
    mo.press(page.locator(".desk-more").get_by_role("link", name="Schedules", exact=True))
    expect(page.locator("h1")).to_have_text("Schedules")
    form = page.locator("form", has=page.locator("[name=first_day]"))
    mo.choose(form.locator("[name=practitioner]"), "Ana Ortega, M.D.")
    mo.day(form.locator("[name=first_day]"), now.date())
    mo.time(form.locator("[name=from_time]"), dt.time(14))
    mo.press(form.get_by_role("button", name="Close"))
    expect(page.locator("#would-heading")).to_have_text("This closes over 3 booked visits")
    mo.press(page.get_by_role("button", name="Close it all the same"))
    expect(page.locator(".desk-said")).to_contain_text("Closed.")
    stranded = page.locator("section[aria-labelledby=stranded-heading]")
    expect(stranded.locator("tbody tr")).to_have_count(3)


def what_is_true(now: dt.datetime, answered: int) -> None:
    asked = Appointment.objects.filter(visit_type__slug="evening-video")
    assert Counter(asked.values_list("status", flat=True)) == +Counter(
        {
            Status.BOOKED: answered - 2,
            Status.CANCELLED: 1,
            Status.PROPOSED: 1,
            Status.PENDING: OVERNIGHT - answered,
        }
    )
    assert [call.outcome for call in Call.objects.all()] == [Call.Outcome.NO_ANSWER]

    # One message for each event, to whom it is about, and none twice.
    each = Counter(OutboxMessage.objects.values_list("subject", "kind", "way", "to"))
    assert set(each.values()) == {1}
    kinds = Counter(
        OutboxMessage.objects.filter(to__startswith="person").values_list("kind", flat=True)
    )
    assert kinds == {
        "request_received": OVERNIGHT,
        "booked": answered - 2,
        "refused": 1,
        "times_offered": 1,
        "request_seen": 1,
        "call_missed": 1,
    }
    late = OutboxMessage.objects.filter(kind="running_late")
    assert Counter(late.values_list("to", flat=True)) == {"bob@example.com": 3}

    came = Appointment.objects.filter(patient__family_name="Walkin")
    assert [visit.status for visit in came] == [Status.ARRIVED] * 2
    worked_in = Appointment.objects.get(patient__family_name="Workin")
    assert worked_in.is_work_in
    assert worked_in.occupancy is None
    assert Appointment.objects.get(patient__family_name="Patient 0").status == Status.NOSHOW
    assert [delay.minutes for delay in Delay.objects.all()] == [10]
    stranded = Appointment.objects.filter(needs_rebooking=True)
    assert {(visit.patient.family_name, visit.status) for visit in stranded} == {
        (f"Patient {number}", Status.BOOKED) for number in (1, 2, 3)
    }
    for who in Practitioner.objects.all():
        taken = [
            (row.during.lower, row.during.upper)
            for row in Occupancy.objects.live(now).filter(practitioner=who).order_by("starts_at")
        ]
        assert all(one[1] <= other[0] for one, other in pairwise(taken))
