from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from practice import clock

from .. import access, booking, calendars, drafts, keys, limited, shown
from ..availability import BadSlot, Slot, free_slots
from ..forms import RedFlag, TimeForm
from ..models import VisitType
from .tab import at, problems_of


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, visit_type: str) -> HttpResponse:
    """The warning signs and the times. The 911 answer comes before everything else, also before a
    lapsed form, a limit or the database: nothing is read, counted, kept or written to a log."""
    if request.method == "POST" and request.POST.get("red_flag") == RedFlag.EMERGENCY:
        return render(request, "appointments/emergency.html")
    return _times(request, visit_type)


@csrf_protect
def _times(request: HttpRequest, slug: str) -> HttpResponse:
    now = clock.now()
    visit_type = get_object_or_404(VisitType, slug=slug, active=True)
    if request.method != "POST":
        key = keys.in_tab(request) if "tab" in request.GET else None
        if sent := access.by_key(request, key):
            return redirect(at("appointments:received", sent.key))
        typed = drafts.load(key, now=now) if key else {}
        wanted = request.GET.get("slot", "") or typed.get("slot", "")
        return _page(request, visit_type, key or keys.new(), now=now, wanted=wanted)

    key = keys.parse(request.POST.get("key", "")) or keys.new()
    if sent := access.by_key(request, key):
        return redirect(at("appointments:received", sent.key))
    if not access.may_use(request, key, now=now):
        key = keys.new()
    form = TimeForm(request.POST)
    wanted = request.POST.get("slot", "")
    if "show" in request.POST:
        return _page(request, visit_type, key, now=now, wanted=wanted)
    if not form.is_valid():
        return _page(request, visit_type, key, now=now, wanted=wanted, form=form)
    if form.cleaned_data["red_flag"] == RedFlag.TODAY and "go_on" not in request.POST:
        return _call_us_today(request, visit_type, key, now=now)

    if not limited.may_hold(request, now=now):
        return limited.page(request, now=now)
    try:
        slot = Slot.parse(wanted)
        if slot.visit_type != visit_type.slug:
            raise BadSlot
        booking.hold(key=key, slot=slot, source=limited.source(request), now=now)
    except booking.AlreadyRequested:
        return redirect(at("appointments:received", key))
    except booking.TooManyHolds as too_many:
        return limited.too_many_holds(request, too_many, now=now)
    except booking.SlotGone as gone:
        return _page(request, visit_type, key, now=now, form=form, taken=gone.nearest)
    except BadSlot:
        return _page(request, visit_type, key, now=now, form=form, taken=[])
    typed = drafts.load(key, now=now) | {"slot": wanted, "red_flag": form.cleaned_data["red_flag"]}
    drafts.save(key, typed, now=now)
    response = redirect(at("appointments:details", key, visit_type.slug))
    keys.give(response, key)
    return response


def _page(
    request: HttpRequest,
    visit_type: VisitType,
    key: uuid.UUID,
    *,
    now: dt.datetime,
    wanted: str = "",
    form: TimeForm | None = None,
    taken: Any = None,
) -> HttpResponse:
    """`taken`: the nearest free times, when the one that was wanted cannot be had any more."""
    asked = request.POST if request.method == "POST" else request.GET
    person, place = asked.get("person", ""), asked.get("place", "")
    rules = calendars.rules_from(now)
    horizon = visit_type.horizon_days + 2
    calendar = calendars.load(
        now=now, first=rules.today(now), days=horizon, rules=rules, own_key=key
    )
    free = free_slots(rules, calendar.taken, visit_type=visit_type.slug, now=now)
    if taken is None and wanted and not any(slot.value == wanted for slot in free):
        # From a link or a page that is some minutes old.
        wanted, taken = "", free[:3]
    elif taken is not None:
        wanted, taken = "", taken or free[:3]
    chosen = next((slot for slot in free if slot.value == wanted), None)
    matching = [
        slot
        for slot in free
        if (not person or slot.practitioner == person) and (not place or slot.location == place)
    ]
    first = _date(asked.get("show", "") or asked.get("from", ""))
    some = shown.some_days(matching, rules.zone, now=now, first=first)
    promised = shown.promise(visit_type, rules, now=now)
    in_sight = {time.value for day in some.days for time in day.times}
    context = {
        "visit_type": visit_type,
        "name": visit_type.said("name"),
        "summary": visit_type.said("summary"),
        "key": key.hex,
        "red_flag": asked.get("red_flag", ""),
        "wanted": wanted,
        "chosen": shown.a_time(chosen, rules.zone)
        if chosen and chosen.value not in in_sight
        else None,
        "was_taken": taken is not None,
        "nearest": shown.by_day(taken or (), rules.zone, now=now),
        "days": some.days,
        "later": some.later,
        "from_start": some.from_start,
        "people": sorted({(s.practitioner, s.person.name) for s in free if s.person}),
        "places": sorted({(s.location, s.place.city) for s in free if s.place}),
        "person": person,
        "place": place,
        "anything_free": any(not slot.call_us for slot in free),
        "promise": promised,
        "number": shown.number(rules, now=now),
        "problems": problems_of(form) if form else [],
        "form": form,
    }
    if taken is not None:
        context["problems"] = [
            ("#nearest" if taken else "#times", _("That time has just been taken. Choose another"))
        ]
    return render(request, "appointments/times.html", context)


def _call_us_today(
    request: HttpRequest, visit_type: VisitType, key: uuid.UUID, *, now: dt.datetime
) -> HttpResponse:
    rules = calendars.rules_from(now)
    return render(
        request,
        "appointments/call_us.html",
        {
            "visit_type": visit_type,
            "key": key.hex,
            "slot": request.POST.get("slot", ""),
            "number": shown.number(rules, now=now),
        },
    )


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
