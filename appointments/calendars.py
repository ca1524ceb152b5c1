"""From rows to the plain values that availability works on, and free times remembered.

Reading free times costs at most three statements: the versions, the rules, and one range query
over what is taken. While no version has changed it costs one.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet

from practice.models import Practice

from .availability import Calendar, Given, Slot, free_slots
from .intervals import Interval
from .models import CalendarVersion, Occupancy
from .rules import ONE_DAY, WEEKDAYS, Closed, Hours, Paused, Person, Place, Rules, Visit, Works

# Nothing that is taken reaches further past its visit than the longest buffers and visit allowed.
LONGEST_REACH = dt.timedelta(hours=16)
REMEMBERED_AT_MOST = 256

T = TypeVar("T")

_RULES = """
SELECT json_build_object(
  'practice', (SELECT json_build_object('zone', time_zone, 'promise', reply_promise_minutes)
               FROM practice_practice ORDER BY id LIMIT 1),
  'desk', (SELECT json_agg(json_build_array(days, opens, closes)) FROM practice_deskhours),
  'visits', (SELECT json_agg(json_build_array(id, slug, modality, minutes, buffer_before_minutes,
               buffer_after_minutes, minimum_notice_minutes, horizon_days, confirmation,
               start_interval_minutes, position, cut_off, daily_cap, name) ORDER BY position, slug)
             FROM appointments_visittype WHERE active),
  'people', (SELECT json_agg(json_build_array(id, slug, name, credentials) ORDER BY position, slug)
             FROM practice_practitioner WHERE bookable),
  'places', (SELECT json_agg(json_build_array(id, slug, name, city,
               (SELECT json_agg(json_build_array(days, opens, closes))
                FROM practice_openinghours WHERE location_id = place.id)) ORDER BY position, slug)
             FROM practice_location AS place),
  'works', (SELECT json_agg(json_build_array(practitioner_id, location_id,
               (SELECT json_agg(visittype_id) FROM appointments_workinghours_visit_types
                WHERE workinghours_id = hours.id),
               days, opens, closes, from_date, until_date, same_day_from) ORDER BY hours.id)
            FROM appointments_workinghours AS hours
            JOIN practice_practitioner AS person ON person.id = practitioner_id AND bookable),
  'extra', (SELECT json_agg(json_build_array(practitioner_id, location_id,
               (SELECT json_agg(visittype_id) FROM appointments_extrasession_visit_types
                WHERE extrasession_id = session.id),
               day, opens, closes, same_day_from) ORDER BY session.id)
            FROM appointments_extrasession AS session
            JOIN practice_practitioner AS person ON person.id = practitioner_id AND bookable
            WHERE day >= %s),
  'closed', (SELECT json_agg(json_build_array(extract(epoch FROM lower(during)),
               extract(epoch FROM upper(during)), location_id, practitioner_id))
             FROM practice_closure WHERE during && tstzrange(%s, NULL)),
  'paused', (SELECT json_agg(json_build_array(extract(epoch FROM begins),
               extract(epoch FROM until), visit_type_id, practitioner_id))
             FROM appointments_pause WHERE ended_at IS NULL AND until > %s)
)::text
"""


# In seconds: to read thousands of time stamps as text takes longer than everything else here.
_TAKEN = """
SELECT practitioner_id, extract(epoch FROM lower(during))::float8,
       extract(epoch FROM upper(during))::float8, visit_type_id,
       extract(epoch FROM starts_at)::float8
  FROM appointments_occupancy
  WHERE practitioner_id = ANY(%s) AND during && tstzrange(%s, %s)
    AND (expires_at IS NULL OR expires_at > %s) AND NOT key = ANY(%s::uuid[])
UNION ALL
SELECT practitioner_id, extract(epoch FROM lower(during))::float8,
       extract(epoch FROM upper(during))::float8, 0, NULL
  FROM appointments_busytime
  WHERE practitioner_id = ANY(%s) AND during && tstzrange(%s, %s)
"""


def rules_from(now: dt.datetime) -> Rules:
    """What the practice has laid down, in one statement. Closures long past are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_RULES, [(now - 3 * ONE_DAY).date(), now - 2 * ONE_DAY, now])
        (text,) = cursor.fetchone()
    said: dict[str, Any] = json.loads(text)
    nobody_yet = Practice()
    practice = said["practice"] or {
        "zone": nobody_yet.time_zone,
        "promise": nobody_yet.reply_promise_minutes,
    }
    weekly = said["works"] or ()
    once = [
        (person, place, visits, WEEKDAYS, opens, closes, day, day, opened)
        for person, place, visits, day, opens, closes, opened in said["extra"] or ()
    ]
    works = tuple(
        Works(
            practitioner=person,
            location=place,
            visit_types=frozenset(visits or ()),
            hours=_hours(days, opens, closes),
            from_date=_date(begins),
            until_date=_date(ends),
            same_day_from=_time(opened),
        )
        for person, place, visits, days, opens, closes, begins, ends, opened in (*weekly, *once)
    )
    places = tuple(
        Place(id, slug, name, city, tuple(_hours(*one) for one in hours or ()))
        for id, slug, name, city, hours in said["places"] or ()
    )
    desk = tuple(_hours(*one) for one in said["desk"] or ())
    return Rules(
        zone=ZoneInfo(practice["zone"]),
        promise_minutes=practice["promise"],
        desk=desk or _whenever_somebody_is_there(places, works),
        visits=tuple(
            Visit(*(*one, _time(cut_off), cap, name))
            for *one, cut_off, cap, name in said["visits"] or ()
        ),
        people=tuple(
            Person(id, slug, f"{name}, {credentials}" if credentials else name, position)
            for position, (id, slug, name, credentials) in enumerate(said["people"] or ())
        ),
        places=places,
        works=works,
        closed=tuple(
            Closed(Interval(_moment(start), _moment(end)), location, practitioner)
            for start, end, location, practitioner in said["closed"] or ()
        ),
        paused=tuple(
            Paused(Interval(_moment(start), _moment(end)), visit_type, practitioner)
            for start, end, visit_type, practitioner in said["paused"] or ()
        ),
    )


