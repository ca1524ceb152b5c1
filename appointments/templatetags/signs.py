"""`{% load signs %}{% signed_signs "en" as original %}`: the warning signs signed in a language."""

from __future__ import annotations

from django import template

from appointments.signs import Signs, signed

register = template.Library()


@register.simple_tag
def signed_signs(language: str) -> Signs | None:
    return signed(language)
