"""FHIR's words for a visit and for what it takes of a calendar."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    PROPOSED = "proposed", _("Times offered")
    PENDING = "pending", _("Waiting for an answer")
    BOOKED = "booked", _("Booked")
    ARRIVED = "arrived", _("Arrived")
    CHECKED_IN = "checked-in", _("Checked in")
    FULFILLED = "fulfilled", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    NOSHOW = "noshow", _("Did not come")
    ENTERED_IN_ERROR = "entered-in-error", _("Entered in error")
    WAITLIST = "waitlist", _("On the waiting list")


# The one list of statuses that hold time. The CHECK on Appointment, the QuerySet and every verb
# read it here; an appointment in any other status has no row in Occupancy.
HOLDS_TIME: tuple[Status, ...] = (
    Status.PENDING,
    Status.BOOKED,
    Status.ARRIVED,
    Status.CHECKED_IN,
    Status.FULFILLED,
    Status.NOSHOW,
)


class State(models.TextChoices):
    """FHIR Slot.status, as far as people were given the time. Rules are not rows here."""

    BUSY = "busy", _("Booked")
    BUSY_TENTATIVE = "busy-tentative", _("Held")


class Kind(models.TextChoices):
    """Why a time is taken."""

    HOLD = "hold", _("Held while somebody fills in the form")
    REQUEST = "request", _("Asked for")
    OFFER = "offer", _("Offered")
    VISIT = "visit", _("Booked")
