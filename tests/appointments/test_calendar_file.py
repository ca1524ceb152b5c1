"""The calendar file (RFC 5545), as two programs read it that were written apart."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject

from appointments import booking, calendar_file
from appointments.models import Appointment
from practice.models import Location, Practice
from tests.people import Clinic, a_visit, free_times

CHICAGO = ZoneInfo("America/Chicago")
HOUR = dt.timedelta(hours=1)

Said = dict[str, Any]


def as_icalendar_reads(text: bytes) -> Said:
    calendar = icalendar.Calendar.from_ical(text)
    assert not calendar.errors
    (event,) = calendar.walk("VEVENT")
    return {
        "version": str(calendar["VERSION"]),
        "method": str(calendar["METHOD"]),
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "status": str(event["STATUS"]),
        "summary": str(event["SUMMARY"]),
        "class": str(event["CLASS"]),
        "location": str(event["LOCATION"]),
        "description": str(event["DESCRIPTION"]),
        "starts": event["DTSTART"].dt.astimezone(dt.UTC),
        "ends": event["DTEND"].dt.astimezone(dt.UTC),
        "wall": event["DTSTART"].dt.replace(tzinfo=None),
        "stamp": event["DTSTAMP"].dt.astimezone(dt.UTC),
        "zones": [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")],
    }


def as_vobject_reads(text: bytes) -> Said:
    calendar = vobject.readOne(text.decode(), validate=True)
    event = calendar.vevent
    return {
        "version": calendar.version.value,
        "method": calendar.method.value,
        "uid": event.uid.value,
        "sequence": int(event.sequence.value),
        "status": event.status.value,
        "summary": event.summary.value,
        "class": event.contents["class"][0].value,
        "location": event.location.value,
        "description": event.description.value,
        "starts": event.dtstart.value.astimezone(dt.UTC),
        "ends": event.dtend.value.astimezone(dt.UTC),
        "wall": event.dtstart.value.replace(tzinfo=None),
        "stamp": event.dtstamp.value.astimezone(dt.UTC),
        "zones": [zone.tzid.value for zone in calendar.vtimezone_list],
    }


def read(visit: Appointment, now: dt.datetime) -> Said:
    text = calendar_file.entry(visit, now=now)
    lines = text.split(b"\r\n")
    assert (lines[0], lines[-2:]) == (b"BEGIN:VCALENDAR", [b"END:VCALENDAR", b""])
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(len(line) for line in lines) <= 75
    text.decode()
    one, other = as_icalendar_reads(text), as_vobject_reads(text)
    assert one == other
    return one


def test_a_booked_moved_and_cancelled_visit_is_one_event_whose_sequence_rises(
    clinic: Clinic, now: dt.datetime
) -> None:
    first = a_visit(clinic.office_visit, now)
    booked = read(first, now)
    assert (booked["method"], booked["status"]) == ("PUBLISH", "CONFIRMED")
    assert (booked["starts"], booked["ends"]) == (first.starts_at, first.ends_at)
    assert (booked["summary"], booked["class"]) == ("Appointment", "PRIVATE")
    assert (booked["zones"], booked["stamp"]) == (["America/Chicago"], now)

    second = booking.reschedule(
        first, key=uuid.uuid4(), slot=free_times(clinic.office_visit, now)[3], by=None, now=now
    )
    moved = read(second, now)
    assert (moved["method"], moved["starts"]) == ("PUBLISH", second.starts_at)
    assert moved["starts"] != booked["starts"]

    booking.cancel(second, by=None, reason="", now=now)
    second.refresh_from_db()
    ended = read(second, now)
    assert (ended["method"], ended["status"]) == ("CANCEL", "CANCELLED")
    assert booked["uid"] == moved["uid"] == ended["uid"]
    assert booked["sequence"] < moved["sequence"] < ended["sequence"]


@pytest.mark.parametrize("month", [3, 11])
def test_both_clock_changes_are_read_as_the_practice_s_wall_clock(
    clinic: Clinic, now: dt.datetime, month: int
) -> None:
    """A visit the day before, on the day and the day after, each at half past nine."""
    visit = a_visit(clinic.office_visit, now)
    sunday = {3: dt.date(2027, 3, 14), 11: dt.date(2026, 11, 1)}[month]
    offsets = []
    for day in (sunday - 24 * HOUR, sunday, sunday + 24 * HOUR):
        wall = dt.datetime.combine(day, dt.time(9, 30))
        starts = wall.replace(tzinfo=CHICAGO).astimezone(dt.UTC)
        visit.starts_at, visit.ends_at = starts, starts + HOUR / 2
        said = read(visit, now)
        assert (said["wall"], said["starts"], said["ends"]) == (wall, starts, starts + HOUR / 2)
        offsets.append(starts.hour)
    assert offsets == {3: [15, 14, 14], 11: [14, 15, 15]}[month]


@pytest.mark.parametrize("read_by", [as_icalendar_reads, as_vobject_reads])
def test_long_lines_accents_and_signs_come_back_as_they_were(
    clinic: Clinic, now: dt.datetime, read_by: Callable[[bytes], Said]
) -> None:
    street = "Avenida José María Peñaranda, edificio Ñandú; piso 3 \\ puerta 4, " * 2
    Location.objects.update(street=street.strip())
    visit = Appointment.objects.get(pk=a_visit(clinic.office_visit, now).pk)
    text = calendar_file.entry(visit, now=now)
    assert visit.location is not None
    assert read_by(text)["location"] == visit.location.address
    assert read(visit, now)["location"] == visit.location.address


def test_a_line_end_in_an_address_makes_no_second_property(
    clinic: Clinic, now: dt.datetime
) -> None:
    Location.objects.update(city="Springfield\r\nATTENDEE:mailto:mallory@example.com")
    visit = Appointment.objects.get(pk=a_visit(clinic.office_visit, now).pk)
    text = calendar_file.entry(visit, now=now)
    assert not any(line.startswith(b"ATTENDEE") for line in text.split(b"\r\n"))
    assert b"\nATTENDEE" not in text


def test_another_practice_s_zone_is_carried_along(clinic: Clinic, now: dt.datetime) -> None:
    Practice.objects.update(time_zone="America/Phoenix")
    visit = a_visit(clinic.office_visit, now)
    said = read(visit, now)
    assert said["zones"] == ["America/Phoenix"]
    assert said["starts"] == visit.starts_at
