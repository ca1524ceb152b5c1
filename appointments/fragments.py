"""What moves on public pages: the next free times, three ways."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from practice import clock, moving
from practice.models import Practice

from . import calendars, pausing, shown, wording
from .availability import Slot
from .rules import Desk

TIMES = 3


@dataclass(frozen=True)
class Next:
    """`when` is the day, unless it is today."""

    when: str
    time: shown.Time


@dataclass(frozen=True)
class Way:
    glyph: str
    heading: str
    times: list[Next]
    all_times: str
    url: str
    nothing: str


def _nobody_knows() -> str:
    """When the times are too old to be shown."""
    return render_to_string(
        "appointments/next_times.html", {"ways": [], "phone": Practice.objects.current().phone}
    )


@moving.fragment("next_times", fallback=_nobody_knows)
def next_times() -> str:
    """The next times that can really be asked for, each as a link that leads straight to it."""
    now = clock.now()
    known = calendars.at(now)
    zone = known.rules.zone
    slots = sorted(
        (
            slot
            for visit in known.rules.visits
            for slot in known.free_times(visit.slug)
            if not slot.call_us
        ),
        key=lambda slot: slot.start,
    )
    page = reverse("appointments:free")
    ways = [
        Way(
            "video",
            _("By video"),
            _first([slot for slot in slots if slot.location is None], zone, now),
            _("All times by video"),
            f"{page}?place=video",
            _("No video time is free just now."),
        ),
        Way(
            "evening",
            _("After hours"),
            _first([s for s in slots if s.location and _is_after_hours(s, zone)], zone, now),
            _("All times"),
            page,
            _("No evening time is free just now."),
        ),
        Way(
            "office",
            _("In the office"),
            _first([s for s in slots if s.location and not _is_after_hours(s, zone)], zone, now),
            _("All times"),
            page,
            _("No office time is free just now."),
        ),
    ]
    offered = {visit.modality for visit in known.rules.visits}
    if "virtual" not in offered:
        ways = [way for way in ways if way.glyph != "video"]
    ways = [way for way in ways if way.times or way.glyph != "evening"]
    return render_to_string(
        "appointments/next_times.html",
        {
            "ways": ways,
            "phone": Practice.objects.current().phone,
            "paused": pausing.said(zone, now=now),
        },
    )


def _call_us() -> str:
    return render_to_string(
        "appointments/who_answers.html", {"phone": Practice.objects.current().phone}
    )


@moving.fragment("who_answers", fallback=_call_us)
def who_answers() -> str:
    """Whether somebody answers just now, and by when a message written now is answered."""
    now = clock.now()
    rules = calendars.at(now).rules
    promise = Desk.at(now, rules).promise
    answer_by = wording.soon(promise, rules.zone, now=now) if promise else ""
    return render_to_string(
        "appointments/who_answers.html",
        {"number": shown.number(rules, now=now), "answer_by": answer_by},
    )


def _is_after_hours(slot: Slot, zone: ZoneInfo) -> bool:
    """While the office is closed, or in the evening that some offices keep open for this."""
    return slot.after_hours or slot.start.astimezone(zone).time() >= shown.TONIGHT


def _first(slots: list[Slot], zone: ZoneInfo, now: dt.datetime) -> list[Next]:
    today = now.astimezone(zone).date()
    found: list[Next] = []
    seen: set[dt.datetime] = set()
    for slot in slots:
        if slot.start in seen:
            continue
        seen.add(slot.start)
        time = shown.a_time(slot, zone)
        day = "" if time.date == today else wording.near_day(time.date, today=today)
        found.append(Next(day, time))
        if len(found) == TIMES:
            break
    return found
