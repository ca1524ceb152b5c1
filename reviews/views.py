from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reviews.figures import figures
from reviews.models import Review


@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """reviews/reviews.html: `reviews` (each .author .body .received .rating .source .language
    .is_sample), `figures` (reviews/figures.py)."""
    return render(
        request,
        "reviews/reviews.html",
        {"reviews": Review.objects.published(), "figures": figures()},
    )
