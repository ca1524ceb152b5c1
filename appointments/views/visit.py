from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from correspondence import links
from practice import clock

from .. import (
    access,
    booking,
    calendar_file,
    calendars,
    limited,
    messages,
    shown,
    status,
    wording,
)
from ..availability import BadSlot, Slot
from ..forms import BirthDateForm
from ..models import Appointment, Status
from .behind import the_visit
from .tab import problems_of

TWO_WEEKS = dt.timedelta(days=14)


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
    mine = access.visit(request, reference, now=clock.now())
    if not mine.checked:
        return _ask_birth_date(request, mine)
    if request.method == "POST":
        return redirect("appointments:visit", reference)
    return page(request, mine.appointment)


@require_http_methods(["POST"])
def choose(request: HttpRequest, reference: str) -> HttpResponse:
    """One of the offered times, or none of them. The same time again is the same visit."""
    now = clock.now()
    appointment = the_visit(request, reference, now=now)
    try:
        if "none" in request.POST:
            today = now.astimezone(calendars.at(now).rules.zone).date()
            period = booking.Period(
                first=max(appointment.wanted_from or today, today),
                last=max(appointment.wanted_until or today + TWO_WEEKS, today),
                part=appointment.wanted_part,
                any_practitioner=appointment.any_practitioner,
            )
            booking.wait_instead(appointment, period=period, by=None, now=now)
        elif not request.POST.get("slot"):
            problems = [("#slot-0-0-0", _("Choose one of the times"))]
            return page(request, appointment, problems=problems)
        else:
            slot = Slot.parse(request.POST["slot"])
            booking.accept(appointment, slot=slot, by=None, now=now)
    except (booking.SlotGone, BadSlot):
        problems = [("#main", _("That time is no longer kept for you"))]
        return page(request, access.fresh(appointment), problems=problems)
    except (booking.AlreadyChanged, booking.NotAllowed):
        pass  # the page says how it stands now
    return redirect("appointments:visit", reference)


def page(
    request: HttpRequest,
    appointment: Appointment,
    *,
    problems: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    now = clock.now()
    if moved := access.moved_to(appointment):
        return _let_in_to(moved, now=now)
    if appointment.earlier_than is not None and appointment.status != Status.PROPOSED:
        return _let_in_to(appointment.earlier_than, now=now)
    rules = calendars.at(now).rules
    link = messages.link_for(appointment)
    waiting = booking.waiting_beside(appointment)
    response = render(
        request,
        "appointments/visit.html",
        {
            "appointment": appointment,
            "status": status.of(appointment, now=now, zone=rules.zone),
            **offered(appointment, rules.zone, now=now),
            "waiting": waiting,
            "earlier_is_free": waiting is not None and waiting.status == Status.PROPOSED,
            "problems": problems or [],
            "private_address": links.issue(
                link.purpose, link.row_id, link.generation, expires_at=link.expires_at, now=now
            ),
            "number": shown.number(rules, now=now),
        },
    )
    if waiting is not None:
        access.let_in(response, waiting, checked=True, now=now)
    return response


def _let_in_to(other: Appointment, *, now: dt.datetime) -> HttpResponse:
    """The page of another row of the same patient, for a browser that gave the date of birth."""
    response = redirect("appointments:visit", other.reference)
    access.let_in(response, other, checked=True, now=now)
    return response


def offered(appointment: Appointment, zone: ZoneInfo, *, now: dt.datetime) -> dict[str, object]:
    """The times kept for this patient to choose from, and until when."""
    rows = booking.offers_of(appointment, now=now)
    ends = min((row.expires_at for row in rows if row.expires_at), default=None)
    return {
        "offered": shown.by_day([calendars.slot_of(row) for row in rows], zone, now=now),
        "offered_until": wording.soon(ends, zone, now=now) if ends else "",
    }


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
