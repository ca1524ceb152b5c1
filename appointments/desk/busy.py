"""Other calendars: when each was last read, why not, and which visits they cross."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from appointments import busy
from appointments.desk.pages import here_now, needs, page, rows
from appointments.models import BusyReading
from practice.models import Practitioner
from practice.roles import May

MOST = 100


@needs(May.SET_SCHEDULES)
@require_GET
def busy_elsewhere(request: HttpRequest) -> HttpResponse:
    here = here_now()
    crossed = rows(
        request, busy.collisions(here.now), action="busy_elsewhere", here=here, at_most=MOST
    )
    readings = list(BusyReading.objects.select_related("practitioner"))
    read = {one.practitioner.slug for one in readings}
    names = dict(Practitioner.objects.values_list("slug", "name"))
    return page(
        request,
        "busy_elsewhere",
        here=here,
        crossed=crossed,
        readings=[
            (
                one,
                urlsplit(settings.BUSY_CALENDARS.get(one.practitioner.slug, "")).hostname or "",
                here.soon(one.read_at) if one.read_at else "",
                here.soon(one.tried_at),
            )
            for one in readings
        ],
        never=[names.get(slug, slug) for slug in settings.BUSY_CALENDARS if slug not in read],
        any_set=bool(settings.BUSY_CALENDARS),
    )
