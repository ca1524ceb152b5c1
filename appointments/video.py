"""When and where a visit by video can be joined."""

from __future__ import annotations

import datetime as dt

from .models import Appointment, VideoRoom

OPENS_BEFORE = dt.timedelta(minutes=10)
OPEN_AFTER = dt.timedelta(minutes=30)  # a doctor who runs late


def opens_at(appointment: Appointment) -> dt.datetime:
    return appointment.starts_at - OPENS_BEFORE


def is_open(appointment: Appointment, *, now: dt.datetime) -> bool:
    return opens_at(appointment) <= now < appointment.ends_at + OPEN_AFTER


def address(appointment: Appointment) -> str:
    """Where to join; empty when the practice has named no room for this person: then we call."""
    room = VideoRoom.objects.filter(practitioner=appointment.practitioner_id).first()
    return room.address_for(appointment) if room else ""
