"""The soonest times that can be asked for online: by video, after hours, in the office."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from . import calendars
from .availability import Slot


@dataclass(frozen=True)
class NextTimes:
    """None where no such time can be had before the horizon."""

    virtual: Slot | None
    after_hours: Slot | None
    office: Slot | None


def next_times(now: dt.datetime) -> NextTimes:
    """`after_hours`: in the office or by video while that office (for a video visit, every office)
    is closed; `office`: while it is open."""
    free = everything_free(now)
    return NextTimes(
        virtual=next((one for one in free if one.location is None), None),
        after_hours=next((one for one in free if one.after_hours), None),
        office=next((one for one in free if one.location and not one.after_hours), None),
    )


def everything_free(now: dt.datetime) -> list[Slot]:
    """Every time of every visit type that can be asked for online, soonest first."""
    known = calendars.at(now)
    found = [
        slot
        for visit in known.rules.visits
        for slot in known.free_times(visit.slug)
        if not slot.call_us
    ]
    return sorted(found, key=lambda slot: slot.start)
