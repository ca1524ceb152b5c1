"""Which status may become which, by which verb, and who may do it. Buttons are drawn from it.

The verbs themselves are in booking.py. A status is never reached by another way.
"""

from __future__ import annotations

from dataclasses import dataclass

from .models import Appointment, Status, StatusChange

Actor = StatusChange.Actor
NEW = ""  # before there is a visit

DESK = frozenset({Actor.DESK})
STAFF = frozenset({Actor.DESK, Actor.PRACTITIONER})
EITHER = frozenset({Actor.PATIENT, Actor.DESK})
EVERYONE = frozenset({Actor.PATIENT, Actor.DESK, Actor.PRACTITIONER})
SITE = frozenset({Actor.SYSTEM})
DESK_OR_SITE = frozenset({Actor.DESK, Actor.SYSTEM})


@dataclass(frozen=True, slots=True)
class Move:
    verb: str
    came_from: str
    to: Status
    actors: frozenset[StatusChange.Actor]


class NotAllowed(Exception):
    """No move of this name leads on from the status that the visit has, for this actor."""


S = Status
MOVES: tuple[Move, ...] = (
    Move("request", NEW, S.PENDING, EITHER),
    Move("book", NEW, S.BOOKED, EITHER),
    Move("work_in", NEW, S.BOOKED, DESK),
    Move("join_waitlist", NEW, S.WAITLIST, EITHER),
    Move("confirm", S.PENDING, S.BOOKED, STAFF),
    Move("refuse", S.PENDING, S.CANCELLED, STAFF),
    Move("offer", S.PENDING, S.PROPOSED, DESK),
    Move("offer", S.WAITLIST, S.PROPOSED, DESK_OR_SITE),
    Move("accept", S.PROPOSED, S.BOOKED, EITHER),
    # None of the offered times suits, or none was free.
    Move("join_waitlist", S.PENDING, S.WAITLIST, EITHER),
    Move("join_waitlist", S.PROPOSED, S.WAITLIST, EITHER),
    # Nobody answered in time: we, then the patient; and the wanted period is over.
    Move("lapse", S.PENDING, S.CANCELLED, SITE),
    Move("lapse", S.PROPOSED, S.WAITLIST, SITE),
    Move("lapse", S.WAITLIST, S.CANCELLED, SITE),
    # What waited beside a booked visit ends when that visit moves, begins or is cancelled.
    Move("end_waiting", S.PROPOSED, S.CANCELLED, SITE),
    Move("end_waiting", S.WAITLIST, S.CANCELLED, SITE),
    # The old row; the new one that replaces it comes from NEW.
    Move("reschedule", S.PENDING, S.CANCELLED, EITHER),
    Move("reschedule", S.PROPOSED, S.CANCELLED, EITHER),
    Move("reschedule", S.WAITLIST, S.CANCELLED, EITHER),
    Move("reschedule", S.BOOKED, S.CANCELLED, EITHER),
    Move("cancel", S.PENDING, S.CANCELLED, EVERYONE),
    Move("cancel", S.PROPOSED, S.CANCELLED, EITHER),
    Move("cancel", S.WAITLIST, S.CANCELLED, EITHER),
    Move("cancel", S.BOOKED, S.CANCELLED, EVERYONE),
    Move("cancel", S.ARRIVED, S.CANCELLED, STAFF),
    Move("cancel", S.CHECKED_IN, S.CANCELLED, STAFF),
    Move("arrive", S.BOOKED, S.ARRIVED, EVERYONE),
    Move("arrive", S.NOSHOW, S.ARRIVED, STAFF),
    Move("check_in", S.ARRIVED, S.CHECKED_IN, STAFF),
    Move("fulfil", S.ARRIVED, S.FULFILLED, STAFF),
    Move("fulfil", S.CHECKED_IN, S.FULFILLED, STAFF),
    Move("mark_no_show", S.BOOKED, S.NOSHOW, STAFF),
    Move("mark_no_show", S.ARRIVED, S.NOSHOW, STAFF),
    *(
        Move("enter_in_error", status, S.ENTERED_IN_ERROR, DESK)
        for status in S
        if status != S.ENTERED_IN_ERROR
    ),
)
_BY_NAME = {(move.verb, move.came_from): move for move in MOVES}


def find(verb: str, came_from: str, actor: StatusChange.Actor) -> Move:
    """Raises NotAllowed."""
    move = _BY_NAME.get((verb, came_from))
    if move is None or actor not in move.actors:
        raise NotAllowed(f"a visit that is {came_from or 'new'}: no {verb} by {actor}")
    return move


def allowed(appointment: Appointment, actor: StatusChange.Actor) -> tuple[str, ...]:
    """The verbs that lead on from here for this actor, in the order of the table."""
    return tuple(
        move.verb for move in MOVES if move.came_from == appointment.status and actor in move.actors
    )
