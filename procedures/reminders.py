"""Mails to physicians whose pages want to be read again: once before the day, once after it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format

from correspondence import outbox
from correspondence.models import OutboxMessage
from practice.models import Practice, Practitioner
from procedures import signing
from procedures.models import Condition, Procedure, Topic

SOON = dt.timedelta(days=21)


@transaction.atomic
def remind(*, today: dt.date, now: dt.datetime) -> int:
    """Write to each physician about each day on which a review is due; the number of new messages.

    Physician, day and whether it is past name the message, so a late or second run sends nothing
    again. What was signed by somebody who left goes to everybody who can sign now.
    """
    before = OutboxMessage.objects.count()
    for one, due in sorted(_due(today), key=lambda found: (found[1], found[0].pk)):
        _write(one, due, is_late=due < today, now=now)
    return OutboxMessage.objects.count() - before


def _due(today: dt.date) -> set[tuple[Practitioner, dt.date]]:
    topics: list[Topic] = [*Procedure.objects.live(), *Condition.objects.live()]
    who_sign = {one.pk: one for one in signing.who_sign()}
    found: set[tuple[Practitioner, dt.date]] = set()
    for standing in signing.standings(topics, day=today).values():
        signature, due = standing.signature, standing.next_review
        if signature is None or due is None or due > today + SOON:
            continue
        signer = who_sign.get(signature.signed_by_id or 0)
        found |= {(one, due) for one in ([signer] if signer else who_sign.values())}
    return found


def _write(one: Practitioner, due: dt.date, *, is_late: bool, now: dt.datetime) -> None:
    if one.user is None or not one.user.email:
        return
    practice = Practice.objects.current()
    with translation.override(practice.language):
        until = date_format(due, "F j, Y")
    outbox.put(
        subject=f"pages-to-sign:{one.pk}",
        kind=(
            OutboxMessage.Kind.STAFF_PAGES_OVERDUE
            if is_late
            else OutboxMessage.Kind.STAFF_PAGES_DUE
        ),
        version=due.toordinal(),
        to=one.user.email,
        to_name=one.name_with_credentials,
        locale=practice.language,
        context={"practice": practice.called, "until": until},
        link=None,
        now=now,
    )
