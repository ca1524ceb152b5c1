"""Two things at the same moment, each on a connection of its own: one way or the other, never both.

Every race sets a stage, lets its clients start together, and says what went wrong. The same race
with lock, constraint and comparison taken away (`unguarded`) must find something; else it is blind.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from unittest import mock

from django.db import connection, transaction

from appointments import booking, calendars, changing, stranded, taking
from appointments.models import Appointment, Occupancy, StatusChange
from correspondence.models import OutboxMessage
from practice.models import Closure
from tests.people import EVERY_DAY, Clinic, a_clinic, a_visit, a_visit_type, alice, bob, works

REFUSED = (
    booking.AlreadyChanged,
    booking.NotAllowed,
    booking.SlotGone,
    booking.TooManyHolds,
    booking.Busy,
)
MINUTE = dt.timedelta(minutes=1)
Client = Callable[[int], object]


@dataclass
class Stage:
    """A clinic with two kinds of visit at every hour of the day, half an hour with buffers."""

    clinic: Clinic
    desk: Any
    now: dt.datetime
    times: list[Any]
    asked: list[Any]

    def a_time(self, number: int) -> Any:
        return self.times[number % len(self.times)]

    def a_request(self, number: int) -> Appointment:
        return a_visit(self.asked_kind, self.now, slot=self.asked[number % len(self.asked)])

    asked_kind: Any = None
    booked_kind: Any = None


def a_stage(now: dt.datetime, desk: Any) -> Stage:
    clinic = a_clinic()
    facts = {"minutes": 20, "buffer_before_minutes": 5, "buffer_after_minutes": 5}
    booked = a_visit_type(slug="booked-at-once", start_interval_minutes=10, **facts)
    asked = a_visit_type(
        slug="asked-for", start_interval_minutes=30, confirmation="request", **facts
    )
    works(clinic.doctor, booked, dt.time(0), dt.time(0), days=EVERY_DAY)
    works(clinic.assistant, asked, dt.time(0), dt.time(0), days=EVERY_DAY)
    later = now + dt.timedelta(hours=6)
    free = {
        kind: [
            slot
            for slot in calendars.free_times(visit_type=kind.slug, now=now)
            if slot.start > later and not slot.call_us
        ]
        for kind in (booked, asked)
    }
    # Of the starts every ten minutes those that do not touch each other, buffers included.
    return Stage(clinic, desk, now, free[booked][::3], free[asked], asked, booked)


def together(clients: int, act: Client) -> Counter[str]:
    """All at the same moment; what each got, `done` or the name of its refusal."""
    ready, said = threading.Barrier(clients), Counter[str]()

    def start(number: int) -> None:
        try:
            ready.wait()
            act(number)
            said["done"] += 1
        except REFUSED as refused:
            said[type(refused).__name__] += 1
        except Exception as error:
            said[f"failed: {type(error).__name__}"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=start, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


# --- the races: each answers what it did to one stage, in one round ------------------------------
def one_time(stage: Stage, number: int, clients: int) -> Counter[str]:
    slot = stage.a_time(number)
    return together(clients, lambda client: _book(stage, slot))


def times_that_overlap(stage: Stage, number: int, clients: int) -> Counter[str]:
    """Every ten minutes there is a start; those that the buffers let touch each other cross."""
    slot = stage.a_time(2 * number)

    def act(client: int) -> object:
        shift = (client % 3) * 10 * MINUTE
        moved = replace(slot, start=slot.start + shift, end=slot.end + shift)
        return _book(stage, moved)

    return together(clients, act)


def confirm_and_confirm(stage: Stage, number: int, clients: int) -> Counter[str]:
    asked = stage.a_request(number)
    return together(clients, lambda client: _confirm(stage, asked))


def confirm_and_cancel(stage: Stage, number: int, clients: int) -> Counter[str]:
    asked = stage.a_request(number)
    return together(
        clients,
        lambda client: _cancel(stage, asked) if client % 2 else _confirm(stage, asked),
    )


def cancel_and_reschedule(stage: Stage, number: int, clients: int) -> Counter[str]:
    visit = a_visit(stage.booked_kind, stage.now, slot=stage.a_time(2 * number))
    other = stage.a_time(2 * number + 1)

    def act(client: int) -> object:
        if client % 2:
            return _cancel(stage, visit)
        return booking.reschedule(visit, key=uuid.uuid4(), slot=other, by=None, now=stage.now)

    return together(clients, act)


def accept_and_expire(stage: Stage, number: int, clients: int) -> Counter[str]:
    offered = booking.offer(
        stage.a_request(number),
        slots=[stage.a_time(2 * number), stage.a_time(2 * number + 1)],
        by=stage.desk,
        now=stage.now,
    )
    rows = booking.offers_of(offered, now=stage.now)
    slot, ends = calendars.slot_of(rows[0]), rows[0].expires_at
    assert ends

    def act(client: int) -> object:
        match client % 3:
            case 0:
                return booking.accept(offered, slot=slot, by=None, now=ends - MINUTE)
            case 1:
                return booking.release_expired(now=ends)
            case _:
                return _book(replace(stage, now=ends), slot)

    return together(clients, act)


def two_requests(stage: Stage, number: int, clients: int) -> Counter[str]:
    slot = stage.asked[number % len(stage.asked)]
    return together(clients, lambda client: _book(stage, slot))


def closure_and_booking(stage: Stage, number: int, clients: int) -> Counter[str]:
    """Either the booking finds the closure, or whoever closed finds the visit flagged."""
    slot = stage.a_time(number)

    def act(client: int) -> object:
        if client:
            return _book(stage, slot)
        time.sleep(0.05 * (number % 10))
        with transaction.atomic():
            Closure.objects.create(during=(slot.start, slot.end), practitioner=stage.clinic.doctor)
        return stranded.flag_stranded(now=stage.now)

    return together(clients, act)


def freed_time_and_booking(stage: Stage, number: int, clients: int) -> Counter[str]:
    day = stage.now.date()
    booking.join_waitlist(
        key=uuid.uuid4(),
        details=alice(),
        visit_type="booked-at-once",
        period=booking.Period(first=day, last=day + dt.timedelta(days=90)),
        by=None,
        now=stage.now,
    )
    calendars._memory.clear()
    first = calendars.free_times(visit_type="booked-at-once", now=stage.now)
    soon = next(slot for slot in first if slot.start >= stage.now + 30 * MINUTE)

    def act(client: int) -> object:
        if client % 4 == 0:
            return booking.offer_freed_time(now=stage.now)
        return _book(stage, soon)

    return together(clients, act)


RACES: dict[str, Callable[[Stage, int, int], Counter[str]]] = {
    "one time": one_time,
    "overlapping times with buffers": times_that_overlap,
    "confirm | confirm": confirm_and_confirm,
    "confirm | cancel": confirm_and_cancel,
    "cancel | reschedule": cancel_and_reschedule,
    "accept | expire": accept_and_expire,
    "two requests": two_requests,
    "closure | booking": closure_and_booking,
    "freed time | booking": freed_time_and_booking,
}


def _book(stage: Stage, slot: Any) -> object:
    return booking.request(key=uuid.uuid4(), slot=slot, details=bob(), source="", now=stage.now)


def _confirm(stage: Stage, asked: Appointment) -> object:
    return booking.confirm(asked, seen_version=asked.version, by=stage.desk, now=stage.now)


def _cancel(stage: Stage, visit: Appointment) -> object:
    return booking.cancel(visit, by=None, reason="", now=stage.now)


# --- what is wrong afterwards --------------------------------------------------------------------
def wrongs(stage: Stage) -> Counter[str]:
    """Everything in the books that should not be; empty when all is right."""
    found = Counter[str]()
    rows = list(Occupancy.objects.order_by("practitioner", "during"))
    for one, other in pairwise(rows):
        same = one.practitioner_id == other.practitioner_id
        found["two have one time"] += same and other.during.lower < one.during.upper
    changes = StatusChange.objects.values_list("appointment", "from_status")
    found["two changes from one status"] += sum(n - 1 for n in Counter(changes).values())
    told = OutboxMessage.objects.exclude(to=stage.clinic.practice.email)
    events = Counter(told.values_list("subject", "version"))
    found["two messages about one thing"] += sum(n - 1 for n in events.values())
    last = dict(StatusChange.objects.order_by("pk").values_list("appointment", "to_status"))
    status = dict(Appointment.objects.values_list("pk", "status"))
    found["a status without its history"] += sum(last[pk] != was for pk, was in status.items())
    kept = set(Occupancy.objects.exclude(kind__in=("hold", "offer")).values_list("key", flat=True))
    holding = set(Appointment.objects.holding_time().values_list("key", flat=True))
    found["time taken by nobody, or a visit without"] += len(kept ^ holding)
    moved = Counter(Appointment.objects.exclude(replaces=None).values_list("replaces", flat=True))
    found["one visit moved twice"] += sum(n - 1 for n in moved.values())
    for closure in Closure.objects.filter(practitioner=stage.clinic.doctor):
        inside = Appointment.objects.holding_time().filter(
            practitioner=stage.clinic.doctor,
            starts_at__lt=closure.during.upper,
            ends_at__gt=closure.during.lower,
        )
        found["stranded and not flagged"] += inside.filter(needs_rebooking=False).count()
    return +found


# --- the controls --------------------------------------------------------------------------------
def take_the_guards_away() -> None:
    """In this database, for good: no lock, no constraint, no trigger that watches."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE appointments_occupancy DROP CONSTRAINT occupancy_never_overlaps"
        )
        cursor.execute(
            "CREATE FUNCTION public.pg_advisory_xact_lock(int, int) RETURNS void"
            " LANGUAGE sql AS 'SELECT NULL::void'"
        )
        for table in ("appointments_appointment", "appointments_occupancy"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE practice_closure DISABLE TRIGGER USER")
        cursor.execute(
            "ALTER TABLE appointments_appointment DROP CONSTRAINT appointment_holds_time_by_status"
        )
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
        cursor.execute(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog')
    connection.close()


@contextmanager
def comparing_nothing() -> Iterator[None]:
    """Every change is written over whatever is there, and all of it takes its time."""
    fresh, take = changing.fresh, taking.take

    def slow_fresh(appointment: Appointment) -> Appointment:
        current = fresh(appointment)
        time.sleep(0.02)
        return current

    def slow_take(*args: Any, **facts: Any) -> Occupancy:
        time.sleep(0.1)
        return take(*args, **facts)

    class Blind:
        """`filter(pk=…, version=…)` without the version."""

        def __init__(self, manager: Any) -> None:
            self.manager = manager

        def __getattr__(self, name: str) -> Any:
            return getattr(self.manager, name)

        def filter(self, *args: Any, **facts: Any) -> Any:
            if "version" in facts:
                return self.manager.filter(pk=facts["pk"])
            return self.manager.filter(*args, **facts)

    with (
        mock.patch.object(changing, "fresh", slow_fresh),
        mock.patch.object(taking, "take", slow_take),
        mock.patch.object(Appointment, "objects", Blind(Appointment.objects)),
    ):
        yield


def run(
    stage: Stage, *, rounds: int, clients: int, until_found: bool = False
) -> Iterator[tuple[str, Counter[str], Counter[str]]]:
    """Each race: its name, what the clients got, and what it left wrong. `until_found` ends a race
    with the first wrong, for the controls."""
    before = wrongs(stage)
    for place, (name, race) in enumerate(RACES.items()):
        said = Counter[str]()
        for number in range(rounds):
            said += race(stage, place * rounds + number, clients)
            if until_found and wrongs(stage) - before:
                break
        after = wrongs(stage)
        yield name, said, after - before
        before = after
