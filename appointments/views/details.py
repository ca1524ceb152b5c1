from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from practice import clock

from .. import access, booking, calendars, chosen, drafts, keys, limited, shown, states
from ..availability import Slot
from ..forms import DetailsForm
from ..models import VisitType
from .tab import at, problems_of


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, visit_type: str) -> HttpResponse:
    """Who comes and how to reach them. What is typed is kept before anything can go wrong."""
    now = clock.now()
    kind = get_object_or_404(VisitType, slug=visit_type, active=True)
    posted = request.method == "POST"
    key = keys.parse(request.POST.get("key", "")) if posted else keys.in_tab(request)
    if sent := access.by_key(request, key):
        return redirect(at("appointments:received", sent.key))
    if key is None or not keys.is_ours(request, key):
        if not posted:
            return redirect("appointments:times", visit_type)
        key = keys.new()  # the cookie ran out, the page did not: what is typed on it still counts
    typed = drafts.load(key, now=now)
    if posted:
        typed |= answers(request)
        drafts.save(key, typed, now=now)
    the_time = chosen.under(key, kind, typed.get("slot", ""), now=now)
    if the_time is None or "red_flag" not in typed:
        return _given(redirect(at("appointments:times", key, visit_type)), key)
    if not posted:
        form = a_form(the_time, initial=typed, now=now)
        return page(request, key, the_time, form, typed, now=now)

    if "another_time" in request.POST:
        return _given(redirect(at("appointments:times", key, visit_type)), key)
    if not limited.may_hold(request, now=now):
        return limited.page(request, now=now)
    form = a_form(the_time, data=typed, now=now)
    keep_only = "keep" in request.POST
    if not keep_only and not form.is_valid():
        return _given(page(request, key, the_time, form, typed, now=now), key)
    try:
        hold_again(request, key, typed["slot"], now=now)
    except booking.AlreadyRequested:
        return redirect(at("appointments:received", key))
    except booking.TooManyHolds as too_many:
        return limited.too_many_holds(request, too_many, now=now)
    except booking.SlotGone as gone:
        again = page(request, key, the_time, form, typed, now=now, nearest=gone.nearest)
        return _given(again, key)
    name = "appointments:details" if keep_only else "appointments:check"
    return _given(redirect(at(name, key, visit_type)), key)


def answers(request: HttpRequest) -> dict[str, str]:
    """What this form asks, as it was typed; a box that was not ticked counts as typed too."""
    names = ["slot", "red_flag", *DetailsForm.base_fields]
    return {name: request.POST.get(name, "")[:2000] for name in names}


def a_form(
    the_time: chosen.Chosen,
    *,
    data: dict[str, str] | None = None,
    initial: dict[str, str] | None = None,
    now: dt.datetime,
) -> DetailsForm:
    return DetailsForm(
        data,
        initial=initial,
        virtual=the_time.visit_type.is_virtual,
        licensed=the_time.licensed,
        seen_by=the_time.practitioner.spoken_name,
        today=now.astimezone(the_time.zone).date(),
    )


def hold_again(request: HttpRequest, key: uuid.UUID, value: str, *, now: dt.datetime) -> None:
    booking.hold(key=key, slot=Slot.parse(value), source=limited.source(request), now=now)


def page(
    request: HttpRequest,
    key: uuid.UUID,
    the_time: chosen.Chosen,
    form: DetailsForm,
    typed: dict[str, str],
    *,
    now: dt.datetime,
    nearest: Sequence[Slot] | None = None,
) -> HttpResponse:
    """`nearest`: free times close to the one that is gone, to choose from right here."""
    rules = calendars.rules_from(now)
    problems = problems_of(form) if form.is_bound else []
    if nearest is not None:
        problems.insert(0, ("#id_slot" if nearest else "#main", words_for_gone(nearest)))
    return render(
        request,
        "appointments/details.html",
        {
            "visit_type": the_time.visit_type,
            "chosen": the_time,
            "key": key.hex,
            "slot": typed.get("slot", ""),
            "red_flag": typed.get("red_flag", ""),
            "form": form,
            "licensed": ", ".join(states.name_of(code) for code in sorted(the_time.licensed)),
            "problems": problems,
            "was_taken": nearest is not None,
            "nearest": shown.by_day(nearest or (), the_time.zone, now=now),
            "number": shown.number(rules, now=now),
            "offices": VisitType.objects.filter(active=True, modality=VisitType.Modality.IN_PERSON),
        },
    )


def words_for_gone(nearest: Sequence[Slot]) -> str:
    if nearest:
        return _("That time has just been taken. Choose one of the times near it")
    return _("That time has just been taken. Call us, or choose another time")


def _given(response: HttpResponse, key: uuid.UUID) -> HttpResponse:
    keys.give(response, key)
    return response
