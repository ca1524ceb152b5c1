"""`{% load desk %}{% desk_ways user screen as ways %}`: where this person can go from here."""

from __future__ import annotations

from django import template
from django.contrib.auth.models import AnonymousUser, User

from appointments.desk.navigation import Ways, ways_of

register = template.Library()


@register.simple_tag
def desk_ways(user: User | AnonymousUser, screen: str) -> Ways:
    return ways_of(user, screen)
