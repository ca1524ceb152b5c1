"""A small clinic, a person for each role, and their browsers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from practice.roles import Role
from tests import people
from tests.staff import a_member, signed_in


@pytest.fixture
def clinic(db: None) -> people.Clinic:
    return people.a_clinic()


@pytest.fixture
def frances(clinic: people.Clinic) -> User:
    return a_member(Role.FRONT_DESK, "frances@clinic.test", "Frances", "Field")


@pytest.fixture
def desk(frances: User) -> Client:
    """Frances at the front desk, signed in."""
    return signed_in(frances)


@pytest.fixture
def as_role(clinic: people.Clinic) -> Callable[[Role], Client]:
    def browser(role: Role) -> Client:
        return signed_in(a_member(role, f"{role.name.lower()}@clinic.test", role.value, "Person"))

    return browser
