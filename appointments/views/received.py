from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from correspondence import links
from practice import clock

from .. import access, calendar_file, calendars, keys, messages, shown, status, window


@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """What was sent, what happens next and by when. Everything a patient needs without e-mail."""
    now = clock.now()
    key = keys.in_tab(request)
    appointment = access.by_key(request, key)
    if appointment is None:
        return redirect("appointments:find")
    rules = calendars.at(now).rules
    link = messages.link_for(appointment)
    response = render(
        request,
        "appointments/received.html",
        {
            "appointment": appointment,
            "status": status.of(appointment, now=now, zone=rules.zone),
            "sooner": appointment.onset_date is not None and bool(window.in_force()),
            "tab": keys.tab_of(appointment.key),
            "private_address": links.issue(
                link.purpose, link.row_id, link.generation, expires_at=link.expires_at, now=now
            ),
            "number": shown.number(rules, now=now),
        },
    )
    # They have just told us everything: the way to the visit's own page is open.
    access.let_in(response, appointment, checked=True, now=now)
    return response


@require_safe
def received_calendar(request: HttpRequest) -> HttpResponse:
    appointment = access.by_key(request, keys.in_tab(request))
    if appointment is None:
        raise Http404
    return calendar_file.answer(appointment, now=clock.now())
