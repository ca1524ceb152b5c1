from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from practice import clock

from .. import access, booking, calendars, keys, shown, status
from ..availability import BadSlot, Slot, free_slots
from ..models import Appointment
from .behind import the_visit


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, reference: str) -> HttpResponse:
    """Another time for the same visit. The old one is kept until the new one is ours."""
    now = clock.now()
    appointment = the_visit(request, reference, now=now)
    told = status.of(appointment, now=now, zone=calendars.at(now).rules.zone)
    key = keys.parse(request.POST.get("key", "")) or keys.new()
    if not told.may_move:
        return redirect("appointments:visit", reference)
    problems, nearest = [], list[Slot]()
    if request.method == "POST" and "show" not in request.POST:
        try:
            slot = Slot.parse(request.POST.get("slot", ""))
            if slot.visit_type != appointment.visit_type.slug:
                raise BadSlot
            new = booking.reschedule(appointment, key=key, slot=slot, by=None, now=now)
        except BadSlot:
            problems = [("#slot-0-0-0", _("Choose a time for your visit"))]
        except booking.SlotGone as gone:
            problems = [("#slot-0-0-0", _("That time has just been taken. Choose another"))]
            nearest = gone.nearest
        except (booking.AlreadyChanged, booking.NotAllowed):
            return redirect("appointments:visit", reference)
        else:
            response = redirect("appointments:visit", new.reference)
            access.let_in(response, new, checked=True, now=now)
            return response
    zone = calendars.at(now).rules.zone
    some = shown.some_days(
        _free(appointment, now=now), zone, now=now, first=_date(request.POST.get("show", ""))
    )
    return render(
        request,
        "appointments/move.html",
        {
            "appointment": appointment,
            "status": told,
            "key": key.hex,
            "days": some.days,
            "later": some.later,
            "from_start": some.from_start,
            "nearest": shown.by_day(nearest, zone, now=now),
            "problems": problems,
            "number": shown.number(calendars.at(now).rules, now=now),
        },
    )


def _free(appointment: Appointment, *, now: dt.datetime) -> list[Slot]:
    """What can be had instead. One's own time is left out, and is no obstacle to its neighbours."""
    rules = calendars.at(now).rules
    kind = appointment.visit_type
    taken = calendars.load(
        now=now,
        first=rules.today(now),
        days=kind.horizon_days + 2,
        rules=rules,
        own=[appointment.key],
    ).taken
    return [
        slot
        for slot in free_slots(rules, taken, visit_type=kind.slug, now=now)
        if not (
            slot.start == appointment.starts_at
            and slot.person is not None
            and slot.person.id == appointment.practitioner_id
        )
    ]


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
