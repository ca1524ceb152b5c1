"""Which status may become which, by which verb, and who may do it. Buttons are drawn from it.

The verbs themselves are in booking.py. Some moves have no verb yet; they are listed so that a
status is never reached by another way once they do.
"""

from __future__ import annotations

from dataclasses import dataclass

from .models import Appointment, Status, StatusChange

Actor = StatusChange.Actor
NEW = ""  # before there is a visit

PATIENT = frozenset({Actor.PATIENT})
DESK = frozenset({Actor.DESK})
EITHER = frozenset({Actor.PATIENT, Actor.DESK})
DESK_OR_SITE = frozenset({Actor.DESK, Actor.SYSTEM})
ANYBODY = frozenset({Actor.PATIENT, Actor.DESK, Actor.SYSTEM})


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
    Move("confirm", S.PENDING, S.BOOKED, DESK),
    Move("refuse", S.PENDING, S.CANCELLED, DESK),
    Move("offer", S.PENDING, S.PROPOSED, DESK),
    Move("offer", S.WAITLIST, S.PROPOSED, DESK_OR_SITE),
    Move("accept", S.PROPOSED, S.BOOKED, EITHER),
    Move("wait", NEW, S.WAITLIST, EITHER),
    Move("wait", S.PENDING, S.WAITLIST, EITHER),
    Move("wait", S.PROPOSED, S.WAITLIST, ANYBODY),
    Move("cancel", S.PENDING, S.CANCELLED, EITHER),
    Move("cancel", S.PROPOSED, S.CANCELLED, EITHER),
    Move("cancel", S.WAITLIST, S.CANCELLED, EITHER),
    Move("cancel", S.BOOKED, S.CANCELLED, EITHER),
    Move("cancel", S.ARRIVED, S.CANCELLED, DESK),
    Move("cancel", S.CHECKED_IN, S.CANCELLED, DESK),
    Move("arrive", S.BOOKED, S.ARRIVED, EITHER),
    Move("arrive", S.NOSHOW, S.ARRIVED, DESK),
    Move("check_in", S.ARRIVED, S.CHECKED_IN, DESK),
    Move("fulfil", S.ARRIVED, S.FULFILLED, DESK),
    Move("fulfil", S.CHECKED_IN, S.FULFILLED, DESK),
    Move("mark_no_show", S.BOOKED, S.NOSHOW, DESK),
    Move("mark_no_show", S.ARRIVED, S.NOSHOW, DESK),
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
