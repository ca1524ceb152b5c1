"""What is typed and not yet sent: kept for its own browser, within a limit, and not for long."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client

from appointments import drafts, keys, limited, tasks
from appointments.models import Draft
from tests.appointments.visitor import Visitor
from tests.people import Clinic

THERE, ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "203.0.113.8"}


def type_into(client: Client, kind: str, source: dict[str, str]) -> Any:
    return client.post(f"/appointments/{kind}/", {"red_flag": "none", "show": ""}, **source)


def test_one_source_cannot_fill_the_table_and_another_is_not_in_its_way(
    clinic: Clinic, monkeypatch: Any
) -> None:
    monkeypatch.setattr(limited, "KEPT_AT_MOST", 3)
    answers = [type_into(Client(), "office-visit", THERE).status_code for _try in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    assert Draft.objects.count() == 3
    for name in ("details/", "check/", "ask/"):
        said = {"key": keys.new().hex, "reason": "x" * 900}
        address = f"/appointments/office-visit/{name}"
        assert Client().post(address, said, **THERE).status_code == 429
    assert Draft.objects.count() == 3
    assert type_into(Client(), "office-visit", ELSEWHERE).status_code == 302
    assert Draft.objects.count() == 4


def test_whoever_is_asked_to_wait_still_gets_the_emergency_page(
    clinic: Clinic, monkeypatch: Any
) -> None:
    monkeypatch.setattr(limited, "KEPT_AT_MOST", 1)
    type_into(Client(), "office-visit", THERE)
    answer = Client().post("/appointments/office-visit/", {"red_flag": "emergency"}, **THERE)
    assert answer.status_code == 200
    assert "911" in answer.content.decode()
    assert Draft.objects.count() == 1


def test_a_family_at_one_address_asks_for_several_visits(clinic: Clinic) -> None:
    for number, name in enumerate(("Alice", "Bob", "Carol")):
        visitor = Visitor()
        visitor.client.defaults.update(THERE)
        visitor.ask("office-visit", number, given_name=name, phone=f"214-555-010{number}")
        assert visitor.heading == "Your visit is booked"


def test_unsent_words_are_deleted_by_the_worker_when_their_time_is_over(
    clinic: Clinic, clock: Any, now: dt.datetime
) -> None:
    old, new = keys.new(), keys.new()
    drafts.save(old, {"reason": "canary"}, now=now)
    clock.at(now + keys.LASTS / 2)
    drafts.save(new, {"reason": "canary"}, now=now + keys.LASTS / 2)
    clock.at(now + keys.LASTS)
    tasks.forget_drafts(0)
    assert Draft.objects.count() == 1
    assert drafts.load(new, now=now + keys.LASTS) == {"reason": "canary"}
