from __future__ import annotations

import contextlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice import clock

from .. import access, booking, calendars, shown, status


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Asks first, then cancels. A second click finds it cancelled and says so."""
    now = clock.now()
    mine = access.visit(request, reference, now=now)
    if not mine.checked:
        raise Http404
    rules = calendars.at(now).rules
    told = status.of(mine.appointment, now=now, zone=rules.zone)
    if request.method == "POST" and told.may_cancel:
        # If somebody was quicker, the visit's page says how it stands now.
        with contextlib.suppress(booking.AlreadyChanged, booking.NotAllowed):
            booking.cancel(mine.appointment, by=None, reason="", now=now)
    if request.method == "POST" or not told.may_cancel:
        return redirect("appointments:visit", reference)
    return render(
        request,
        "appointments/cancel.html",
        {
            "appointment": mine.appointment,
            "status": told,
            "number": shown.number(rules, now=now),
        },
    )
