"""What the pages of one visit share: nobody gets there without the second check."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpRequest

from .. import access
from ..models import Appointment


def the_visit(request: HttpRequest, reference: str, *, now: dt.datetime) -> Appointment:
    """Raises Http404 unless this browser gave the date of birth."""
    mine = access.visit(request, reference, now=now)
    if not mine.checked:
        raise Http404
    return mine.appointment
