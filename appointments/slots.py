"""/appointments/slots.json: free times for machines, and nothing about patients."""

from __future__ import annotations

import datetime as dt
import re

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from practice import clock

from . import calendars
from .availability import Slot
from .rules import ONE_DAY

MOST_DAYS = 62
FRESH_FOR = 10  # seconds


@require_safe
def slots(request: HttpRequest) -> JsonResponse:
    known = calendars.at(clock.now())
    visit = known.rules.visit(request.GET.get("visit_type", ""))
    if visit is None:
        return _no("There is no such visit type.", status=404)
    days = _days(request.GET.get("days", ""))
    if days is None:
        return _no(f"days is a number from 1 to {MOST_DAYS}.", status=400)
    today = known.rules.today(known.now)
    first = _date(request.GET["from"]) if "from" in request.GET else today
    if first is None:
        return _no("from is a date such as 2026-11-24.", status=400)
    # Beyond the horizon there is nothing to work out, however far away the date is.
    within = today - MOST_DAYS * ONE_DAY <= first <= today + (visit.horizon_days + 1) * ONE_DAY
    found = known.free_times(visit.slug, first=first, days=days) if within else ()
    response = JsonResponse({"slots": [_facts(slot) for slot in found if not slot.call_us]})
    response["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    return response


def _facts(slot: Slot) -> dict[str, str | None]:
    return {
        "slot": slot.value,
        "start": _utc(slot.start),
        "end": _utc(slot.end),
        "practitioner": slot.practitioner,
        "location": slot.location,
    }


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _days(text: str) -> int | None:
    if not re.fullmatch(r"[0-9]{1,3}", text):
        return None
    return int(text) if 1 <= int(text) <= MOST_DAYS else None


def _date(text: str) -> dt.date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _no(why: str, *, status: int) -> JsonResponse:
    response = JsonResponse({"error": why}, status=status)
    response["Cache-Control"] = "no-store"
    return response
