from __future__ import annotations

from typing import Any

from django import template

from practice import translations

register = template.Library()


@register.filter
def words(row: Any) -> str:
    """The digest of what somebody is looking at."""
    return translations.digest(row.original, row.page)
