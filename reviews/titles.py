"""The note under a review that calls somebody a doctor who is not one. The words stay as they are.

The law of several states wants it, and it has to be right whatever the spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from practice.models import Practitioner
from practice.models.people import Role

DOCTOR = r"\b(?:dr|doc|doctor|drs)\b\.?"
BETWEEN = r"[\s,]*"


def not_doctors() -> list[Practitioner]:
    """Everybody on the team whom nobody may call a doctor here."""
    return list(Practitioner.objects.exclude(role=Role.PHYSICIAN))


def notes(body: str, people: Sequence[Practitioner]) -> list[Practitioner]:
    """Whom of `people` the words call a doctor: `Dr. Cole`, `Dr.Ben`, `doc ben cole`."""
    return [
        person
        for person in people
        if any(
            re.search(rf"{DOCTOR}{BETWEEN}{re.escape(name)}\b", body, re.IGNORECASE)
            for name in _names(person)
        )
    ]


def _names(person: Practitioner) -> Iterable[str]:
    for name in (person.name, *person.name_variants):
        words = [word.strip(".,") for word in name.split()]
        yield name
        # Given and family name alone, too; an initial alone would hit half the alphabet.
        yield from (word for word in (words[:1] + words[-1:]) if len(word) > 2)
