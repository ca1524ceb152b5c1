"""What did not arrive is told to the desk, which can call."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from correspondence import outbox
from correspondence.models import OutboxMessage
from practice.models import Practice

LOOKS_BACK = dt.timedelta(days=30)
STAFF = "staff_"


def messages(*, now: dt.datetime) -> QuerySet[OutboxMessage]:
    """To patients, and given up: refused, or handed over without an answer."""
    states = OutboxMessage.State
    return OutboxMessage.objects.filter(
        state__in=[states.FAILED, states.UNKNOWN], created_at__gt=now - LOOKS_BACK
    ).exclude(kind__startswith=STAFF)


@transaction.atomic
def tell(*, now: dt.datetime) -> int:
    """One word to the desk for each, whose name stands only behind the sign-in; how many."""
    practice, told = Practice.objects.current(), 0
    if not practice.email:
        return 0
    before = set(
        OutboxMessage.objects.filter(
            kind=OutboxMessage.Kind.STAFF_UNDELIVERED, created_at__gt=now - LOOKS_BACK * 2
        ).values_list("subject", "version")
    )
    for message in messages(now=now):
        subject = f"outbox:{message.pk}"
        version = message.copy + 1
        if (subject, version) in before:
            continue
        reference = message.context.get("reference", "")
        outbox.put(
            subject=subject,
            kind=OutboxMessage.Kind.STAFF_UNDELIVERED,
            version=version,
            to=practice.email,
            to_name=practice.called,
            locale=practice.language,
            context={"practice": practice.called} | ({"reference": reference} if reference else {}),
            link=None,
            now=now,
        )
        told += 1
    return told
