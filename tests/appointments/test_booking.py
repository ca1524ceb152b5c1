"""The verbs: what they do, what they refuse, and that a refusal changes nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from appointments import booking, calendars
from appointments.availability import Slot
from appointments.models import Appointment, Occupancy, Patient, Status, StatusChange
from correspondence.models import OutboxMessage
from practice.models import Closure
from tests.people import Clinic, a_visit, alice, bob, free_times, works

MINUTE = dt.timedelta(minutes=1)


def hold(
    slot: Slot, now: dt.datetime, *, key: uuid.UUID | None = None, source: str = ""
) -> uuid.UUID:
    return booking.hold(key=key or uuid.uuid4(), slot=slot, source=source, now=now).key


def request(key: uuid.UUID, now: dt.datetime, **facts: Any) -> Appointment:
    return booking.request(key=key, source="", now=now, **{"details": alice(), **facts})


def everything() -> list[Any]:
    """All that a verb might have changed."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Appointment, Occupancy, StatusChange, Patient, OutboxMessage)
    ]


# --- hold ---------------------------------------------------------------------------------------
def test_a_held_time_is_offered_to_nobody_else(clinic: Clinic, now: dt.datetime) -> None:
    first, *others = free_times(clinic.same_day, now)
    key = hold(first, now)
    assert free_times(clinic.same_day, now) == others
    before = everything()
    with pytest.raises(booking.SlotTaken) as taken:
        hold(first, now)
    assert taken.value.nearest == others[:3]
    assert everything() == before
    row = Occupancy.objects.get(key=key)
    assert row.expires_at == now + 10 * MINUTE
    assert row.during.upper == first.end + 10 * MINUTE  # the buffer after


def test_holding_again_starts_the_ten_minutes_anew(clinic: Clinic, now: dt.datetime) -> None:
    slot = free_times(clinic.same_day, now)[0]
    key = hold(slot, now)
    hold(slot, now + 5 * MINUTE, key=key)
    assert Occupancy.objects.get().expires_at == now + 15 * MINUTE


def test_choosing_another_time_lets_the_first_go(clinic: Clinic, now: dt.datetime) -> None:
    first, second = free_times(clinic.same_day, now)[:2]
    key = hold(first, now)
    hold(second, now, key=key)
    assert Occupancy.objects.get().starts_at == second.start
    assert first in free_times(clinic.same_day, now)


def test_a_hold_moves_from_one_person_to_another(clinic: Clinic, now: dt.datetime) -> None:
    key = hold(free_times(clinic.same_day, now)[0], now)
    hold(free_times(clinic.office_visit, now)[0], now, key=key)
    assert Occupancy.objects.get().practitioner == clinic.doctor


def test_who_cannot_have_another_time_keeps_the_first(clinic: Clinic, now: dt.datetime) -> None:
    first, second = free_times(clinic.same_day, now)[:2]
    key = hold(first, now)
    hold(second, now)
    before = everything()
    with pytest.raises(booking.SlotTaken):
        hold(second, now, key=key)
    assert everything() == before


def test_a_hold_that_ran_out_is_free_for_the_next(clinic: Clinic, now: dt.datetime) -> None:
    slot = free_times(clinic.same_day, now)[0]
    hold(slot, now)
    with pytest.raises(booking.SlotTaken):
        hold(slot, now + 10 * MINUTE - dt.timedelta(seconds=1))
    second = hold(slot, now + 10 * MINUTE)
    assert Occupancy.objects.get().key == second


def test_three_times_from_one_source_and_no_more(clinic: Clinic, now: dt.datetime) -> None:
    times = free_times(clinic.office_visit, now)
    for slot in times[:3]:
        hold(slot, now, source="192.0.2.1")
    before = everything()
    with pytest.raises(booking.TooManyHolds) as refusal:
        hold(times[3], now, source="192.0.2.1")
    assert refusal.value.limit == "source"
    assert everything() == before
    hold(times[3], now, source="192.0.2.2")
    hold(times[4], now + 10 * MINUTE, source="192.0.2.1")  # the first three have run out


def test_never_more_than_half_of_a_day_is_held(clinic: Clinic, now: dt.datetime) -> None:
    today = [slot for slot in free_times(clinic.same_day, now) if slot.local.day == 24]
    assert len(today) == 8
    for slot in today[:4]:
        hold(slot, now)
    before = everything()
    with pytest.raises(booking.TooManyHolds) as refusal:
        hold(today[4], now)
    assert refusal.value.limit == "day"
    assert everything() == before
    tomorrow = next(slot for slot in free_times(clinic.same_day, now) if slot.local.day == 25)
    hold(tomorrow, now)


