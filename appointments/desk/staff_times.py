"""The times that staff may give: every start within somebody's hours that nothing takes or closes.

Notice, cut-off, horizon, cap and pauses are there for who books online; the verbs let staff pass
them by (`availability.stands`), so their screens show those times, too.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from appointments import calendars
from appointments.availability import Slot, Taken, free_slots, stands
from appointments.models import VisitType
from appointments.rules import Rules

AS_FAR_AS = 3650  # days


def free(
    rules: Rules, taken: Taken, kind: str, *, now: dt.datetime, first: dt.date, days: int
) -> list[Slot]:
    """As `availability.free_slots`, from now on."""
    visit = rules.visit(kind)
    if visit is None:
        return []
    given = replace(
        visit,
        notice=0,
        horizon_days=AS_FAR_AS,
        cut_off=None,
        daily_cap=None,
        confirmation=VisitType.Confirmation.INSTANT,
    )
    rules = replace(
        rules,
        visits=(given,),
        works=tuple(replace(one, same_day_from=None) for one in rules.works),
        paused=(),
    )
    return [
        one
        for one in free_slots(rules, taken, visit_type=kind, now=now, first=first, days=days)
        if one.start > now
    ]


def from_day(kind: str, *, now: dt.datetime, first: dt.date, days: int) -> list[Slot]:
    """The free times of one kind of visit from `first` on."""
    rules = calendars.rules_from(now)
    taken = calendars.load(now=now, first=first, days=days, rules=rules).taken
    return free(rules, taken, kind, now=now, first=first, days=days)


def is_free(slot: Slot, *, now: dt.datetime) -> bool:
    """Whether staff could give this very time now. Advice: the verb asks again under the lock."""
    rules = calendars.rules_from(now)
    day = slot.start.astimezone(rules.zone).date()
    taken = calendars.load(now=now, first=day, days=1, rules=rules).taken
    return slot.start > now and stands(rules, taken, slot) is not None


def same_time(slot: Slot, kind: str, *, now: dt.datetime) -> Slot | None:
    """The same start of the same person for another kind of visit, if it can be had."""
    zone = calendars.rules_from(now).zone
    day = slot.start.astimezone(zone).date()
    return next(
        (
            one
            for one in from_day(kind, now=now, first=day, days=1)
            if (one.start, one.practitioner) == (slot.start, slot.practitioner)
        ),
        None,
    )
