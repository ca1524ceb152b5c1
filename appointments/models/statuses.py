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


class Refusal(models.TextChoices):
    """Why a request was refused, in a sentence for the patient; what the desk reads is in
    desk/forms.py."""

    NO_TIME = "no-time", _("We could not keep the time that you asked for.")
    NOT_OURS = "not-ours", _("We are not the right practice for what you asked about.")
    NO_LICENSE = "no-license", _("We may not see you by video where you will be.")
    OTHER_CARE = (
        "other-care",
        _("You are to be seen somewhere else. If we have not talked with you yet, call us now."),
    )
    NOT_REACHED = "not-reached", _("We tried to call you and could not reach you.")
    TWICE = "twice", _("You had asked us twice. Your other request stays as it is.")
    OTHER = "other", _("Please call us. We tell you why.")


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
