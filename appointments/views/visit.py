from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from correspondence import links
from practice import clock

from .. import access, calendar_file, calendars, limited, messages, shown, status
from ..forms import BirthDateForm
from .tab import problems_of


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """From the private address to one without the token. Scanners open it too; nothing changes."""
    now = clock.now()
    appointment = access.by_token(token, now=now)
    if appointment is None:
        if not limited.may_look(request, now=now):
            return limited.page(request, now=now)
        raise Http404
    response = redirect("appointments:visit", appointment.reference)
    access.let_in(response, appointment, checked=False, now=now)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: HttpRequest, reference: str) -> HttpResponse:
    """Where a visit stands. Until the birth date was given, nothing that says more than that
    there is one."""
    now = clock.now()
    mine = access.visit(request, reference, now=now)
    if not mine.checked:
        return _ask_birth_date(request, mine)
    if request.method == "POST":
        return redirect("appointments:visit", reference)
    appointment = mine.appointment
    rules = calendars.at(now).rules
    link = messages.link_for(appointment)
    return render(
        request,
        "appointments/visit.html",
        {
            "appointment": appointment,
            "status": status.of(appointment, now=now, zone=rules.zone),
            "private_address": links.issue(
                link.purpose, link.row_id, link.generation, expires_at=link.expires_at, now=now
            ),
            "number": shown.number(rules, now=now),
        },
    )


@require_safe
def visit_calendar(request: HttpRequest, reference: str) -> HttpResponse:
    now = clock.now()
    mine = access.visit(request, reference, now=now)
    if not mine.checked:
        raise Http404
    return calendar_file.answer(mine.appointment, now=now)


def _ask_birth_date(request: HttpRequest, mine: access.Visit) -> HttpResponse:
    now = clock.now()
    form = BirthDateForm(request.POST if request.method == "POST" else None)
    paused = False
    if form.is_valid():
        try:
            right = access.is_birth_date(mine.appointment, form.cleaned_data["birth_date"], now=now)
        except access.Paused:
            right, paused = False, True
        if right:
            response = redirect("appointments:visit", mine.appointment.reference)
            access.let_in(response, mine.appointment, checked=True, now=now)
            return response
        if not paused:
            form.add_error("birth_date", _("That is not the date of birth we have. Try again"))
    return render(
        request,
        "appointments/birth_date.html",
        {
            "form": form,
            "problems": problems_of(form) if form.is_bound and not paused else [],
            "paused": paused,
            "first_name": mine.appointment.patient.given_name,
            "number": shown.number(calendars.at(now).rules, now=now),
        },
        status=429 if paused else 200,
    )
