"""Sending one outbox row: queued → sending → sent, failed or unknown.

The one window in which a message can arrive twice: the worker dies (or nobody answers) after the
text was handed over and before that was written down. Such a message is handed over once more,
under the same Message-ID, and never a third time; without an answer it then stays `unknown`.
"""

from __future__ import annotations

import logging
import time
import uuid

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet

from correspondence import channels, email
from correspondence.models import OutboxMessage
from practice import clock

logger = logging.getLogger(__name__)

# Seconds before the second, third, … attempt: about a day and a half in all.
WAITS = (10, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 28800, 28800, 43200)
TROUBLE_LENGTH = 40


class Overtaken(Exception):
    """Another worker has taken this message over meanwhile."""


def deliver(pk: int) -> int | None:
    """Send message `pk` unless that has been done.

    Returns the seconds after which to try again, or None when nothing is left to do.
    """
    message = _claim(pk)
    if message is None:
        return None
    try:
        channels.send_email(email.render(message), before_handing_over=lambda: _hand_over(message))
    except Overtaken:
        logger.warning("outbox %s: taken over by another worker", pk)
    except channels.Refused as trouble:
        _settle(message, OutboxMessage.State.FAILED, trouble.code)
    except channels.NotNow as trouble:
        return _later(message, OutboxMessage.State.QUEUED, trouble.code)
    except channels.Unheard as trouble:
        if not message.handed_over_twice:
            return _later(message, OutboxMessage.State.UNKNOWN, trouble.code)
        _settle(message, OutboxMessage.State.UNKNOWN, trouble.code)
    except (OperationalError, InterfaceError):
        raise  # the row still says `sending`; the next attempt goes on from there
    except Exception as error:
        # A template or an address that cannot be rendered: a later release may mend it.
        logger.exception("outbox %s could not be rendered", pk)
        return _later(message, OutboxMessage.State.QUEUED, type(error).__name__)
    else:
        _settle(message, OutboxMessage.State.SENT, "")
    return None


def _claim(pk: int) -> OutboxMessage | None:
    """Take the message for this attempt, or None if there is nothing to send any more.

    The queue's lock lets one job per message run. A row found `sending` was left by a worker
    that died; `claim` then keeps that worker, should it still breathe, from going on.
    """
    states = OutboxMessage.State
    with transaction.atomic():
        message = OutboxMessage.objects.select_for_update().filter(pk=pk).first()
        if message is None or message.state in {states.SENT, states.FAILED}:
            return None
        if message.handed_over_twice:
            if message.state == states.SENDING:
                message.state, message.claim = states.UNKNOWN, None
                message.trouble = "worker died"
                message.save(update_fields=["state", "claim", "trouble"])
            return None
        message.state, message.claim = states.SENDING, uuid.uuid4()
        message.attempts += 1
        message.save(update_fields=["state", "claim", "attempts"])
    return message


def _hand_over(message: OutboxMessage) -> None:
    """Write down that the text leaves now. Raises Overtaken when this worker has lost its claim."""
    twice = message.handed_over_at is not None
    now = clock.now()
    if not _mine(message).update(handed_over_at=now, handed_over_twice=twice):
        raise Overtaken
    message.handed_over_at, message.handed_over_twice = now, twice


def _later(message: OutboxMessage, state: str, code: str) -> int | None:
    if message.attempts > len(WAITS):
        _settle(message, OutboxMessage.State.FAILED if state == "queued" else state, code)
        return None
    _settle(message, state, code)
    return WAITS[message.attempts - 1]


def _settle(message: OutboxMessage, state: str, code: str) -> None:
    """Write the outcome down. A database that is away is waited for: the mail has left already."""
    values: dict[str, object] = {"state": state, "claim": None, "trouble": code[:TROUBLE_LENGTH]}
    if state == OutboxMessage.State.SENT:
        values["sent_at"] = clock.now()
    if state in {OutboxMessage.State.QUEUED, OutboxMessage.State.FAILED}:
        # The other side has said that it did not take the text.
        values |= {"handed_over_at": None, "handed_over_twice": False}
    for wait in (1, 2, 4, 8, 15, 30):
        try:
            _mine(message).update(**values)
            break
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(wait)
    else:
        raise DatabaseError("the database did not come back")
    logger.info("outbox %s (%s): %s %s", message.pk, message.kind, state, code)


def _mine(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(
        pk=message.pk, claim=message.claim, state=OutboxMessage.State.SENDING
    )
