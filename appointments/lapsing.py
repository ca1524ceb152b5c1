"""What ends by the clock: holds, offers, requests that nobody answered, and the waiting list.

The worker does it once a minute, and every verb that takes time of a calendar does it first, for
that calendar, under its lock. Late or twice makes no difference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from practice.models import Practice

from . import changing, messages
from .models import Appointment, Kind, Occupancy, Status, StatusChange
from .transactions import lock, one_transaction

Actor = StatusChange.Actor


def release_expired(*, now: dt.datetime) -> int:
    """Let go of every time whose hold, offer or promised answer has run out, tell both sides, and
    end waiting whose period is over. Says how many. Raises Busy."""
    waiting = Occupancy.objects.expired(now).values_list("practitioner", flat=True).distinct()
    late = Appointment.objects.overdue(now).values_list("practitioner", flat=True)
    released = sum(_release(one, now) for one in sorted({*waiting, *late}))
    return released + _end_waiting(now)


@one_transaction
def _release(practitioner: int, now: dt.datetime) -> int:
    lock([practitioner])
    return release([practitioner], now)


def release(
    practitioners: Iterable[int], now: dt.datetime, *, but: Appointment | None = None
) -> int:
    """Under the locks of these practitioners. In the order of the rows, so that two transactions
    that let go of the same offers wait for each other and never for ever. `but` stays as it is."""
    mine = Occupancy.objects.filter(practitioner__in=list(practitioners))
    if but is not None:
        mine = mine.exclude(key=but.key)
    expired = mine.expired(now)
    late = Appointment.objects.overdue(now).filter(occupancy__in=mine)
    due = expired.order_by().values("pk").union(late.order_by().values("pk"), all=True)
    if not due.exists():
        return 0
    holds = expired.filter(kind=Kind.HOLD).delete()[0]
    keys = expired.filter(kind=Kind.OFFER).values_list("key", flat=True)
    offered = Appointment.objects.filter(key__in=set(keys), status=Status.PROPOSED)
    ended = sum(_lapse(one, now) for one in offered.with_people().order_by("pk"))
    ended += sum(_lapse(one, now) for one in late.with_people().order_by("pk"))
    # What an offer left behind that was settled otherwise.
    return holds + ended + expired.delete()[0]


def _lapse(appointment: Appointment, now: dt.datetime) -> bool:
    seen = appointment.version
    try:
        if appointment.status == Status.PENDING:
            moved = changing.let_go(
                appointment, "lapse", seen_version=seen, by=None, actor=Actor.SYSTEM, now=now
            )
            messages.request_lapsed(moved, now=now)
            messages.staff_request_lapsed(moved, now=now)
        elif appointment.status == Status.PROPOSED:
            moved = changing.move(
                appointment,
                "lapse",
                seen_version=seen,
                by=None,
                actor=Actor.SYSTEM,
                now=now,
                **waiting(appointment, now),
            )
            changing.give_back(moved)
            messages.offer_ended(moved, now=now)
        else:
            moved = changing.let_go(
                appointment, "lapse", seen_version=seen, by=None, actor=Actor.SYSTEM, now=now
            )
            if appointment.earlier_than_id is None:  # else the booked visit goes on as it was
                messages.waiting_ended(moved, now=now)
    except changing.AlreadyChanged:
        return False
    return True


def waiting(appointment: Appointment, now: dt.datetime) -> dict[str, Any]:
    """What a visit without a time waits for. Whoever waited before keeps their place."""
    today = now.astimezone(Practice.objects.current().zone).date()
    last = today + dt.timedelta(days=appointment.visit_type.horizon_days)
    return {
        "waiting_since": appointment.waiting_since or now,
        "wanted_from": appointment.wanted_from or today,
        "wanted_until": appointment.wanted_until or last,
    }


def _end_waiting(now: dt.datetime) -> int:
    today = now.astimezone(Practice.objects.current().zone).date()
    over = Appointment.objects.filter(status=Status.WAITLIST, wanted_until__lt=today)
    return sum(_end(one, now) for one in over.with_people().order_by("pk"))


@one_transaction
def _end(appointment: Appointment, now: dt.datetime) -> bool:
    return _lapse(appointment, now)
