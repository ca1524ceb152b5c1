"""Time that a patient was given, for tests of what an import must not take away."""

from __future__ import annotations

import datetime as dt
import uuid

from appointments.models import Occupancy, VisitType
from practice.models import Practitioner


def a_time_held_with(slug: str) -> Occupancy:
    starts = dt.datetime(2026, 11, 30, 17, tzinfo=dt.UTC)
    ends = starts + dt.timedelta(minutes=30)
    return Occupancy.objects.create(
        practitioner=Practitioner.objects.get(slug=slug),
        during=(starts, ends),
        starts_at=starts,
        ends_at=ends,
        visit_type=VisitType.objects.get(slug="same-day-virtual"),
        state="busy-tentative",
        kind="hold",
        key=uuid.uuid4(),
        expires_at=ends,
    )
