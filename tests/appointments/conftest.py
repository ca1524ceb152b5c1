from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from tests.people import Clinic, a_clinic


@pytest.fixture
def clinic(db: None) -> Clinic:
    """A doctor's office visits, booked at once, and an assistant's video visits on request."""
    return a_clinic()


@pytest.fixture
def dana(db: None) -> Any:
    """Works at the front desk."""
    return get_user_model().objects.create_user("dana", "dana@example.com", is_staff=True)
