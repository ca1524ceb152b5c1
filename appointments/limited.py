"""How often one source or one patient may ask, and the page that helps whoever comes too often."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from practice import limits

from . import calendars, shown
from .booking import TooManyHolds

TEN_MINUTES = dt.timedelta(minutes=10)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
KEPT_AT_MOST = 120  # pages sent from one source in ten minutes


def source(request: HttpRequest) -> str:
    """Where a request comes from, as a hold remembers it: an address, or a /64; empty for the demo
    on one's own machine, which is not limited."""
    address = limits.address_of(request)
    return "" if settings.DEMO and limits.is_loopback(address) else limits.source_key(address)


def may_keep(request: HttpRequest, *, now: dt.datetime) -> bool:
    """Each page that is sent keeps what was typed on it (drafts.py). Asked before anything is
    written, so that no one source can fill the table; a family at one address does not notice."""
    address = limits.address_of(request)
    return limits.allow_source("draft", address, limit=KEPT_AT_MOST, per=TEN_MINUTES, now=now)


def may_hold(request: HttpRequest, *, now: dt.datetime) -> bool:
    address = limits.address_of(request)
    return limits.allow_source("hold", address, limit=60, per=TEN_MINUTES, now=now)


def may_request(request: HttpRequest, *, phone: str, now: dt.datetime) -> bool:
    """Generous for a family or a clinic behind one address; five a day for one telephone."""
    address = limits.address_of(request)
    return (
        limits.allow_source("request", address, limit=20, per=TEN_MINUTES, now=now)
        and limits.allow_everybody("request", address, limit=200, per=HOUR, now=now)
        and limits.allow("request-contact", phone, limit=5, per=DAY, now=now)
    )


def may_write(request: HttpRequest, *, contact: str, now: dt.datetime) -> bool:
    """Ten messages an hour from one place, three a day for one telephone or address."""
    address = limits.address_of(request)
    return (
        limits.allow_source("inquiry", address, limit=10, per=HOUR, now=now)
        and limits.allow_everybody("inquiry", address, limit=100, per=HOUR, now=now)
        and limits.allow("inquiry-contact", contact.lower(), limit=3, per=DAY, now=now)
    )


def came_to_nothing(*, phone: str, at: dt.datetime) -> None:
    """What `may_request` counted at `at` made no visit, so the telephone has its five still."""
    limits.take_back("request-contact", phone, at=at)


def may_look(request: HttpRequest, *, now: dt.datetime) -> bool:
    """Wrong references and links, by source."""
    return limits.allow_source("look", limits.address_of(request), limit=10, per=HOUR, now=now)


def page(request: HttpRequest, *, now: dt.datetime) -> HttpResponse:
    return _page(request, "appointments/limited.html", now=now)


def too_many_holds(
    request: HttpRequest, too_many: TooManyHolds, *, now: dt.datetime
) -> HttpResponse:
    return _page(request, "appointments/too_many_holds.html", now=now, limit=too_many.limit)


def _page(
    request: HttpRequest, template: str, *, now: dt.datetime, limit: str = ""
) -> HttpResponse:
    number = shown.number(calendars.at(now).rules, now=now)
    return render(request, template, {"number": number, "limit": limit}, status=429)
