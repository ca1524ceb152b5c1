"""A calendar entry (RFC 5545) that says when and where, and nothing about health or who is seen.

A visit keeps its UID through every move: a calendar that holds the old time moves it to the new
one, because SEQUENCE rises; a cancelled visit is taken out again (METHOD:CANCEL).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from practice.models import Practice

from .models import Appointment, Status

SHOWN = (Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN)


def answer(appointment: Appointment, *, now: dt.datetime) -> HttpResponse:
    """Raises Http404 unless the visit is booked, or was: a request must not look like an
    appointment."""
    return HttpResponse(
        entry(appointment, now=now),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="visit.ics"'},
    )


def entry(appointment: Appointment, *, now: dt.datetime) -> bytes:
    off = appointment.status == Status.CANCELLED and was_booked(appointment)
    if appointment.status not in SHOWN and not off:
        raise Http404
    practice = Practice.objects.current()
    earlier = list(_moved_from(appointment))
    event = icalendar.Event()
    first = earlier[-1] if earlier else appointment
    event.add("uid", f"{first.reference}@{urlsplit(settings.CLINIC_URL).hostname}")
    # Each row's own changes, and one for each move, so that it never falls.
    event.add("sequence", appointment.version + sum(one.version for one in earlier))
    event.add("dtstamp", now.astimezone(dt.UTC))
    event.add("dtstart", appointment.starts_at.astimezone(practice.zone))
    event.add("dtend", appointment.ends_at.astimezone(practice.zone))
    event.add("summary", _("Appointment"))
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    if appointment.location:
        event.add("location", appointment.location.address)
    if practice.phone:
        event.add(
            "description",
            _("Reference %(reference)s. To change it call %(phone)s.")
            % {"reference": appointment.reference, "phone": practice.phone.as_national},
        )
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//clinic//visit//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if off else "PUBLISH")
    calendar.add_component(event)
    # The zone's rules as far as this visit needs them.
    year = appointment.starts_at.astimezone(practice.zone).year
    calendar.add_missing_timezones(
        first_date=dt.date(year, 1, 1), last_date=dt.date(year + 2, 1, 1)
    )
    for zone in calendar.walk("VTIMEZONE"):
        zone.pop("COMMENT", None)  # which years are in it: of no use to a patient's calendar
    text: bytes = calendar.to_ical()
    return text


def was_booked(appointment: Appointment) -> bool:
    return appointment.status_changes.filter(to_status=Status.BOOKED).exists()


def _moved_from(appointment: Appointment) -> Iterator[Appointment]:
    """The visits that this one took the place of, the latest first."""
    earlier = appointment.replaces
    while earlier is not None:
        yield earlier
        earlier = earlier.replaces
