"""Whatever runs by the clock may run twice, or a day late: each event happens once."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from procrastinate.contrib.django import app

from appointments import booking
from appointments.models import Appointment, Draft, Occupancy, StatusChange
from correspondence.models import OutboxMessage
from practice import clock
from practice.roles import Role
from tests import people
from tests.staff import a_member

pytestmark = pytest.mark.django_db


def by_the_clock() -> list[tuple[str, Callable[..., Any]]]:
    tasks = [entry.task for entry in app.periodic_registry.periodic_tasks.values()]
    return [(task.name, task.func) for task in tasks if not inspect.iscoroutinefunction(task.func)]


def run_all() -> None:
    for _name, task in by_the_clock():
        task(timestamp=int(clock.now().timestamp()))


def everything() -> tuple[Any, ...]:
    return (
        list(OutboxMessage.objects.order_by("pk").values_list("subject", "kind", "version", "to")),
        list(StatusChange.objects.order_by("pk").values_list("appointment", "to_status")),
        list(Occupancy.objects.order_by("pk").values_list("key", "state")),
        list(Appointment.objects.order_by("pk").values_list("pk", "status", "version")),
        Draft.objects.count(),
    )


def test_the_jobs_of_this_site_are_among_them() -> None:
    names = {name for name, _task in by_the_clock()}
    wanted = {"release_expired", "remind", "invite_everybody", "forget_drafts", "find_lost"}
    assert wanted <= {name.split(".")[-1] for name in names}


def test_run_twice_or_a_day_late_each_event_happens_once(now: dt.datetime) -> None:
    clinic = people.a_clinic()
    dana = a_member(Role.FRONT_DESK, "dana@clinic.test", "Dana", "Desk")
    overdue = people.a_visit(clinic.same_day, now)
    Appointment.objects.filter(pk=overdue.pk).update(answer_due_at=now)
    came = people.a_visit(clinic.office_visit, now, details=people.bob())
    booking.fulfil(booking.arrive(came, by=dana, now=came.starts_at), by=dana, now=came.ends_at)
    Draft.objects.create(name="a", sealed=b"x", expires_at=now)
    before = everything()
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=2), tick=True):
        run_all()
        after = everything()
        run_all()
        assert everything() == after
    assert after != before
    kinds = [row[1] for row in after[0]]
    assert kinds.count("request_lapsed") == kinds.count("review_invitation") == 1
    assert after[-1] == 0
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=3), tick=True):
        run_all()
    late = [row for row in everything()[0] if row not in after[0]]
    assert [row for row in late if row[0].startswith("appointment:")] == []
