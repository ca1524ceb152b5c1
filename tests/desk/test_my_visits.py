"""Who sees patients runs their own day from a telephone, and sees nothing of anybody else's."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import booking
from appointments.models import Appointment, Delay, Occupancy, VideoRoom
from correspondence.models import OutboxMessage
from practice.models import AccessLog
from practice.roles import Role
from tests import people
from tests.conftest import Clock
from tests.desk.crowd import a_crowd
from tests.staff import a_member, signed_in

PAGE = "/admin/my-visits/"
MINE = {"back": "my_visits"}
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def ben(clinic: people.Clinic) -> User:
    """The assistant, whose visits are by video."""
    user = a_member(Role.ASSISTANT, "ben@clinic.test", "Ben", "Cole")
    clinic.assistant.user = user
    clinic.assistant.save()
    return user


@pytest.fixture
def phone(ben: User) -> Client:
    return signed_in(ben)


@pytest.fixture
def bob(clinic: people.Clinic, now: dt.datetime) -> Appointment:
    """Asked for a visit by video with the assistant, today."""
    return people.a_visit(clinic.same_day, now, details=people.bob())


@pytest.fixture
def alice(clinic: people.Clinic, now: dt.datetime) -> Appointment:
    """Booked with the doctor: not one of Ben's."""
    return people.a_visit(clinic.office_visit, now)


def press(browser: Client, visit: Appointment, what: str, **said: object) -> Any:
    visit.refresh_from_db()
    return browser.post(
        f"/admin/appointments/{visit.reference}/{what}/",
        {"seen_version": visit.version, **MINE, **said},
    )


def status_of(visit: Appointment) -> str:
    visit.refresh_from_db()
    return visit.status


def test_ones_own_visits_and_nobody_elses(
    phone: Client, alice: Appointment, bob: Appointment
) -> None:
    page = phone.get(PAGE).content.decode()
    assert "Bob Baker" in page
    assert 'href="tel:+12145550102"' in page
    assert "my back hurts" in page, "who treats the patient reads why"
    assert "Alice" not in page
    looked = AccessLog.objects.get()
    assert (looked.action, looked.patients) == ("my_visits", [bob.patient_id])


def test_others_patients_are_not_there_for_any_button_and_nothing_changes(
    phone: Client, alice: Appointment, bob: Appointment
) -> None:
    for what in ("", "step", "confirm", "refuse", "cancel", "call", "offer", "new-link", "seen"):
        address = f"/admin/appointments/{alice.reference}/{what}/".replace("//", "/")
        said = {"seen_version": alice.version, "verb": "arrive", "reason": "other", "words": "x"}
        assert phone.get(address).status_code in (404, 405), what
        if what:
            assert phone.post(address, said).status_code == 404, what
    assert phone.get(f"/admin/appointments/{alice.reference}/move/").status_code == 403
    late = {"practitioner": "ana-ortega", "minutes": 10}
    assert phone.post("/admin/today/late/", late).status_code == 404
    follow_up = f"/admin/book/?kind=office-visit&after={alice.reference}"
    assert phone.get(follow_up).status_code == 404
    alice.refresh_from_db()
    assert (alice.status, alice.version, alice.status_changes.count()) == ("booked", 1, 1)
    assert not Delay.objects.exists()


def test_a_request_is_confirmed_from_there_and_one_stays_there(
    phone: Client, bob: Appointment, ben: User
) -> None:
    assert "Waiting for your answer" in phone.get(PAGE).content.decode()
    answer = press(phone, bob, "confirm")
    assert answer.headers["Location"] == PAGE
    assert status_of(bob) == "booked"
    change = bob.status_changes.last()
    assert change is not None
    assert (change.actor, change.user) == ("practitioner", ben)
    assert "Waiting for your answer" not in phone.get(PAGE).content.decode()


def test_the_patient_says_i_am_here_and_it_stands_there(
    phone: Client, bob: Appointment, clock: Clock, ben: User
) -> None:
    press(phone, bob, "confirm")
    clock.at(bob.starts_at - 5 * MINUTE)
    bob.refresh_from_db()
    booking.arrive(bob, by=None, now=bob.starts_at - 5 * MINUTE)
    page = signed_in(ben).get(PAGE).content.decode()
    assert "Here since 2:55 PM, Patient" in page


def test_the_video_is_joined_from_there(
    phone: Client, clinic: people.Clinic, bob: Appointment
) -> None:
    assert "Join the video" not in phone.get(PAGE).content.decode()
    room = "https://video.example.com/spine-{visit}"
    VideoRoom.objects.create(practitioner=clinic.assistant, address=room)
    assert "Join the video" not in phone.get(PAGE).content.decode(), "it is not confirmed yet"
    press(phone, bob, "confirm")
    page = phone.get(PAGE).content.decode()
    (address,) = re.findall(r'href="(https://video\.example\.com/[^"]+)"', page)
    assert "{visit}" not in address


