"""The only way from a request to a patient's row, for patients and for staff.

Whoever may not see a visit gets the same answer as for one that does not exist: 404, or nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

from correspondence import links
from correspondence.models import Link
from practice import access_log, limits
from practice.roles import May

from . import drafts, keys, marks
from .models import Appointment, OnCall, Patient, Status

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PASS_LASTS = dt.timedelta(minutes=30)
TRIES = 5
PAUSE = dt.timedelta(minutes=30)
WHILE_ON_CALL = ("my_visits", "appointment", "call", "confirm")  # with the requests of others
_signer = signing.Signer(salt="appointments.access")


class Paused(Exception):
    """Too many wrong birth dates; nothing was compared."""


@dataclass(frozen=True)
class Visit:
    """A visit that this browser may look at; `checked` once the birth date was right."""

    appointment: Appointment
    checked: bool


# --- patients -----------------------------------------------------------------------------------


def by_key(request: HttpRequest, key: uuid.UUID | None) -> Appointment | None:
    """The visit sent with a booking key, for the browser that was given the key."""
    if key is None or not keys.is_ours(request, key):
        return None
    return _appointments().filter(key=key).first()


def was_sent(request: HttpRequest, key: uuid.UUID) -> bool:
    """Whether `by_key` has a visit to show."""
    return keys.is_ours(request, key) and Appointment.objects.filter(key=key).exists()


def may_use(request: HttpRequest, key: uuid.UUID, *, now: dt.datetime) -> bool:
    """Whether a form of this browser may go on with `key`: it was given it, or nothing personal
    has been written under it (a second click can overtake the cookie)."""
    if keys.is_ours(request, key):
        return True
    if _appointments().filter(key=key).exists():
        return False
    return drafts.load(key, now=now).keys() <= {"slot", "red_flag"}


def by_token(token: str, *, now: dt.datetime) -> Appointment | None:
    """The visit behind a private address. Looks and changes nothing."""
    link = links.find(token, now=now)
    if link is None or link.purpose != Link.Purpose.VISIT:
        return None
    return _appointments().filter(pk=link.row_id, link_generation=link.generation).first()


def by_what_they_know(
    *, reference: str, birth_date: dt.date, phone: str, now: dt.datetime
) -> Appointment | None:
    """Raises Paused after five wrong tries at one reference, whether it exists or not."""
    try:
        _count_try(reference, now=now)
    except Paused:
        if tried := Appointment.objects.filter(reference=reference).first():
            marks.locked(tried, now=now, pause=PAUSE)
        raise
    # What they told us when they booked is right for ever, also once that record was merged.
    told = Patient.objects.filter(birth_date=birth_date, phone=phone)
    known = Q(patient__in=told) | Q(patient__merged__in=told)
    found = _appointments().filter(known, reference=reference).first()
    if found:
        _was_right(reference, now=now)
    return found


def visit(request: HttpRequest, reference: str, *, now: dt.datetime) -> Visit:
    """The visit this browser was let in to. Raises Http404, the same for everybody else's."""
    try:
        said = _signer.unsign_object(request.COOKIES.get(_cookie_name(reference), ""))
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    if said["until"] <= now.timestamp() or said["reference"] != reference:
        raise Http404
    appointment = (
        _appointments().filter(reference=reference, link_generation=said["generation"]).first()
    )
    if appointment is None:
        raise Http404
    return Visit(appointment, checked=bool(said["checked"]))


def fresh(appointment: Appointment) -> Appointment:
    """The same visit as it stands now."""
    return _appointments().get(pk=appointment.pk)


def moved_to(appointment: Appointment) -> Appointment | None:
    """Where a visit that was moved is now: its first address leads there, too."""
    found = None
    while later := _appointments().filter(replaces=found or appointment).first():
        found = later
    return found


def is_birth_date(appointment: Appointment, birth_date: dt.date, *, now: dt.datetime) -> bool:
    """Raises Paused after five wrong tries, and leaves a word for the desk."""
    try:
        _count_try(appointment.reference, now=now)
    except Paused:
        marks.locked(appointment, now=now, pause=PAUSE)
        raise
    who = appointment.patient
    if who.birth_date != birth_date and not who.merged.filter(birth_date=birth_date).exists():
        return False
    _was_right(appointment.reference, now=now)
    return True


