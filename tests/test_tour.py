"""The tour in docs/ forgets no screen, shows what is there, and stays small."""

from __future__ import annotations

import re

from appointments.desk import navigation
from tests import tour

SHOWN = re.findall(r'src="pictures/([\w-]+)-1280\.webp"', tour.PAGE.read_text(encoding="utf-8"))
ENTRIES = [*navigation.DAILY, *(one for group in navigation.MORE for one in group.entries)]


def test_each_screen_of_the_navigation_has_its_sentence_and_its_picture() -> None:
    """After a new screen: a sentence in tests/tour.py, then `python3 run.py tour`."""
    screens = {entry.screen for entry in ENTRIES}
    assert screens <= tour.STAFF.keys()
    assert screens <= set(SHOWN)


def test_the_patients_pages_are_shown_too() -> None:
    assert {name for name, *_rest in (*tour.PUBLIC, *tour.BOOKING)} <= set(SHOWN)


def test_every_picture_that_is_shown_is_there_at_both_widths_and_none_besides() -> None:
    there = {path.name for path in tour.PICTURES.glob("*.webp")}
    assert there == {f"{name}-{width}.webp" for name in SHOWN for width in tour.WIDTHS}


def test_the_pictures_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in tour.PICTURES.iterdir()) < 2_500_000
