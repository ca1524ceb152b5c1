"""Two things at the same moment. `python3 run.py bench races` runs each for much longer."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth import get_user_model

from tests.appointments import pairs

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def a_stage(now: dt.datetime) -> pairs.Stage:
    dana = get_user_model().objects.create_user("dana", "dana@example.com", is_staff=True)
    return pairs.a_stage(now, dana)


def test_two_things_at_once_end_one_way_or_the_other(now: dt.datetime) -> None:
    stage = a_stage(now)
    for name, said, wrong in pairs.run(stage, rounds=2, clients=5):
        assert not wrong, name
        assert not [one for one in said if one.startswith("failed")], (name, said)
        assert said["done"], name


def test_without_lock_constraint_and_comparison_every_race_goes_wrong(now: dt.datetime) -> None:
    """The control. A race that finds nothing here is blind."""
    stage = a_stage(now)
    pairs.take_the_guards_away()
    with pairs.comparing_nothing():
        for name, said, wrong in pairs.run(stage, rounds=15, clients=5, until_found=True):
            assert wrong or any(one.startswith("failed") for one in said), name