def test_the_only_time_of_a_day_can_be_held(clinic: Clinic, now: dt.datetime) -> None:
    works(clinic.doctor, clinic.same_day, dt.time(21), dt.time(21, 20), days=["tue"])
    only = next(s for s in free_times(clinic.same_day, now) if s.practitioner == "ana-ortega")
    hold(only, now)


@pytest.mark.parametrize("wrong", ["practitioner", "visit_type", "location", "start", "end"])
def test_a_time_that_was_never_offered_is_refused(
    clinic: Clinic, now: dt.datetime, wrong: str
) -> None:
    good = free_times(clinic.same_day, now)[0]
    facts: dict[str, Any] = {
        "visit_type": good.visit_type,
        "practitioner": good.practitioner,
        "location": good.location,
        "start": good.start,
        "end": good.end,
    }
    facts[wrong] = {
        "practitioner": "ana-ortega",
        "visit_type": "office-visit",
        "location": "main-street",
        "start": good.start + MINUTE,
        "end": good.end + MINUTE,
    }[wrong]
    before = everything()
    with pytest.raises(booking.SlotGone):
        hold(Slot(**facts), now)
    assert everything() == before


def test_what_staff_closed_a_moment_ago_cannot_be_held(clinic: Clinic, now: dt.datetime) -> None:
    slot = free_times(clinic.same_day, now)[0]
    Closure.objects.create(
        during=(slot.start, slot.end), practitioner=clinic.assistant, reason="ill"
    )
    before = everything()
    with pytest.raises(booking.SlotGone) as gone:
        hold(slot, now)
    assert not isinstance(gone.value, booking.SlotTaken)
    assert gone.value.nearest[0].start > slot.start
    assert everything() == before


def test_a_time_that_nobody_can_answer_for_cannot_be_held(clinic: Clinic, now: dt.datetime) -> None:
    works(clinic.assistant, clinic.same_day, dt.time(6), dt.time(7), days=["wed"])
    early = next(
        slot
        for slot in calendars.free_times(visit_type="same-day-virtual", now=now + 12 * 60 * MINUTE)
        if slot.local.hour == 6
    )
    assert early.call_us
    with pytest.raises(booking.SlotGone):
        hold(early, now + 12 * 60 * MINUTE)
    assert not Occupancy.objects.exists()


# --- request ------------------------------------------------------------------------------------
def test_a_request_takes_the_held_time_and_waits_for_an_answer(
    clinic: Clinic, now: dt.datetime
) -> None:
    slot = free_times(clinic.same_day, now)[0]
    key = hold(slot, now)
    held = Occupancy.objects.get()
    visit = request(key, now + MINUTE)
    assert visit.status == Status.PENDING
    assert visit.occupancy_id == held.pk
    assert (visit.starts_at, visit.ends_at) == (slot.start, slot.end)
    assert visit.answer_due_at == now + 121 * MINUTE
    assert visit.patient.family_name == "Adams"
    held.refresh_from_db()
    assert (held.kind, held.state, held.expires_at, held.source) == (
        "request",
        "busy-tentative",
        None,
        "",
    )
    change = StatusChange.objects.get()
    assert (change.from_status, change.to_status, change.actor) == ("", "pending", "patient")
    assert sorted(OutboxMessage.objects.values_list("kind", flat=True)) == [
        "request_received",
        "staff_new_request",
    ]


def test_an_instant_visit_is_booked_at_once(clinic: Clinic, now: dt.datetime) -> None:
    visit = a_visit(clinic.office_visit, now)
    assert visit.status == Status.BOOKED
    assert visit.answer_due_at is None
    assert (Occupancy.objects.get().kind, Occupancy.objects.get().state) == ("visit", "busy")
    assert visit.location == clinic.office
    assert OutboxMessage.objects.get().kind == "booked"


def test_the_same_key_answers_the_first_result(clinic: Clinic, now: dt.datetime) -> None:
    slot, other = free_times(clinic.same_day, now)[:2]
    first = request(uuid.uuid4(), now, slot=slot)
    before = everything()
    assert request(first.key, now + MINUTE, slot=slot) == first
    assert request(first.key, now + MINUTE, slot=other, details=bob()) == first
    with pytest.raises(booking.AlreadyRequested) as already:
        hold(other, now, key=first.key)
    assert already.value.appointment == first
    assert everything() == before


