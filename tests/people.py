"""Invented people and a small practice, written straight into the tables. Plain functions."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from appointments import booking, calendars
from appointments.availability import Slot
from appointments.models import Appointment, VisitType, WorkingHours
from practice.models import DeskHours, Location, OpeningHours, Practice, Practitioner

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
EVERY_DAY = [*WEEKDAYS, "sat", "sun"]


@dataclass(frozen=True)
class Clinic:
    practice: Practice
    office: Location
    doctor: Practitioner
    assistant: Practitioner
    office_visit: VisitType  # instant, in the office with the doctor, weekdays 8:30 to 16:30
    same_day: (
        VisitType  # a request, by video with the assistant, 15:00 to 19:00, today and tomorrow
    )


def a_clinic(zone: str = "America/Chicago") -> Clinic:
    practice, _ = Practice.objects.update_or_create(
        pk=1,
        defaults={
            "name": "Example Spine Clinic",
            "short_name": "Example Spine",
            "time_zone": zone,
            "phone": "+12145550142",
            "email": "frontdesk@example.com",
            "reply_promise_minutes": 120,
            "licensed_states": ["TX"],
        },
    )
    DeskHours.objects.create(
        practice=practice, days=EVERY_DAY, opens=dt.time(7, 30), closes=dt.time(20, 30)
    )
    office = Location.objects.create(
        slug="main-street",
        name="Main Street office",
        street="1 Main Street",
        city="Springfield",
        state="TX",
        postal_code="75001",
        phone="+12145550142",
    )
    OpeningHours.objects.create(
        location=office, days=WEEKDAYS, opens=dt.time(8), closes=dt.time(17)
    )
    doctor = Practitioner.objects.create(
        slug="ana-ortega",
        name="Ana Ortega",
        credentials="M.D.",
        role="physician",
        bookable=True,
        position=1,
    )
    assistant = Practitioner.objects.create(
        slug="ben-cole",
        name="Ben Cole",
        credentials="PA-C",
        role="physician-assistant",
        bookable=True,
        position=2,
    )
    office_visit = a_visit_type(
        slug="office-visit",
        name="Office visit",
        modality="in-person",
        minutes=30,
        buffer_after_minutes=5,
        minimum_notice_minutes=60,
        confirmation="instant",
    )
    same_day = a_visit_type(
        slug="same-day-virtual",
        name="Same-day visit by video",
        modality="virtual",
        minutes=20,
        buffer_after_minutes=10,
        minimum_notice_minutes=30,
        horizon_days=1,
        confirmation="request",
    )
    works(doctor, office_visit, dt.time(8, 30), dt.time(16, 30), location=office)
    works(assistant, same_day, dt.time(15), dt.time(19))
    return Clinic(practice, office, doctor, assistant, office_visit, same_day)


def a_visit_type(**facts: Any) -> VisitType:
    return VisitType.objects.create(
        **{
            "slug": "a-visit",
            "name": "A visit",
            "modality": "virtual",
            "minutes": 30,
            "horizon_days": 60,
            "confirmation": "instant",
            **facts,
        }
    )


def works(
    practitioner: Practitioner,
    visit_type: VisitType,
    opens: dt.time,
    closes: dt.time,
    *,
    days: list[str] | None = None,
    location: Location | None = None,
    **facts: Any,
) -> WorkingHours:
    hours = WorkingHours.objects.create(
        practitioner=practitioner,
        location=location,
        days=days or WEEKDAYS,
        opens=opens,
        closes=closes,
        **facts,
    )
    hours.visit_types.add(visit_type)
    return hours


def alice(**facts: Any) -> booking.RequestDetails:
    return booking.RequestDetails(
        **{
            "given_name": "Alice",
            "family_name": "Adams",
            "birth_date": dt.date(1948, 3, 9),
            "phone": "+12145550101",
            "email": "alice@example.com",
            "reason": "my back hurts",
            "consent": True,
            "consent_version": "1",
            **facts,
        }
    )


def bob(**facts: Any) -> booking.RequestDetails:
    return alice(
        **{
            "given_name": "Bob",
            "family_name": "Baker",
            "birth_date": dt.date(1951, 7, 22),
            "phone": "+12145550102",
            "email": "bob@example.com",
            **facts,
        }
    )


def free_times(visit_type: VisitType, now: dt.datetime) -> list[Slot]:
    """What can be asked for online, soonest first."""
    times = calendars.free_times(visit_type=visit_type.slug, now=now)
    return [time for time in times if not time.call_us]


def a_visit(
    visit_type: VisitType,
    now: dt.datetime,
    *,
    details: booking.RequestDetails | None = None,
    slot: Slot | None = None,
) -> Appointment:
    """Asked for by Alice, at the first free time: pending, or booked where the type is instant."""
    return booking.request(
        key=uuid.uuid4(),
        slot=slot or free_times(visit_type, now)[0],
        details=details or alice(),
        source="",
        now=now,
    )
