"""`{% load reviews %}`

{% reviews_are_shown as yes %}          the practice's switch: without it, show nothing of reviews
{% review_figures as figures %}         reviews/figures.py: .received .published .percent …
{% review_excerpts 3 as excerpts %}     the most recent published ones: each a reading.Shown
{% topic_reviews page 2 as excerpts %}  the most recent ones about a topic
{% reviews_naming q as number %}        how many published reviews a search for `q` would find
"""

from __future__ import annotations

from django import template

from procedures.models import Topic
from reviews import reading
from reviews.figures import Figures, figures
from reviews.models import ReviewRules

register = template.Library()


@register.simple_tag
def reviews_are_shown() -> bool:
    return ReviewRules.objects.current().shown


@register.simple_tag
def review_figures() -> Figures:
    return figures()


@register.simple_tag
def review_excerpts(number: int = 3) -> list[reading.Shown]:
    """By date alone; no choosing by rating."""
    return reading.excerpts(number) if reviews_are_shown() else []


@register.simple_tag
def topic_reviews(topic: Topic, number: int = 2) -> list[reading.Shown]:
    return reading.excerpts(number, topic=topic) if reviews_are_shown() else []


@register.simple_tag
def reviews_naming(q: str) -> int:
    wanted = reading.Wanted.read({"q": q})
    return reading.filtered(wanted).count() if wanted.q and reviews_are_shown() else 0