def load(
    *,
    now: dt.datetime,
    first: dt.date,
    days: int,
    rules: Rules | None = None,
    practitioners: Iterable[int] | None = None,
    own: Iterable[uuid.UUID] = (),
) -> Calendar:
    """Rules, and everything taken from `first` for `days` days: two statements, one without rules
    to read.

    What the keys `own` have is left out, so that it never blocks the one who has it; so are holds
    and offers that have run out.
    """
    rules = rules or rules_from(now)
    begins = dt.datetime.combine(first - ONE_DAY, dt.time(), rules.zone).astimezone(dt.UTC)
    ends = begins + (days + 2) * ONE_DAY
    wanted = [one.id for one in rules.people] if practitioners is None else list(practitioners)
    reach = (begins - LONGEST_REACH, ends + LONGEST_REACH)
    taken: dict[int, list[Interval]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [wanted, *reach, now, list(own), wanted, *reach])
        for practitioner, start, end, visit_type, starts_at in cursor.fetchall():
            given = Given(
                _moment(start), _moment(end), visit_type, starts_at and _moment(starts_at)
            )
            taken.setdefault(practitioner, []).append(given)
    return Calendar(rules, taken)


@dataclass(frozen=True)
class Known:
    """The calendars as they stand, under their versions. For pages and lists: what is worked out
    is remembered until a calendar changes or the minute ends. A verb asks afresh under its lock.
    """

    versions: tuple[tuple[int, int], ...]
    now: dt.datetime

    @property
    def rules(self) -> Rules:
        return self._remembered(("rules",), lambda: rules_from(self.now))

    def free_times(
        self,
        visit_type: str,
        *,
        first: dt.date | None = None,
        days: int | None = None,
        practitioner: str | None = None,
    ) -> tuple[Slot, ...]:
        """As `availability.free_slots`; also the times that can only be had by telephone."""

        def work_out() -> tuple[Slot, ...]:
            visit = self.rules.visit(visit_type)
            if visit is None:
                return ()
            begins = first or self.rules.today(self.now)
            calendar = load(
                now=self.now,
                first=begins,
                days=days or visit.horizon_days + 2,
                rules=self.rules,
            )
            return tuple(
                free_slots(
                    self.rules,
                    calendar.taken,
                    visit_type=visit_type,
                    now=self.now,
                    first=begins,
                    days=days,
                    practitioner=practitioner,
                )
            )

        minute = self.now.replace(second=0, microsecond=0)
        return self._remembered(("free", minute, visit_type, first, days, practitioner), work_out)

    def _remembered(self, asked: tuple[object, ...], work_out: Callable[[], T]) -> T:
        if not self.versions:  # nobody to have a calendar yet
            return work_out()
        asked = (self.versions, *asked)
        known: T | None = _memory.get(asked)
        if known is None:
            known = work_out()
            if len(_memory) >= REMEMBERED_AT_MOST:
                _memory.clear()
            _memory[asked] = known
        return known


_memory: dict[tuple[object, ...], Any] = {}


def at(now: dt.datetime) -> Known:
    """One statement: the versions. They are read first, so that what is worked out afterwards is
    never older than the number it is remembered under."""
    rows = CalendarVersion.objects.order_by("pk").values_list("pk", "version")
    return Known(tuple(rows), now)


def free_times(
    *,
    visit_type: str,
    now: dt.datetime,
    first: dt.date | None = None,
    days: int | None = None,
    practitioner: str | None = None,
) -> tuple[Slot, ...]:
    """One question at once; several at the same moment share one `at(now)`."""
    return at(now).free_times(visit_type, first=first, days=days, practitioner=practitioner)


def nearest(slot: Slot, *, now: dt.datetime, count: int = 3) -> list[Slot]:
    """The times nearest to one that cannot be had, of the same visit type, in order."""
    rules = rules_from(now)
    first, days = max(slot.start.astimezone(rules.zone).date() - ONE_DAY, rules.today(now)), 15
    calendar = load(now=now, first=first, days=days, rules=rules)
    free = [
        one
        for one in free_slots(
            rules, calendar.taken, visit_type=slot.visit_type, now=now, first=first, days=days
        )
        if not one.call_us
    ]
    return sorted(
        sorted(free, key=lambda one: (abs(one.start - slot.start), one.start))[:count],
        key=lambda one: one.start,
    )


def with_names(rows: QuerySet[Occupancy]) -> QuerySet[Occupancy]:
    """For `slot_of`: their people, places and visit types in the same query."""
    return rows.select_related("practitioner", "location", "visit_type")


def slot_of(row: Occupancy) -> Slot:
    """The time that a row takes."""
    return Slot(
        row.visit_type.slug,
        row.practitioner.slug,
        row.location.slug if row.location else None,
        row.starts_at,
        row.ends_at,
    )


def _whenever_somebody_is_there(
    places: tuple[Place, ...], works: tuple[Works, ...]
) -> tuple[Hours, ...]:
    """For a practice that has not said when its desk answers."""
    return tuple(
        dict.fromkeys(
            [hours for place in places for hours in place.hours] + [one.hours for one in works]
        )
    )


def _hours(days: Iterable[str], opens: str, closes: str) -> Hours:
    return Hours(frozenset(days), dt.time.fromisoformat(opens), dt.time.fromisoformat(closes))


def _time(text: str | None) -> dt.time | None:
    return dt.time.fromisoformat(text) if text else None


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
