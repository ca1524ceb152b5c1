"""Online booking, stopped for a while: everything, one kind of visit, or one person.

What is booked stays; offers that were made stay open; staff book on.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from practice.models import Practitioner

from . import wording
from .models import Pause, VisitType


def pause(
    *,
    until: dt.datetime,
    visit_type: VisitType | None = None,
    practitioner: Practitioner | None = None,
    by: User,
    now: dt.datetime,
) -> Pause:
    """From `now` on; both instants aware. Raises ValueError unless `until` is later than `now`."""
    if until <= now:
        raise ValueError("a pause ends later than it begins")
    return Pause.objects.create(
        begins=now, until=until, visit_type=visit_type, practitioner=practitioner, user=by
    )


def resume(running: Pause, *, now: dt.datetime) -> bool:
    """Take it back; False when it was over already."""
    return bool(in_force(now).filter(pk=running.pk).update(ended_at=now))


def in_force(now: dt.datetime) -> QuerySet[Pause]:
    running = Pause.objects.filter(begins__lte=now, until__gt=now, ended_at=None)
    return running.select_related("visit_type", "practitioner")


def said(zone: ZoneInfo, *, now: dt.datetime) -> list[str]:
    """What patients read, a sentence for each pause, in the active language."""
    return [sentence(one, zone, now=now) for one in in_force(now)]


def sentence(running: Pause, zone: ZoneInfo, *, now: dt.datetime) -> str:
    until = wording.soon(running.until, zone, now=now)
    if running.practitioner is not None:
        return _("Visits with %(name)s cannot be booked online until %(until)s.") % {
            "name": running.practitioner.name_with_credentials,
            "until": until,
        }
    if running.visit_type is not None:
        return _("%(visit)s: cannot be booked online until %(until)s.") % {
            "visit": running.visit_type.said("name"),
            "until": until,
        }
    return _("Online booking is paused until %(until)s.") % {"until": until}
