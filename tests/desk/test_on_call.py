"""When the desk answers, and who answers after hours: a manager changes both under Schedules."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import booking, inquiries, on_call, promises
from appointments.intervals import Interval
from appointments.models import Appointment, OnCall
from correspondence.models import MessageRules, OutboxMessage
from practice.models import AccessLog, DeskHours
from practice.roles import Role
from tests import people
from tests.conftest import Clock
from tests.staff import a_member, signed_in

DESK_HOURS = "/admin/schedules/desk-hours/"
ON_CALL = "/admin/schedules/on-call/"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def manager(as_role: Callable[[Role], Client]) -> Client:
    return as_role(Role.MANAGER)


# --- desk hours ---------------------------------------------------------------------------------
def a_week(*lines: tuple[list[str], str, str]) -> dict[str, Any]:
    """What the form sends."""
    said: dict[str, Any] = {"line-INITIAL_FORMS": "0", "line-TOTAL_FORMS": str(len(lines))}
    for n, (days, opens, closes) in enumerate(lines):
        said |= {f"line-{n}-days": days, f"line-{n}-opens": opens, f"line-{n}-closes": closes}
    return said


def in_force() -> list[str]:
    return [str(row) for row in DeskHours.objects.all()]


EVERY_DAY = ["mon, tue, wed, thu, fri, sat, sun 07:30-20:30"]


def test_a_manager_changes_the_desk_hours_and_they_are_shown_with_who_did_it(
    manager: Client,
) -> None:
    before = manager.get(DESK_HOURS).content.decode()
    assert 'value="07:30"' in before
    assert before.count("<strong>7:30 AM to 8:30 PM</strong>") == 7
    said = a_week((people.WEEKDAYS, "08:00", "17:00"), (["fri"], "22:00", "02:00"), ([], "", ""))
    saved = manager.post(DESK_HOURS, said, follow=True).content.decode()
    assert in_force() == ["mon, tue, wed, thu, fri 08:00-17:00", "fri 22:00-02:00"]
    assert "The desk hours are changed." in saved
    assert saved.count("<strong>8:00 AM to 5:00 PM</strong>") == 5
    assert saved.count("<strong>10:00 PM to 2:00 AM</strong>") == 1
    entry = LogEntry.objects.get()
    assert entry.user.email == "manager@clinic.test"
    assert entry.change_message in saved
    assert "before: mon, tue, wed, thu, fri, sat, sun 07:30-20:30" in entry.change_message


def test_what_patients_are_promised_follows_at_once(manager: Client) -> None:
    visitor = Client()
    times = "/appointments/slots.json?visit_type=same-day-virtual&days=1"
    assert visitor.get(times).json()["slots"]
    manager.post(DESK_HOURS, a_week((["sun"], "09:00", "12:00")))
    assert visitor.get(times).json() == {"slots": []}, "nobody would answer before they begin"
    assert "only by phone" in visitor.get("/appointments/").content.decode()
    manager.post(DESK_HOURS, a_week((people.WEEKDAYS, "07:30", "20:30")))
    assert visitor.get(times).json()["slots"]
    assert "only by phone" not in visitor.get("/appointments/").content.decode()


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([([], "08:00", "17:00")], "Tick the days of these hours."),
        ([(["mon"], "", "17:00")], "Write when these hours begin."),
        ([(["mon"], "08:00", "")], "Write when these hours end."),
        ([(["mon"], "08:00", "08:00")], "These hours end when they begin."),
        ([(["mon"], "8 o'clock", "17:00")], "Enter a valid time."),
        ([(["mon"], "08:00", "17:00"), (["mon"], "16:00", "18:00")], "Hours 1 and hours 2 cross."),
        ([(["sun"], "22:00", "02:00"), (["mon"], "01:00", "03:00")], "Hours 1 and hours 2 cross."),
    ],
)
def test_hours_that_make_no_sense_are_refused_and_nothing_typed_is_lost(
    manager: Client, lines: list[tuple[list[str], str, str]], why: str
) -> None:
    page = manager.post(DESK_HOURS, a_week(*lines))
    assert page.status_code == 400
    assert why in page.content.decode()
    assert any(f'value="{closes}"' in page.content.decode() for _d, _o, closes in lines)
    assert in_force() == EVERY_DAY
    assert not LogEntry.objects.exists()


def test_the_whole_day_and_no_hours_at_all_can_be_said(manager: Client) -> None:
    manager.post(DESK_HOURS, a_week((["sat"], "00:00", "24:00")))
    assert in_force() == ["sat 00:00-00:00"]
    manager.post(DESK_HOURS, a_week(([], "", "")))
    assert in_force() == []
    assert LogEntry.objects.count() == 2


def test_the_front_desk_does_not_set_its_own_hours(desk: Client) -> None:
    assert desk.get(DESK_HOURS).status_code == 403
    assert desk.post(DESK_HOURS, a_week((["mon"], "08:00", "17:00"))).status_code == 403
    assert in_force() == EVERY_DAY


# --- on call ------------------------------------------------------------------------------------
@pytest.fixture
def nora(clinic: people.Clinic) -> User:
    return a_member(Role.DOCTOR, "nora@clinic.test", "Nora", "Night")


def tonight(user: User, **more: str) -> dict[str, str]:
    """What the form sends: from 6 PM today until 7 AM tomorrow."""
    return {
        "user": str(user.pk),
        "first_day": "2026-11-24",
        "from_time": "18:00",
        "last_day": "2026-11-25",
        "until_time": "07:00",
    } | more


def is_on_call(user: User, begins: dt.datetime, ends: dt.datetime) -> OnCall:
    return on_call.put_on_call(
        user, Interval(begins, ends), email="", phone="", by=user, now=begins
    )


def test_a_manager_puts_somebody_on_call_on_the_clock_of_the_practice(
    manager: Client, nora: User
) -> None:
    said = tonight(nora, phone="(214) 555-0147")
    page = manager.post(ON_CALL, said, follow=True).content.decode()
    one = OnCall.objects.get()
    assert one.during.lower == dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)
    assert one.during.upper == dt.datetime(2026, 11, 25, 13, tzinfo=dt.UTC)
    assert (one.user, one.email, str(one.phone)) == (nora, "nora@clinic.test", "+12145550147")
    assert "Nora Night is on call from Tuesday, November 24, 6:00 PM" in page
    assert "tel:+12145550147" in page
    assert "Nobody is on call now." in page, "the evening is to come"
    assert LogEntry.objects.get().change_message in page


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"first_day": "2026-11-25", "from_time": "06:59"}, "Somebody is on call in that time."),
        ({"last_day": "2026-11-24", "until_time": "17:00"}, "It ends before it begins."),
        ({"first_day": "2026-11-22", "last_day": "2026-11-23"}, "This is over already."),
        ({"first_day": ""}, "This field is required."),
        ({"user": "0"}, "Select a valid choice."),
        ({"phone": "12"}, "Enter a valid phone number"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused_and_nothing_typed_is_lost(
    manager: Client, nora: User, more: dict[str, str], why: str
) -> None:
    manager.post(ON_CALL, tonight(nora))
    page = manager.post(ON_CALL, tonight(nora, email="night@example.com") | more)
    assert page.status_code == 400
    assert why in page.content.decode()
    assert 'value="night@example.com"' in page.content.decode()
    assert (OnCall.objects.count(), LogEntry.objects.count()) == (1, 1)


def test_one_night_follows_another_without_a_gap(manager: Client, nora: User) -> None:
    manager.post(ON_CALL, tonight(nora))
    next_day = {"first_day": "2026-11-25", "from_time": "07:00", "until_time": "18:00"}
    manager.post(ON_CALL, tonight(nora, **next_day))
    assert OnCall.objects.count() == 2


def test_only_who_may_answer_requests_can_be_put_on_call(manager: Client, nora: User) -> None:
    editor = a_member(Role.EDITOR, "editor@clinic.test", "Eddie", "Editor")
    gone = a_member(Role.FRONT_DESK, "gone@clinic.test", "Gone", "Away")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    page = manager.get(ON_CALL).content.decode()
    assert "Nora Night" in page
    assert "Eddie Editor" not in page
    assert "Gone Away" not in page
    assert manager.post(ON_CALL, tonight(editor)).status_code == 400
    assert not OnCall.objects.exists()


def test_what_is_to_come_is_taken_back_what_runs_is_ended_and_what_is_over_stays(
    manager: Client, nora: User, now: dt.datetime
) -> None:
    running = is_on_call(nora, now - HOUR, now + HOUR)
    coming = is_on_call(nora, now + 2 * HOUR, now + 3 * HOUR)
    past = is_on_call(nora, now - 3 * HOUR, now - 2 * HOUR)
    before = (past.during.lower, past.during.upper)
    assert "On call now: Nora Night." in manager.get(ON_CALL).content.decode()
    for one in (running, coming, past):
        manager.post(f"{ON_CALL}{one.pk}/end/")
    past.refresh_from_db()
    assert (past.during.lower, past.during.upper) == before
    running.refresh_from_db()
    assert abs(running.during.upper - now) < dt.timedelta(minutes=5)
    assert not OnCall.objects.filter(pk=coming.pk).exists()
    assert "Nobody is on call now." in manager.get(ON_CALL).content.decode()
    assert LogEntry.objects.count() == 5, "three put on call, two ended"


def told(clinic: people.Clinic, now: dt.datetime) -> list[str]:
    """Alice asks at `now`; whom the site tells before the promise ends, beside the desk."""
    visit = people.a_visit(clinic.same_day, now)
    assert visit.answer_due_at is not None
    promises.warn(now=visit.answer_due_at - dt.timedelta(minutes=5))
    rows = OutboxMessage.objects.filter(kind="staff_on_call")
    return [row.to for row in rows]


def test_whoever_is_on_call_at_that_moment_is_told_of_a_promise_at_risk(
    clinic: people.Clinic, nora: User, now: dt.datetime
) -> None:
    MessageRules.objects.create(on_call_name="Rudy Rules", on_call_email="rudy@example.com")
    is_on_call(nora, now + HOUR, now + 5 * HOUR)
    assert told(clinic, now) == ["nora@clinic.test"]


@pytest.mark.parametrize("why", ["nobody", "over", "closed account"])
def test_when_nobody_is_on_call_it_is_the_person_of_the_rules(
    clinic: people.Clinic, nora: User, now: dt.datetime, why: str
) -> None:
    MessageRules.objects.create(on_call_name="Rudy Rules", on_call_email="rudy@example.com")
    if why != "nobody":
        is_on_call(nora, now, now + (HOUR if why == "over" else 5 * HOUR))
    if why == "closed account":
        User.objects.filter(pk=nora.pk).update(is_active=False)
    assert told(clinic, now) == ["rudy@example.com"]


def test_an_inquiry_that_waits_reaches_the_same_person(
    clinic: people.Clinic, nora: User, now: dt.datetime
) -> None:
    is_on_call(nora, now, now + 5 * HOUR)
    said = inquiries.Said(
        topic="billing", name="Bob Baker", contact_by="phone", phone="+12145550102", words="A bill"
    )
    inquiry = inquiries.receive(key=uuid.uuid4(), said=said, now=now)
    assert inquiry.answer_due_at is not None
    inquiries.warn(now=inquiry.answer_due_at - dt.timedelta(minutes=5))
    assert OutboxMessage.objects.get(kind="staff_on_call").to == "nora@clinic.test"


def test_the_front_desk_does_not_set_who_is_on_call(
    desk: Client, nora: User, now: dt.datetime
) -> None:
    one = is_on_call(nora, now, now + HOUR)
    assert desk.get(ON_CALL).status_code == 403
    assert desk.post(ON_CALL, tonight(nora)).status_code == 403
    assert desk.post(f"{ON_CALL}{one.pk}/end/").status_code == 403
    assert OnCall.objects.get().during == one.during


# --- confirming while on call ---------------------------------------------------------------------
MY_VISITS = "/admin/my-visits/"
SECTION = "While you are on call"


@pytest.fixture
def ana(clinic: people.Clinic) -> User:
    """The doctor; whom patients ask for by video is the assistant."""
    user = a_member(Role.DOCTOR, "ana@clinic.test", "Ana", "Ortega")
    clinic.doctor.user = user
    clinic.doctor.save()
    return user


@pytest.fixture
def bob(clinic: people.Clinic, now: dt.datetime) -> Appointment:
    """Waits for the assistant's answer."""
    return people.a_visit(clinic.same_day, now, details=people.bob(needs="a ramp"))


