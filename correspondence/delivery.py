"""Sending one outbox row: queued → sending → sent, failed or unknown.

The one window in which nobody can know whether a message arrived: the worker dies, or nobody
answers, after it was written down that the text leaves (`handed_over_at`) and before the outcome
was. Such a message is `unknown` and is never sent again by itself; staff decide (`outbox.resend`).
"""

from __future__ import annotations

import logging
import time
import uuid

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from correspondence import channels, email, texts, ways
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
    if message is None or isinstance(message, int):
        return message
    try:
        if message.way == OutboxMessage.Way.TEXT:
            words = texts.render(message)
            texts.send(message.to, words, before_handing_over=lambda: _hand_over(message))
        else:
            channels.send_email(
                email.render(message), before_handing_over=lambda: _hand_over(message)
            )
    except Overtaken:
        logger.warning("outbox %s: taken over by another worker", pk)
    except channels.Refused as trouble:
        _settle(message, OutboxMessage.State.FAILED, trouble.code)
    except channels.NotNow as trouble:
        return _later(message, trouble.code)
    except channels.Unheard as trouble:
        _settle(message, OutboxMessage.State.UNKNOWN, trouble.code)
    except (OperationalError, InterfaceError):
        raise  # the row still says `sending`; the next attempt goes on from there
    except Exception as error:
        # A template or an address that cannot be rendered: a later release may mend it.
        logger.exception("outbox %s could not be rendered", pk)
        return _later(message, type(error).__name__)
    else:
        _settle(message, OutboxMessage.State.SENT, "")
    return None


def _claim(pk: int) -> OutboxMessage | int | None:
    """Take the message for this attempt; None if there is nothing to send any more, or the seconds
    after which it may go.

    The queue's lock lets one job per message run. A row found `sending` was left by a worker
    that died, or is thought to have; a new `claim` keeps that one, should it still breathe, from
    handing over.
    """
    states = OutboxMessage.State
    with transaction.atomic():
        message = OutboxMessage.objects.select_for_update().filter(pk=pk).first()
        if message is None or message.state not in {states.QUEUED, states.SENDING}:
            return None
        if message.handed_over_at is not None:
            message.state, message.claim, message.trouble = states.UNKNOWN, None, "worker died"
            message.save(update_fields=["state", "claim", "trouble"])
            logger.warning("outbox %s (%s): unknown, the worker died", pk, message.kind)
            return None
        may = ways.may_go(message, now=clock.now())
        if may is not None:
            message.state = states.LEFT_OUT if isinstance(may, ways.LeaveOut) else states.QUEUED
            message.claim, message.trouble = None, may.why
            message.save(update_fields=["state", "claim", "trouble"])
            return may.seconds if isinstance(may, ways.Wait) else None
        message.state, message.claim = states.SENDING, uuid.uuid4()
        message.attempts += 1
        message.save(update_fields=["state", "claim", "attempts"])
    return message


def _hand_over(message: OutboxMessage) -> None:
    """Write down that the text leaves now. Raises Overtaken when this worker has lost its claim."""
    now = clock.now()
    mine = OutboxMessage.objects.filter(
        pk=message.pk, claim=message.claim, state=OutboxMessage.State.SENDING
    )
    if not mine.update(handed_over_at=now):
        raise Overtaken
    message.handed_over_at = now


def _later(message: OutboxMessage, code: str) -> int | None:
    if message.attempts > len(WAITS):
        _settle(message, OutboxMessage.State.FAILED, code)
        return None
    settled = _settle(message, OutboxMessage.State.QUEUED, code)
    return WAITS[message.attempts - 1] if settled else None


def _settle(message: OutboxMessage, state: str, code: str) -> bool:
    """Write the outcome down, and say whether it was still ours to write.

    A database that is away is waited for: the mail may have left already.
    """
    values: dict[str, object] = {"state": state, "claim": None, "trouble": code[:TROUBLE_LENGTH]}
    if state == OutboxMessage.State.SENT:
        values["sent_at"] = clock.now()
    if state in {OutboxMessage.State.QUEUED, OutboxMessage.State.FAILED}:
        # The other side has said that it did not take the text.
        values["handed_over_at"] = None
    for wait in (1, 2, 4, 8, 15, 30):
        try:
            settled = _awaiting_our_word(message).update(**values)
            break
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(wait)
    else:
        raise DatabaseError("the database did not come back")
    logger.info("outbox %s (%s): %s %s", message.pk, message.kind, state, code)
    return bool(settled)


def _awaiting_our_word(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    """The row while it is ours, also when we were slow enough to be taken for dead meanwhile."""
    ours = Q(claim=message.claim, state=OutboxMessage.State.SENDING)
    if message.handed_over_at is not None:
        ours |= Q(state=OutboxMessage.State.UNKNOWN, handed_over_at=message.handed_over_at)
    return OutboxMessage.objects.filter(ours, pk=message.pk)
