"""The 911 answer. It comes before everything else, also before a lapsed form, a limit and the
database: nothing is read, counted, kept or written to a log, and the page needs nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from practice import languages

ANSWER = "emergency"


def is_one(request: HttpRequest) -> bool:
    return (
        request.method == "POST"
        and languages.split(request.path)[1].startswith("/appointments/")
        and request.POST.get("red_flag") == ANSWER
    )


def page() -> HttpResponse:
    # Without the request: what templates usually know is asked of the database.
    response = HttpResponse(render_to_string("appointments/emergency.html"))
    response.headers["Cache-Control"] = "private, no-store"
    return response
