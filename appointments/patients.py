"""One person's record: corrected by staff, and two of one person made one.

Verbs of their own, as those of `booking`: each one transaction with its row of history.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import Max, Q, QuerySet

from . import ehr
from .models import Appointment, Patient, PatientChange, Status
from .transactions import UNIQUE, lock, one_transaction, sqlstate

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# What staff may correct, and choose between when two records are made one.
FIELDS = (
    *("given_name", "family_name", "birth_date", "phone", "email", "contact_by", "voicemail_ok"),
    *("preferred_language", "needs", "patient_status", "reminders", "wants_no_invitation"),
    "chart_number",
)
LIVE = (Status.PENDING, Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN)
Kind = PatientChange.Kind


class ChangedMeanwhile(Exception):
    """The record is not any more as it was read; `patient` is how it stands."""

    def __init__(self, patient: Patient) -> None:
        super().__init__(f"record {patient.pk} has changed")
        self.patient = patient


class ChartNumberTaken(Exception):
    """Another person has this number; `patient` is who."""

    def __init__(self, patient: Patient) -> None:
        super().__init__(f"record {patient.pk} has this chart number")
        self.patient = patient


class AskFirst(Exception):
    """They may be two people: say `asked` once somebody has asked."""

    def __init__(self, doubts: Doubts) -> None:
        super().__init__("are these one person?")
        self.doubts = doubts


class Doubts:
    """Why two records may be two people."""

    def __init__(self, one: Patient, other: Patient) -> None:
        self.birth_dates = (one.birth_date, other.birth_date)
        self.charts = (one.chart_number, other.chart_number)
        self.crossing = list(_crossing(one, other))

    @property
    def born_on_two_days(self) -> bool:
        return self.birth_dates[0] != self.birth_dates[1]

    @property
    def two_charts(self) -> bool:
        return all(self.charts) and self.charts[0] != self.charts[1]

    def __bool__(self) -> bool:
        return self.born_on_two_days or self.two_charts or bool(self.crossing)


def version_of(patient: Patient) -> int:
    """Raised by whatever changes the record: the patient's own corrections, too."""
    return int(patient.events.aggregate(last=Max("pgh_id"))["last"] or 0)  # type: ignore[attr-defined]


def living(patient: Patient) -> Patient:
    """The record that is kept, where this one was merged."""
    return patient.merged_into or patient


def likely_same(patient: Patient) -> QuerySet[Patient]:
    """Other records with this telephone, or with this name and date of birth."""
    living = Patient.objects.living().exclude(pk=patient.pk).order_by()
    names = [patient.given_name, patient.family_name]
    same_name = living.filter(birth_date=patient.birth_date).called(names)
    same_number = living.filter(phone=patient.phone)
    either = same_number.values("pk").union(same_name.values("pk"))
    return Patient.objects.filter(pk__in=either).order_by("-birth_date", "pk")


@one_transaction
def correct(
    patient: Patient, *, said: Mapping[str, Any], seen: int, by: User, now: dt.datetime
) -> Patient:
    """What is known of a person is as `said` (names of FIELDS). Nothing different changes nothing.

    `seen` is `version_of` the record that was read. Raises ChangedMeanwhile, ChartNumberTaken,
    Busy.
    """
    current = Patient.objects.select_for_update().get(pk=patient.pk)
    different = _different(current, said)
    if not different:
        return current
    if current.merged_into_id or version_of(current) != seen:
        raise ChangedMeanwhile(current)
    _write(current, different)
    PatientChange.objects.create(
        patient=current, kind=Kind.CORRECTED, at=now, user=by, fields=_told(current, different)
    )
    corrected = Patient.objects.get(pk=current.pk)
    ehr.note_person(corrected, now=now)
    return corrected


@one_transaction
def merge(
    keep: Patient,
    drop: Patient,
    *,
    said: Mapping[str, Any],
    seen: tuple[int, int],
    by: User,
    now: dt.datetime,
    asked: bool = False,
) -> Patient:
    """Two records of one person become `keep`, with the values `said`. Every visit of `drop`, and
    with it its consents, messages, place on the waiting list and invitations, lies with `keep`;
    `drop` stays as it was and points there. Once it is done, doing it again changes nothing.

    Raises AskFirst unless `asked`, ChangedMeanwhile, ChartNumberTaken, Busy.
    """
    visits = Appointment.objects.filter(patient__in=(keep, drop)).order_by()
    lock(visits.values_list("practitioner", flat=True).distinct())
    rows = Patient.objects.select_for_update().in_bulk(sorted({keep.pk, drop.pk}))
    kept, dropped = rows[keep.pk], rows[drop.pk]
    if dropped.merged_into_id == kept.pk:
        return kept
    for row, version in zip((kept, dropped), seen, strict=True):
        if row.merged_into_id or version_of(row) != version:
            raise ChangedMeanwhile(row)
    if kept.pk == dropped.pk:
        raise ChangedMeanwhile(kept)
    doubts = Doubts(kept, dropped)
    if doubts and not asked:
        raise AskFirst(doubts)
    moved = list(Appointment.objects.filter(patient=dropped).values_list("reference", flat=True))
    Patient.objects.filter(Q(pk=dropped.pk) | Q(merged_into=dropped)).update(merged_into=kept)
    Appointment.objects.filter(patient=dropped).update(patient=kept)
    different = _different(kept, said)
    if different:
        _write(kept, different)
    PatientChange.objects.create(
        patient=kept,
        other=dropped,
        kind=Kind.MERGED,
        at=now,
        user=by,
        fields=_told(kept, different) | {"visits": ["", ", ".join(sorted(moved))]},
    )
    merged = Patient.objects.get(pk=kept.pk)
    ehr.note_person(merged, now=now)
    return merged


def _crossing(one: Patient, other: Patient) -> Iterable[tuple[Appointment, Appointment]]:
    """Live visits of the two at the same moment: nobody is in two places."""
    theirs = list(Appointment.objects.filter(patient=other, status__in=LIVE).with_people())
    for visit in Appointment.objects.filter(patient=one, status__in=LIVE).with_people():
        for another in theirs:
            if visit.starts_at < another.ends_at and another.starts_at < visit.ends_at:
                yield visit, another


def _different(patient: Patient, said: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := said.keys() - set(FIELDS):
        raise ValueError(f"not corrected here: {sorted(unknown)}")
    return {name: new for name, new in said.items() if getattr(patient, name) != new}


def _write(patient: Patient, different: dict[str, Any]) -> None:
    number = different.get("chart_number")
    if number:
        same = Patient.objects.living().filter(chart_number=number).exclude(pk=patient.pk)
        if other := same.first():
            raise ChartNumberTaken(other)
    try:
        Patient.objects.filter(pk=patient.pk).update(**different)
    except IntegrityError as error:
        if number and sqlstate(error) == UNIQUE:  # given to somebody else at this very moment
            raise ChartNumberTaken(patient) from error
        raise


def _told(before: Patient, different: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [str(getattr(before, name)), str(new)] for name, new in different.items()}
