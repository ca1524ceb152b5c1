"""Addresses that somebody typed or cut, and searches by those who see one calendar alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from practice.roles import Role
from tests import people


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1-1-1", "2026-02-30", "\0"])
def test_a_day_at_the_end_of_all_calendars_is_an_empty_page(desk: Client, day: str) -> None:
    assert desk.get("/admin/appointments/", {"day": day}).status_code == 200


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.ASSISTANT])
def test_a_doctor_finds_their_own_patients_and_nobody_elses(
    clinic: people.Clinic, now: dt.datetime, as_role: Callable[[Role], Client], role: Role
) -> None:
    browser = as_role(role)
    clinic.assistant.user = User.objects.get(email=f"{role.name.lower()}@clinic.test")
    clinic.assistant.save()
    people.a_visit(clinic.same_day, now)
    people.a_visit(clinic.office_visit, now, details=people.bob())
    for words, found in (("Adams", True), ("Baker", False), ("0102", False)):
        page = browser.post("/admin/appointments/find/", {"words": words}, follow=True)
        assert page.status_code == 200
        assert ("Alice Adams" in page.content.decode()) is found
        assert "Bob Baker" not in page.content.decode()
