from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from practice.public import public_page
from reviews.figures import figures
from reviews.models import Review


@require_safe
@public_page()
def reviews(request: HttpRequest) -> HttpResponse:
    """reviews/reviews.html: `reviews` (each .author .body .received .rating .source .language
    .is_sample), `figures` (reviews/figures.py)."""
    return render(
        request,
        "reviews/reviews.html",
        {"reviews": Review.objects.published(), "figures": figures()},
    )
