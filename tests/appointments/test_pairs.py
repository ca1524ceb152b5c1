"""Two things at the same moment. `python3 run.py bench races` runs each for much longer."""

from __future__ import annotations

import pytest

from tests.appointments import pairs

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_two_things_at_once_end_one_way_or_the_other() -> None:
    stage = pairs.a_stage()
    with pairs.a_crowd(6, guarded=True) as browsers:
        for name, said, wrong in pairs.run(stage, browsers, rounds=2):
            assert not wrong, (name, wrong, said)
            assert not [one for one in said if one.startswith("failed")], (name, said)


def test_without_lock_constraint_and_comparison_every_race_goes_wrong() -> None:
    """The control. A race that finds nothing here is blind."""
    stage = pairs.a_stage()
    pairs.take_the_guards_away()
    with pairs.a_crowd(6, guarded=False) as browsers:
        for name, _, wrong in pairs.run(stage, browsers, rounds=40, until_found=True):
            assert wrong[pairs.RACES[name][1]], (name, wrong)
