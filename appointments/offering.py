"""Offers: up to three times held for one patient, and freed times for the waiting list.

The order of the list is `Appointment.objects.in_waiting_order()`; `why_here` says it in words.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from practice.models import Practitioner

from . import calendars, changing, lapsing, messages, taking, undoing
from .availability import Slot, stands
from .changing import AlreadyChanged, Period, RequestDetails
from .models import Appointment, Kind, Occupancy, OfferedTime, State, Status, StatusChange
from .rules import Visit, Works, instant
from .taking import SlotGone, SlotTaken, TooManyHolds
from .transactions import Busy, lock, one_transaction
from .transitions import NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Actor = StatusChange.Actor
OFFERED_AT_ONCE = 3
OFFER_LASTS = dt.timedelta(hours=2)
# Nobody has to answer in the night, unless what is offered is before the morning.
WAKING = (dt.time(8), dt.time(21))
LAST_OF_A_DAY = dt.time(23, 59)


def offers_of(appointment: Appointment, *, now: dt.datetime) -> list[Occupancy]:
    """The times held for this patient to choose from, in order; `expires_at` is the same for all.
    `calendars.slot_of(row)` is what `accept` takes."""
    rows = Occupancy.objects.live(now).filter(key=appointment.key, kind=Kind.OFFER)
    return list(calendars.with_names(rows).order_by("starts_at"))


@one_transaction
def offer(
    appointment: Appointment,
    *,
    slots: Sequence[Slot],
    by: User,
    now: dt.datetime,
    seen_version: int | None = None,
    lasts: dt.timedelta = OFFER_LASTS,
) -> Appointment:
    """pending, waitlist → proposed: one to three times, all held until the patient has chosen.

    What the patient had asked for is let go (offer it as well to keep it). All offers end together:
    after `lasts`, at the latest when the first of them begins. Raises SlotTaken, SlotGone,
    TooManyHolds("offers"), AlreadyChanged, NotAllowed, Busy; ValueError for none or over three.
    """
    if not 1 <= len(set(slots)) <= OFFERED_AT_ONCE:
        raise ValueError(f"between one and {OFFERED_AT_ONCE} times are offered at once")
    return _offer(
        appointment, slots, seen_version=seen_version, by=by, actor=None, now=now, lasts=lasts
    )


@one_transaction
def accept(
    appointment: Appointment,
    *,
    slot: Slot,
    by: User | None,
    now: dt.datetime,
    seen_version: int | None = None,
) -> Appointment:
    """proposed → booked with one of the offered times; the others are free again. Who waited beside
    a booked visit moves: the row `replaces` it, in the same transaction.

    Again with the same time answers the booked visit. Raises SlotGone when the offer has ended or
    the practice has closed since, AlreadyChanged, NotAllowed, Busy.
    """
    current = changing.fresh(appointment)
    if current.status == Status.BOOKED and _is_its_time(current, slot):
        return current
    taking.lock_own(appointment)
    chosen = next(
        (row for row in offers_of(appointment, now=now) if calendars.slot_of(row) == slot), None
    )
    if chosen is None:
        current = changing.fresh(appointment)
        if current.status == Status.BOOKED and _is_its_time(current, slot):
            return current
        if current.status != Status.PROPOSED and current.version != appointment.version:
            raise AlreadyChanged(current)
        raise SlotGone(slot, now)
    rules = calendars.rules_from(now)
    day = slot.start.astimezone(rules.zone).date()
    calendar = calendars.load(
        now=now,
        first=day,
        days=1,
        rules=rules,
        practitioners=[chosen.practitioner_id],
        own=[appointment.key],
    )
    if stands(rules, calendar.taken, slot) is None:
        raise SlotGone(slot, now)
    moved_from = changing.fresh(appointment.earlier_than) if appointment.earlier_than else None
    moved = changing.move(
        appointment,
        "accept",
        seen_version=seen_version,
        by=by,
        now=now,
        occupancy=chosen,
        replaces=moved_from,
        earlier_than=None,
        **vars(changing.Place.of(chosen, chosen.visit_type.modality)),
    )
    Occupancy.objects.filter(pk=chosen.pk).update(
        kind=Kind.VISIT, state=State.BUSY, expires_at=None
    )
    Occupancy.objects.filter(key=appointment.key, kind=Kind.OFFER).delete()
    if moved_from is None:
        messages.booked(moved, now=now, by_staff=by is not None)
        return moved
    # The booked time was kept until this one was theirs; now it is free again.
    changing.let_go(moved_from, "reschedule", seen_version=None, by=by, reason="moved", now=now)
    messages.rescheduled(moved, now=now, by_staff=by is not None)
    return changing.fresh(moved)


@one_transaction
def join_waitlist(
    *,
    key: uuid.UUID,
    details: RequestDetails,
    visit_type: str,
    period: Period,
    by: User | None,
    now: dt.datetime,
    practitioner: str | None = None,
) -> Appointment:
    """Nothing that suits is free: a new visit that waits for a time, with what was said.

    `visit_type` and `practitioner` are slugs; without a practitioner anyone will do. The same key
    answers the first result. Until a time is accepted `starts_at` is only the end of the period.
    Raises SlotGone(None) when nobody offers this kind of visit, Busy.
    """
    if first := Appointment.objects.filter(key=key).first():
        return first
    rules = calendars.rules_from(now)
    visit = rules.visit(visit_type)
    works = _somebody(rules.works, visit, rules.person(practitioner) if practitioner else None)
    if visit is None or works is None:
        raise SlotGone(None, now)
    ends = instant(period.last, LAST_OF_A_DAY, rules.zone)
    appointment = changing.begin(
        key,
        changing.Place(
            visit.id,
            visit.modality,
            works.practitioner,
            works.location,
            ends,
            visit.lasts(ends).end,
        ),
        details,
        verb="join_waitlist",
        by=by,
        now=now,
        waiting_since=now,
        **_wanted(period),
    )
    messages.waiting(appointment, now=now, by_staff=by is not None)
    messages.staff_waiting(appointment, now=now)
    return appointment


@one_transaction
def wait_instead(
    appointment: Appointment,
    *,
    period: Period,
    by: User | None,
    now: dt.datetime,
    seen_version: int | None = None,
) -> Appointment:
    """pending, proposed → waitlist: the time asked for, or every offered one, is let go.

    Raises AlreadyChanged, NotAllowed, Busy.
    """
    taking.lock_own(appointment)
    moved = changing.move(
        appointment,
        "join_waitlist",
        seen_version=seen_version,
        by=by,
        now=now,
        occupancy=None,
        answer_due_at=None,
        waiting_since=appointment.waiting_since or now,
        **_wanted(period),
    )
    changing.give_back(moved)
    messages.waiting(moved, now=now, by_staff=by is not None)
    return moved


@one_transaction
def put_in_order(
    appointment: Appointment,
    *,
    rank: int | None,
    by: User,
    now: dt.datetime,
    seen_version: int | None = None,
) -> Appointment:
    """The desk's own order of the waiting list: 1 is first; None gives the place back to the rule.

    Raises AlreadyChanged, NotAllowed, Busy.
    """
    if appointment.status != Status.WAITLIST:
        raise NotAllowed("only who waits has a place in the order")
    return changing.touch(appointment, seen_version=seen_version, waiting_rank=rank)


def why_here(appointment: Appointment) -> str:
    """Why somebody stands where they stand on the waiting list, for staff."""
    if appointment.waiting_rank is not None:
        return _("Put here by the desk")
    if appointment.earlier_than_id is not None:
        return _("By waiting time; has a booked visit and wants an earlier one")
    if appointment.red_flag == Appointment.RedFlag.TODAY:
        return _("A sign to call us today, then by waiting time")
    return _("By waiting time")


def offer_freed_time(*, now: dt.datetime) -> int:
    """Give each waiting patient, in order, the first free time that suits: held for them alone for
    the visit type's minutes. Says how many got one. For the worker, once a minute; nobody is
    offered one time twice, and a time is with one patient at a time."""
    waiting = list(Appointment.objects.in_waiting_order().with_people())
    if not waiting:
        return 0
    known = calendars.at(now)
    clock = now.astimezone(known.rules.zone).time()
    awake = WAKING[0] <= clock < WAKING[1]
    given, offered = 0, set[Slot]()
    for appointment in waiting:
        if not awake and appointment.waiting_rank is None:
            continue
        asked = None if appointment.any_practitioner else appointment.practitioner.slug
        free = known.free_times(appointment.visit_type.slug, practitioner=asked)
        for slot in _that_suit(appointment, free, now=now):
            if slot in offered:
                continue
            try:
                _offer_freed(appointment, slot, now)
            except (SlotTaken, SlotGone, TooManyHolds):
                continue
            except (AlreadyChanged, NotAllowed, Busy):
                break
            offered.add(slot)
            given += 1
            break
    return given


@one_transaction
def _offer_freed(appointment: Appointment, slot: Slot, now: dt.datetime) -> Appointment:
    minutes = appointment.visit_type.waiting_offer_minutes
    return _offer(
        appointment,
        [slot],
        seen_version=appointment.version,
        by=None,
        actor=Actor.SYSTEM,
        now=now,
        lasts=dt.timedelta(minutes=minutes),
    )


def _offer(
    appointment: Appointment,
    slots: Sequence[Slot],
    *,
    seen_version: int | None,
    by: User | None,
    actor: StatusChange.Actor | None,
    now: dt.datetime,
    lasts: dt.timedelta,
) -> Appointment:
    key = appointment.key
    people = Practitioner.objects.filter(slug__in={slot.practitioner for slot in slots})
    own = Occupancy.objects.filter(key=key).values_list("practitioner", flat=True)
    practitioners = {*people.values_list("pk", flat=True), *own}
    lock(practitioners)
    # One's own request may have run out a moment ago: the desk is quicker than the clock here.
    lapsing.release(practitioners, now, but=appointment)
    moved = changing.move(
        appointment,
        "offer",
        seen_version=seen_version,
        by=by,
        actor=actor,
        now=now,
        occupancy=None,
        answer_due_at=None,
    )
    changing.give_back(moved)
    expires_at = min(now + lasts, *(slot.start for slot in slots))
    for slot in sorted(set(slots), key=lambda one: one.start):
        rules, visit, found = taking.still_free(slot, own=[key], now=now, by_staff=by is not None)
        taking.keep_to_the_offers(rules, visit, found, now=now)
        row = taking.take(
            None,
            found,
            visit,
            key=key,
            kind=Kind.OFFER,
            state=State.BUSY_TENTATIVE,
            source="",
            expires_at=expires_at,
            now=now,
        )
        OfferedTime.objects.create(
            appointment=moved,
            visit_type_id=row.visit_type_id,
            practitioner_id=row.practitioner_id,
            location_id=row.location_id,
            starts_at=row.starts_at,
            at=now,
            expires_at=expires_at,
            user=by,
        )
    messages.times_offered(moved, until=expires_at, now=now, freed=by is None)
    if by is not None:
        undoing.keep(moved, "offer", by=by, now=now)
    return moved


def _that_suit(
    appointment: Appointment, free: Iterable[Slot], *, now: dt.datetime
) -> Iterable[Slot]:
    answer_in = dt.timedelta(minutes=appointment.visit_type.waiting_offer_minutes)
    before = set(appointment.offered_times.values_list("practitioner", "starts_at"))
    first, last = appointment.wanted_from, appointment.wanted_until
    booked = appointment.earlier_than
    for slot in free:
        if slot.call_us or slot.start < now + answer_in or slot.person is None:
            continue
        if first is None or last is None or not first <= slot.local.date() <= last:
            continue
        if booked is not None and slot.start >= booked.starts_at:
            continue
        if (slot.person.id, slot.start) not in before and _is_in(appointment.wanted_part, slot):
            yield slot


def _is_in(part: str, slot: Slot) -> bool:
    hour = slot.local.hour
    match part:
        case Appointment.PartOfDay.MORNING:
            return hour < 12
        case Appointment.PartOfDay.AFTERNOON:
            return 12 <= hour < 17
        case Appointment.PartOfDay.EVENING:
            return hour >= 17
        case _:
            return True


def _is_its_time(appointment: Appointment, slot: Slot) -> bool:
    return appointment.starts_at == slot.start and appointment.practitioner.slug == (
        slot.practitioner
    )


def _somebody(works: Iterable[Works], visit: Visit | None, person: object) -> Works | None:
    wanted = getattr(person, "id", None)
    return next(
        (
            one
            for one in works
            if visit is not None and one.serves(visit) and wanted in (None, one.practitioner)
        ),
        None,
    )


def _wanted(period: Period) -> dict[str, Any]:
    return {
        "wanted_from": period.first,
        "wanted_until": period.last,
        "wanted_part": period.part,
        "any_practitioner": period.any_practitioner,
    }
