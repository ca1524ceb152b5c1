"""Who may do what with a visit in which status: the whole table, written out once more."""

from __future__ import annotations

import pytest

from appointments.models import Appointment, Status
from appointments.transitions import MOVES, NEW, Actor, NotAllowed, allowed, find

PATIENT = {
    Status.PENDING: {"cancel", "wait"},
    Status.PROPOSED: {"accept", "cancel", "wait"},
    Status.WAITLIST: {"cancel"},
    Status.BOOKED: {"cancel", "arrive"},
}
DESK = {
    Status.PENDING: {"confirm", "refuse", "offer", "wait", "cancel", "enter_in_error"},
    Status.PROPOSED: {"accept", "wait", "cancel", "enter_in_error"},
    Status.WAITLIST: {"offer", "cancel", "enter_in_error"},
    Status.BOOKED: {"cancel", "arrive", "mark_no_show", "enter_in_error"},
    Status.ARRIVED: {"check_in", "fulfil", "mark_no_show", "cancel", "enter_in_error"},
    Status.CHECKED_IN: {"fulfil", "cancel", "enter_in_error"},
    Status.NOSHOW: {"arrive", "enter_in_error"},
    Status.FULFILLED: {"enter_in_error"},
    Status.CANCELLED: {"enter_in_error"},
}
SITE = {Status.PROPOSED: {"wait"}, Status.WAITLIST: {"offer"}}
TABLES = {Actor.PATIENT: PATIENT, Actor.DESK: DESK, Actor.SYSTEM: SITE}


@pytest.mark.parametrize("actor", Actor)
@pytest.mark.parametrize("status", Status)
def test_each_actor_has_these_moves_and_no_others(status: Status, actor: Actor) -> None:
    verbs = set(TABLES[actor].get(status, ()))
    assert set(allowed(Appointment(status=status), actor)) == verbs
    for verb in {move.verb for move in MOVES}:
        if verb in verbs:
            assert find(verb, status, actor).came_from == status
        else:
            with pytest.raises(NotAllowed):
                find(verb, status, actor)


def test_a_new_visit_is_asked_for_booked_or_waited_for() -> None:
    new = {(move.verb, str(move.to)) for move in MOVES if move.came_from == NEW}
    assert new == {("request", "pending"), ("book", "booked"), ("wait", "waitlist")}


def test_a_verb_leads_from_one_status_to_one_other() -> None:
    assert len({(move.verb, move.came_from) for move in MOVES}) == len(MOVES)
    assert all(move.came_from != move.to for move in MOVES)
