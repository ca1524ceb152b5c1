from __future__ import annotations

import contextlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice import clock

from .. import booking, calendars, shown, status
from ..visit_forms import EarlierForm
from .behind import the_visit
from .tab import problems_of


@require_http_methods(["GET", "HEAD", "POST"])
def earlier(request: HttpRequest, reference: str) -> HttpResponse:
    """Wait for something earlier, and keep the time meanwhile; or wait no more."""
    now = clock.now()
    appointment = the_visit(request, reference, now=now)
    rules = calendars.at(now).rules
    told = status.of(appointment, now=now, zone=rules.zone)
    waiting = booking.waiting_beside(appointment)
    if request.method == "POST" and "leave" in request.POST:
        with contextlib.suppress(booking.AlreadyChanged):
            booking.stop_waiting(appointment, by=None, now=now)
        return redirect("appointments:visit", reference)
    if waiting is not None or not told.may_wait:
        return redirect("appointments:visit", reference)
    form = EarlierForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        # If somebody was quicker, the visit's page says how it stands now.
        with contextlib.suppress(booking.NotAllowed):
            booking.wait_for_earlier(
                appointment,
                part=form.cleaned_data["wanted_part"],
                any_practitioner=form.cleaned_data["any_practitioner"] == "yes",
                by=None,
                now=now,
            )
        return redirect("appointments:visit", reference)
    return render(
        request,
        "appointments/earlier.html",
        {
            "appointment": appointment,
            "status": told,
            "form": form,
            "problems": problems_of(form) if form.is_bound else [],
            "number": shown.number(rules, now=now),
        },
        status=400 if form.is_bound else 200,
    )
