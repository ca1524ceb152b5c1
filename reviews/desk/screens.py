"""What every screen of the moderators has: who may open it, and the desk's frame around it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from appointments import wording
from practice import access_log, clock, limits
from practice.models import Practice
from practice.roles import May

P = ParamSpec("P")
Screen = Callable[Concatenate[HttpRequest, P], HttpResponse]


def needs(may: May) -> Callable[[Screen[P]], Screen[P]]:
    """Refuse whoever lacks the permission, and write that down."""

    def decorate(view: Screen[P]) -> Screen[P]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.has_perm(may):
                access_log.record(
                    actor=request.user,
                    action=view.__name__,
                    patients=(),
                    source=limits.address_of(request),
                    now=clock.now(),
                    refused=True,
                )
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast(Screen[P], checked)

    return decorate


def page(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    practice, now = Practice.objects.current(), clock.now()
    context |= {
        "practice": practice,
        "now_in_words": wording.when(now, practice.zone),
        "zone_name": now.astimezone(practice.zone).tzname(),
        "zone": practice.zone,
        "screen": "reviews",
        "part": name,
    }
    with timezone.override(practice.zone):  # every time on the screen is the practice's own
        return render(request, f"admin/reviews/{name}.html", context, status=status)
