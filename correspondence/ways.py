"""Whether a message may go by its way at this moment. Asked right before each attempt, so that a
STOP, an agreement that ended or a time that is over counts at once."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from correspondence.models import Agreement, MessageRules, OutboxMessage, TextDay, TextWord
from practice.models import Practice

ASK_AGAIN = 3600  # seconds, while an agreement is missing


@dataclass(frozen=True)
class Wait:
    seconds: int
    why: str


@dataclass(frozen=True)
class LeaveOut:
    """Not now and not later; `why` is a short code that holds nothing about a person."""

    why: str


def may_go(message: OutboxMessage, *, now: dt.datetime) -> Wait | LeaveOut | None:
    """None: it may. A text message takes its number's one place of the day with that, so the
    caller holds a transaction."""
    if message.not_before is not None and now < message.not_before:
        return Wait(math.ceil((message.not_before - now).total_seconds()), "")
    if message.not_after is not None and now >= message.not_after:
        return LeaveOut("too late")
    practice = Practice.objects.current()
    today = now.astimezone(practice.zone).date()
    if message.way == OutboxMessage.Way.TEXT:
        return _may_text(message, practice.zone, now=now)
    if not settings.DEMO and not agreements(OutboxMessage.Way.EMAIL, today).exists():
        return Wait(ASK_AGAIN, "no agreement")
    return None


def _may_text(
    message: OutboxMessage, zone: ZoneInfo, *, now: dt.datetime
) -> Wait | LeaveOut | None:
    rules, today = MessageRules.current(), now.astimezone(zone).date()
    if not texts_are_on(rules, today):
        return LeaveOut("texts are off")
    if is_stopped(message.to):
        return LeaveOut("stop")
    if ends := quiet_ends(rules, zone, now=now):
        if message.not_after is not None and ends >= message.not_after:
            return LeaveOut("quiet hours")
        return Wait(int((ends - now).total_seconds()) + 1, "quiet hours")
    place, _is_new = TextDay.objects.get_or_create(
        number=message.to, day=today, defaults={"message": message, "copy": message.copy}
    )
    its_own = (place.message_id, place.copy) == (message.pk, message.copy)
    return None if its_own else LeaveOut("one a day")


def texts_are_on(rules: MessageRules, today: dt.date) -> bool:
    """They are off until an agreement in force is chosen."""
    chosen = rules.texts_id
    return chosen is not None and (
        agreements(OutboxMessage.Way.TEXT, today).filter(pk=chosen).exists()
    )


def agreements(way: str, today: dt.date) -> QuerySet[Agreement]:
    """Those in force."""
    return Agreement.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=today), way=way, signed_on__lte=today
    )


def quiet_ends(rules: MessageRules, zone: ZoneInfo, *, now: dt.datetime) -> dt.datetime | None:
    """When the quiet hours end, or None outside them. They may cross midnight."""
    local = now.astimezone(zone)
    begins, ends = rules.quiet_from, rules.quiet_until
    if begins <= ends:
        quiet, day = begins <= local.time() < ends, local.date()
    else:
        evening = local.time() >= begins
        quiet = evening or local.time() < ends
        day = local.date() + dt.timedelta(days=1) if evening else local.date()
    return dt.datetime.combine(day, ends, zone).astimezone(dt.UTC) if quiet else None


def is_stopped(number: str) -> bool:
    latest = TextWord.objects.filter(number=number).last()
    return latest is not None and latest.stop
