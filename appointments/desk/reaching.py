"""What the desk does so that a patient knows where things stand: seen, called, times offered."""

from __future__ import annotations

import datetime as dt
from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from appointments import access, booking, calendars, claims, marks, shown
from appointments import messages as letters
from appointments.availability import BadSlot, Slot
from appointments.desk.forms import SeenForm
from appointments.desk.pages import (
    Here,
    already_changed,
    busy,
    from_the_inbox,
    held_by_another,
    here_now,
    needs,
    page,
    to_the_inbox,
)
from appointments.models import Appointment, Call
from correspondence import links
from practice.roles import May

OFFERED_AT_ONCE = 3
SHOWN = 60


class CallForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("How did the call go?"),
        choices=Call.Outcome.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    try_again = forms.TimeField(
        label=gettext_lazy("We try again at"),
        required=False,
        input_formats=["%H:%M", "%I:%M %p", "%I:%M%p", "%I %p", "%I%p"],
        help_text=gettext_lazy("Today, such as 15:00 or 3 PM. The patient reads it. May be empty."),
        widget=forms.TextInput(attrs={"class": "form-control w-short", "autocomplete": "off"}),
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def again(self, here: Here) -> dt.datetime | None:
        """When we try again, in UTC; None for nobody's wish, and for who was reached. A time that
        is over becomes a fault of the form: ask `is_valid` afterwards."""
        if not self.is_valid() or not self.cleaned_data["try_again"]:
            return None
        if self.cleaned_data["outcome"] == Call.Outcome.REACHED:
            return None
        again = dt.datetime.combine(here.today, self.cleaned_data["try_again"], here.zone)
        if again <= here.now:
            self.add_error("try_again", _("That time is over"))
        return again.astimezone(dt.UTC)


def _one(request: HttpRequest, reference: str, action: str, here: Here) -> Appointment:
    return access.one_for_staff(
        request, reference, action=action, now=here.now, permission=May.ANSWER_REQUESTS
    )


def _to_the_visit(reference: str) -> HttpResponse:
    return redirect("admin:appointment", reference)


@needs(May.ANSWER_REQUESTS)
@require_POST
def seen(request: HttpRequest, reference: str) -> HttpResponse:
    """The patient reads from now on who has seen the request, and when."""
    here = here_now()
    wanted = _one(request, reference, "seen", here)
    booking.mark_seen(wanted, by=cast(User, request.user), now=here.now)
    messages.success(request, _("%(name)s now reads that you saw this.") % {"name": wanted.patient})
    return to_the_inbox(done=reference) if from_the_inbox(request) else _to_the_visit(reference)


@needs(May.ANSWER_REQUESTS)
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, reference: str) -> HttpResponse:
    """How a call went, and when we try again."""
    here = here_now()
    wanted = _one(request, reference, "call", here)
    if held := held_by_another(request, wanted, here=here):
        return held
    form = CallForm(request.POST or None, initial={"seen_version": wanted.version})
    again = form.again(here)
    if not form.is_valid():
        status = 400 if form.is_bound else 200
        return page(request, "call", here=here, row=here.row(wanted), form=form, status=status)
    try:
        booking.log_call(
            wanted,
            outcome=form.cleaned_data["outcome"],
            try_again_at=again,
            seen_version=form.cleaned_data["seen_version"],
            by=cast(User, request.user),
            now=here.now,
        )
    except booking.AlreadyChanged as changed:
        return already_changed(request, changed.appointment, here=here)
    except booking.Busy:
        return busy(request, wanted, here=here)
    claims.let_go(wanted, by=cast(User, request.user))
    messages.success(request, _("The call is written down; the patient's page says so."))
    return to_the_inbox(done=reference) if from_the_inbox(request) else _to_the_visit(reference)


@needs(May.ANSWER_REQUESTS)
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, reference: str) -> HttpResponse:  # noqa: C901
    """Up to three times, all held until the patient has chosen."""
    here = here_now()
    wanted = _one(request, reference, "offer", here)
    row = here.row(wanted)
    if "offer" not in row.verbs:
        return already_changed(request, wanted, here=here)
    if held := held_by_another(request, wanted, here=here):
        return held
    chosen, problem = request.POST.getlist("slot"), ""
    if request.method == "POST":
        version = SeenForm(request.POST)
        if not version.is_valid():
            raise Http404
        try:
            slots = [Slot.parse(value) for value in dict.fromkeys(chosen)]
            if not 1 <= len(slots) <= OFFERED_AT_ONCE:
                raise BadSlot
            booking.offer(
                wanted,
                slots=slots,
                by=cast(User, request.user),
                now=here.now,
                seen_version=version.cleaned_data["seen_version"],
            )
        except BadSlot:
            problem = _("Choose one, two or three times")
        except booking.SlotGone:
            problem = _("One of these times has just been taken. Choose again")
        except booking.TooManyHolds:
            problem = _("A third of that day is offered already. Choose times of another day")
        except (booking.AlreadyChanged, booking.NotAllowed):
            return already_changed(request, access.fresh(wanted), here=here)
        except booking.Busy:
            return busy(request, wanted, here=here)
        else:
            messages.success(
                request,
                _("Offered. We keep these times until %(name)s has chosen.")
                % {"name": wanted.patient},
            )
            if from_the_inbox(request):
                return to_the_inbox(answered=wanted)
            return _to_the_visit(reference)
    free = calendars.free_times(visit_type=wanted.visit_type.slug, now=here.now)
    return page(
        request,
        "offer",
        here=here,
        row=row,
        days=shown.by_day(
            [slot for slot in free if not slot.call_us][:SHOWN], here.zone, now=here.now
        ),
        chosen=chosen,
        problem=problem,
        status=400 if problem else 200,
    )


@needs(May.ANSWER_REQUESTS)
@require_http_methods(["GET", "POST"])
def new_link(request: HttpRequest, reference: str) -> HttpResponse:
    """Another private address, to be read out or printed; every earlier one ends."""
    here = here_now()
    wanted = _one(request, reference, "new_link", here)
    address = ""
    if request.method == "POST":
        wanted = marks.new_link(wanted, by=cast(User, request.user), now=here.now)
        link = letters.link_for(wanted)
        address = links.issue(
            link.purpose, link.row_id, link.generation, expires_at=link.expires_at, now=here.now
        )
    return page(request, "new_link", here=here, row=here.row(wanted), address=address)
