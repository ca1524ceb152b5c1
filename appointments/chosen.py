"""The time somebody chose, and how long it is held for them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from practice.models import Practice, Practitioner

from . import shown, wording
from .availability import BadSlot, Slot
from .models import Occupancy, VisitType


@dataclass(frozen=True)
class Chosen:
    time: shown.Time
    visit_type: VisitType
    practitioner: Practitioner
    held_until: dt.datetime | None
    zone: ZoneInfo

    @property
    def name(self) -> str:
        return self.visit_type.said("name")

    @property
    def until(self) -> str:
        """`2:41 PM`; empty when it is not held any more."""
        return wording.time(self.held_until, self.zone) if self.held_until else ""

    @property
    def licensed(self) -> frozenset[str]:
        """States where the person seen may treat by video; without licenses on record, those of
        the practice."""
        own = frozenset(license.state for license in self.practitioner.licenses.all())
        return own or frozenset(Practice.objects.current().licensed_states)


def under(
    key: uuid.UUID, visit_type: VisitType, value: str, *, now: dt.datetime
) -> Chosen | None:
    """The time `value`, held under `key` or not; None when it is none of this kind of visit."""
    try:
        slot = Slot.parse(value)
    except BadSlot:
        return None
    practitioner = Practitioner.objects.filter(slug=slot.practitioner, bookable=True).first()
    if practitioner is None or slot.visit_type != visit_type.slug:
        return None
    zone = Practice.objects.current().zone
    hold = (
        Occupancy.objects.live(now)
        .filter(key=key, kind="hold", practitioner=practitioner, starts_at=slot.start)
        .first()
    )
    return Chosen(
        shown.a_time(slot, zone), visit_type, practitioner, hold.expires_at if hold else None, zone
    )
