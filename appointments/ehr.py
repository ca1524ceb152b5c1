"""What has to be written into the practice's EHR by hand, since nothing does it by itself.

Each verb that books, moves or cancels a visit, or corrects whose it is, calls `note` inside its
own transaction. A visit is due while it stands otherwise here than it was last ticked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet

from .models import Appointment, EhrEntry, Patient, Status
from .transactions import one_transaction

if TYPE_CHECKING:
    from django.contrib.auth.models import User

STANDS = (
    *(Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN, Status.FULFILLED),
    Status.NOSHOW,
)
Facts = dict[str, Any]


def facts(visit: Appointment) -> Facts | None:
    """What the EHR has to know of a visit; None when it should not stand there."""
    if visit.status not in STANDS:
        return None
    who = visit.patient
    return {
        "patient": str(who),
        "birth_date": who.birth_date.isoformat(),
        "phone": str(who.phone),
        "starts_at": visit.starts_at.astimezone(dt.UTC).isoformat(),
        "ends_at": visit.ends_at.astimezone(dt.UTC).isoformat(),
        "practitioner": visit.practitioner.slug,
        "location": visit.location.slug if visit.location else "",
        "visit_type": visit.visit_type.slug,
    }


def note(visit: Appointment, *, now: dt.datetime) -> None:
    """Inside a verb's transaction, with the visit as it is now."""
    entry = EhrEntry.objects.filter(pk=visit.pk).first()
    due = facts(visit) != (entry.facts if entry else None)
    if entry is None:
        if due:
            EhrEntry.objects.create(appointment=visit, since=now)
    elif due or entry.due:
        since = entry.since if entry.due else now
        EhrEntry.objects.filter(pk=visit.pk).update(due=due, since=since, version=F("version") + 1)


def note_person(patient: Patient, *, now: dt.datetime) -> None:
    """Inside a verb's transaction: who a person is has changed, so have their visits to come."""
    coming = Appointment.objects.with_people().filter(patient=patient, ends_at__gt=now)
    for visit in coming.filter(status__in=STANDS):
        note(visit, now=now)


def due() -> QuerySet[Appointment]:
    """Visits that stand otherwise here than in the EHR, the longest waiting first."""
    listed = Appointment.objects.filter(ehr__due=True)
    return listed.select_related("ehr").order_by("ehr__since", "pk")


@one_transaction
def tick(seen: Iterable[tuple[int, int]], *, by: User, now: dt.datetime) -> int:
    """These are in the EHR now: (visit, version of its entry as it was read). Says how many; one
    that has changed since it was read stays on the list. Raises Busy."""
    done = 0
    for pk, version in sorted(set(seen)):
        entry = EhrEntry.objects.select_for_update().filter(pk=pk, version=version, due=True)
        if not entry:
            continue
        visit = Appointment.objects.with_people().get(pk=pk)
        done += EhrEntry.objects.filter(pk=pk).update(
            due=False, facts=facts(visit), ticked_at=now, ticked_by=by, version=F("version") + 1
        )
    return done
