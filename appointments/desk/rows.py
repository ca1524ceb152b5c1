"""What the desk shows of a visit, said in the desk's words. Times are the practice's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from appointments import states, transitions, wording
from appointments.models import Appointment, Patient, Status, StatusChange

SOON = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Row:
    """One appointment as a line or a card on the desk's screens."""

    appointment: Appointment
    zone: ZoneInfo
    now: dt.datetime

    @property
    def patient(self) -> Patient:
        return self.appointment.patient

    # --- when ------------------------------------------------------------------------
    @property
    def day(self) -> str:
        local = self.appointment.starts_at.astimezone(self.zone).date()
        return wording.day_from(local, today=self.now.astimezone(self.zone).date())

    @property
    def time(self) -> str:
        return wording.time(self.appointment.starts_at, self.zone)

    @property
    def when(self) -> str:
        return wording.when(self.appointment.starts_at, self.zone)

    @property
    def received(self) -> str:
        return wording.soon(self.appointment.created_at, self.zone, now=self.now)

    # --- how long there is to answer ----------------------------------------------------
    @property
    def due(self) -> dt.datetime | None:
        return self.appointment.answer_due_at if self.waits else None

    @property
    def waits(self) -> bool:
        return self.appointment.status == Status.PENDING

    @property
    def urgency(self) -> str:
        """`overdue`, `soon` (half an hour or less) or `later`; empty when nobody waits."""
        if self.due is None:
            return ""
        if self.due <= self.now:
            return "overdue"
        return "soon" if self.due - self.now <= SOON else "later"

    @property
    def answer_by(self) -> str:
        return wording.soon(self.due, self.zone, now=self.now) if self.due else ""

    @property
    def left(self) -> str:
        """`12 minutes left`, `40 minutes late`."""
        if self.due is None:
            return ""
        minutes = int(abs(self.due - self.now).total_seconds() // 60)
        if self.due <= self.now:
            return _("%(span)s late") % {"span": span(minutes)}
        return _("%(span)s left") % {"span": span(minutes)}

    # --- who, what, where -----------------------------------------------------------------
    @property
    def place(self) -> str:
        location = self.appointment.location
        return location.name if location else _("By video")

    @property
    def patient_is_in(self) -> str:
        code = self.appointment.located_in
        return states.name_of(code) if code else ""

    @property
    def calls_for(self) -> str:
        """Whom one speaks with when it is not the patient: `Sam Reed (daughter)`."""
        if self.appointment.booking_for != Appointment.BookingFor.OTHER:
            return ""
        name, relationship = self.appointment.contact_name, self.appointment.contact_relationship
        return f"{name} ({relationship})" if relationship else name

    @property
    def reach(self) -> str:
        """How the patient asked to be reached, in a few words."""
        said = str(Patient.ContactBy(self.patient.contact_by).label)
        if self.patient.contact_by != Patient.ContactBy.PHONE:
            return said
        return (
            _("Phone call, voicemail is fine")
            if self.patient.voicemail_ok
            else _("Phone call, no voicemail")
        )

    @property
    def began(self) -> str:
        """How long ago it began, which decides how long there is to treat it."""
        onset = self.appointment.onset_date
        if onset is None:
            return ""
        days = (self.now.astimezone(self.zone).date() - onset).days
        if days < 1:
            return _("Began today")
        if days < 14:
            return ngettext("Began %(n)d day ago", "Began %(n)d days ago", days) % {"n": days}
        return ngettext("Began %(n)d week ago", "Began %(n)d weeks ago", days // 7) % {
            "n": days // 7
        }

    @property
    def language(self) -> str:
        code = self.patient.preferred_language
        try:
            return str(get_language_info(code)["name_translated"])
        except KeyError:
            return code

    @property
    def is_urgent(self) -> bool:
        return self.appointment.red_flag == Appointment.RedFlag.TODAY

    @property
    def age(self) -> int:
        """Whole years, today."""
        born, today = self.patient.birth_date, self.now.astimezone(self.zone).date()
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    # --- what can be done -------------------------------------------------------------------
    @cached_property
    def verbs(self) -> tuple[str, ...]:
        """What the table of transitions lets the desk do next."""
        return transitions.allowed(self.appointment, StatusChange.Actor.DESK)

    @property
    def is_off(self) -> bool:
        return self.appointment.status in (Status.CANCELLED, Status.ENTERED_IN_ERROR)


def span(minutes: int) -> str:
    """`under a minute`, `12 minutes`, `2 hours 5 minutes`, `3 days`."""
    if minutes < 1:
        return _("under a minute")
    if minutes < 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}
    said = ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    if rest and hours < 12:
        said += " " + ngettext("%(n)d minute", "%(n)d minutes", rest) % {"n": rest}
    return said
