"""Who is asked for a review: everybody who had a visit, all alike, unless they asked not to be."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from appointments.models import Appointment, Patient, Status
from correspondence import links
from correspondence.models import Link
from reviews import messages
from reviews.models import Invitation, NoInvitation, ReviewRules

AFTER = dt.timedelta(days=1)  # the same for everybody
NOT_LATER_THAN = dt.timedelta(days=14)
LASTS = dt.timedelta(days=60)


def due(*, now: dt.datetime) -> QuerySet[Appointment]:
    """Visits that took place a day ago or more and whose patients can be written to. Nothing else
    about a visit is looked at: not who came, not why, not how it went."""
    return (
        Appointment.objects.filter(
            status=Status.FULFILLED,
            ends_at__lte=now - AFTER,
            ends_at__gt=now - NOT_LATER_THAN,
            review_invitation=None,
            patient__wants_no_invitation=False,
        )
        .exclude(patient__email="")
        .select_related("patient")
        .order_by("ends_at", "pk")
    )


def invite_everybody(*, now: dt.datetime) -> int:
    """Invite all who are due; how many. Late or twice makes no difference."""
    rules = ReviewRules.objects.current()
    if not (rules.shown and rules.invites):
        return 0
    return sum(invite(appointment, now=now) for appointment in due(now=now))


@transaction.atomic
def invite(appointment: Appointment, *, now: dt.datetime) -> bool:
    """False when the patient asked for none, or has been invited for this visit."""
    if not wants_invitation(appointment):
        return False
    invited, is_new = Invitation.objects.get_or_create(
        appointment=appointment, defaults={"sent_at": now, "expires_at": now + LASTS}
    )
    if is_new:
        messages.invitation(invited, now=now)
    return is_new


def by_token(token: str, *, now: dt.datetime) -> Invitation | None:
    """The invitation behind a link, spent or not. Looks and changes nothing."""
    link = links.find(token, now=now)
    if link is None or link.purpose != Link.Purpose.REVIEW_INVITATION:
        return None
    return Invitation.objects.filter(pk=link.row_id).select_related("appointment__patient").first()


def wants_invitation(appointment: Appointment) -> bool:
    """Unless they said so when they booked, on the page of their visit, or to us. As it stands in
    the database now."""
    said_no = Patient.objects.filter(pk=appointment.patient_id, wants_no_invitation=True).exists()
    return not said_no and not wants_none(appointment.patient.email)


def wants_none(email: str) -> bool:
    return NoInvitation.objects.filter(email_hash=_hashed(email)).exists()


def stop(email: str, *, now: dt.datetime) -> None:
    """No invitation to this address from here on."""
    NoInvitation.objects.get_or_create(email_hash=_hashed(email), defaults={"since": now})


def _hashed(email: str) -> str:
    key, text = settings.LINK_KEY.encode(), f"no-invitation:{email.strip().lower()}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