def press(browser: Client, visit: Appointment, what: str, **said: str) -> Any:
    address = f"/admin/appointments/{visit.reference}/{what}/"
    return browser.post(address, {"seen_version": visit.version, "back": "my_visits"} | said)


def stands(visit: Appointment) -> tuple[str, int, int, int]:
    visit.refresh_from_db()
    return (visit.status, visit.version, visit.status_changes.count(), visit.calls.count())


def test_who_is_on_call_confirms_the_request_of_a_colleague(
    ana: User, bob: Appointment, now: dt.datetime
) -> None:
    is_on_call(ana, now - HOUR, now + HOUR)
    browser = signed_in(ana)
    page = browser.get(MY_VISITS).content.decode()
    assert SECTION in page
    assert "Bob Baker" in page
    assert "Ben Cole" in page, "whom the patient asked for"
    assert "my back hurts" in page
    assert "Waiting for your answer" not in page, "it is not one of their own"
    assert "/refuse/" not in page
    opened = browser.get(f"/admin/appointments/{bob.reference}/").content.decode()
    assert "my back hurts" in opened
    for what in ("refuse", "cancel", "offer", "new-link", "seen", "claim", "undo"):
        assert f"/{what}/" not in opened, "no button that leads nowhere"
    assert press(browser, bob, "call", outcome="voicemail").status_code == 302
    bob.refresh_from_db()
    assert press(browser, bob, "confirm").headers["Location"] == MY_VISITS
    assert stands(bob) == ("booked", 3, 2, 1)
    change = bob.status_changes.last()
    assert change is not None
    assert change.user == ana, "the history names them"
    after = browser.get(MY_VISITS).content.decode()
    assert SECTION not in after
    assert "data-undo" not in after, "it is out of reach by then"
    looked = AccessLog.objects.filter(actor=ana, patients=[bob.patient_id])
    actions = list(looked.order_by("pk").values_list("action", flat=True))
    assert actions == ["my_visits", "appointment", "call", "confirm"]


