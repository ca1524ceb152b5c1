"""Many booked visits on one day, written straight into the tables: how a full list behaves."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.models import Appointment, Kind, Occupancy, Patient, State, Status, StatusChange
from practice.models import Practitioner
from tests.people import Clinic

EACH = dt.timedelta(minutes=5)
A_DAY = 100  # visits of one person


def a_crowd(clinic: Clinic, now: dt.datetime, *, count: int) -> None:
    """`count` visits booked from midnight on, a hundred for each of as many people as needed."""
    midnight = dt.datetime.combine(now.date(), dt.time(), clinic.practice.zone)
    people = Practitioner.objects.bulk_create(
        Practitioner(slug=f"dr-{n}", name=f"Dora Day {n}", role="physician", position=9 + n)
        for n in range(-(-count // A_DAY))
    )
    patients = Patient.objects.bulk_create(
        Patient(
            given_name="Pat",
            family_name=f"Number {n}",
            birth_date=dt.date(1950, 1, 1),
            phone="+12145550111",
            created_at=now,
        )
        for n in range(count)
    )
    times = [
        {
            "practitioner": people[n // A_DAY],
            "location": clinic.office,
            "visit_type": clinic.office_visit,
            "starts_at": midnight + EACH * (n % A_DAY),
            "ends_at": midnight + EACH * (n % A_DAY + 1),
            "key": uuid.uuid4(),
        }
        for n in range(count)
    ]
    taken = Occupancy.objects.bulk_create(
        Occupancy(
            **time,
            during=DateTimeTZRange(time["starts_at"], time["ends_at"]),
            state=State.BUSY,
            kind=Kind.VISIT,
        )
        for time in times
    )
    visits = Appointment.objects.bulk_create(
        Appointment(
            **time,
            status=Status.BOOKED,
            modality="in-person",
            occupancy=occupancy,
            patient=patient,
            created_at=now,
        )
        for time, occupancy, patient in zip(times, taken, patients, strict=True)
    )
    StatusChange.objects.bulk_create(
        StatusChange(appointment=visit, to_status=Status.BOOKED, at=now, actor="desk")
        for visit in visits
    )
