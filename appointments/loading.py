"""Patients and visits of another system, loaded at once: all of a file or nothing.

One verb of its own: one transaction with the locks of everybody whose calendar it fills, and the
same constraint that no two visits cross. What was loaded before stays as it is now: the visit's
number in the other system is its key, the chart number the person's.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from . import changing, ehr, lapsing, messages
from .models import (
    HOLDS_TIME,
    Appointment,
    EhrEntry,
    Kind,
    Occupancy,
    Patient,
    State,
    Status,
    StatusChange,
)
from .transactions import lock, one_transaction
from .visit_files import Line, Person, Problems, Visit

VISITS_OF_THE_EHR = uuid.UUID("6f6b2c1e-3d0a-5b6e-9b61-0d1f5a2c7e48")
AT_ONCE = 500
LOADED = "loaded"


class CannotLoad(Exception):
    """Nothing was loaded; `problems` names every line that is in the way."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(f"{len(problems.found)} lines")
        self.problems = problems


@dataclass
class Report:
    people: int = 0
    known_people: int = 0
    visits: int = 0
    known_visits: int = 0
    told: int = 0
    differing: list[tuple[int, str]] = field(default_factory=list)


@one_transaction
def load(
    lines: list[Line], *, now: dt.datetime, dry_run: bool = False, tell: bool = False
) -> Report:
    """Everything that is not here yet. No message leaves, unless `tell`: then whoever has a visit
    to come hears of it; reminders go out as for any booked visit. Raises CannotLoad, Busy."""
    visits = [(line, line.visit) for line in lines if line.visit is not None]
    practitioners = {visit.practitioner.pk for _line, visit in visits}
    lock(practitioners)
    lapsing.release(practitioners, now)
    problems, report = Problems(), Report()
    people = _people(lines, problems, report, now)
    known = _known(visits)
    fresh: list[tuple[Line, Visit]] = []
    first: dict[str, int] = {}
    for line, visit in visits:
        earlier = first.setdefault(visit.visit_id, line.number)
        if earlier != line.number:
            problems.add(line.number, f"visit_id {visit.visit_id} stands in line {earlier} already")
        elif here := known.get(key_of(visit.visit_id)):
            report.known_visits += 1
            if _differs(here, visit):
                report.differing.append((line.number, here.reference))
        else:
            fresh.append((line, visit))
    _keep_apart(fresh, problems)
    if problems.found:
        raise CannotLoad(problems)
    report.visits = len(fresh)
    if dry_run:
        return report
    Patient.objects.bulk_create(
        (one for one in people.values() if one.pk is None), batch_size=AT_ONCE
    )
    written = _write(fresh, people, now)
    if tell:
        report.told = _tell(written, now)
    return report


def key_of(visit_id: str) -> uuid.UUID:
    return uuid.uuid5(VISITS_OF_THE_EHR, visit_id)


def _people(
    lines: Iterable[Line], problems: Problems, report: Report, now: dt.datetime
) -> dict[str, Patient]:
    """The record of each chart number: the one that is here, or a new one that is not saved."""
    said: dict[str, tuple[int, Person]] = {}
    for line in lines:
        number, first = said.setdefault(line.person.chart_number, (line.number, line.person))
        if _who(first) != _who(line.person):
            chart = line.person.chart_number
            problems.add(line.number, f"chart {chart} is somebody else's in line {number}")
    here = Patient.objects.living().exclude(chart_number="")
    found = {one.chart_number: one for one in here.filter(chart_number__in=list(said))}
    people: dict[str, Patient] = {}
    now_known = 0
    for chart, (number, person) in said.items():
        if patient := found.get(chart):
            now_known += 1
            if patient.birth_date != person.birth_date:
                problems.add(
                    number,
                    f"chart {chart} is here with another date of birth; correct one of the two",
                )
            people[chart] = patient
        else:
            people[chart] = Patient(**vars(person), created_at=now)
    report.known_people, report.people = now_known, len(said) - now_known
    return people


