"""A promise at risk: the desk hears of it, then the person on call, each once."""

from __future__ import annotations

import datetime as dt

import pytest

from appointments import booking, promises
from appointments.models import Appointment
from correspondence.models import MessageRules, OutboxMessage
from practice.roles import Role
from tests import people
from tests.staff import a_member

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def request_(now: dt.datetime) -> Appointment:
    """Alice waits for an answer within two hours; Nora is on call."""
    clinic = people.a_clinic()
    MessageRules.objects.create(on_call_name="Nora Night", on_call_email="nora@example.com")
    return people.a_visit(clinic.same_day, now)


def warned() -> list[tuple[str, str, dt.datetime]]:
    kinds = ("staff_promise_at_risk", "staff_on_call")
    rows = OutboxMessage.objects.filter(kind__in=kinds)
    return [(row.kind, row.to, row.created_at) for row in rows]


def every_minute(visit: Appointment, now: dt.datetime) -> None:
    due = visit.answer_due_at
    assert due is not None
    for n in range(int((due - now) / MINUTE) + 5):
        promises.warn(now=now + MINUTE * n)


def test_the_desk_is_told_then_the_person_on_call_and_each_once(
    request_: Appointment, now: dt.datetime
) -> None:
    every_minute(request_, now)
    every_minute(request_, now)
    due = request_.answer_due_at
    assert due is not None
    assert warned() == [
        ("staff_promise_at_risk", "frontdesk@example.com", due - 30 * MINUTE),
        ("staff_on_call", "nora@example.com", due - 20 * MINUTE),
    ]


def test_an_answer_in_time_wakes_nobody(request_: Appointment, now: dt.datetime) -> None:
    frances = a_member(Role.FRONT_DESK, "frances@clinic.test")
    booking.confirm(request_, seen_version=request_.version, by=frances, now=now)
    every_minute(request_, now)
    assert warned() == []


def test_without_a_person_on_call_the_desk_alone_is_told(
    request_: Appointment, now: dt.datetime
) -> None:
    MessageRules.objects.update(on_call_email="")
    every_minute(request_, now)
    assert [kind for kind, _to, _at in warned()] == ["staff_promise_at_risk"]


def test_a_worker_that_was_away_until_after_the_promise_says_nothing_of_it(
    request_: Appointment,
) -> None:
    due = request_.answer_due_at
    assert due is not None
    promises.warn(now=due + MINUTE)
    assert warned() == []
