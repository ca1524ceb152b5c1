"""Today and the days ahead of whoever sees patients: their own visits, on a telephone; and what
waits for anybody while they are on call."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from django.db.models import OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from appointments import access, video, wording
from appointments.desk import lists
from appointments.desk.pages import Here, here_now, needs, page
from appointments.desk.pages import rows as rows_of
from appointments.desk.rows import Row
from appointments.desk.today import Board
from appointments.models import Appointment, Delay, Status, StatusChange, VisitType
from appointments.rules import ONE_DAY
from practice.models import Practitioner
from practice.roles import May

DAYS = 7
SHOWN = (*lists.COMING, Status.FULFILLED, Status.NOSHOW)


@dataclass(frozen=True)
class Mine:
    """One visit as the person seen needs it."""

    row: Row
    here_since: str  # when the patient came, and who says so
    room: str
    room_is_open: bool


@needs(May.READ_REASONS)
@require_GET
def my_visits(request: HttpRequest) -> HttpResponse:
    """The signed-in person's own visits; with several calendars to see, still their own alone,
    and everybody's requests only while on call."""
    here = here_now()
    who = _who(request, here)
    if who is None:
        return page(request, "my_visits", here=here, who=None)
    on_call = access.waiting_while_on_call(request.user, now=here.now)
    found = rows_of(request, _own(who, here, on_call), action="my_visits", here=here)
    rows = [row for row in found if row.appointment.practitioner == who]
    others = [row for row in found if row.appointment.practitioner != who]
    # After the visits of the day who is worked in between them, in the order they came.
    rows.sort(
        key=lambda row: (
            row.appointment.starts_at.astimezone(here.zone).date(),
            row.appointment.is_work_in,
        )
    )
    room = getattr(who, "video_room", None)
    mine = [
        Mine(
            row=row,
            here_since=_here_since(row, here),
            room=room.address_for(row.appointment) if room and _by_video(row) else "",
            room_is_open=video.is_open(row.appointment, now=here.now),
        )
        for row in rows
    ]
    settled = [one for one in mine if not one.row.waits]
    return page(
        request,
        "my_visits",
        here=here,
        who=who,
        board=Board(who, getattr(who, "late", None) or 0, []),
        waiting=[one for one in mine if one.row.waits],
        of_others=others,
        days=[(day, list(own)) for day, own in groupby(settled, key=lambda one: one.row.day)],
        today_in_words=wording.day_from(here.today, today=here.today),
        has_today=any(one.row.is_today for one in settled),
        kinds=_kinds(),
    )


def _who(request: HttpRequest, here: Here) -> Practitioner | None:
    """Whose account this is, with the video room and how `late` they run today."""
    latest = Delay.objects.filter(practitioner=OuterRef("pk"), day=here.today)
    return (
        Practitioner.objects.filter(user=request.user.pk)
        .select_related("video_room")
        .annotate(late=latest.order_by("-at", "-pk").values("minutes")[:1])
        .first()
    )


def _own(who: Practitioner, here: Here, on_call: Q) -> QuerySet[Appointment]:
    """Their own visits, and those of others that `on_call` means."""
    begins = dt.datetime.combine(here.today, dt.time(), here.zone)
    ends = dt.datetime.combine(here.today + DAYS * ONE_DAY, dt.time(), here.zone)
    came = StatusChange.objects.filter(
        appointment=OuterRef("pk"), to_status=Status.ARRIVED
    ).order_by("-at", "-pk")
    return (
        Appointment.objects.annotate(
            came_at=came.values("at")[:1], came_by=came.values("actor")[:1]
        )
        .filter(
            Q(practitioner=who, status=Status.PENDING)
            | Q(practitioner=who, starts_at__gte=begins, starts_at__lt=ends, status__in=SHOWN)
            | on_call
        )
        .order_by("starts_at", "answer_due_at", "pk")
    )


def _by_video(row: Row) -> bool:
    return row.appointment.visit_type.is_virtual


def _here_since(row: Row, here: Here) -> str:
    """`8:20 AM, Patient`: since when, and who said so."""
    at: dt.datetime | None = getattr(row.appointment, "came_at", None)
    if at is None or not row.is_here:
        return ""
    by = StatusChange.Actor(getattr(row.appointment, "came_by", ""))
    return f"{wording.time(at, here.zone)}, {by.label}"


def _kinds() -> list[VisitType]:
    """What can follow: visits in the office first, then those by video."""
    return sorted(VisitType.objects.filter(active=True), key=lambda kind: kind.is_virtual)
