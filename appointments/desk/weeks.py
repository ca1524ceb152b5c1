"""One week of everybody's hours, in words and as strips of 24 hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from appointments import wording
from appointments.desk.pages import Here
from appointments.intervals import Interval, subtract
from appointments.models import ExtraSession
from appointments.rules import ONE_DAY, Person, Rules, instant

A_DAY = 24 * 60  # minutes: the width of a strip


@dataclass(frozen=True)
class Stretch:
    """Some hours of one day: in words, and where they stand on a strip of 1440 minutes."""

    words: str
    where: str
    kinds: str
    x: int
    width: int
    is_video: bool
    session: int | None


@dataclass(frozen=True)
class Day:
    words: str
    date: dt.date
    stretches: list[Stretch]


@dataclass(frozen=True)
class Week:
    who: Person
    days: list[Day]
    changes: list[str]


def weeks(rules: Rules, monday: dt.date, names: dict[int, str], here: Here) -> list[Week]:
    sessions = {
        (one.practitioner_id, one.location_id, one.day, one.opens): one.pk
        for one in ExtraSession.objects.filter(day__range=(monday, monday + 6 * ONE_DAY))
    }
    return [
        Week(
            who,
            [_day(rules, who.id, monday + n * ONE_DAY, names, sessions) for n in range(7)],
            [wording.day(first) for first in _planned(rules, who.id, here.today)],
        )
        for who in rules.people
    ]


def _planned(rules: Rules, person: int, today: dt.date) -> list[dt.date]:
    """The first days of changes to come; an extra session is none."""
    firsts = {
        one.from_date
        for one in rules.works
        if one.practitioner == person and one.from_date and one.from_date != one.until_date
    }
    return sorted(first for first in firsts if first > today)


def _day(
    rules: Rules,
    person: int,
    day: dt.date,
    names: dict[int, str],
    sessions: dict[tuple[int, int | None, dt.date, dt.time], int],
) -> Day:
    stretches = []
    places = {place.id: place.name for place in rules.places}
    midnight = instant(day, dt.time(), rules.zone)
    for works in rules.works:
        window = works.on(day, rules.zone) if works.practitioner == person else None
        if window is None:
            continue
        shut = [one.during for one in rules.closed if one.shuts(person, works.location)]
        for piece in subtract([window], shut):
            x = round((piece.start - midnight).total_seconds() / 60)
            key = (person, works.location, day, works.hours.opens)
            stretches.append(
                Stretch(
                    _("%(from)s to %(until)s")
                    % {
                        "from": wording.time(piece.start, rules.zone),
                        "until": wording.time(piece.end, rules.zone),
                    },
                    places.get(works.location, "") if works.location else _("By video"),
                    ", ".join(names[one] for one in names if one in works.visit_types),
                    x,
                    min(round(piece.length.total_seconds() / 60), A_DAY - x),
                    works.location is None,
                    sessions.get(key) if works.from_date == works.until_date == day else None,
                )
            )
    return Day(wording.day(day), day, sorted(stretches, key=lambda one: one.x))


def closed_in(rules: Rules, monday: dt.date) -> list[str]:
    week = Interval(
        instant(monday, dt.time(), rules.zone), instant(monday + 7 * ONE_DAY, dt.time(), rules.zone)
    )
    people = {one.id: one.name for one in rules.people}
    places = {one.id: one.name for one in rules.places}
    lines = []
    for one in sorted(rules.closed, key=lambda closed: closed.during):
        if one.during.overlaps(week):
            who = people.get(one.practitioner, "") if one.practitioner else _("Everybody")
            where = places.get(one.location, "") if one.location else ""
            lines.append(
                _("%(who)s: closed from %(from)s until %(until)s")
                % {
                    "who": ", ".join(word for word in (who, where) if word),
                    "from": wording.when(one.during.start, rules.zone),
                    "until": wording.when(one.during.end, rules.zone),
                }
            )
    return lines
