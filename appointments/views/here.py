from __future__ import annotations

import contextlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from practice import clock

from .. import booking, calendars, status
from .behind import the_visit


@require_POST
def here(request: HttpRequest, reference: str) -> HttpResponse:
    """“I’m here”, from an hour before until the visit is over. Twice is once."""
    now = clock.now()
    appointment = the_visit(request, reference, now=now)
    told = status.of(appointment, now=now, zone=calendars.at(now).rules.zone)
    if told.is_here:
        with contextlib.suppress(booking.AlreadyChanged, booking.NotAllowed):
            booking.arrive(appointment, by=None, now=now)
    return redirect("appointments:visit", reference)
