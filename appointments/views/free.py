from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from practice import clock
from practice.models import Location, Practitioner

from .. import calendars, pausing, shown, wording
from ..models import VisitType

BY_VIDEO = "video"


@require_safe
def free(request: HttpRequest) -> HttpResponse:
    """Everything that can still be had, soonest first."""
    now = clock.now()
    place, person = request.GET.get("place", ""), request.GET.get("person", "")
    known = calendars.at(now)
    rules = known.rules
    offered = []
    for visit_type in VisitType.objects.filter(active=True):
        slots = [
            slot
            for slot in known.free_times(visit_type.slug)
            if (not place or (slot.location or BY_VIDEO) == place)
            and (not person or slot.practitioner == person)
        ]
        offered.append((visit_type, shown.promise(visit_type, rules, now=now), slots))
    return render(
        request,
        "appointments/free.html",
        {
            "stretches": shown.stretches(offered, rules.zone, now=now),
            "kinds": [visit_type for visit_type, _promise, _slots in offered],
            "places": Location.objects.all(),
            "people": Practitioner.objects.bookable(),
            "place": place,
            "person": person,
            "number": shown.number(rules, now=now),
            "paused": pausing.said(rules.zone, now=now),
            "now_there": wording.time(now, rules.zone),
        },
    )
