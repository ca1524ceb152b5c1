"""A calendar entry that says when and where, and nothing about health or who is seen."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from practice.models import Practice

from .models import Appointment, Status


def answer(appointment: Appointment, *, now: dt.datetime) -> HttpResponse:
    """Raises Http404 unless the visit is booked: a request must not look like an appointment."""
    if appointment.status != Status.BOOKED:
        raise Http404
    practice = Practice.objects.current()
    event = icalendar.Event()
    event.add("uid", f"{appointment.reference}@{urlsplit(settings.CLINIC_URL).hostname}")
    event.add("sequence", appointment.version)
    event.add("dtstamp", now)
    event.add("dtstart", appointment.starts_at.astimezone(dt.UTC))
    event.add("dtend", appointment.ends_at.astimezone(dt.UTC))
    event.add("summary", _("Appointment"))
    event.add("class", "PRIVATE")
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
    calendar.add_component(event)
    return HttpResponse(
        calendar.to_ical(),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="visit.ics"'},
    )
