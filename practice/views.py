"""Public pages about places. None reads a user, a session or a cookie."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from practice.models import Location
from practice.public import public_page


@require_safe
@public_page()
def locations(request: HttpRequest) -> HttpResponse:
    """practice/locations.html: `locations` (each .name .address .phone .parking .step_free .hours),
    and what practice/context.py gives every page."""
    return render(request, "practice/locations.html")


@require_safe
@public_page()
def location(request: HttpRequest, slug: str) -> HttpResponse:
    """practice/location.html: `location`, `people` (bookable, who work there)."""
    location = get_object_or_404(Location.objects.with_hours(), slug=slug)
    people = location.practitioners.bookable()
    return render(request, "practice/location.html", {"location": location, "people": people})


@require_safe
@public_page()
def contact(request: HttpRequest) -> HttpResponse:
    """practice/contact.html: `practice`, `locations`."""
    return render(request, "practice/contact.html")
