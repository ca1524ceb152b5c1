"""`{% load reviews %}`

{% review_figures as figures %}     .received .published .percent .rated .average (or None)
{% review_excerpts 3 as excerpts %} published reviews, whole: .author .body .received .rating
                                    .source .language .is_sample
"""

from __future__ import annotations

from django import template

from reviews.figures import Figures, figures
from reviews.models import Review

register = template.Library()


@register.simple_tag
def review_figures() -> Figures:
    return figures()


@register.simple_tag
def review_excerpts(number: int = 3) -> list[Review]:
    """The practice's order decides which; no choosing by rating."""
    return list(Review.objects.published()[:number])
