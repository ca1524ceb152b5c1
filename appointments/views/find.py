from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice import clock

from .. import access, calendars, limited, shown
from ..forms import FindForm
from .tab import problems_of


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Back to a visit without the private address."""
    now = clock.now()
    form = FindForm(request.POST if request.method == "POST" else None)
    paused = nothing = False
    if request.method == "POST" and form.is_valid():
        if not limited.may_look(request, now=now):
            return limited.page(request, now=now)
        try:
            appointment = access.by_what_they_know(**form.cleaned_data, now=now)
        except access.Paused:
            appointment, paused = None, True
        if appointment:
            response = redirect("appointments:visit", appointment.reference)
            access.let_in(response, appointment, checked=True, now=now)
            return response
        nothing = not paused
    return render(
        request,
        "appointments/find.html",
        {
            "form": form,
            "problems": problems_of(form) if form.is_bound else [],
            "nothing": nothing,
            "paused": paused,
            "number": shown.number(calendars.at(now).rules, now=now),
        },
    )
