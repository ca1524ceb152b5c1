"""The outbox: a message is a row written together with the change it tells of."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from correspondence import kinds, links, tasks
from correspondence.kinds import NotForAMessage
from correspondence.links import LinkFor
from correspondence.models import OutboxMessage

__all__ = ["LinkFor", "NotForAMessage", "put"]


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
) -> OutboxMessage:
    """Write one message and the job that sends it, in the caller's transaction.

    If the caller rolls back, both vanish. The same (subject, kind, version, way) again answers
    the first message and queues nothing. Raises NotForAMessage for a key that this kind must not
    carry or an address that is not exactly one, TransactionManagementError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "A message is written in the transaction of the change it tells of."
        )
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
        },
    )
    if is_new:
        if link:
            links.issue(
                link.purpose, link.row_id, link.generation, expires_at=link.expires_at, now=now
            )
        tasks.queue_send(message.pk)
    return message
