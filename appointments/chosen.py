"""The time somebody chose, and how long it is held for them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from practice.models import Practice, Practitioner

from . import calendars, shown, wording
from .availability import BadSlot, Slot, free_slots
from .models import Kind, Occupancy, VisitType


@dataclass(frozen=True)
class Chosen:
    time: shown.Time
    visit_type: VisitType
    practitioner: Practitioner
    held_until: dt.datetime | None
    practice: Practice
    key: uuid.UUID
    now: dt.datetime

    @cached_property
    def gone(self) -> bool:
        """Not held, and somebody else has it or it can no longer be asked for."""
        slot = self.time.slot
        return (
            self.held_until is None
            and slot is not None
            and not _is_free(slot, self.key, now=self.now)
        )

    @property
    def zone(self) -> ZoneInfo:
        return self.practice.zone

    @property
    def name(self) -> str:
        return self.visit_type.said("name")

    @property
    def until(self) -> str:
        """`2:41 PM`; empty when it is not held any more."""
        return wording.time(self.held_until, self.zone) if self.held_until else ""

    @property
    def nearest(self) -> list[shown.Day]:
        """Up to three times to take instead."""
        if not self.gone or self.time.slot is None:
            return []
        near = calendars.nearest(self.time.slot, now=self.now)
        return shown.by_day(near, self.zone, now=self.now)

    @property
    def licensed(self) -> frozenset[str]:
        """States where the person seen may treat by video; without licenses on record, those of
        the practice."""
        own = frozenset(license.state for license in self.practitioner.licenses.all())
        return own or frozenset(self.practice.licensed_states)


def under(key: uuid.UUID, visit_type: VisitType, value: str, *, now: dt.datetime) -> Chosen | None:
    """The time `value`, held under `key` or not; None when it is none of this kind of visit."""
    try:
        slot = Slot.parse(value)
    except BadSlot:
        return None
    practitioner = Practitioner.objects.filter(slug=slot.practitioner, bookable=True).first()
    if practitioner is None or slot.visit_type != visit_type.slug:
        return None
    practice = Practice.objects.current()
    hold = (
        Occupancy.objects.live(now)
        .filter(key=key, kind=Kind.HOLD, practitioner=practitioner, starts_at=slot.start)
        .first()
    )
    return Chosen(
        time=shown.a_time(slot, practice.zone, person=practitioner),
        visit_type=visit_type,
        practitioner=practitioner,
        held_until=hold.expires_at if hold else None,
        practice=practice,
        key=key,
        now=now,
    )


def _is_free(slot: Slot, key: uuid.UUID, *, now: dt.datetime) -> bool:
    rules = calendars.at(now).rules
    day = slot.start.astimezone(rules.zone).date()
    taken = calendars.load(now=now, first=day, days=1, rules=rules, own=[key]).taken
    free = free_slots(
        rules,
        taken,
        visit_type=slot.visit_type,
        now=now,
        first=day,
        days=1,
        practitioner=slot.practitioner,
    )
    return any(one == slot and not one.call_us for one in free)
