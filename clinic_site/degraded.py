"""When the database does not answer: a page with the telephone number, and nothing typed is lost.

Public pages are served from rendered copies; this is for everything else. The posted form comes
back as hidden fields with a button that sends it again, so nobody types twice.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from appointments import emergency
from appointments.booking import Busy
from practice import moving
from practice.models import Practice

logger = logging.getLogger(__name__)

PASSING = (OperationalError, InterfaceError, Busy)  # a full pool is an OperationalError, too
RETRY_AFTER_SECONDS = 30
FORMS_COME_BACK = (
    *("/appointments/", "/a/", "/reviews/", "/contact/message/", "/admin/"),
    *("/es/appointments/", "/es/a/", "/es/reviews/", "/es/contact/message/"),
    *("/r/", "/es/r/"),
)
FILES = ("/static/", "/media/")
MOST_KEPT = 64 * 1024  # characters of a posted form
NOT_KEPT = {"csrfmiddlewaretoken"}


class Degraded:
    """Stands directly inside CsrfViewMiddleware, whose token the form that comes back needs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Known to be away: answering at once keeps every thread from waiting for a time-out.
        if (
            moving.keeper.database_is_down
            and not request.path.startswith(FILES)
            and not emergency.is_one(request)  # "call 911" needs no database
        ):
            return unavailable(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, PASSING):
            return None
        logger.error("503: %s", type(error).__name__, exc_info=error)
        return unavailable(request)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """handler500: an error outside any view (a session, a redirect) may be a passing one, too."""
    if isinstance(sys.exc_info()[1], PASSING):
        return unavailable(request)
    return HttpResponse(render_to_string("500.html", {"practice": _as_last_known()}), status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with the telephone number as this process or an earlier one last knew it."""
    context = {
        "practice": _as_last_known(),
        "locations": [],
        "kept": _kept(request),
        "address": request.get_full_path(),
    }
    response = HttpResponse(render_to_string("503.html", context, request), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _as_last_known() -> Practice:
    record = moving.keeper.record
    return Practice(name=record.practice, phone=record.phone) if record else Practice(name="")


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """The posted fields, in order; none where a form holds secrets or is too large to send back."""
    if request.method != "POST" or not request.path.startswith(FORMS_COME_BACK):
        return []
    try:
        fields = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in NOT_KEPT and "password" not in name and isinstance(value, str)
        ]
    except Exception:
        return []  # the body could not be read to its end
    return fields if sum(len(n) + len(v) for n, v in fields) <= MOST_KEPT else []
