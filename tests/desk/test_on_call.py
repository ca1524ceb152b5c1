"""When the desk answers, and who answers after hours: a manager changes both under Schedules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from practice.models import DeskHours
from practice.roles import Role
from tests import people

DESK_HOURS = "/admin/schedules/desk-hours/"


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
