from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from practice import clock

from .. import (
    access,
    booking,
    calendars,
    drafts,
    emergency,
    keys,
    limited,
    pausing,
    shown,
    signs,
)
from ..availability import BadSlot, Slot, free_slots
from ..forms import RedFlag, TimeForm
from ..models import VisitType
from .call import call_us_today
from .tab import go, go_on_in, other_language, problems_of


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, visit_type: str) -> HttpResponse:
    """The warning signs and the times, in one form. The 911 answer is not even checked for where it
    comes from."""
    if emergency.is_one(request):
        return emergency.page()
    return _times(request, visit_type)


@csrf_protect
def _times(request: HttpRequest, slug: str) -> HttpResponse:
    kind = get_object_or_404(VisitType, slug=slug, active=True)
    return _choose(request, kind) if request.method == "POST" else _show(request, kind)


def _show(request: HttpRequest, kind: VisitType) -> HttpResponse:
    now = clock.now()
    key = keys.in_tab(request) if "tab" in request.GET else None
    if key and access.was_sent(request, key):
        return go("received", key)
    typed = drafts.load(key, now=now) if key else {}
    key = key or keys.new()
    person, place = request.GET.get("person", ""), request.GET.get("place", "")
    free = _free(kind, key, now=now)
    rules = calendars.at(now).rules

    wanted = request.GET.get("slot", "") or typed.get("slot", "")
    chosen = next(
        (slot for slot in free if wanted and slot.value == wanted and not slot.call_us), None
    )
    was_taken = bool(wanted) and chosen is None
    matching = [
        slot
        for slot in free
        if (not person or slot.practitioner == person) and (not place or slot.location == place)
    ]
    some = shown.some_days(matching, rules.zone, now=now, first=_date(request.GET.get("from", "")))
    form = TimeForm(typed) if "missing" in request.GET else None
    problems = problems_of(form) if form else []
    if was_taken:
        problems = [("#slot-0-0-0", _("That time has just been taken. Choose another"))]
    return render(
        request,
        "appointments/times.html",
        {
            "visit_type": kind,
            "name": kind.said("name"),
            "summary": kind.said("summary"),
            "key": key.hex,
            "red_flag": typed.get("red_flag", ""),
            "signs": signs.signed(),
            "wanted": wanted,
            "chosen": shown.a_time(chosen, rules.zone) if chosen else None,
            "chosen_elsewhere": chosen is not None and not some.has(chosen),
            "nearest": shown.by_day(_nearest(wanted, now=now), rules.zone, now=now)
            if was_taken
            else [],
            "days": some.days,
            "later": some.later,
            "from_start": some.from_start,
            "people": sorted({(s.practitioner, s.person.name) for s in free if s.person}),
            "places": sorted({(s.location, s.place.city) for s in free if s.place}),
            "person": person,
            "place": place,
            "anything_free": any(not slot.call_us for slot in free),
            "paused": pausing.said(rules.zone, now=now),
            "promise": shown.promise(kind, rules, now=now),
            "number": shown.number(rules, now=now),
            "form": form,
            "problems": problems,
        },
    )


def _choose(request: HttpRequest, kind: VisitType) -> HttpResponse:
    now = clock.now()
    key = keys.parse(request.POST.get("key", "")) or keys.new()
    if key and access.was_sent(request, key):
        return go("received", key)
    if not access.may_use(request, key, now=now):
        key = keys.new()
    if not limited.may_keep(request, now=now):
        return limited.page(request, now=now)
    form = TimeForm(request.POST)
    valid = form.is_valid()
    typed = drafts.load(key, now=now) | {
        "slot": request.POST.get("slot", "")[:200],
        "red_flag": form.cleaned_data.get("red_flag", ""),
    }
    filters = {name: request.POST.get(name, "")[:80] for name in ("person", "place")}
    if language := other_language(request):
        drafts.save(key, typed, now=now)
        return go_on_in(language, "times", key, kind.slug, **filters)
    if "show" in request.POST:
        drafts.save(key, typed, now=now)
        return go("times", key, kind.slug, **filters, **{"from": request.POST["show"][:10]})
    if valid and typed["red_flag"] == RedFlag.TODAY and "go_on" not in request.POST:
        return call_us_today(request, kind, key, "times", now=now)
    drafts.save(key, typed, now=now)
    if not valid:
        return go("times", key, kind.slug, **filters, missing="yes")
    if not limited.may_hold(request, now=now):
        return limited.page(request, now=now)
    return _hold(request, kind, key, typed["slot"], filters, now=now)


def _hold(
    request: HttpRequest,
    kind: VisitType,
    key: uuid.UUID,
    value: str,
    filters: dict[str, str],
    *,
    now: dt.datetime,
) -> HttpResponse:
    try:
        slot = Slot.parse(value)
        if slot.visit_type != kind.slug:
            raise BadSlot
        booking.hold(key=key, slot=slot, source=limited.source(request), now=now)
    except booking.AlreadyRequested:
        return go("received", key)
    except booking.TooManyHolds as too_many:
        return limited.too_many_holds(request, too_many, now=now)
    except (booking.SlotGone, BadSlot):
        return go("times", key, kind.slug, **filters)  # which says so, and what is free near it
    return go("details", key, kind.slug)


def _free(kind: VisitType, key: uuid.UUID, *, now: dt.datetime) -> list[Slot]:
    """One's own hold does not hide its time."""
    rules = calendars.at(now).rules
    days = kind.horizon_days + 2
    taken = calendars.load(now=now, first=rules.today(now), days=days, rules=rules, own=[key]).taken
    return free_slots(rules, taken, visit_type=kind.slug, now=now)


def _nearest(value: str, *, now: dt.datetime) -> list[Slot]:
    try:
        return calendars.nearest(Slot.parse(value), now=now)
    except BadSlot:
        return []


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
