"""The verbs in any order. `python3 run.py bench verbs` does the same for much longer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.appointments import machine
from tests.people import Clinic

pytestmark = pytest.mark.slow


def test_whatever_anybody_does_in_any_order_the_books_agree(
    clinic: Clinic, now: dt.datetime, dana: Any
) -> None:
    tally = machine.run(clinic, dana, now, examples=12, steps=25)
    assert len(+tally.done) > 12, tally  # it was not refused everything