def let_in(
    response: HttpResponseBase, appointment: Appointment, *, checked: bool, now: dt.datetime
) -> None:
    """Let this browser look at one visit for half an hour."""
    said: dict[str, Any] = {
        "reference": appointment.reference,
        "generation": appointment.link_generation,
        "checked": checked,
        "until": (now + PASS_LASTS).timestamp(),
    }
    response.set_cookie(
        _cookie_name(appointment.reference),
        _signer.sign_object(said),
        max_age=PASS_LASTS,
        path="/",  # /a/ and /es/a/
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def _cookie_name(reference: str) -> str:
    return f"{'__Host-' if settings.SESSION_COOKIE_SECURE else ''}pass-{reference}"


def _count_try(reference: str, *, now: dt.datetime) -> None:
    if not limits.allow("birth-date", reference, limit=TRIES, per=PAUSE, now=now):
        raise Paused


def _was_right(reference: str, *, now: dt.datetime) -> None:
    """Whoever knows it already guesses nothing."""
    limits.take_back("birth-date", reference, at=now)


# --- staff --------------------------------------------------------------------------------------


def for_staff(
    request: HttpRequest,
    appointments: QuerySet[Appointment] | None = None,
    *,
    action: str,
    now: dt.datetime,
    permission: str = May.SEE_DESK,
    at_most: int | None = None,
) -> list[Appointment]:
    """The rows of `appointments` (default: all), for someone who may see them; no more than
    `at_most` of those.

    One row in the access log says who looked, at which patients and what for; also when nobody was
    found. Raises PermissionDenied, and logs that, for anybody else.
    """
    user: User | AnonymousUser = request.user
    allowed = user.is_active and user.is_staff and user.has_perm(permission)
    wanted = _appointments() if appointments is None else appointments
    if allowed and not user.has_perm(May.SEE_EVERY_CALENDAR):
        theirs = Q(practitioner__user=user.pk)
        if action in WHILE_ON_CALL:
            theirs |= waiting_while_on_call(user, now=now)
        wanted = wanted.filter(theirs)
    rows = list(wanted.with_people()[:at_most]) if allowed else []  # type: ignore[attr-defined]
    if not user.has_perm(May.READ_NOTES):
        for row in rows:
            _leave_out_words(row)
    access_log.record(
        actor=user if user.is_authenticated else None,
        action=action,
        patients=[row.patient_id for row in rows],
        source=limits.address_of(request),
        now=now,
        refused=not allowed,
    )
    if not allowed:
        raise PermissionDenied
    return rows


def waiting_while_on_call(user: User | AnonymousUser, *, now: dt.datetime) -> Q:
    """Whoever's requests without an answer, for a practitioner who is on call at this moment; for
    anybody else none."""
    on_call = OnCall.objects.at(now).filter(user=user.pk, user__practitioner__isnull=False)
    return Q(Exists(on_call), status=Status.PENDING)


def has_in_calendar(user: User | AnonymousUser, appointment: Appointment) -> bool:
    """Whether this member of staff may do with it all that their role does, also when they are
    not on call."""
    own = appointment.practitioner.user_id == user.pk
    return own or user.has_perm(May.SEE_EVERY_CALENDAR)


def _leave_out_words(row: Appointment) -> None:
    """What anybody wrote freely, for who reads it but has no need of it (and saves no row)."""
    row.reason = row.cancellation_reason = row.work_in_reason = row.patient.needs = ""


def patients_for_staff(
    request: HttpRequest,
    patients: QuerySet[Patient],
    *,
    action: str,
    now: dt.datetime,
    permission: str = May.SEE_DESK,
    at_most: int | None = None,
) -> list[Patient]:
    """People, as `for_staff` has visits: who sees one calendar sees whoever has a visit in it."""
    user: User | AnonymousUser = request.user
    allowed = user.is_active and user.is_staff and user.has_perm(permission)
    if allowed and not user.has_perm(May.SEE_EVERY_CALENDAR):
        own = Appointment.objects.filter(practitioner__user=user.pk, patient=OuterRef("pk"))
        patients = patients.filter(Exists(own))
    rows = list(patients[:at_most]) if allowed else []
    access_log.record(
        actor=user if user.is_authenticated else None,
        action=action,
        patients=[row.pk for row in rows],
        source=limits.address_of(request),
        now=now,
        refused=not allowed,
    )
    if not allowed:
        raise PermissionDenied
    if not user.has_perm(May.READ_NOTES):
        for row in rows:
            row.needs = ""
    return rows


def one_patient_for_staff(
    request: HttpRequest,
    patient: int,
    *,
    action: str,
    now: dt.datetime,
    permission: str = May.SEE_DESK,
) -> Patient:
    """One person; for the number of a record that was merged, the one that is kept. Raises
    Http404 when there is none."""
    wanted = Patient.objects.living().filter(Q(pk=patient) | Q(merged=patient)).distinct()
    rows = patients_for_staff(request, wanted, action=action, now=now, permission=permission)
    if not rows:
        raise Http404
    return rows[0]


def one_for_staff(
    request: HttpRequest,
    reference: str,
    *,
    action: str,
    now: dt.datetime,
    permission: str = May.SEE_DESK,
) -> Appointment:
    """One visit by its reference, as `for_staff`. Raises Http404 when there is none."""
    rows = for_staff(
        request,
        Appointment.objects.filter(reference=reference),
        action=action,
        now=now,
        permission=permission,
    )
    if not rows:
        raise Http404
    return rows[0]


def _appointments() -> QuerySet[Appointment]:
    return Appointment.objects.with_people()
