"""Taking time of a calendar, inside the transaction of one of booking.py's verbs."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from functools import cached_property

from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from practice.models import Practitioner

from . import calendars
from .availability import Slot, Taken, free_slots, same_day
from .intervals import Interval
from .models import Kind, Occupancy, State
from .rules import Desk, Rules, Visit
from .transactions import EXCLUSION, lock, sqlstate

HOLD_LASTS = dt.timedelta(minutes=10)
HOLDS_PER_SOURCE = 3


class SlotGone(Exception):
    """This time cannot be asked for (any more): closed, too soon, too far off, nobody to answer."""

    def __init__(self, slot: Slot | None, now: dt.datetime) -> None:
        super().__init__("this time cannot be had")
        self.slot, self.now = slot, now

    @cached_property
    def nearest(self) -> list[Slot]:
        """Up to three times that can be had, the nearest first in time, in order."""
        return calendars.nearest(self.slot, now=self.now) if self.slot else []


class SlotTaken(SlotGone):
    """Somebody else has this time."""


class TooManyHolds(Exception):
    """`limit` is "source" (three at once from one address) or "day" (half of a day is held)."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"too many times are held: {limit}")
        self.limit = limit


def lock_for(key: uuid.UUID, slot: Slot, *, now: dt.datetime, source: str = "") -> Occupancy | None:
    """Lock the person of the slot, and of the hold that the key has elsewhere; drop what ran out.

    Answers the key's live hold.
    """
    person = Practitioner.objects.filter(slug=slot.practitioner).values_list("pk", flat=True)
    elsewhere = Occupancy.objects.filter(key=key, kind=Kind.HOLD)
    practitioners = {*person, *elsewhere.values_list("practitioner", flat=True)}
    lock(practitioners, source=source)
    drop_expired(practitioners, now)
    return elsewhere.first()


def drop_expired(practitioners: Iterable[int], now: dt.datetime) -> int:
    return Occupancy.objects.expired(now).filter(practitioner__in=practitioners).delete()[0]


def still_free(slot: Slot, *, key: uuid.UUID, now: dt.datetime) -> tuple[Rules, Visit, Slot]:
    """The rules and the calendar as they are under the lock. Raises SlotTaken, SlotGone."""
    rules = calendars.rules_from(now)
    visit, person = rules.visit(slot.visit_type), rules.person(slot.practitioner)
    if visit is None or person is None:
        raise SlotGone(slot, now)
    day = slot.start.astimezone(rules.zone).date()
    calendar = calendars.load(
        now=now, first=day, days=1, rules=rules, practitioners=[person.id], own_key=key
    )

    def find(taken: Taken) -> Slot | None:
        free = free_slots(
            rules,
            taken,
            visit_type=visit.slug,
            now=now,
            first=day,
            days=1,
            practitioner=person.slug,
        )
        return next((one for one in free if one == slot), None)

    found = find(calendar.taken)
    if found is None and find({}) is not None:
        raise SlotTaken(slot, now)
    if found is None or found.call_us:
        raise SlotGone(slot, now)
    return rules, visit, found


def keep_to_the_limits(
    rules: Rules, visit: Visit, slot: Slot, *, key: uuid.UUID, source: str, now: dt.datetime
) -> None:
    others = Occupancy.objects.live(now).filter(kind=Kind.HOLD).exclude(key=key)
    if source and others.filter(source=source).count() >= HOLDS_PER_SOURCE:
        raise TooManyHolds("source")
    # Whatever kind of visit a hold is for, the times that it crosses cannot be had.
    times = [visit.takes(start) for start in same_day(rules, visit, slot)]
    ranges = others.filter(practitioner__slug=slot.practitioner).values_list("during", flat=True)
    held = [Interval(one.lower, one.upper) for one in ranges]
    if sum(any(time.overlaps(one) for one in held) for time in times) >= max(1, len(times) // 2):
        raise TooManyHolds("day")


def take(
    own: Occupancy | None,
    slot: Slot,
    visit: Visit,
    *,
    key: uuid.UUID,
    kind: Kind,
    state: State,
    source: str,
    expires_at: dt.datetime | None,
    now: dt.datetime,
) -> Occupancy:
    """Write the time down, in the place of the key's own hold where there is one."""
    if slot.person is None:
        raise ValueError("a time is taken as availability found it, not as a form named it")
    takes = visit.takes(slot.start)
    row = own or Occupancy(key=key)
    row.practitioner_id = slot.person.id
    row.location_id = slot.place.id if slot.place else None
    row.visit_type_id = visit.id
    row.during = DateTimeTZRange(takes.start, takes.end)
    row.starts_at, row.ends_at = slot.start, slot.end
    row.kind, row.state, row.source, row.expires_at = kind, state, source, expires_at
    try:
        row.save()
    except IntegrityError as error:
        if sqlstate(error) == EXCLUSION:
            raise SlotTaken(slot, now) from error
        raise
    return row


def answer_due(rules: Rules, visit: Visit, slot: Slot, now: dt.datetime) -> dt.datetime:
    desk = Desk.at(now, rules)
    if due := desk.answers_by(visit, slot.start):
        return due
    # The notice went by while the form was filled in; the desk has until the visit would begin.
    return min(desk.promise, slot.start) if desk.promise else slot.start
