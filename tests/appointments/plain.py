"""Free times the slow way: every minute of some days is asked whether a visit may start there.

Written apart from appointments/availability.py and sharing nothing with it but the words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from appointments.intervals import Interval
from appointments.rules import Hours, Rules, Works

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@cache
def first_minute(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first minute at which the clock on the wall shows `wall` or later."""
    minute = (wall - DAY).replace(tzinfo=dt.UTC)
    while minute.astimezone(zone).replace(tzinfo=None) < wall:
        minute += MINUTE
    return minute


def window(hours: Hours, day: dt.date, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime] | None:
    if NAMES[day.weekday()] not in hours.days:
        return None
    last = day + DAY if hours.closes <= hours.opens else day
    return (
        first_minute(dt.datetime.combine(day, hours.opens), zone),
        first_minute(dt.datetime.combine(last, hours.closes), zone),
    )


def windows(hours: Hours, days: list[dt.date], zone: ZoneInfo) -> list[tuple[dt.datetime, ...]]:
    return [found for day in days if (found := window(hours, day, zone))]


Start = tuple[int, int | None, dt.datetime, str, dt.datetime | None]
"""Practitioner, place, start, why only by telephone, answer due."""
Answers = Callable[[dt.datetime], dt.datetime | None]


def facts(slot: Any) -> Start:
    """What availability.py says of a free time, to be compared."""
    place = slot.place.id if slot.place else None
    return slot.person.id, place, slot.start, slot.call_us, slot.answer_by


def free_starts(
    rules: Rules, taken: dict[int, list[Interval]], *, now: dt.datetime, first: dt.date, days: int
) -> set[Start]:
    """Every free time. `now` and every interval are whole minutes."""
    answer = answers(rules, now)
    return {
        found
        for works in rules.works
        for minute in grid(rules, works, now=now, first=first, days=days)
        if (found := start_of(rules, works, minute, taken, now=now, answer=answer))
    }


def starts_at(
    rules: Rules,
    taken: dict[int, list[Interval]],
    minute: dt.datetime,
    *,
    now: dt.datetime,
    answer: Answers,
) -> set[Start]:
    """What may start at one moment; `answer` is `answers(rules, now)`."""
    if minute.astimezone(rules.zone).fold:
        return set()
    return {
        found
        for works in rules.works
        if (works.location is None) == (rules.visits[0].modality == "virtual")
        and (found := start_of(rules, works, minute, taken, now=now, answer=answer))
    }


def start_of(
    rules: Rules,
    works: Works,
    minute: dt.datetime,
    taken: dict[int, list[Interval]],
    *,
    now: dt.datetime,
    answer: Answers,
) -> Start | None:
    visit = rules.visits[0]
    if minute - now < visit.notice * MINUTE:
        return None
    if is_closed(rules, works, minute) or is_taken(rules, works, minute, taken):
        return None
    if not is_open_to_ask(rules, works, minute, taken, now=now):
        return None
    due = None if visit.instant else answer(minute - visit.notice * MINUTE)
    call = "" if visit.instant or due else "nobody-answers-before"
    return works.practitioner, works.location, minute, call, due


def grid(
    rules: Rules, works: Works, *, now: dt.datetime, first: dt.date, days: int
) -> Iterator[dt.datetime]:
    zone, visit = rules.zone, rules.visits[0]
    if (works.location is None) != (visit.modality == "virtual"):
        return
    today = now.astimezone(zone).date()
    for offset in range(-1, days):
        day = first + offset * DAY
        earliest, latest = works.from_date or day, works.until_date or day
        if not (earliest <= day <= latest and day <= today + visit.horizon_days * DAY):
            continue
        opened = window(works.hours, day, zone)
        if opened is None:
            continue
        step = visit.start_interval or visit.buffer_before + visit.minutes + visit.buffer_after
        minute, since = opened[0], 0
        while minute + visit.minutes * MINUTE <= opened[1]:
            wall = minute.astimezone(zone)
            if since % step == 0 and not wall.fold and 0 <= (wall.date() - first).days < days:
                yield minute
            minute, since = minute + MINUTE, since + 1


