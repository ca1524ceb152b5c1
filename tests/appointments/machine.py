"""Anything that anybody may do, in any order: what must hold after each step.

A Hypothesis state machine over the verbs. Each run is rolled back; inside it the database is asked
after every step to check what it otherwise checks at a commit.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from appointments import booking, calendars
from appointments.models import HOLDS_TIME, Appointment, Occupancy, StatusChange
from appointments.transitions import MOVES
from correspondence.models import OutboxMessage
from practice.models import Closure
from tests.people import Clinic, a_visit, alice, bob, free_times

MINUTE = dt.timedelta(minutes=1)
REFUSED = (
    booking.AlreadyChanged,
    booking.AlreadyRequested,
    booking.NotAllowed,
    booking.SlotGone,
    booking.TooManyHolds,
)
MOVED = {(move.came_from, str(move.to), str(actor)) for move in MOVES for actor in move.actors}
picks = st.integers(0, 9)


def run(clinic: Clinic, desk: Any, now: dt.datetime, *, examples: int, steps: int) -> Counter[str]:
    """Raises what went wrong, with the shortest way to it; answers how often each verb did
    something."""
    done: Counter[str] = Counter()

    def machine() -> Anything:
        return Anything(clinic, desk, now, done)

    run_machine(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    return done


class Anything(RuleBasedStateMachine):
    def __init__(self, clinic: Clinic, desk: Any, now: dt.datetime, done: Counter[str]) -> None:
        super().__init__()
        self.clinic, self.desk, self.now, self.done = clinic, desk, now, done
        self.keys: list[uuid.UUID] = []
        self.around = transaction.atomic()
        self.around._from_testcase = True  # type: ignore[attr-defined]
        self.around.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)

    # --- what is at hand ---
    def visits(self, *statuses: str) -> list[Appointment]:
        rows = Appointment.objects.with_people().order_by("pk")
        return list(rows.filter(status__in=statuses) if statuses else rows)

    def some(self, pick: int, *statuses: str) -> Appointment | None:
        """One in such a status; now and then one in any other."""
        rows = self.visits(*statuses) if pick else self.visits()
        return rows[pick % len(rows)] if rows else None

    def slot(self, pick: int) -> Any:
        kind = self.clinic.office_visit if pick % 2 else self.clinic.same_day
        times = free_times(kind, self.now)
        return times[pick % len(times)] if times else None

    def taken_slot(self, pick: int) -> Any:
        rows = list(Occupancy.objects.order_by("pk"))
        return calendars.slot_of(rows[pick % len(rows)]) if rows else self.slot(pick)

    def attempt(self, name: str, verb: Callable[[], object]) -> None:
        """A refusal is an answer, too; the database must not be the one to give it."""
        with contextlib.suppress(*REFUSED):
            verb()
            self.done[name] += 1

    def by(self, staff: bool) -> Any:
        return self.desk if staff else None

    # --- steps ---
    @initialize()
    def somebody_has_asked(self) -> None:
        for kind in (self.clinic.same_day, self.clinic.office_visit):
            a_visit(kind, self.now)

    @rule(minutes=st.sampled_from([1, 5, 11, 30, 125]))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(pick=picks)
    def hold(self, pick: int) -> None:
        if (slot := self.slot(pick)) is None:
            return
        key = self.keys[-1] if pick > 7 and self.keys else uuid.uuid4()
        self.keys.append(key)
        source = "one" if pick % 3 else ""
        self.attempt("hold", lambda: booking.hold(key=key, slot=slot, source=source, now=self.now))

    @rule(pick=picks, staff=st.booleans())
    def request(self, pick: int, staff: bool) -> None:
        slot = self.taken_slot(pick) if pick > 7 else self.slot(pick)
        key = self.keys[-1] if pick % 2 and self.keys else uuid.uuid4()
        if slot is None:
            return
        details = alice() if pick % 2 else bob(red_flag="today")
        self.attempt(
            "request",
            lambda: booking.request(
                key=key, slot=slot, details=details, source="", now=self.now, by=self.by(staff)
            ),
        )

    @rule(pick=picks)
    def join_waitlist(self, pick: int) -> None:
        today = self.now.date()
        period = booking.Period(
            first=today,
            last=today + pick * dt.timedelta(days=1),
            part=["", "morning", "evening"][pick % 3],
        )
        self.attempt(
            "join_waitlist",
            lambda: booking.join_waitlist(
                key=uuid.uuid4(),
                details=alice(),
                visit_type="office-visit",
                period=period,
                by=None,
                now=self.now,
            ),
        )

    @precondition(lambda self: Appointment.objects.exists())
    @rule(pick=picks, stale=st.sampled_from([0, 0, 0, 1]))
    def answer(self, pick: int, stale: int) -> None:
        visit = self.some(pick, "pending")
        if visit is None:
            return
        seen = visit.version - stale
        if pick % 3:
            self.attempt(
                "confirm",
                lambda: booking.confirm(visit, seen_version=seen, by=self.desk, now=self.now),
            )
        else:
            self.attempt(
                "refuse",
                lambda: booking.refuse(
                    visit, seen_version=seen, by=self.desk, reason="full", now=self.now
                ),
            )

    @precondition(lambda self: Appointment.objects.exists())
    @rule(pick=picks, count=st.integers(1, 3))
    def offer(self, pick: int, count: int) -> None:
        visit = self.some(pick, "pending", "waitlist")
        slots = {slot for n in range(count) if (slot := self.slot(pick + 3 * n))}
        if visit is not None and slots:
            self.attempt(
                "offer",
                lambda: booking.offer(visit, slots=list(slots), by=self.desk, now=self.now),
            )

    @precondition(lambda self: Appointment.objects.exists())
    @rule(pick=picks, staff=st.booleans())
    def accept(self, pick: int, staff: bool) -> None:
        visit = self.some(pick, "proposed")
        if visit is None:
            return
        held = list(Occupancy.objects.filter(key=visit.key).order_by("pk"))
        slot = calendars.slot_of(held[pick % len(held)]) if held else self.slot(pick)
        if slot is not None:
            self.attempt(
                "accept",
                lambda: booking.accept(visit, slot=slot, by=self.by(staff), now=self.now),
            )

    @precondition(lambda self: Appointment.objects.exists())
    @rule(pick=picks, staff=st.booleans())
    def reschedule(self, pick: int, staff: bool) -> None:
        visit = self.some(pick, "pending", "proposed", "waitlist", "booked")
        slot = self.taken_slot(pick) if pick > 7 else self.slot(pick)
        if visit is not None and slot is not None:
            self.attempt(
                "reschedule",
                lambda: booking.reschedule(
                    visit, key=uuid.uuid4(), slot=slot, by=self.by(staff), now=self.now
                ),
            )

    @precondition(lambda self: Appointment.objects.exists())
    @rule(pick=picks, staff=st.booleans())
    def cancel(self, pick: int, staff: bool) -> None:
        if visit := self.some(pick, "pending", "proposed", "waitlist", "booked"):
            self.attempt(
                "cancel",
                lambda: booking.cancel(visit, by=self.by(staff), reason="", now=self.now),
            )

    @precondition(lambda self: Appointment.objects.exists())
    @rule(pick=picks)
    def wait_instead(self, pick: int) -> None:
        if visit := self.some(pick, "pending", "proposed"):
            period = booking.Period(first=self.now.date(), last=self.now.date())
            self.attempt(
                "wait_instead",
                lambda: booking.wait_instead(visit, period=period, by=None, now=self.now),
            )

    @precondition(lambda self: Appointment.objects.exists())
    @rule(pick=picks)
    def wait_for_earlier(self, pick: int) -> None:
        if visit := self.some(pick, "booked"):
            self.attempt(
                "wait_for_earlier",
                lambda: booking.wait_for_earlier(visit, by=None, now=self.now),
            )
        if pick == 1 and visit:
            self.attempt("stop_waiting", lambda: booking.stop_waiting(visit, by=None, now=self.now))

    @precondition(lambda self: Appointment.objects.exists())
    @rule(
        pick=picks,
        verb=st.sampled_from(["arrive", "check_in", "fulfil", "mark_no_show", "enter_in_error"]),
    )
    def on_the_day(self, pick: int, verb: str) -> None:
        if visit := self.some(pick, "booked", "arrived", "checked-in", "noshow"):
            more = {"reason": "typed twice"} if verb == "enter_in_error" else {}
            self.now = max(self.now, visit.starts_at) if pick == 3 else self.now
            act = getattr(booking, verb)
            self.attempt(verb, lambda: act(visit, by=self.desk, now=self.now, **more))

    @precondition(lambda self: Appointment.objects.exists())
    @rule(pick=picks)
    def reach(self, pick: int) -> None:
        visit = self.some(pick, "pending", "waitlist", "booked")
        if visit is None:
            return
        outcome = ["reached", "voicemail", "no-answer"][pick % 3]
        again = self.now + 40 * MINUTE if pick % 3 and pick % 2 else None
        self.attempt(
            "log_call",
            lambda: booking.log_call(
                visit, outcome=outcome, try_again_at=again, by=self.desk, now=self.now
            ),
        )
        booking.mark_seen(visit, by=self.desk, now=self.now)
        right = booking.Corrections(needs=f"needs {pick}", reason="" if pick % 2 else "worse")
        self.attempt(
            "correct_details",
            lambda: booking.correct_details(visit, corrections=right, by=None, now=self.now),
        )

    @rule()
    def the_worker_comes_by(self) -> None:
        self.done["released"] += booking.release_expired(now=self.now)
        self.done["offered a freed time"] += booking.offer_freed_time(now=self.now)
        self.done["flagged"] += booking.flag_stranded(now=self.now)

    @rule(pick=picks)
    def the_practice_closes(self, pick: int) -> None:
        begins = self.now + pick * 30 * MINUTE
        Closure.objects.create(
            during=(begins, begins + 45 * MINUTE),
            practitioner=self.clinic.doctor if pick % 2 else self.clinic.assistant,
        )

    # --- what must hold ---
    @invariant()
    def the_database_agrees(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(
                "SELECT count(*) FROM appointments_occupancy a JOIN appointments_occupancy b"
                " ON a.id < b.id AND a.practitioner_id = b.practitioner_id"
                " AND a.during && b.during"
            )
            assert cursor.fetchone() == (0,)

    @invariant()
    def history_is_what_happened_and_nothing_else(self) -> None:
        stands: dict[int, str] = {}
        rows = StatusChange.objects.order_by("pk")
        for pk, start, to, actor in rows.values_list(
            "appointment", "from_status", "to_status", "actor"
        ):
            assert stands.get(pk, "") == start
            assert (start, to, actor) in MOVED
            stands[pk] = to
        assert stands == dict(Appointment.objects.values_list("pk", "status"))

    @invariant()
    def nobody_is_written_to_twice_about_one_thing(self) -> None:
        # That we have seen a request is told beside its version: a look changes nothing.
        changes = OutboxMessage.objects.exclude(kind="request_seen")
        rows = changes.values_list("subject", "version", "to")
        assert max(Counter(rows).values(), default=0) <= 1
        looks = OutboxMessage.objects.filter(kind="request_seen").values_list("subject", "to")
        assert max(Counter(looks).values(), default=0) <= 1

    @invariant()
    def nobody_waits_beside_a_visit_that_is_not_to_come(self) -> None:
        waiting = Appointment.objects.filter(earlier_than__isnull=False)
        live = waiting.filter(status__in=("waitlist", "proposed"))
        assert set(live.values_list("earlier_than__status", flat=True)) <= {"booked"}
        assert not waiting.filter(status="booked").exists()

    @invariant()
    def time_is_taken_by_whom_it_belongs_to(self) -> None:
        status = dict(Appointment.objects.values_list("key", "status"))
        rows = list(Occupancy.objects.values_list("key", "kind"))
        for key, kind in rows:
            match kind:
                case "hold":
                    assert key not in status
                case "offer":
                    assert status[key] == "proposed"
                case _:
                    assert status[key] in HOLDS_TIME
