from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from practice.public import public_page
from reviews import reading
from reviews.figures import figures
from reviews.models import ReviewRules

PARAMETERS = ("topic", "place", "stars", "q", "older", "after")


@require_safe
@public_page(*PARAMETERS)
def reviews(request: HttpRequest) -> HttpResponse:
    """Published reviews, newest first, with what became of the others."""
    if not ReviewRules.objects.current().shown:
        raise Http404
    wanted = reading.Wanted.read({name: request.GET.get(name, "") for name in PARAMETERS})
    page = reading.page(wanted)
    context = {
        "wanted": wanted,
        "shown": page.reviews,
        "next": query(wanted, after=page.next) if page.next else "",
        "newest": query(wanted) if wanted.after else "",
        "figures": figures(),
        "rules": ReviewRules.objects.current(),
        "topics": reading.topics(),
        "places": reading.places(),
        "stars": reading.stars(),
    }
    return render(request, "reviews/reviews.html", context)


def query(wanted: reading.Wanted, *, after: str = "") -> str:
    """The same filters from another place in the order."""
    said: dict[str, Any] = {
        "topic": wanted.topic,
        "place": wanted.place,
        "stars": wanted.stars or "",
        "q": wanted.q,
        "older": "yes" if wanted.older else "",
        "after": after,
    }
    return "?" + urlencode({name: value for name, value in said.items() if value})
