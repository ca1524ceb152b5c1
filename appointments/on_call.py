"""Who answers when the desk does not: one person at a time, from when until when."""

from __future__ import annotations

import datetime as dt

from django.contrib.admin.models import ADDITION, CHANGE, DELETION
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from correspondence.models import MessageRules
from practice.models import Practice

from . import wording
from .intervals import Interval
from .models import OnCall
from .transactions import EXCLUSION, one_transaction, sqlstate
from .working import note


class Overlaps(Exception):
    """Somebody else is on call in that time. Nothing was saved."""


class IsOver(Exception):
    """It has ended already. Nothing was changed."""


def whom(rules: MessageRules, *, now: dt.datetime) -> tuple[str, str] | None:
    """The name and address of whoever is on call at this moment: of the roster, else the person
    whom the rules for messages name, else nobody."""
    if one := OnCall.objects.at(now).first():
        return one.name, one.email
    return (rules.on_call_name, rules.on_call_email) if rules.on_call_email else None


def put_on_call(
    user: User, during: Interval, *, email: str, phone: str, by: User, now: dt.datetime
) -> OnCall:
    """Raises Overlaps, Busy."""
    try:
        return _put_on_call(user, during, email=email, phone=phone, by=by, now=now)
    except DatabaseError as error:
        if sqlstate(error) == EXCLUSION:
            raise Overlaps from error
        raise


@one_transaction
def _put_on_call(
    user: User, during: Interval, *, email: str, phone: str, by: User, now: dt.datetime
) -> OnCall:
    one = OnCall.objects.create(
        user=user,
        during=DateTimeTZRange(during.start, during.end),
        email=email or user.email,
        phone=phone,
    )
    note(one, ADDITION, f"On call: {_who_and_when(one)}", by=by, now=now)
    return one


@one_transaction
def end(one: OnCall, *, by: User, now: dt.datetime) -> None:
    """From now on somebody else may be; what was to come is taken off. Raises IsOver, Busy."""
    current = OnCall.objects.select_for_update().filter(pk=one.pk).first()
    if current is None or current.during.upper <= now:
        raise IsOver
    if current.during.lower >= now:
        note(current, DELETION, f"Not on call: {_who_and_when(current)}", by=by, now=now)
        current.delete()
        return
    current.during = DateTimeTZRange(current.during.lower, now)
    current.save(update_fields=["during"])
    note(current, CHANGE, f"On call no longer: {_who_and_when(current)}", by=by, now=now)


def _who_and_when(one: OnCall) -> str:
    zone = Practice.objects.current().zone
    begins, ends = (wording.when(instant, zone) for instant in (one.during.lower, one.during.upper))
    return f"{one.name}, {begins} until {ends}"
