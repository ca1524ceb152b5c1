"""How the practice did in a stretch of days: counts and shares, never a patient.

Each figure is one statement over an index; what exactly it counts is said beside it on the screen
(templates/admin/desk/reports.html), so a change here is a change of those words, too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import calendars, wording
from .intervals import Interval, subtract, union
from .models import Appointment, Status
from .rules import ONE_DAY, Rules, instant

LONGEST = dt.timedelta(days=366)
BY_THE_DAY = 31  # longer stretches are drawn week by week
KEPT = (Status.FULFILLED, Status.NOSHOW)
GIVEN = (Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN, Status.FULFILLED, Status.NOSHOW)
# Days between asking and the visit: the first day of each group.
LEADS = (
    (0, gettext_lazy("The same day")),
    (1, gettext_lazy("1 or 2 days before")),
    (3, gettext_lazy("3 to 7 days before")),
    (8, gettext_lazy("8 to 14 days before")),
    (15, gettext_lazy("15 days before, or more")),
)


@dataclass(frozen=True)
class Period:
    """Whole days of the practice, both included."""

    first: dt.date
    last: dt.date
    zone: ZoneInfo

    @property
    def during(self) -> Interval:
        midnight = dt.time()
        return Interval(
            instant(self.first, midnight, self.zone),
            instant(self.last + ONE_DAY, midnight, self.zone),
        )

    @property
    def step(self) -> str:
        return "day" if (self.last - self.first).days < BY_THE_DAY else "week"

    @property
    def in_words(self) -> str:
        return _("%(first)s to %(last)s") % {
            "first": wording.date(self.first),
            "last": wording.date(self.last),
        }


def share(part: float, whole: float) -> int | None:
    """In percent; None of nothing."""
    return round(100 * part / whole) if whole else None


@dataclass(frozen=True)
class Answers:
    """Requests that came in on one day or in one week; `begins` None: in all."""

    begins: dt.date | None
    in_time: int
    late: int
    never: int
    withdrawn: int
    waiting: int
    half_within: dt.timedelta | None
    most_within: dt.timedelta | None

    @property
    def asked(self) -> int:
        return self.in_time + self.late + self.never + self.withdrawn + self.waiting

    @property
    def due(self) -> int:
        """Those that somebody had to answer, and whose time to answer is over or used."""
        return self.in_time + self.late + self.never

    @property
    def kept(self) -> int | None:
        return share(self.in_time, self.due)


@dataclass(frozen=True)
class NoShows:
    what: str
    missed: int
    visits: int

    @property
    def rate(self) -> int | None:
        return share(self.missed, self.visits)


@dataclass(frozen=True)
class Use:
    who: str
    offered: float  # hours
    given: float

    @property
    def rate(self) -> int | None:
        return share(self.given, self.offered)


@dataclass(frozen=True)
class Source:
    what: str
    count: int
    of: int

    @property
    def rate(self) -> int | None:
        return share(self.count, self.of)


_ANSWERS = """
WITH asked AS (
  SELECT date_trunc(%(step)s, request.created_at AT TIME ZONE %(zone)s)::date AS begins,
         request.created_at, request.answer_due_at AS due, answer.at,
         answer.actor IN ('desk', 'practitioner') AS by_us, answer.actor = 'patient' AS by_patient
    FROM appointments_appointment AS request
    JOIN appointments_statuschange AS began ON began.appointment_id = request.id
         AND began.from_status = '' AND began.to_status = 'pending'
    LEFT JOIN LATERAL (
      SELECT at, actor FROM appointments_statuschange
       WHERE appointment_id = request.id AND from_status = 'pending' ORDER BY at, id LIMIT 1
    ) AS answer ON true
   WHERE request.created_at >= %(start)s AND request.created_at < %(end)s
)
SELECT begins,
       count(*) FILTER (WHERE by_us AND NOT coalesce(at > due, false)),
       count(*) FILTER (WHERE by_us AND at > due),
       count(*) FILTER (WHERE (at IS NULL AND due <= %(now)s) OR NOT (by_us OR by_patient)),
       count(*) FILTER (WHERE by_patient),
       count(*) FILTER (WHERE at IS NULL AND due > %(now)s),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY at - created_at) FILTER (WHERE by_us),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY at - created_at) FILTER (WHERE by_us)
  FROM asked GROUP BY GROUPING SETS ((begins), ()) ORDER BY begins NULLS FIRST
"""

_NO_SHOWS = """
WITH over AS (
  SELECT visit_type_id, status = 'noshow' AS missed, CASE
           WHEN days < 1 THEN 0 WHEN days < 3 THEN 1 WHEN days < 8 THEN 3 WHEN days < 15 THEN 8
           ELSE 15 END AS lead
    FROM (SELECT visit_type_id, status, (starts_at AT TIME ZONE %(zone)s)::date
                 - (created_at AT TIME ZONE %(zone)s)::date AS days
            FROM appointments_appointment
           WHERE starts_at >= %(start)s AND starts_at < %(end)s AND status = ANY(%(kept)s)) AS one
)
SELECT kind.name, lead, count(*) FILTER (WHERE missed), count(*)
  FROM over JOIN appointments_visittype AS kind ON kind.id = visit_type_id
 GROUP BY GROUPING SETS ((kind.position, kind.slug, kind.name), (lead), ())
 ORDER BY kind.position, kind.slug
