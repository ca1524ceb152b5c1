from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from practice import clock

from .. import (
    access,
    booking,
    calendars,
    chosen,
    drafts,
    emergency,
    keys,
    limited,
    shown,
    states,
    window,
)
from ..availability import Slot
from ..forms import DetailsForm, RedFlag
from ..models import VisitType
from .tab import go, go_on_in, other_language, problem_with, problems_of


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, visit_type: str) -> HttpResponse:
    """Who comes and how to reach them."""
    kind = get_object_or_404(VisitType, slug=visit_type, active=True)
    if emergency.is_one(request):
        return emergency.page()
    return _keep(request, kind) if request.method == "POST" else _show(request, kind)


def _show(request: HttpRequest, kind: VisitType) -> HttpResponse:
    now = clock.now()
    key = keys.in_tab(request)
    if key and access.was_sent(request, key):
        return go("received", key)
    typed = drafts.load(key, now=now) if key else {}
    the_time = chosen.under(key, kind, typed.get("slot", ""), now=now) if key else None
    if key is None or the_time is None or typed.get("red_flag") not in RedFlag.KEPT:
        return redirect("appointments:times", kind.slug)
    form = a_form(the_time, typed, bound="missing" in request.GET, now=now)
    problems = problem_with(the_time) + (problems_of(form) if form.is_bound else [])
    return render(
        request,
        "appointments/details.html",
        {
            "visit_type": kind,
            "chosen": the_time,
            "key": key.hex,
            "slot": typed["slot"],
            "red_flag": typed["red_flag"],
            "form": form,
            "problems": problems,
            "licensed": states.either(the_time.licensed),
            "offices": VisitType.objects.filter(active=True, modality=VisitType.Modality.IN_PERSON),
            "number": shown.number(calendars.at(now).rules, now=now),
        },
    )


def _keep(request: HttpRequest, kind: VisitType) -> HttpResponse:  # noqa: C901 (one way out each)
    """What is typed is kept before anything can go wrong."""
    now = clock.now()
    key = keys.parse(request.POST.get("key", ""))
    if key and access.was_sent(request, key):
        return go("received", key)
    if key is None or not keys.is_ours(request, key):
        key = keys.new()  # the cookie ran out, the page did not: what is typed on it still counts
    if not limited.may_keep(request, now=now):
        return limited.page(request, now=now)
    typed = drafts.load(key, now=now) | answers(request)
    drafts.save(key, typed, now=now)
    if language := other_language(request):
        return go_on_in(language, "details", key, kind.slug)
    the_time = chosen.under(key, kind, typed["slot"], now=now)
    if the_time is None or typed["red_flag"] not in RedFlag.KEPT or "another_time" in request.POST:
        return go("times", key, kind.slug)
    if "keep" not in request.POST and not a_form(the_time, typed, bound=True, now=now).is_valid():
        return go("details", key, kind.slug, missing="yes")
    if not limited.may_hold(request, now=now):
        return limited.page(request, now=now)
    try:
        booking.hold(
            key=key, slot=Slot.parse(typed["slot"]), source=limited.source(request), now=now
        )
    except booking.AlreadyRequested:
        return go("received", key)
    except booking.TooManyHolds as too_many:
        return limited.too_many_holds(request, too_many, now=now)
    except booking.SlotGone:
        return go("details", key, kind.slug)  # which says so, and what is free near it
    return go("details" if "keep" in request.POST else "check", key, kind.slug)


def answers(request: HttpRequest) -> dict[str, str]:
    """What this form asks, as it was typed; a box that was not ticked counts as typed too."""
    names = ["slot", "red_flag", *DetailsForm.base_fields]
    return {name: request.POST.get(name, "")[:2000] for name in names}


def a_form(
    the_time: chosen.Chosen, typed: dict[str, str], *, bound: bool, now: dt.datetime
) -> DetailsForm:
    """Bound to what was typed, or only showing it."""
    return DetailsForm(
        typed if bound else None,
        initial=typed,
        virtual=the_time.visit_type.is_virtual,
        licensed=the_time.licensed,
        seen_by=the_time.practitioner.spoken_name,
        today=now.astimezone(the_time.zone).date(),
        treatment_windows=bool(window.in_force()),
    )