def test_the_day_is_run_with_the_same_buttons_as_at_the_desk(
    phone: Client, bob: Appointment, clock: Clock, ben: User
) -> None:
    press(phone, bob, "confirm")
    clock.at(bob.starts_at + MINUTE)
    phone = signed_in(ben)
    page = phone.get(PAGE).content.decode()
    assert "Did not come" in page
    for verb, status in (
        ("arrive", "arrived"),
        ("check_in", "checked-in"),
        ("fulfil", "fulfilled"),
    ):
        answer = press(phone, bob, "step", verb=verb)
        assert answer.headers["Location"] == f"{PAGE}#visit-{bob.reference}"
        assert status_of(bob) == status
    assert "Bob Baker" in phone.get(PAGE).content.decode()


def test_running_late_is_said_from_there(phone: Client, bob: Appointment) -> None:
    press(phone, bob, "confirm")
    said = {"practitioner": "ben-cole", "minutes": 20, "tell": "on", **MINE}
    answer = phone.post("/admin/today/late/", said)
    assert answer.headers["Location"] == PAGE
    assert "20 minutes late" in phone.get(PAGE).content.decode()
    assert OutboxMessage.objects.filter(kind="running_late").count() == 1


def test_an_office_visit_after_the_video_is_one_step_away(
    phone: Client, clinic: people.Clinic, now: dt.datetime, bob: Appointment
) -> None:
    press(phone, bob, "confirm")
    page = phone.get(PAGE).content.decode()
    addresses = [unescape(one) for one in re.findall(r'href="(/admin/book/\?kind=[^"]+)"', page)]
    assert addresses[0] == f"/admin/book/?kind=office-visit&after={bob.reference}"
    form = phone.get(addresses[0]).content.decode()
    typed = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    typed |= {
        name: value
        for name, value in re.findall(r'<input type="text" name="(\w+)" value="([^"]*)"', form)
    }
    assert (typed["given_name"], typed["birth_date"]) == ("Bob", "07/22/1951")
    slot = people.free_times(clinic.office_visit, now)[7]
    said = {name: typed[name] for name in ("given_name", "family_name", "birth_date", "phone")}
    said |= {"preferred_language": "en", "key": uuid.uuid4().hex, "slot": slot.value}
    answer = phone.post(addresses[0], said, follow=True)
    made = Appointment.objects.exclude(pk=bob.pk).get()
    assert (made.previous_appointment, made.practitioner) == (bob, clinic.doctor)
    assert answer.redirect_chain == [(PAGE, 302)], "a colleague's calendar is not opened"
    assert "Booked: Bob Baker" in answer.content.decode()
    assert Occupancy.objects.count() == 2


def test_tomorrow_stands_there_and_last_week_and_next_month_do_not(
    clinic: people.Clinic, now: dt.datetime, as_role: Callable[[Role], Client]
) -> None:
    doctor = as_role(Role.DOCTOR)
    clinic.doctor.user = User.objects.get(username="doctor@clinic.test")
    clinic.doctor.save()
    times = people.free_times(clinic.office_visit, now)
    tomorrow = next(one for one in times if one.local.date() == dt.date(2026, 11, 25))
    december = next(one for one in times if one.local.date() == dt.date(2026, 12, 14))
    people.a_visit(clinic.office_visit, now, slot=tomorrow)
    people.a_visit(clinic.office_visit, now, slot=december, details=people.bob())
    page = doctor.get(PAGE).content.decode()
    assert "Tomorrow, Wednesday, November 25" in page
    assert "nobody is booked." in page
    assert "Alice Adams" in page
    assert "Bob Baker" not in page


def test_who_is_linked_to_nobody_is_told_so(as_role: Callable[[Role], Client]) -> None:
    page = as_role(Role.DOCTOR).get(PAGE).content.decode()
    assert "not linked to anybody whom patients see" in page
    assert not AccessLog.objects.exists()


def test_it_asks_the_database_equally_often_for_one_and_for_a_hundred(
    phone: Client, clinic: people.Clinic, now: dt.datetime, bob: Appointment
) -> None:
    press(phone, bob, "confirm")

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert phone.get(PAGE).status_code == 200
        return len(asked)

    phone.get(PAGE)
    with_one = queries()
    a_crowd(clinic, now, count=100)
    crowd = Appointment.objects.exclude(pk=bob.pk).first()
    assert crowd is not None
    clinic.assistant.user = None
    clinic.assistant.save()
    crowd.practitioner.user = User.objects.get(username="ben@clinic.test")
    crowd.practitioner.save()
    assert phone.get(PAGE).content.decode().count("mine-visit") == 100
    assert queries() == with_one
    assert with_one <= 12