"""

_GIVEN = """
SELECT practitioner_id, offered_seconds, extract(epoch FROM (
         SELECT sum(upper(piece) - lower(piece)) FROM unnest(offered * visits.taken) AS piece
       ))::float8
  FROM (SELECT practitioner_id, hours.offered::tstzmultirange - coalesce(busy.taken, '{}')
               AS offered
          FROM unnest(%(people)s::bigint[], %(hours)s::text[]) AS hours (practitioner_id, offered)
          LEFT JOIN (SELECT practitioner_id, range_agg(during) AS taken
                       FROM appointments_busytime
                      WHERE practitioner_id = ANY(%(people)s)
                        AND during && tstzrange(%(start)s, %(end)s)
                      GROUP BY practitioner_id) AS busy USING (practitioner_id)) AS person
  CROSS JOIN LATERAL (
         SELECT extract(epoch FROM sum(upper(piece) - lower(piece)))::float8 AS offered_seconds
           FROM unnest(offered) AS piece) AS whole
  LEFT JOIN (SELECT practitioner_id, range_agg(tstzrange(
                      starts_at - make_interval(mins => buffer_before_minutes),
                      ends_at + make_interval(mins => buffer_after_minutes))) AS taken
               FROM appointments_appointment
              WHERE starts_at >= %(start)s AND starts_at < %(end)s AND status = ANY(%(given)s)
                AND NOT is_work_in
              GROUP BY practitioner_id) AS visits USING (practitioner_id)
"""

_SOURCES = """
SELECT source, count(*) FROM appointments_appointment
 WHERE created_at >= %(start)s AND created_at < %(end)s AND replaces_id IS NULL
   AND status <> 'entered-in-error'
 GROUP BY source
"""


def answers(period: Period, *, now: dt.datetime) -> tuple[Answers, list[Answers]]:
    """In all, and for each day or week on which anybody asked."""
    rows = [Answers(*row) for row in _read(_ANSWERS, period, step=period.step, now=now)]
    return rows[0], rows[1:]


def no_shows(period: Period) -> tuple[NoShows, list[NoShows], list[NoShows]]:
    """In all, by kind of visit, and by how long before it was booked."""
    by_type, by_lead = [], {}
    whole = NoShows(_("All visits"), 0, 0)
    for name, lead, missed, visits in _read(_NO_SHOWS, period, kept=list(KEPT)):
        if name is not None:
            by_type.append(NoShows(name, missed, visits))
        elif lead is not None:
            by_lead[lead] = (missed, visits)
        else:
            whole = NoShows(_("All visits"), missed, visits)
    leads = [NoShows(str(words), *by_lead[first]) for first, words in LEADS if first in by_lead]
    return whole, by_type, leads


def use_of_time(period: Period) -> tuple[Use, list[Use]]:
    """In all, and for each person who could be booked."""
    rules = calendars.rules_from(period.during.start)
    hours = {one.id: _multirange(_open(rules, one.id, period)) for one in rules.people}
    rows = _read(_GIVEN, period, given=list(GIVEN), people=list(hours), hours=list(hours.values()))
    seconds = {person: (offered or 0.0, given or 0.0) for person, offered, given in rows}
    uses = [
        Use(one.name, offered / 3600, given / 3600)
        for one in rules.people
        for offered, given in (seconds[one.id],)
        if offered
    ]
    whole = Use(_("Everybody"), sum(one.offered for one in uses), sum(one.given for one in uses))
    return whole, uses


def sources(period: Period) -> list[Source]:
    counts = dict(_read(_SOURCES, period))
    whole = sum(counts.values())
    return [
        Source(str(words), counts.get(value, 0), whole)
        for value, words in Appointment.Source.choices
    ]


def _open(rules: Rules, person: int, period: Period) -> list[Interval]:
    """The person's hours in the period, less what was closed."""
    pieces: list[Interval] = []
    length = (period.last - period.first).days
    # A window of the evening before may reach into the first day.
    days = [period.first + n * ONE_DAY for n in range(-1, length + 1)]
    for works in rules.works:
        if works.practitioner != person:
            continue
        shut = [one.during for one in rules.closed if one.shuts(person, works.location)]
        windows = (window for day in days if (window := works.on(day, rules.zone)))
        pieces += subtract((one for w in windows if (one := w.clip(period.during))), shut)
    return union(pieces)


def _multirange(pieces: Iterable[Interval]) -> str:
    ranges = ",".join(f"[{one.start.isoformat()},{one.end.isoformat()})" for one in pieces)
    return f"{{{ranges}}}"


def _read(statement: str, period: Period, **more: Any) -> list[tuple[Any, ...]]:
    during = period.during
    said: dict[str, Any] = {"start": during.start, "end": during.end, "zone": period.zone.key}
    with connection.cursor() as cursor:
        cursor.execute(statement, said | more)
        return list(cursor.fetchall())
