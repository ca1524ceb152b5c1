from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .. import calendars, keys, shown
from ..models import VisitType
from .tab import at


def call_us_today(
    request: HttpRequest, kind: VisitType, key: uuid.UUID, name: str, *, now: dt.datetime
) -> HttpResponse:
    """The number that is answered now, and a way back to the page `name`. What was typed on it
    goes along, so that going on needs no typing."""
    names = ("csrfmiddlewaretoken", "key", "red_flag", "go_on")
    response = render(
        request,
        "appointments/call_us.html",
        {
            "visit_type": kind,
            "key": key.hex,
            "slot": request.POST.get("slot", ""),
            "said": [
                (word, value)
                for word, value in request.POST.items()
                if word not in names and word != "slot"
            ],
            "action": f"appointments:{name}",
            "back": at(name, key, kind.slug, slot=request.POST.get("slot", "")[:200]),
            "number": shown.number(calendars.at(now).rules, now=now),
        },
    )
    keys.give(response, key)
    return response
