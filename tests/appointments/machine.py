"""Anything that anybody may do, in any order: what must hold after each step.

A Hypothesis state machine over the verbs. Each run is rolled back; inside it the database is asked
after every step to check what it otherwise checks at a commit.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from appointments import booking, calendars
from appointments.changing import UNDONE
from appointments.models import (
    HOLDS_TIME,
    Act,
    Appointment,
    Occupancy,
    StatusChange,
    WorkingHours,
)
from appointments.transitions import MOVES
from correspondence.models import OutboxMessage
from practice.models import Closure
from tests.people import EVERY_DAY, Clinic, a_visit, alice, bob, free_times

MINUTE = dt.timedelta(minutes=1)
REFUSED = (
    booking.AlreadyChanged,
    booking.AlreadyRequested,
    booking.NotAllowed,
    booking.SlotGone,
    booking.TooLate,
    booking.TooManyHolds,
)
# Every verb there is, so that a new one is missed here: `one_transaction` wraps them. The last
# three are the worker's, and each is a transaction for every calendar.
VERBS = {
    *(name for name in booking.__all__ if hasattr(getattr(booking, name), "__wrapped__")),
    *("release_expired", "offer_freed_time", "flag_stranded"),
}
MOVED = {(move.came_from, str(move.to), str(actor)) for move in MOVES for actor in move.actors}
LEGAL = {(came_from, to) for came_from, to, _ in MOVED}
OPEN = ("pending", "proposed", "waitlist", "booked")
PATIENT, DESK, PERSON = "patient", "desk", "person"
picks = st.integers(0, 9)
anybody = st.sampled_from([PATIENT, DESK, PERSON])
staff = st.sampled_from([DESK, DESK, PERSON])


@dataclass
class Tally:
    """How often each verb did something, how often it was refused, and which moves there were."""

    runs: int = 0
    steps: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    moves: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def never(self) -> list[str]:
        return sorted(VERBS - set(+self.done))

    def __iadd__(self, other: Tally) -> Tally:
        self.runs, self.steps = self.runs + other.runs, self.steps + other.steps
        for mine, theirs in (
            (self.done, other.done),
            (self.refused, other.refused),
            (self.moves, other.moves),
        ):
            mine.update(theirs)  # type: ignore[arg-type]
        return self


def run(
    clinic: Clinic,
    desk: Any,
    now: dt.datetime,
    *,
    examples: int,
    steps: int,
    begin_with: int = 0,
    after_each: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Raises what went wrong, with the shortest way to it. `begin_with` seeds chance."""
    # Few days, and much of each: then they meet often.
    clinic.office_visit.horizon_days = 2
    clinic.office_visit.save()
    WorkingHours.objects.update(days=EVERY_DAY, opens=dt.time(8), closes=dt.time(20))
    clinic.assistant.user = get_user_model().objects.create_user("ben", "ben@example.com")
    clinic.assistant.save()
    tally = Tally()

    @seed(begin_with)
    def machine() -> Anything:
        return Anything(clinic, desk, now, tally, after_each)

    run_machine(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    return tally


class Anything(RuleBasedStateMachine):
    def __init__(
        self,
        clinic: Clinic,
        desk: Any,
        now: dt.datetime,
        tally: Tally,
        after_each: Callable[[Tally], None],
    ) -> None:
        super().__init__()
        self.clinic, self.now, self.tally, self.after_each = clinic, now, tally, after_each
        self.who = {PATIENT: None, DESK: desk, PERSON: clinic.assistant.user}
        self.keys: list[uuid.UUID] = []
        self.stands: dict[int, str] = {}
        calendars._memory.clear()  # its versions come again in every run, for other calendars
        self.around = transaction.atomic()
        self.around._from_testcase = True  # type: ignore[attr-defined]
        self.around.__enter__()

    def teardown(self) -> None:
        rows = StatusChange.objects.exclude(reason=UNDONE)
        self.tally.moves.update(rows.values_list("from_status", "to_status", "actor"))
        self.tally.runs += 1
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)
        self.after_each(self.tally)

    # --- what is at hand ---
    def some(self, pick: int, *statuses: str) -> Appointment:
        """One in such a status; where there is none, and now and then, one in any other."""
        such = [pk for pk, status in self.stands.items() if status in statuses]
        among = such if such and pick else list(self.stands)
        return Appointment.objects.with_people().get(pk=among[pick % len(among)])

    def slot(self, pick: int) -> Any:
        kind = self.clinic.office_visit if pick % 2 else self.clinic.same_day
        return self.slot_for(kind, pick)

    def slot_for(self, kind: Any, pick: int) -> Any:
        times = free_times(kind, self.now)
        return times[pick % len(times)] if times else None

    def taken_slot(self, pick: int) -> Any:
        rows = list(Occupancy.objects.order_by("pk"))
        return calendars.slot_of(rows[pick % len(rows)]) if rows else self.slot(pick)

    def attempt(self, name: str, *args: Any, **facts: Any) -> None:
        """A refusal is an answer, too; the database must not be the one to give it."""
        try:
            getattr(booking, name)(*args, now=self.now, **facts)
            self.tally.done[name] += 1
        except REFUSED:
            self.tally.refused[name] += 1

    # --- asking ---
    @initialize()
    def somebody_has_asked(self) -> None:
        for kind in (self.clinic.same_day, self.clinic.office_visit):
            a_visit(kind, self.now)

    @rule(pick=picks)
    def hold(self, pick: int) -> None:
        if (slot := self.slot(pick)) is None:
            return
        key = self.keys[-1] if pick > 7 and self.keys else uuid.uuid4()
        self.keys.append(key)
        self.attempt("hold", key=key, slot=slot, source="one" if pick % 3 else "")

    @rule(pick=picks)
    def request(self, pick: int) -> None:
        """A video visit, which the desk has to answer."""
        self.ask(self.slot_for(self.clinic.same_day, pick), pick, by=PATIENT)

    @rule(pick=picks)
    def request_what_is_taken(self, pick: int) -> None:
        self.ask(self.taken_slot(pick), pick, by=PATIENT)

    @rule(pick=picks, by=anybody)
    def book(self, pick: int, by: str) -> None:
        """A visit in the office, or one that the desk enters: booked at once."""
        kind = self.clinic.same_day if by == DESK else self.clinic.office_visit
        self.ask(self.slot_for(kind, pick), pick, by=by)

    def ask(self, slot: Any, pick: int, *, by: str) -> None:
        if slot is not None:
            self.attempt(
                "request",
                key=self.keys[-1] if pick in (2, 5) and self.keys else uuid.uuid4(),
                slot=slot,
                details=alice() if pick % 2 else bob(red_flag="today"),
                source="",
                by=self.who[DESK] if by == DESK else None,
            )

    @precondition(lambda self: list(self.stands.values()).count("waitlist") < 4)
    @rule(pick=picks)
    def join_waitlist(self, pick: int) -> None:
        today = self.now.date()
        self.attempt(
            "join_waitlist",
            key=uuid.uuid4(),
            details=alice(),
            visit_type="office-visit",
            period=booking.Period(
                first=today,
                last=today + pick * dt.timedelta(days=1),
                part=["", "morning", "evening"][pick % 3],
            ),
            by=None,
        )

    # --- answering ---
    @precondition(lambda self: self.any_in("pending"))
    @rule(pick=picks, stale=st.sampled_from([0, 0, 0, 1]), by=staff)
    def confirm(self, pick: int, stale: int, by: str) -> None:
        visit = self.some(pick, "pending")
        self.attempt("confirm", visit, seen_version=visit.version - stale, by=self.who[by])

    @precondition(lambda self: self.any_in("pending"))
    @rule(pick=picks, stale=st.sampled_from([0, 0, 0, 1]), by=staff, yes=st.booleans())
    def answer(self, pick: int, stale: int, by: str, yes: bool) -> None:
        visit, reason = self.some(pick, "pending"), {} if yes else {"reason": "full"}
        verb, seen = "confirm" if yes else "refuse", visit.version - stale
        self.attempt(verb, visit, seen_version=seen, by=self.who[by], **reason)

    @precondition(lambda self: self.any_in("pending", "waitlist"))
    @rule(pick=picks, count=st.integers(1, 3), by=staff)
    def offer(self, pick: int, count: int, by: str) -> None:
        visit = self.some(pick, "pending", "waitlist")
        if slots := {slot for n in range(count) if (slot := self.slot(pick + 3 * n))}:
            self.attempt("offer", visit, slots=list(slots), by=self.who[by])

    @precondition(lambda self: self.any_in("proposed"))
    @rule(pick=picks, by=anybody)
    def accept(self, pick: int, by: str) -> None:
        visit = self.some(pick, "proposed")
        held = list(Occupancy.objects.filter(key=visit.key).order_by("pk"))
        slot = calendars.slot_of(held[pick % len(held)]) if held else self.slot(pick)
        if slot is not None:
            self.attempt("accept", visit, slot=slot, by=self.who[by])

    # --- changing ---
    @precondition(lambda self: self.any_in(*OPEN))
    @rule(pick=picks, by=anybody)
    def reschedule(self, pick: int, by: str) -> None:
        visit = self.some(pick, *OPEN)
        slot = self.taken_slot(pick) if pick > 7 else self.slot(pick)
        if slot is not None:
            self.attempt("reschedule", visit, key=uuid.uuid4(), slot=slot, by=self.who[by])

    @precondition(lambda self: self.stands)
    @rule(pick=picks, by=anybody)
    def cancel(self, pick: int, by: str) -> None:
        here = ("arrived", "checked-in")
        visit = self.some(pick, *(here if pick % 3 == 1 and self.any_in(*here) else OPEN))
        self.attempt("cancel", visit, by=self.who[by], reason="")

    @precondition(lambda self: self.any_in("pending", "proposed"))
    @rule(pick=picks, by=anybody)
    def wait_instead(self, pick: int, by: str) -> None:
        period = booking.Period(first=self.now.date(), last=self.now.date())
        visit = self.some(pick, "pending", "proposed")
        self.attempt("wait_instead", visit, period=period, by=self.who[by])

    @precondition(lambda self: self.any_in("booked"))
    @rule(pick=picks, by=anybody)
    def wait_for_earlier(self, pick: int, by: str) -> None:
        """Nothing is earlier than the first one: mostly the last that is booked."""
        visit = self.some(pick, "booked")
        if pick % 2:
            booked = Appointment.objects.with_people().filter(status="booked")
            visit = booked.order_by("starts_at").last() or visit
        self.attempt("wait_for_earlier", visit, any_practitioner=pick > 3, by=self.who[by])

    @precondition(lambda self: self.any_in("booked") and self.any_in("waitlist", "proposed"))
    @rule(pick=picks)
    def stop_waiting(self, pick: int) -> None:
        visit = self.some(pick, "booked")
        waits = Appointment.objects.with_people().filter(waits_beside__isnull=False)
        visit = waits.order_by("pk").last() or visit if pick % 2 else visit
        self.attempt("stop_waiting", visit, by=None)

    @precondition(lambda self: self.any_in("waitlist"))
    @rule(pick=picks)
    def put_in_order(self, pick: int) -> None:
        visit, rank = self.some(pick, "waitlist"), pick if pick % 4 else None
        self.attempt("put_in_order", visit, rank=rank, by=self.who[DESK])

    @precondition(lambda self: self.stands)
    @rule(pick=picks)
    def undo(self, pick: int) -> None:
        acts = Act.objects.order_by("-pk").select_related("user")
        if act := acts[1:2].first() if pick == 9 else acts.first():
            visit = Appointment.objects.with_people().get(pk=act.appointment_id)
            by = self.who[PERSON] if pick == 8 else act.user
            self.attempt("undo", visit, seen_version=act.version, by=by)

    # --- on the day ---
    @precondition(lambda self: self.any_in("booked", "arrived", "noshow"))
    @rule(pick=picks, by=anybody, begins=st.booleans())
    def arrive(self, pick: int, by: str, begins: bool) -> None:
        visit = self.some(pick, "booked", "arrived", "noshow")
        if begins:
            self.now = max(self.now, visit.starts_at - 30 * MINUTE)
        self.attempt("arrive", visit, by=self.who[by])

    @precondition(lambda self: self.any_in("arrived", "checked-in"))
    @rule(pick=picks, by=staff, verb=st.sampled_from(["check_in", "check_in", "fulfil"]))
    def go_on(self, pick: int, by: str, verb: str) -> None:
        self.attempt(verb, self.some(pick, "arrived", "checked-in"), by=self.who[by])

    @precondition(lambda self: self.any_in("booked", "arrived"))
    @rule(pick=picks, by=staff, begun=st.booleans())
    def mark_no_show(self, pick: int, by: str, begun: bool) -> None:
        visit = self.some(pick, "booked" if self.any_in("booked") and pick % 4 else "arrived")
        if begun:
            self.now = max(self.now, visit.starts_at)
        self.attempt("mark_no_show", visit, by=self.who[by])

    @precondition(lambda self: len(self.stands) > 5)
    @rule(pick=picks, by=st.sampled_from([DESK, DESK, DESK, PERSON]))
    def enter_in_error(self, pick: int, by: str) -> None:
        rare = ("checked-in", "fulfilled", "noshow", "arrived", "cancelled", "proposed", "waitlist")
        visit = self.some(pick, rare[pick % len(rare)])
        self.attempt("enter_in_error", visit, by=self.who[by], reason="typed twice")

    # --- reaching ---
    @precondition(lambda self: self.any_in(*OPEN))
    @rule(pick=picks, verb=st.sampled_from(["log_call", "mark_seen", "correct_details", "wish"]))
    def reach(self, pick: int, verb: str) -> None:
        visit, by = self.some(pick, *OPEN), self.who[DESK]
        match verb:
            case "log_call":
                outcome = ["reached", "voicemail", "no-answer"][pick % 3]
                again = self.now + 40 * MINUTE if pick % 3 and pick % 2 else None
                self.attempt("log_call", visit, outcome=outcome, try_again_at=again, by=by)
            case "mark_seen":
                self.attempt("mark_seen", visit, by=by)
            case "correct_details":
                right = booking.Corrections(needs=f"{pick}", reason="" if pick % 2 else "worse")
                self.attempt("correct_details", visit, corrections=right, by=None)
            case _:
                booking.wish_invitation(visit, wanted=pick % 2 == 0)
                self.tally.done["wish_invitation"] += 1

    # --- the clock and the rules ---
    @rule(minutes=st.sampled_from([1, 5, 11, 30, 125]))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule()
    def the_worker_comes_by(self) -> None:
        for verb in ("release_expired", "offer_freed_time", "flag_stranded"):
            self.tally.done[verb] += getattr(booking, verb)(now=self.now)

    @rule()
    def what_ends_first_ends(self) -> None:
        ends = Occupancy.objects.exclude(expires_at=None).values_list("expires_at", flat=True)
        due = Appointment.objects.filter(status="pending").values_list("answer_due_at", flat=True)
        if both := [one for one in (*ends, *due) if one]:
            self.now = max(self.now, min(both))
            self.tally.done["release_expired"] += booking.release_expired(now=self.now)

    @rule(pick=picks, late=st.booleans())
    def the_practice_closes_or_is_late(self, pick: int, late: bool) -> None:
        """Closes often over a visit, which is then stranded."""
        if late:
            person = self.clinic.doctor if pick % 2 else self.clinic.assistant
            facts = {"minutes": 5 * pick, "tell": pick > 4, "by": self.who[DESK]}
            self.attempt("run_late", person, **facts)
            return
        begins, person = self.now + pick * 30 * MINUTE, self.clinic.doctor
        if pick % 2 and self.stands:
            visit = self.some(pick, "booked")
            begins, person = visit.starts_at, visit.practitioner
        Closure.objects.create(during=(begins, begins + 45 * MINUTE), practitioner=person)

    def any_in(self, *statuses: str) -> bool:
        return any(status in statuses for status in self.stands.values())

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
        for pk, start, to, actor, reason in rows.values_list(
            "appointment", "from_status", "to_status", "actor", "reason"
        ):
            assert stands.get(pk, "") == start
            legal = {(to, start)} if reason == UNDONE else {(start, to)}
            assert legal <= LEGAL
            assert reason == UNDONE or (start, to, actor) in MOVED
            stands[pk] = to
        assert stands == dict(Appointment.objects.values_list("pk", "status"))
        self.stands = stands
        self.tally.steps += 1

    @invariant()
    def nobody_is_written_to_twice_about_one_thing(self) -> None:
        # That we have seen a request is told beside its version: a look changes nothing. Nor does
        # it when we run late, and each word of the desk on that is one message.
        rows = OutboxMessage.objects.values_list("subject", "version", "to", "kind")
        told = Counter(
            (subject, 0, to, kind)
            if kind == "request_seen"
            else (subject, version, to, kind if kind == "running_late" else "")
            for subject, version, to, kind in rows
        )
        assert max(told.values(), default=0) <= 1

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
