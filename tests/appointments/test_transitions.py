"""Who may do what with a visit in which status: the whole table, written out once more."""

from __future__ import annotations

import pytest

from appointments.models import Appointment, Status
from appointments.transitions import MOVES, NEW, Actor, NotAllowed, allowed, find

P, D, S, Y = Actor.PATIENT, Actor.DESK, Actor.PRACTITIONER, Actor.SYSTEM

# verb, from, to, and who: every line that there is. What is not here is refused.
TABLE = [
    ("request", "", "pending", {P, D}),
    ("book", "", "booked", {P, D}),
    ("work_in", "", "booked", {D}),
    ("join_waitlist", "", "waitlist", {P, D}),
    ("confirm", "pending", "booked", {D, S}),
    ("refuse", "pending", "cancelled", {D, S}),
    ("offer", "pending", "proposed", {D}),
    ("offer", "waitlist", "proposed", {D, Y}),
    ("accept", "proposed", "booked", {P, D}),
    ("join_waitlist", "pending", "waitlist", {P, D}),
    ("join_waitlist", "proposed", "waitlist", {P, D}),
    ("lapse", "pending", "cancelled", {Y}),
    ("lapse", "proposed", "waitlist", {Y}),
    ("lapse", "waitlist", "cancelled", {Y}),
    ("end_waiting", "proposed", "cancelled", {Y}),
    ("end_waiting", "waitlist", "cancelled", {Y}),
    ("reschedule", "pending", "cancelled", {P, D}),
    ("reschedule", "proposed", "cancelled", {P, D}),
    ("reschedule", "waitlist", "cancelled", {P, D}),
    ("reschedule", "booked", "cancelled", {P, D}),
    ("cancel", "pending", "cancelled", {P, D, S}),
    ("cancel", "proposed", "cancelled", {P, D}),
    ("cancel", "waitlist", "cancelled", {P, D}),
    ("cancel", "booked", "cancelled", {P, D, S}),
    ("cancel", "arrived", "cancelled", {D, S}),
    ("cancel", "checked-in", "cancelled", {D, S}),
    ("arrive", "booked", "arrived", {P, D, S}),
    ("arrive", "noshow", "arrived", {D, S}),
    ("check_in", "arrived", "checked-in", {D, S}),
    ("fulfil", "arrived", "fulfilled", {D, S}),
    ("fulfil", "checked-in", "fulfilled", {D, S}),
    ("mark_no_show", "booked", "noshow", {D, S}),
    ("mark_no_show", "arrived", "noshow", {D, S}),
    ("enter_in_error", "proposed", "entered-in-error", {D}),
    ("enter_in_error", "pending", "entered-in-error", {D}),
    ("enter_in_error", "booked", "entered-in-error", {D}),
    ("enter_in_error", "arrived", "entered-in-error", {D}),
    ("enter_in_error", "checked-in", "entered-in-error", {D}),
    ("enter_in_error", "fulfilled", "entered-in-error", {D}),
    ("enter_in_error", "cancelled", "entered-in-error", {D}),
    ("enter_in_error", "noshow", "entered-in-error", {D}),
    ("enter_in_error", "waitlist", "entered-in-error", {D}),
]
VERBS = sorted({line[0] for line in TABLE})


@pytest.mark.parametrize("actor", Actor)
@pytest.mark.parametrize("came_from", [NEW, *Status])
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_does_this_for_these_and_nothing_for_others(
    verb: str, came_from: str, actor: Actor
) -> None:
    leads_to = [
        to for name, start, to, who in TABLE if (name, start) == (verb, came_from) and actor in who
    ]
    if leads_to:
        assert find(verb, came_from, actor).to == leads_to[0]
    else:
        with pytest.raises(NotAllowed):
            find(verb, came_from, actor)


@pytest.mark.parametrize("actor", Actor)
@pytest.mark.parametrize("status", Status)
def test_buttons_are_those_of_the_table(status: Status, actor: Actor) -> None:
    verbs = {verb for verb, start, _, who in TABLE if start == status and actor in who}
    assert set(allowed(Appointment(status=status), actor)) == verbs


def test_a_verb_leads_from_one_status_to_one_other() -> None:
    assert len({(move.verb, move.came_from) for move in MOVES}) == len(MOVES) == len(TABLE)
    assert all(move.came_from != move.to for move in MOVES)