def is_open_to_ask(
    rules: Rules,
    works: Works,
    minute: dt.datetime,
    taken: dict[int, list[Interval]],
    *,
    now: dt.datetime,
) -> bool:
    """Cut-off, release on the day and cap, for at least one of the days the minute belongs to."""
    zone, visit = rules.zone, rules.visits[0]
    date = minute.astimezone(zone).date()
    for day in (date - DAY, date):
        opened = window(works.hours, day, zone)
        if not opened or not opened[0] <= minute < opened[1]:
            continue
        if not (works.from_date or day) <= day <= (works.until_date or day):
            continue
        if day > now.astimezone(zone).date() + visit.horizon_days * DAY:
            continue
        since = (minute - opened[0]) // MINUTE
        step = visit.start_interval or visit.buffer_before + visit.minutes + visit.buffer_after
        if since % step or minute + visit.minutes * MINUTE > opened[1]:
            continue
        wall = [works.same_day_from, visit.cut_off]
        since_when = [first_minute(dt.datetime.combine(day, t), zone) if t else None for t in wall]
        if since_when[0] and now < since_when[0]:
            continue
        if since_when[1] and now >= since_when[1]:
            continue
        if visit.daily_cap is None or given_on(rules, works, day, taken) < visit.daily_cap:
            return True
    return False


def given_on(rules: Rules, works: Works, day: dt.date, taken: dict[int, list[Interval]]) -> int:
    """Visits of this kind that the person has on `day`: those that start in a window that opened
    then, and those of that date that start in no window."""
    zone, count = rules.zone, 0
    mine = [
        one
        for one in rules.works
        if one.practitioner == works.practitioner
        and (one.location is None) == (rules.visits[0].modality == "virtual")
    ]
    for row in taken.get(works.practitioner, []):
        start = getattr(row, "starts_at", None)
        if start is None:
            continue
        date = start.astimezone(zone).date()
        inside = {
            one_day
            for one in mine
            for one_day in (date - DAY, date)
            if (one.from_date or one_day) <= one_day <= (one.until_date or one_day)
            and (opened := window(one.hours, one_day, zone))
            and opened[0] <= start < opened[1]
        }
        count += day in inside if inside else day == date
    return count


def is_closed(rules: Rules, works: Works, minute: dt.datetime) -> bool:
    return any(
        one.during.start <= minute + n * MINUTE < one.during.end
        for one in rules.closed
        for n in range(rules.visits[0].minutes)
        if one.practitioner in (None, works.practitioner) and one.location in (None, works.location)
    )


def is_taken(
    rules: Rules, works: Works, minute: dt.datetime, taken: dict[int, list[Interval]]
) -> bool:
    visit = rules.visits[0]
    needs = range(-visit.buffer_before, visit.minutes + visit.buffer_after)
    return any(
        one.start <= minute + n * MINUTE < one.end
        for one in taken.get(works.practitioner, [])
        for n in needs
    )


def answers(rules: Rules, now: dt.datetime) -> Answers:
    today = now.astimezone(rules.zone).date()
    days = [today + offset * DAY for offset in range(-1, 9)]
    opened = [one for hours in rules.desk for one in windows(hours, days, rules.zone)]
    shut = [one.during for one in rules.closed if one.practitioner is None and one.location is None]
    minute, counted, someone, promise = now, 0, None, None
    while minute < now + 8 * DAY:
        there = any(start <= minute < end for start, end in opened)
        if there and not any(one.start <= minute < one.end for one in shut):
            someone = someone or minute
            counted += 1
        minute += MINUTE
        if counted == rules.promise_minutes:
            promise = minute
            break

    def answer(latest: dt.datetime) -> dt.datetime | None:
        due = min(latest, promise) if promise else latest
        return due if someone is not None and someone < due else None

    return answer
