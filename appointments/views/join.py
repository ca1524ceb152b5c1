from __future__ import annotations

import contextlib
import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice import clock
from practice.models import Practice

from .. import booking, calendars, shown, status, video
from ..models import Appointment, Joining
from ..visit_forms import JoinForm
from .behind import the_visit
from .tab import problems_of


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, reference: str) -> HttpResponse:
    """From ten minutes before: where the patient is right now, then the way into the room.

    The room's address stands on the answer to this form alone, never on a page that can be opened
    again, and never in a message.
    """
    now = clock.now()
    appointment = the_visit(request, reference, now=now)
    if not appointment.visit_type.is_virtual:
        raise Http404
    rules = calendars.at(now).rules
    told = status.of(appointment, now=now, zone=rules.zone)
    if not told.may_join:
        return redirect("appointments:visit", reference)
    form = JoinForm(
        request.POST if request.method == "POST" else None,
        initial={"state": appointment.located_in},
        licensed=_licensed(appointment),
    )
    room = ""
    joined = form.is_valid()
    if joined:
        _join(appointment, form.cleaned_data, now=now)
        room = video.address(appointment)
    return render(
        request,
        "appointments/join.html",
        {
            "appointment": appointment,
            "status": told,
            "form": form,
            "problems": problems_of(form) if form.is_bound and not joined else [],
            "joined": joined,
            "room": room,
            "number": shown.number(rules, now=now),
        },
    )


def _join(appointment: Appointment, said: dict[str, str], *, now: dt.datetime) -> None:
    Joining.objects.create(appointment=appointment, at=now, **said)
    # Who has come already, or was moved meanwhile, joins all the same.
    with contextlib.suppress(booking.AlreadyChanged, booking.NotAllowed):
        booking.arrive(appointment, by=None, now=now)


def _licensed(appointment: Appointment) -> frozenset[str]:
    own = frozenset(license.state for license in appointment.practitioner.licenses.all())
    return own or frozenset(Practice.objects.current().licensed_states)