def _who(person: Person) -> tuple[str, str, dt.date]:
    return person.given_name.lower(), person.family_name.lower(), person.birth_date


def _known(visits: Iterable[tuple[Line, Visit]]) -> dict[uuid.UUID, Appointment]:
    keys = [key_of(visit.visit_id) for _line, visit in visits]
    return {one.key: one for one in Appointment.objects.filter(key__in=keys)}


def _differs(here: Appointment, visit: Visit) -> bool:
    return (here.starts_at, here.practitioner_id) != (visit.starts_at, visit.practitioner.pk)


def _keep_apart(fresh: list[tuple[Line, Visit]], problems: Problems) -> None:
    """No two visits of one person cross, in the file or with what is here."""
    holding = [(line, visit) for line, visit in fresh if visit.status in HOLDS_TIME]
    holding.sort(key=lambda one: (one[1].practitioner.pk, one[1].starts_at, one[0].number))
    for (before, one), (line, other) in pairwise(holding):
        if one.practitioner == other.practitioner and other.starts_at < one.ends_at:
            problems.add(line.number, f"this visit crosses the one of line {before.number}")
    if not holding:
        return
    first = min(visit.starts_at for _line, visit in holding)
    last = max(visit.ends_at for _line, visit in holding)
    taken: dict[int, list[tuple[dt.datetime, dt.datetime]]] = {}
    rows = Occupancy.objects.filter(
        practitioner__in={visit.practitioner.pk for _line, visit in holding},
        during__overlap=DateTimeTZRange(first, last),
    )
    for row in rows.order_by("during"):
        taken.setdefault(row.practitioner_id, []).append((row.during.lower, row.during.upper))
    for line, visit in holding:
        there = taken.get(visit.practitioner.pk, ())
        if any(start < visit.ends_at and visit.starts_at < end for start, end in there):
            problems.add(
                line.number, "somebody has this time here already; move one of the two visits"
            )


def _write(
    fresh: list[tuple[Line, Visit]], people: dict[str, Patient], now: dt.datetime
) -> list[Appointment]:
    rows = []
    for line, visit in fresh:
        place = {
            "practitioner": visit.practitioner,
            "location": visit.location,
            "visit_type": visit.kind,
            "starts_at": visit.starts_at,
            "ends_at": visit.ends_at,
            "key": key_of(visit.visit_id),
        }
        taken = None
        if visit.status in HOLDS_TIME:
            during = DateTimeTZRange(visit.starts_at, visit.ends_at)
            taken = Occupancy(**place, during=during, state=State.BUSY, kind=Kind.VISIT)
        patient = people[line.person.chart_number]
        cancelled = visit.status == Status.CANCELLED
        rows.append(
            Appointment(
                **place,
                patient=patient,
                occupancy=taken,
                status=visit.status,
                modality=visit.kind.modality,
                language=patient.preferred_language,
                cancelled_by=Appointment.Side.PRACTICE if cancelled else "",
                source=Appointment.Source.EHR,
                created_at=now,
            )
        )
    Occupancy.objects.bulk_create(
        (row.occupancy for row in rows if row.occupancy), batch_size=AT_ONCE
    )
    Appointment.objects.bulk_create(rows, batch_size=AT_ONCE)
    StatusChange.objects.bulk_create(
        (
            StatusChange(
                appointment=row,
                to_status=row.status,
                at=now,
                actor=StatusChange.Actor.SYSTEM,
                reason=LOADED,
            )
            for row in rows
        ),
        batch_size=AT_ONCE,
    )
    EhrEntry.objects.bulk_create(
        (
            EhrEntry(appointment=row, due=False, since=now, facts=ehr.facts(row), ticked_at=now)
            for row in rows
        ),
        batch_size=AT_ONCE,
    )
    return rows


def _tell(written: Iterable[Appointment], now: dt.datetime) -> int:
    told = 0
    for row in written:
        if row.status == Status.BOOKED and row.patient.email:
            messages.booked(changing.fresh(row), now=now)
            told += 1
    return told
