"""What the desk shows of a visit, said in the desk's words. Times are the practice's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from appointments import states, status, transitions, video, window, wording
from appointments.models import (
    Appointment,
    Call,
    Claim,
    Consent,
    Joining,
    Mark,
    Patient,
    Status,
    StatusChange,
)

COMING = (Status.BOOKED, Status.ARRIVED, Status.CHECKED_IN)
SOON = dt.timedelta(minutes=30)
KEYS = {"arrive": "a", "check_in": "i", "fulfil": "d", "mark_no_show": "n"}


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
        if self.appointment.is_work_in:
            return _("Work-in")
        return wording.time(self.appointment.starts_at, self.zone)

    @property
    def taken_in(self) -> str:
        """When somebody without a time was taken in; empty for everybody else."""
        if not self.appointment.is_work_in:
            return ""
        return wording.time(self.appointment.starts_at, self.zone)

    @property
    def when(self) -> str:
        when = wording.when(self.appointment.starts_at, self.zone)
        return _("Work-in, %(when)s") % {"when": when} if self.appointment.is_work_in else when

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

    # --- what was done around it -------------------------------------------------------------
    @cached_property
    def marks(self) -> list[Mark]:
        return list(self.appointment.marks.all())

    @property
    def seen(self) -> bool:
        return any(mark.kind == Mark.Kind.SEEN for mark in self.marks)

    @property
    def locked(self) -> str:
        """When the private address last paused; empty once there is a new one."""
        at = ""
        for mark in self.marks:
            if mark.kind == Mark.Kind.LOCKED:
                at = wording.soon(mark.at, self.zone, now=self.now)
            elif mark.kind == Mark.Kind.NEW_LINK:
                at = ""
        return at

    @property
    def claim(self) -> Claim | None:
        """Who answers this request just now."""
        held: Claim | None = getattr(self.appointment, "claim", None)
        return held if held and self.waits and held.holds(self.now) else None

    @property
    def claimed_at(self) -> str:
        return wording.time(self.claim.at, self.zone) if self.claim else ""

    @property
    def claimed_until(self) -> str:
        return wording.time(self.claim.until, self.zone) if self.claim else ""

    @property
    def called(self) -> str:
        """The last try to call: `Left a voicemail 9:10 AM, again at 3:00 PM`."""
        last: dict[str, str] | None = getattr(self.appointment, "last_call", None)
        if not last:
            return ""
        at = wording.soon(dt.datetime.fromisoformat(last["at"]), self.zone, now=self.now)
        said = f"{Call.Outcome(last['outcome']).label}, {at}"
        again = dt.datetime.fromisoformat(last["again"]) if last["again"] else None
        if again and again > self.now:
            said += ". " + _("Again at %(time)s") % {"time": wording.time(again, self.zone)}
        return said

    @property
    def around(self) -> list[tuple[str, str]]:
        """Looks, calls and the like: (when, what), the earliest first."""
        steps = [(mark.at, str(mark.get_kind_display())) for mark in self.marks]
        for call in self.appointment.calls.standing():
            again = call.try_again_at
            said = str(call.get_outcome_display())
            if again:
                said += ", " + _("again at %(time)s") % {"time": wording.time(again, self.zone)}
            steps.append((call.at, said))
        return [(wording.soon(at, self.zone, now=self.now), said) for at, said in sorted(steps)]

    @cached_property
    def windows(self) -> list[window.Window]:
        """The treatment windows in force; a list hands in what it has read once for all."""
        return window.in_force() if self.appointment.onset_date else []

    @property
    def fewest_days(self) -> int | None:
        """What is left of the shortest treatment window that is still open."""
        onset = self.appointment.onset_date
        if onset is None:
            return None
        left = [one.days_left(onset, today=self._today) for one in self.windows]
        return min((days for days in left if days >= 0), default=None)

    @property
    def days_left(self) -> list[str]:
        """For each procedure with a treatment window, what is left of it."""
        onset = self.appointment.onset_date
        if onset is None:
            return []
        today = self.now.astimezone(self.zone).date()
        said = []
        for one in self.windows:
            left = one.days_left(onset, today=today)
            if left >= 0:
                words = ngettext("%(what)s: %(n)d day left", "%(what)s: %(n)d days left", left)
            else:
                words = _("%(what)s: the window of %(weeks)d weeks is over")
            said.append(words % {"what": one.procedure, "n": left, "weeks": one.weeks})
        return said

    @property
    def wanted(self) -> str:
        return status.wanted(self.appointment)

    @property
    def consents(self) -> list[Consent]:
        return list(self.appointment.consents.all())

    @property
    def joined(self) -> Joining | None:
        return self.appointment.joinings.last()

    @property
    def room(self) -> str:
        """Where staff meet the patient, while there is a visit by video to come or going on."""
        if self.appointment.status not in COMING or not self.appointment.visit_type.is_virtual:
            return ""
        return video.address(self.appointment)

    @property
    def twins(self) -> list[Appointment]:
        """Open visits of somebody with the same telephone or the same name, and date of birth."""
        same = Q(patient__phone=self.patient.phone) | Q(
            patient__family_name__iexact=self.patient.family_name
        )
        return list(
            Appointment.objects.filter(
                same,
                patient__birth_date=self.patient.birth_date,
                status__in=(Status.PENDING, Status.PROPOSED, Status.WAITLIST, Status.BOOKED),
            )
            .exclude(pk__in=(self.appointment.pk, self.appointment.earlier_than_id or 0))
            .exclude(earlier_than=self.appointment)
            .with_people()
            .order_by("starts_at", "pk")
        )

    @property
    def is_open(self) -> bool:
        return self.appointment.status in (Status.PENDING, Status.PROPOSED, Status.WAITLIST)

    # --- what can be done -------------------------------------------------------------------
    @cached_property
    def verbs(self) -> tuple[str, ...]:
        """What the table of transitions lets the desk do next."""
        return transitions.allowed(self.appointment, StatusChange.Actor.DESK)

    @property
    def steps(self) -> list[tuple[str, str, str]]:
        """What the day of the visit leads to next: (verb, words, key), the likeliest first."""
        if self.appointment.starts_at.astimezone(self.zone).date() > self._today:
            return []
        begun = self.now >= self.appointment.starts_at
        words = {
            "arrive": (_("Here, late") if self.appointment.status == Status.NOSHOW else _("Here")),
            "check_in": _("Checked in"),
            "fulfil": _("Done"),
            **({"mark_no_show": self._not_seen} if begun else {}),
        }
        return [(verb, words[verb], KEYS[verb]) for verb in self.verbs if verb in words]

    @property
    def _not_seen(self) -> str:
        left = self.appointment.is_work_in and self.is_here
        return _("Left without being seen") if left else _("Did not come")

    @property
    def _today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    @property
    def is_today(self) -> bool:
        return self.appointment.starts_at.astimezone(self.zone).date() == self._today

    @property
    def is_here(self) -> bool:
        return self.appointment.status in (Status.ARRIVED, Status.CHECKED_IN)

    @property
    def is_to_come(self) -> bool:
        return self.appointment.status == Status.BOOKED

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