@pytest.mark.parametrize("why", ["nobody", "a colleague", "over", "to come"])
def test_who_is_not_on_call_now_finds_no_request_of_a_colleague(
    ana: User, nora: User, bob: Appointment, now: dt.datetime, why: str
) -> None:
    if why != "nobody":
        begins = {"a colleague": now - HOUR, "over": now - 3 * HOUR, "to come": now + HOUR}[why]
        is_on_call(nora if why == "a colleague" else ana, begins, begins + 2 * HOUR)
    before = stands(bob)
    browser = signed_in(ana)
    page = browser.get(MY_VISITS).content.decode()
    assert SECTION not in page
    assert "Bob Baker" not in page
    assert browser.get(f"/admin/appointments/{bob.reference}/").status_code == 404
    assert browser.get(f"/admin/appointments/{bob.reference}/call/").status_code == 404
    assert press(browser, bob, "call", outcome="reached").status_code == 404
    assert press(browser, bob, "confirm").status_code == 404
    assert stands(bob) == before
    assert not AccessLog.objects.filter(patients__contains=[bob.patient_id]).exists()


def test_it_ends_with_the_time_on_call(
    ana: User, bob: Appointment, now: dt.datetime, clock: Clock
) -> None:
    is_on_call(ana, now - HOUR, now + HOUR)
    assert "Bob Baker" in signed_in(ana).get(MY_VISITS).content.decode()
    clock.at(now + HOUR)
    browser, before = signed_in(ana), stands(bob)
    assert "Bob Baker" not in browser.get(MY_VISITS).content.decode()
    assert press(browser, bob, "confirm").status_code == 404
    assert stands(bob) == before


