"""Two of the staff, one request: the second is told who has it, and may take it over knowingly."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from . import changing
from .changing import AlreadyChanged
from .models import Appointment, Claim, Status
from .transactions import one_transaction

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LASTS = dt.timedelta(minutes=10)


class Claimed(Exception):
    """A colleague has it; `claim` says who and since when. Nothing was changed."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(str(claim))
        self.claim = claim


@one_transaction
def claim(
    appointment: Appointment, *, by: User, now: dt.datetime, over: int | None = None
) -> Claim:
    """`by` answers this request for the next ten minutes. `over` is the colleague who was seen to
    have it, for a taking over: if by now it is somebody else's, it stays theirs.

    Raises Claimed, AlreadyChanged (nobody waits for an answer any more), Busy.
    """
    current = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if current.status != Status.PENDING:
        raise AlreadyChanged(changing.fresh(current))
    if (other := by_another(current, by, now=now)) and other.user_id != over:
        raise Claimed(other)
    taken, _new = Claim.objects.update_or_create(
        appointment=current, defaults={"user": by, "at": now, "until": now + LASTS}
    )
    return taken


@one_transaction
def let_go(appointment: Appointment, *, by: User) -> None:
    """Somebody else may have it. Only one's own claim. Raises Busy."""
    Claim.objects.filter(appointment=appointment, user=by).delete()


def by_another(appointment: Appointment, user: User, *, now: dt.datetime) -> Claim | None:
    """The claim of a colleague that stands in the way."""
    claims = Claim.objects.filter(appointment=appointment, until__gt=now).exclude(user=user)
    return claims.select_related("user").first()
