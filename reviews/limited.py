"""How often one source or one address may write or report."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from practice import limits

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def may_send(request: HttpRequest, *, email: str, now: dt.datetime) -> bool:
    """Ten a day from one place, which may be a family or an office; two for one address."""
    address = limits.address_of(request)
    return (
        limits.allow_source("review", address, limit=10, per=DAY, now=now)
        and limits.allow_everybody("review", address, limit=100, per=HOUR, now=now)
        and (
            not email
            or limits.allow("review-contact", email.strip().lower(), limit=2, per=DAY, now=now)
        )
    )


def may_report(request: HttpRequest, *, now: dt.datetime) -> bool:
    address = limits.address_of(request)
    return limits.allow_source(
        "review-report", address, limit=10, per=DAY, now=now
    ) and limits.allow_everybody("review-report", address, limit=100, per=HOUR, now=now)


def may_look(request: HttpRequest, *, now: dt.datetime) -> bool:
    """Links that open nothing, by source."""
    return limits.allow_source("look", limits.address_of(request), limit=10, per=HOUR, now=now)


def page(request: HttpRequest) -> HttpResponse:
    return render(request, "reviews/limited.html", status=429)
