"""The outbox: a message is a row written together with the change it tells of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F

from correspondence import kinds, links, tasks
from correspondence.kinds import NotForAMessage
from correspondence.links import LinkFor
from correspondence.models import OutboxMessage

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = [
    "HELD_BACK",
    "AlreadyLeft",
    "LinkFor",
    "NotForAMessage",
    "StillOnItsWay",
    "put",
    "put_back",
    "resend",
    "take_back",
    "undo",
]

# What staff cause leaves after so long, so that "undo" is no promise about a mail that is gone.
HELD_BACK = timedelta(seconds=10)

# There is an outcome, and nobody is at work on it.
RESENDABLE = frozenset(
    [
        OutboxMessage.State.SENT,
        OutboxMessage.State.FAILED,
        OutboxMessage.State.UNKNOWN,
        OutboxMessage.State.LEFT_OUT,
    ]
)
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class StillOnItsWay(Exception):
    """The message waits or is being sent, or somebody else has just had it sent again."""


class AlreadyLeft(Exception):
    """A message is being sent or was sent, so what it tells of stands."""


def put(
    *,
    subject: str,
    kind: str,
    version: int,
    to: str,
    to_name: str,
    locale: str,
    context: dict[str, str],
    link: LinkFor | None,
    now: datetime,
    way: str = OutboxMessage.Way.EMAIL,
    not_after: datetime | None = None,
    by_staff: bool = False,
) -> OutboxMessage:
    """Write one message and the job that sends it, in the caller's transaction.

    If the caller rolls back, both vanish. The same (subject, kind, version, way) again answers
    the first message and queues nothing. What has not left by `not_after` is left out; what staff
    cause waits for HELD_BACK. Raises NotForAMessage for a key that this kind must not carry or an
    address that is not exactly one, TransactionManagementError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "A message is written in the transaction of the change it tells of."
        )
    if way == OutboxMessage.Way.TEXT:
        if not E164.fullmatch(to) or not kinds.KINDS[kind].by_text:
            raise NotForAMessage("not for a text message")
    else:
        try:
            validate_email(to)
        except ValidationError as error:
            raise NotForAMessage("not one e-mail address") from error
    message, is_new = OutboxMessage.objects.get_or_create(
        subject=subject,
        kind=OutboxMessage.Kind(kind),
        version=version,
        way=OutboxMessage.Way(way),
        defaults={
            "to": to,
            "to_name": kinds.one_line(to_name)[:120],
            "locale": locale,
            "context": kinds.checked(kind, context),
            "link_purpose": link.purpose if link else "",
            "link_row_id": link.row_id if link else None,
            "link_generation": link.generation if link else None,
            "created_at": now,
            "not_before": now + HELD_BACK if by_staff else None,
            "not_after": not_after,
        },
    )
    if is_new:
        if link:
            links.issue(
                link.purpose, link.row_id, link.generation, expires_at=link.expires_at, now=now
            )
        tasks.queue_send(message.pk, seconds=HELD_BACK.seconds if by_staff else 0)
    return message


def take_back(subject: str, kinds_of_it: Iterable[str], *, now: datetime) -> int:
    """Leave out what was not sent yet, because what it tells of is over; how many."""
    waiting = OutboxMessage.objects.filter(
        subject=subject, kind__in=list(kinds_of_it), state=OutboxMessage.State.QUEUED
    )
    return waiting.update(state=OutboxMessage.State.LEFT_OUT, trouble="over", not_after=now)


def put_back(subject: str, kind: str, *, taken_at: datetime, not_after: datetime) -> None:
    """Queue again what was taken back at this instant: it is not over after all."""
    taken = OutboxMessage.objects.filter(
        subject=subject,
        kind=kind,
        state=OutboxMessage.State.LEFT_OUT,
        trouble="over",
        not_after=taken_at,
    )
    for message in taken.select_for_update():
        message.state, message.trouble = OutboxMessage.State.QUEUED, ""
        message.not_after = not_after
        message.save(update_fields=["state", "trouble", "not_after"])
        tasks.queue_send(message.pk)


def undo(subject: str, *, version: int, written_at: datetime) -> None:
    """Leave out what staff caused a moment ago, all of it. Raises AlreadyLeft when a worker has
    taken one of them; the caller rolls back. Which of the two is first, the row's lock decides."""
    held = OutboxMessage.objects.filter(
        subject=subject, version=version, created_at=written_at, not_before__isnull=False
    )
    for message in held.select_for_update().order_by("pk"):
        if message.state != OutboxMessage.State.QUEUED or message.attempts:
            raise AlreadyLeft
        message.state, message.trouble = OutboxMessage.State.LEFT_OUT, "undone"
        message.not_after = written_at
        message.save(update_fields=["state", "trouble", "not_after"])


def resend(message: OutboxMessage, *, by: User, now: datetime) -> None:
    """One more copy, because a person decided so. Raises StillOnItsWay, and changes nothing.

    `message` must be as that person saw it, `state` and `copy`: of two presses of one button,
    and of two people, only the first counts. What forbids a message still does: a stopped number,
    quiet hours, a time that is over.
    """
    if message.state not in RESENDABLE:
        raise StillOnItsWay
    with transaction.atomic():
        as_seen = OutboxMessage.objects.filter(
            pk=message.pk, state=message.state, copy=message.copy
        )
        if not as_seen.update(
            state=OutboxMessage.State.QUEUED,
            copy=F("copy") + 1,
            resent_at=now,
            resent_by=by,
            attempts=0,
            handed_over_at=None,
            sent_at=None,
            trouble="",
        ):
            raise StillOnItsWay
        tasks.queue_send(message.pk)
    message.refresh_from_db()