def test_on_call_nothing_else_of_a_colleagues_patients_is_there(
    ana: User, nora: User, bob: Appointment, clinic: people.Clinic, now: dt.datetime
) -> None:
    is_on_call(ana, now - HOUR, now + HOUR)
    alice = people.a_visit(clinic.same_day, now)
    alice = booking.confirm(alice, seen_version=alice.version, by=nora, now=now)
    browser, before = signed_in(ana), (stands(bob), stands(alice))
    assert "Alice" not in browser.get(MY_VISITS).content.decode()
    assert "Bob" not in browser.get("/admin/").content.decode(), "the inbox is their own"
    others = ("refuse", "cancel", "offer", "new-link", "seen", "claim", "step", "undo")
    said = {"verb": "arrive", "reason": "other", "words": "x", "outcome": "reached"}
    for what in others:
        assert press(browser, bob, what, **said).status_code == 404, what
    for what in (*others, "confirm", "call"):
        assert press(browser, alice, what, **said).status_code == 404, what
    assert browser.get(f"/admin/appointments/{alice.reference}/").status_code == 404
    for visit in (bob, alice):
        assert browser.get(f"/admin/appointments/{visit.reference}/move/").status_code == 403
        assert browser.get(f"/admin/people/{visit.patient_id}/").status_code in (403, 404)
        assert browser.get(f"/admin/book/?after={visit.reference}").status_code == 404
    assert (stands(bob), stands(alice)) == before


def test_on_call_the_list_asks_the_database_equally_often_for_one_and_for_four(
    ana: User, clinic: people.Clinic, now: dt.datetime
) -> None:
    is_on_call(ana, now - HOUR, now + HOUR)
    browser = signed_in(ana)
    began = (now - dt.timedelta(days=3)).date()

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert SECTION in browser.get(MY_VISITS).content.decode()
        return len(asked)

    def asks(n: int) -> None:
        details = people.bob(phone=f"+1214555012{n}", email="", onset_date=began)
        people.a_visit(clinic.same_day, now, details=details)

    asks(0)
    browser.get(MY_VISITS)
    with_one = queries()
    for n in (1, 2, 3):
        asks(n)
    page = browser.get(MY_VISITS).content.decode()
    assert page.count('class="mine-visit') == 4
    visits = Appointment.objects.order_by("starts_at")
    places = [page.index(f'id="visit-{visit.reference}"') for visit in visits]
    assert places == sorted(places), "the earliest time first, as in the inbox"
    assert queries() == with_one
    assert with_one <= 12
