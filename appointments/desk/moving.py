"""Another time for a visit, chosen by the desk."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appointments import access, booking, keys, shown, wording
from appointments.availability import BadSlot, Slot
from appointments.desk import staff_times
from appointments.desk.forms import DayForm, SeenForm
from appointments.desk.pages import Here, already_changed, busy, here_now, needs, page
from appointments.models import Appointment
from practice.roles import May

DAYS = 28
SHOWN = 48


@needs(May.SEE_EVERY_CALENDAR)
@needs(May.ANSWER_REQUESTS)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, reference: str) -> HttpResponse:
    """Another time for the same visit; `?day=` from when on. The old one is kept until then."""
    here = here_now()
    wanted = access.one_for_staff(
        request, reference, action="move", now=here.now, permission=May.ANSWER_REQUESTS
    )
    row = here.row(wanted)
    if request.method == "GET" and "reschedule" not in row.verbs:
        return already_changed(request, wanted, here=here)
    key = keys.parse(request.POST.get("key", "")) or keys.new()
    problem = ""
    if request.method == "POST":
        version = SeenForm(request.POST)
        if not version.is_valid():
            raise Http404
        try:
            slot = Slot.parse(request.POST.get("slot", ""))
            if slot.visit_type != wanted.visit_type.slug:
                raise BadSlot
            moved = booking.reschedule(
                wanted,
                key=key,
                slot=slot,
                by=cast(User, request.user),
                now=here.now,
                seen_version=version.cleaned_data["seen_version"],
            )
        except BadSlot:
            problem = _("Choose a time.")
        except booking.SlotGone:
            problem = _("That time cannot be had any more. The visit stays on %(when)s.") % {
                "when": row.when
            }
        except (booking.AlreadyChanged, booking.NotAllowed):
            return already_changed(request, access.fresh(wanted), here=here)
        except booking.Busy:
            return busy(request, wanted, here=here)
        else:
            messages.success(request, _moved(moved, here))
            return redirect("admin:appointment", moved.reference)
    form = DayForm(request.GET)
    first = (form.cleaned_data["day"] if form.is_valid() else None) or here.today
    first = max(first, here.today)
    slots = staff_times.from_day(wanted.visit_type.slug, now=here.now, first=first, days=DAYS)
    return page(
        request,
        "move",
        here=here,
        row=row,
        key=key.hex,
        first=first,
        days=shown.by_day(slots[:SHOWN], here.zone, now=here.now),
        problem=problem,
        status=400 if problem else 200,
    )


def _moved(visit: Appointment, here: Here) -> str:
    said = _("Moved: %(name)s, %(when)s.") % {
        "name": visit.patient,
        "when": wording.when(visit.starts_at, here.zone),
    }
    if visit.patient.email:
        return f"{said} {_('We have written to the patient.')}"
    return f"{said} {_('There is no e-mail address: call the patient.')}"
