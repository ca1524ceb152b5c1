"""What staff and patients do around a visit without changing its status, written down once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from practice.roles import Role

from . import messages
from .models import Appointment, Mark

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def seen(appointment: Appointment, *, by: User, now: dt.datetime) -> None:
    """Staff have read the request; the patient is told when, and in which role. Only the first
    look counts."""
    Mark.objects.bulk_create(
        [Mark(appointment=appointment, kind=Mark.Kind.SEEN, at=now, user=by, role=role_of(by))],
        ignore_conflicts=True,
    )


def locked(appointment: Appointment, *, now: dt.datetime, pause: dt.timedelta) -> None:
    """Somebody guessed at the date of birth until the private address paused: a word to the desk,
    on its screen and by mail, once for each pause."""
    with transaction.atomic():
        Appointment.objects.select_for_update().get(pk=appointment.pk)
        marks = appointment.marks.filter(kind=Mark.Kind.LOCKED, at__gt=now - pause)
        if not marks.exists():
            mark = Mark.objects.create(appointment=appointment, kind=Mark.Kind.LOCKED, at=now)
            messages.staff_link_locked(appointment, mark, now=now)


def new_link(appointment: Appointment, *, by: User, now: dt.datetime) -> Appointment:
    """Every earlier private address ends, and so does every visit's page that is open; also those
    of the times that the visit was moved from, which lead here."""
    with transaction.atomic():
        rows, row = [appointment.pk], appointment
        while row.replaces is not None:
            row = row.replaces
            rows.append(row.pk)
        Appointment.objects.filter(pk__in=rows).update(link_generation=F("link_generation") + 1)
        Mark.objects.create(
            appointment=appointment, kind=Mark.Kind.NEW_LINK, at=now, user=by, role=role_of(by)
        )
    return Appointment.objects.with_people().get(pk=appointment.pk)


def role_of(user: User) -> str:
    groups = set(user.groups.values_list("name", flat=True))
    return next((role.value for role in Role if role.value in groups), "")
