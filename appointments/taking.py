"""Taking time of a calendar, inside the transaction of one of booking.py's verbs."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from functools import cached_property

from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from practice.models import Practitioner

from . import calendars, lapsing
from .availability import Slot, Taken, free_slots, same_day, stands, starts_on
from .intervals import Interval
from .models import Appointment, Kind, Occupancy, State
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
    """`limit` is "source" (three at once from one address), "day" (half of a day is held) or
    "offers" (a third of a day is offered)."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"too many times are held: {limit}")
        self.limit = limit


def lock_for(
    key: uuid.UUID,
    *slots: Slot,
    now: dt.datetime,
    source: str = "",
    own: Iterable[uuid.UUID] = (),
) -> Occupancy | None:
    """Lock the people of the slots, and of what the keys have elsewhere; let go of what ran out.

    `own` are the keys of visits that are about to move. Answers the key's live hold.
    """
    people = Practitioner.objects.filter(slug__in={slot.practitioner for slot in slots})
    elsewhere = Occupancy.objects.filter(key__in={key, *own})
    practitioners = set(
        people.order_by()
        .values_list("pk", flat=True)
        .union(elsewhere.order_by().values_list("practitioner", flat=True))
    )
    lock(practitioners, source=source)
    lapsing.release(practitioners, now)
    return calendars.with_names(Occupancy.objects.filter(key=key, kind=Kind.HOLD)).first()


def lock_own(appointment: Appointment) -> None:
    """Lock the people in whose calendars the visit has time: booked, asked for or offered."""
    lock(people_of(appointment))


def people_of(appointment: Appointment) -> set[int]:
    """Those, and the ones of what waits beside it, or what it waits beside: all end together."""
    beside = [appointment, *appointment.waits_beside.all()]
    if appointment.earlier_than is not None:
        beside.append(appointment.earlier_than)
    keys = [one.key for one in beside]
    taken = Occupancy.objects.filter(key__in=keys).values_list("practitioner", flat=True)
    return {*(one.practitioner_id for one in beside), *taken}


def still_free(
    slot: Slot, *, own: Iterable[uuid.UUID], now: dt.datetime, by_staff: bool = False
) -> tuple[Rules, Visit, Slot]:
    """The rules and the calendar as they are under the lock; what the keys `own` have is no
    obstacle. Staff may go past notice, cut-off, caps and the start grid, never past hours,
    closures and what is taken. Raises SlotTaken, SlotGone.
    """
    rules = calendars.rules_from(now)
    visit, person = rules.visit(slot.visit_type), rules.person(slot.practitioner)
    if visit is None or person is None or slot.start <= now:
        raise SlotGone(slot, now)
    day = slot.start.astimezone(rules.zone).date()
    calendar = calendars.load(
        now=now, first=day, days=1, rules=rules, practitioners=[person.id], own=own
    )

    def find(taken: Taken) -> Slot | None:
        if by_staff:
            return stands(rules, taken, slot)
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


def keep_to_the_offers(rules: Rules, visit: Visit, slot: Slot, *, now: dt.datetime) -> None:
    """Offers hold at most a third of a person's day, and always one. `slot` as it was found."""
    times = starts_on(rules, visit, slot.practitioner, slot.day)
    last = max({*times, slot.start})
    offered = Occupancy.objects.live(now).filter(
        kind=Kind.OFFER,
        practitioner__slug=slot.practitioner,
        starts_at__range=(min({*times, slot.start}), last),
    )
    if offered.count() >= max(1, len(times) // 3):
        raise TooManyHolds("offers")


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
