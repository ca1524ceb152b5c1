"""What the desk sees of our messages, and how one goes out again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from appointments import booking
from appointments.models import Appointment
from correspondence import undelivered
from correspondence.models import OutboxMessage, TextWord
from practice.models import AccessLog
from practice.roles import Role
from tests import people

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


def a_message(clinic: people.Clinic, now: dt.datetime, state: str = State.FAILED) -> OutboxMessage:
    visit = people.a_visit(clinic.office_visit, now)
    message = OutboxMessage.objects.get(subject=f"appointment:{visit.pk}", kind="booked")
    message.state, message.trouble = state, "smtp 550" if state == State.FAILED else ""
    message.sent_at = now if state == State.SENT else None
    message.save()
    return message


def test_the_desk_sees_what_went_to_whom_and_what_did_not_arrive(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    a_message(clinic, now)
    everything = desk.get("/admin/messages/").content.decode()
    for word in ("Your time with us is booked", "alice@example.com", "Not delivered", "smtp 550"):
        assert word in everything
    people.a_visit(clinic.office_visit, now, details=people.bob())
    lost = desk.get("/admin/messages/?undelivered").content.decode()
    assert "alice@example.com" in lost
    assert "bob@example.com" not in lost
    reference = Appointment.objects.get(patient__given_name="Bob").reference
    one = desk.get(f"/admin/messages/?reference={reference.lower()}").content.decode()
    assert "bob@example.com" in one
    assert "alice@example.com" not in one


def test_a_press_is_one_more_copy_and_an_old_page_is_none(
    desk: Client, frances: User, clinic: people.Clinic, now: dt.datetime
) -> None:
    message = a_message(clinic, now)
    address = f"/admin/messages/{message.pk}/again/"
    desk.post(address, {"copy": 0})
    message.refresh_from_db()
    assert (message.state, message.copy, message.resent_by) == (State.QUEUED, 1, frances)
    OutboxMessage.objects.filter(pk=message.pk).update(state=State.SENT, sent_at=now)
    said = desk.post(address, {"copy": 0}, follow=True).content.decode()  # pressed twice
    assert "Nothing was changed." in said
    desk.post(address, {})
    message.refresh_from_db()
    assert (message.state, message.copy) == (State.SENT, 1)
    desk.post(address, {"copy": 1})
    message.refresh_from_db()
    assert (message.state, message.copy) == (State.QUEUED, 2)


def test_every_look_and_every_press_is_in_the_access_log(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    message = a_message(clinic, now)
    patient = Appointment.objects.get().patient_id
    desk.get("/admin/messages/")
    desk.post(f"/admin/messages/{message.pk}/again/", {"copy": 0})
    looks = AccessLog.objects.filter(action__in=("sent", "send_again")).order_by("pk")
    assert [(look.action, look.patients) for look in looks] == [
        ("sent", [patient]),
        ("send_again", [patient]),
    ]


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.ASSISTANT, Role.EDITOR])
def test_who_sees_only_their_own_calendar_sees_no_messages(
    as_role: Callable[[Role], Client], clinic: people.Clinic, now: dt.datetime, role: Role
) -> None:
    message, browser = a_message(clinic, now), as_role(role)
    assert browser.get("/admin/messages/").status_code == 403
    assert browser.post(f"/admin/messages/{message.pk}/again/", {"copy": 0}).status_code == 403
    assert browser.post("/admin/messages/texts/", {"phone": "214-555-0101"}).status_code == 403
    message.refresh_from_db()
    assert (message.state, TextWord.objects.count()) == (State.FAILED, 0)


def test_many_messages_cost_as_many_queries_as_one(
    desk: Client,
    clinic: people.Clinic,
    now: dt.datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    desk.get("/admin/messages/")
    for slot in people.free_times(clinic.office_visit, now)[:12]:
        people.a_visit(clinic.office_visit, now, slot=slot)
    with django_assert_max_num_queries(12):
        desk.get("/admin/messages/")


def test_a_stop_told_on_the_telephone_is_kept_with_who_wrote_it_down(
    desk: Client, frances: User
) -> None:
    desk.post("/admin/messages/texts/", {"phone": "(214) 555-0101", "stop": "yes"})
    desk.post("/admin/messages/texts/", {"phone": "a number", "stop": "yes"})
    word = TextWord.objects.get()
    assert (word.number, word.stop, word.user) == ("+12145550101", True, frances)
    desk.post("/admin/messages/texts/", {"phone": "214-555-0101", "start": "yes"})
    assert [word.stop for word in TextWord.objects.all()] == [True, False]


def test_the_desk_is_told_once_of_each_message_that_did_not_arrive(
    clinic: people.Clinic, now: dt.datetime
) -> None:
    message = a_message(clinic, now)
    assert [undelivered.tell(now=now) for _ in range(3)] == [1, 0, 0]
    told = OutboxMessage.objects.get(kind="staff_undelivered")
    assert told.to == clinic.practice.email
    assert "alice" not in str(told.context).lower()
    # Of a message to the desk itself nobody is told: it would go the same way.
    OutboxMessage.objects.filter(pk=told.pk).update(state=State.FAILED)
    assert undelivered.tell(now=now) == 0
    OutboxMessage.objects.filter(pk=message.pk).update(copy=1)  # sent again, and failed again
    assert undelivered.tell(now=now) == 1


def test_a_request_that_was_opened_is_told_so_once(
    frances: User, clinic: people.Clinic, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    for _ in range(2):
        booking.mark_seen(visit, by=frances, now=now)
    assert OutboxMessage.objects.filter(kind="request_seen", to="alice@example.com").count() == 1
