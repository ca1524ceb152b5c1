"""`{% load moving %}{% moving "open_now" %}`: a place whose content moves.

`{% moving "open_now" location.slug %}`: about one thing alone.
"""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from practice import moving as parts

register = template.Library()


@register.simple_tag
def moving(name: str, one: str = "") -> SafeString:
    return parts.place(f"{name}/{one}" if one else name, get_language() or "en")
