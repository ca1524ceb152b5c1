"""`{% load moving %}{% moving "open_now" %}`: a place whose content moves."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from practice import moving as parts

register = template.Library()


@register.simple_tag
def moving(name: str) -> SafeString:
    return parts.place(name, get_language() or "en")
