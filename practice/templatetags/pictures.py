"""`{% load pictures %}`

{% shown picture alt="What it shows" sizes="100vw" class="drawing" %}   in the copies that there are

The first one of a page is fetched at once, the others when a reader comes near.
"""

from __future__ import annotations

from typing import Any

from django import template

from practice import renditions
from practice.models import Picture

register = template.Library()


@register.inclusion_tag("includes/shown.html", takes_context=True)
def shown(
    context: template.Context, picture: Picture, alt: str, sizes: str, **attributes: str
) -> dict[str, Any]:
    request = context.get("request")
    is_first = request is not None and not getattr(request, "has_shown_a_picture", False)
    if request is not None:
        request.has_shown_a_picture = True
    return {
        "picture": renditions.shown(picture),
        "alt": alt,
        "sizes": sizes,
        "class": attributes.get("class", ""),
        "is_first": is_first,
    }
