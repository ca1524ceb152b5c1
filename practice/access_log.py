"""Every look at patients' data leaves one row here; triggers cannot see a read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from practice.models import AccessLog

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


def record(
    *,
    actor: User | AnonymousUser | None,
    action: str,
    patients: Iterable[int],
    source: str,
    now: dt.datetime,
    refused: bool = False,
) -> AccessLog:
    """Write down one look: who, when, what for (a view's name), which patients, from which address.

    Exactly one row for each look, also when it was refused and when a search found nobody.
    """
    return AccessLog.objects.create(
        at=now,
        actor_id=actor.pk if actor is not None else None,
        action=action,
        patients=sorted(set(patients)),
        source=source,
        refused=refused,
    )
