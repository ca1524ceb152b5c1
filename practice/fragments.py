"""What moves on our pages: whether we are open now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from practice import clock, moving, opening
from practice.models import Closure, Location, Practice
from practice.templatetags.practice import day, wall_time


def at_each() -> dict[str, str]:
    """By location, the list with that one alone."""
    return {slug: listed([line]) for slug, line in lines().items()}


@moving.fragment("open_now", each=at_each)
def open_now() -> str:
    """A list: each location, whether it is open, and until or from when."""
    return listed(lines().values())


def listed(items: Collection[str]) -> str:
    inner = format_html_join("", "{}", ((item,) for item in items))
    return format_html('<ul class="opening">{}</ul>', inner) if items else ""


def lines() -> dict[str, str]:
    practice, now = Practice.objects.current(), clock.now()
    closures = list(
        Closure.objects.filter(practitioner=None, during__endswith__gt=now).values_list(
            "location", "during"
        )
    )
    found: dict[str, str] = {}
    for location in Location.objects.with_hours():
        state = opening.state(
            location.hours.all(),
            zone=practice.zone,
            now=now,
            closed=[
                (during.lower, during.upper)
                for place, during in closures
                if place in (None, location.pk)
            ],
        )
        found[location.slug] = format_html(
            '<li class="{}"><strong>{}</strong> {}</li>',
            "open-now" if state.open else "closed-now",
            location.said("name"),
            sentence(state, now, practice),
        )
    return found


def sentence(state: opening.State, now: dt.datetime, practice: Practice) -> str:
    """`Open now, until 5:00 PM`; `Closed. Opens Monday, November 23, 8:00 AM`."""
    if state.open and state.until is None:
        return _("Open now, day and night")
    if state.open and state.until:
        return _("Open now, until %(time)s") % {"time": when(state.until, now, practice)}
    if state.opens:
        return _("Closed. Opens %(time)s") % {"time": when(state.opens, now, practice)}
    return _("Closed")


def when(instant: dt.datetime, now: dt.datetime, practice: Practice) -> str:
    """The time alone today, `tomorrow, 8:00 AM`, or with the day."""
    local, today = instant.astimezone(practice.zone), now.astimezone(practice.zone).date()
    time = wall_time(local)
    days = (local.date() - today).days
    if days == 0 or (days == 1 and local.time() == dt.time(0)):
        return time
    if days == 1:
        return _("tomorrow, %(time)s") % {"time": time}
    return f"{day(local)}, {time}"