def test_a_hold_that_ran_out_is_taken_again_if_it_is_still_free(
    clinic: Clinic, now: dt.datetime
) -> None:
    slot = free_times(clinic.same_day, now)[0]
    key = hold(slot, now)
    assert request(key, now + 30 * MINUTE).starts_at == slot.start
    assert Occupancy.objects.count() == 1


def test_a_hold_that_ran_out_and_went_to_another_is_refused(
    clinic: Clinic, now: dt.datetime
) -> None:
    slot = free_times(clinic.same_day, now)[0]
    alices = hold(slot, now)
    bobs = hold(slot, now + 11 * MINUTE)
    before = everything()
    with pytest.raises(booking.SlotTaken) as taken:
        request(alices, now + 12 * MINUTE, slot=slot)
    assert len(taken.value.nearest) == 3
    assert everything() == before
    assert request(bobs, now + 13 * MINUTE, details=bob()).patient.given_name == "Bob"


def test_a_request_without_a_time_is_refused(clinic: Clinic, now: dt.datetime) -> None:
    with pytest.raises(booking.SlotGone) as gone:
        request(uuid.uuid4(), now)
    assert gone.value.nearest == []
    assert not Appointment.objects.exists()


def test_ten_minutes_of_typing_do_not_cost_the_notice(clinic: Clinic, now: dt.datetime) -> None:
    slot = free_times(clinic.same_day, now)[0]
    held_at = slot.start - 31 * MINUTE
    key = hold(slot, held_at)
    visit = request(key, held_at + 9 * MINUTE)
    assert visit.answer_due_at == slot.start  # notice is used up; until then somebody must answer
    with pytest.raises(booking.SlotGone):
        hold(free_times(clinic.same_day, now)[0], slot.start + 20 * MINUTE)


def test_what_was_closed_while_typing_is_not_booked(clinic: Clinic, now: dt.datetime) -> None:
    slot = free_times(clinic.same_day, now)[0]
    key = hold(slot, now)
    Closure.objects.create(during=(now, now + dt.timedelta(days=1)), reason="snow")
    before = everything()
    with pytest.raises(booking.SlotGone):
        request(key, now + MINUTE)
    assert everything() == before


def test_the_desk_enters_what_a_patient_says_on_the_telephone(
    clinic: Clinic, now: dt.datetime, dana: Any
) -> None:
    slot = free_times(clinic.same_day, now)[0]
    visit = request(uuid.uuid4(), now, slot=slot, by=dana)
    assert visit.source == "phone"
    assert visit.status == Status.BOOKED, "who answers for it is on the telephone already"
    change = StatusChange.objects.get()
    assert (change.actor, change.user) == ("desk", dana)


# --- confirm, refuse, cancel --------------------------------------------------------------------
def test_the_desk_confirms(clinic: Clinic, now: dt.datetime, dana: Any) -> None:
    alices, bobs = a_visit(clinic.same_day, now), a_visit(clinic.same_day, now, details=bob())
    booked = booking.confirm(alices, seen_version=1, by=dana, now=now)
    assert (booked.status, booked.version) == (Status.BOOKED, 2)
    assert booked.occupancy is not None
    assert (booked.occupancy.kind, booked.occupancy.state) == ("visit", "busy")
    bobs.refresh_from_db()
    assert (bobs.status, bobs.version) == (Status.PENDING, 1)
    last = booked.status_changes.last()
    assert last is not None
    assert (last.from_status, last.to_status, last.user) == ("pending", "booked", dana)


def test_confirming_twice_tells_the_second_how_it_stands(
    clinic: Clinic, now: dt.datetime, dana: Any
) -> None:
    visit = a_visit(clinic.same_day, now)
    booking.confirm(visit, seen_version=1, by=dana, now=now)
    before = everything()
    with pytest.raises(booking.AlreadyChanged) as changed:
        booking.confirm(visit, seen_version=1, by=dana, now=now)
    assert changed.value.appointment.status == Status.BOOKED
    assert everything() == before


def test_a_button_drawn_for_an_older_version_does_nothing(
    clinic: Clinic, now: dt.datetime, dana: Any
) -> None:
    visit = a_visit(clinic.same_day, now)
    Appointment.objects.update(version=5)
    visit.refresh_from_db()
    before = everything()
    with pytest.raises(booking.AlreadyChanged):
        booking.refuse(visit, seen_version=1, by=dana, reason="full", now=now)
    assert everything() == before


