"""What the front desk sees and does.

Rows come from `appointments.access`, which writes the access log; a status changes through the
verbs of `appointments.booking` alone.
"""

from __future__ import annotations

import datetime as dt
from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appointments import access, booking, wording
from appointments.desk import lists, search
from appointments.desk.forms import DayForm, RefusalForm, SearchForm, SeenForm
from appointments.desk.pages import (
    already_changed,
    appointment_page,
    busy,
    from_my_visits,
    held_by_another,
    here_now,
    needs,
    page,
    to_the_inbox,
)
from appointments.desk.pages import rows as rows_of
from practice.roles import May

ONE_DAY = dt.timedelta(days=1)
MOST_FOUND = 50


@needs(May.SEE_DESK)
@require_GET
def appointments(request: HttpRequest) -> HttpResponse:
    """One day's visits; or, with `found`, the visits that a sealed search means."""
    here = here_now()
    if sealed := request.GET.get("found"):
        words = search.unseal(sealed)
        if words is None:
            messages.info(request, _("This search is too old. Please type it again."))
            return redirect("admin:appointments")
        rows = rows_of(request, search.find(words), action="search", here=here, at_most=MOST_FOUND)
        return page(
            request,
            "found",
            here=here,
            rows=rows,
            words=words,
            many=len(rows) == MOST_FOUND,
            search_form=SearchForm(initial={"words": words}),
        )
    form = DayForm(request.GET)
    day = (form.cleaned_data["day"] if form.is_valid() else None) or here.today
    rows = rows_of(request, lists.on_day(day, here.zone), action="appointments", here=here)
    return page(
        request,
        "appointments",
        here=here,
        day=day,
        day_in_words=wording.day_from(day, today=here.today),
        is_today=day == here.today,
        before=day - ONE_DAY,
        after=day + ONE_DAY,
        rows=[row for row in rows if not row.is_off],
        off=[row for row in rows if row.is_off],
        search_form=SearchForm(),
    )


@needs(May.SEE_DESK)
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Seal what was typed and go to an address that does not show it."""
    form = SearchForm(request.POST)
    if not form.is_valid():
        return redirect("admin:appointments")
    sealed = search.seal(form.cleaned_data["words"])
    return redirect(f"{reverse('admin:appointments')}?{urlencode({'found': sealed})}")


@needs(May.SEE_DESK)
@require_GET
def appointment(request: HttpRequest, reference: str) -> HttpResponse:
    here = here_now()
    shown = access.one_for_staff(
        request, reference, action="appointment", now=here.now, permission=May.SEE_DESK
    )
    return appointment_page(request, shown, here=here)


@needs(May.ANSWER_REQUESTS)
@require_POST
def confirm(request: HttpRequest, reference: str) -> HttpResponse:
    here = here_now()
    wanted = access.one_for_staff(
        request, reference, action="confirm", now=here.now, permission=May.ANSWER_REQUESTS
    )
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Http404
    if held := held_by_another(request, wanted, here=here):
        return held
    try:
        booked = booking.confirm(
            wanted,
            seen_version=form.cleaned_data["seen_version"],
            by=cast(User, request.user),
            now=here.now,
        )
    except booking.AlreadyChanged as changed:
        return already_changed(request, changed.appointment, here=here)
    except booking.NotAllowed:
        return already_changed(request, wanted, here=here)
    except booking.Busy:
        return busy(request, wanted, here=here)
    messages.success(
        request,
        _("Confirmed: %(name)s, %(when)s.")
        % {"name": booked.patient, "when": here.row(booked).when},
    )
    return redirect("admin:my_visits") if from_my_visits(request) else to_the_inbox(answered=wanted)


@needs(May.ANSWER_REQUESTS)
@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, reference: str) -> HttpResponse:
    here = here_now()
    wanted = access.one_for_staff(
        request, reference, action="refuse", now=here.now, permission=May.ANSWER_REQUESTS
    )
    row = here.row(wanted)
    if request.method == "GET" and "refuse" not in row.verbs:
        return already_changed(request, wanted, here=here)
    if held := held_by_another(request, wanted, here=here):
        return held
    form = RefusalForm(request.POST or None, initial={"seen_version": wanted.version})
    if not form.is_valid():
        return page(
            request, "refuse", here=here, row=row, form=form, status=400 if form.is_bound else 200
        )
    try:
        booking.refuse(
            wanted,
            seen_version=form.cleaned_data["seen_version"],
            by=cast(User, request.user),
            reason=form.said(),
            because=form.cleaned_data["reason"],
            now=here.now,
        )
    except booking.AlreadyChanged as changed:
        return already_changed(request, changed.appointment, here=here)
    except booking.NotAllowed:
        return already_changed(request, wanted, here=here)
    except booking.Busy:
        return busy(request, wanted, here=here)
    messages.success(
        request, _("Refused: %(name)s. The time is free again.") % {"name": row.patient}
    )
    return to_the_inbox(answered=wanted)