def test_the_desk_refuses_and_the_time_is_free_again(
    clinic: Clinic, now: dt.datetime, dana: Any
) -> None:
    slot = free_times(clinic.same_day, now)[0]
    visit = a_visit(clinic.same_day, now)
    refused = booking.refuse(visit, seen_version=1, by=dana, reason="full", now=now)
    assert (refused.status, refused.cancelled_by) == (Status.CANCELLED, "practice")
    assert refused.cancellation_reason == "full"
    assert not Occupancy.objects.exists()
    assert free_times(clinic.same_day, now)[0] == slot
    assert OutboxMessage.objects.filter(kind="refused").count() == 1


def test_the_patient_cancels_and_the_time_is_free_again(clinic: Clinic, now: dt.datetime) -> None:
    visit, bobs = (
        a_visit(clinic.office_visit, now),
        a_visit(clinic.office_visit, now, details=bob()),
    )
    cancelled = booking.cancel(visit, by=None, reason="feeling better", now=now)
    assert (cancelled.status, cancelled.cancelled_by) == (Status.CANCELLED, "patient")
    assert [row.pk for row in Occupancy.objects.all()] == [bobs.occupancy_id]
    before = everything()
    with pytest.raises(booking.AlreadyChanged):
        booking.cancel(visit, by=None, reason="", now=now)
    with pytest.raises(booking.NotAllowed):
        booking.cancel(cancelled, by=None, reason="", now=now)
    assert everything() == before


def test_what_is_booked_cannot_be_refused(clinic: Clinic, now: dt.datetime, dana: Any) -> None:
    visit = a_visit(clinic.office_visit, now)
    before = everything()
    with pytest.raises(booking.NotAllowed):
        booking.refuse(visit, seen_version=1, by=dana, reason="", now=now)
    assert everything() == before


# --- time passes --------------------------------------------------------------------------------
def test_what_ran_out_is_released_and_what_still_waits_is_kept(
    clinic: Clinic, now: dt.datetime
) -> None:
    hold(free_times(clinic.office_visit, now)[0], now)
    waiting = a_visit(clinic.same_day, now)
    fresh = hold(free_times(clinic.office_visit, now)[0], now + 9 * MINUTE)
    later = now + 10 * MINUTE
    assert booking.release_expired(now=later) == 1
    assert booking.release_expired(now=later) == 0
    assert {row.key for row in Occupancy.objects.all()} == {waiting.key, fresh}
    assert Appointment.objects.get() == waiting


def test_a_request_nobody_answered_is_released_and_both_sides_are_told(
    clinic: Clinic, now: dt.datetime
) -> None:
    visit = a_visit(clinic.same_day, now)
    bobs = a_visit(clinic.office_visit, now, details=bob())
    due = visit.answer_due_at
    assert due
    assert booking.release_expired(now=due - MINUTE) == 0
    assert booking.release_expired(now=due) == 1
    visit.refresh_from_db()
    assert (visit.status, visit.cancelled_by, visit.occupancy) == ("cancelled", "practice", None)
    assert visit.status_changes.last().actor == "system"  # type: ignore[union-attr]
    kinds = OutboxMessage.objects.filter(subject=f"appointment:{visit.pk}", version=visit.version)
    assert sorted(kinds.values_list("kind", "to")) == [
        ("request_lapsed", "alice@example.com"),
        ("staff_request_lapsed", "frontdesk@example.com"),
    ]
    assert Occupancy.objects.get().key == bobs.key
    assert booking.release_expired(now=due) == 0


def test_the_next_booking_releases_what_nobody_answered_without_the_worker(
    clinic: Clinic, now: dt.datetime
) -> None:
    visit = a_visit(clinic.same_day, now)
    slot = free_times(clinic.same_day, now + MINUTE)[0]
    assert visit.answer_due_at
    before = Slot("same-day-virtual", "ben-cole", None, visit.starts_at, visit.ends_at)
    if visit.answer_due_at >= visit.starts_at - 30 * MINUTE:
        pytest.skip("its own time cannot be asked for any more by then")
    taken = request(uuid.uuid4(), visit.answer_due_at, slot=before, details=bob())
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED
    assert (taken.starts_at, taken.patient.given_name) == (before.start, "Bob")
    assert slot.start > taken.starts_at
