"""A promised answer that is about to be broken: the desk is told, then the person on call."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from correspondence.models import MessageRules

from . import messages, on_call
from .models import Appointment


def warn(*, now: dt.datetime) -> int:
    """Tell of every request whose answer is due soon; how many were looked at. Late or twice makes
    no difference. Of a short promise the second half is "soon"."""
    rules = MessageRules.current()
    soon = now + dt.timedelta(minutes=rules.at_risk_minutes)
    waiting = Appointment.objects.waiting_for_an_answer().filter(
        answer_due_at__gt=now, answer_due_at__lte=soon
    )
    at_risk = 0
    for appointment in waiting.with_people():
        at_risk += _warn(appointment, rules, now=now)
    return at_risk


@transaction.atomic
def _warn(appointment: Appointment, rules: MessageRules, *, now: dt.datetime) -> bool:
    due = appointment.answer_due_at
    if due is None:
        return False
    given = due - appointment.created_at
    begins = due - min(dt.timedelta(minutes=rules.at_risk_minutes), given / 2)
    if now < begins:
        return False
    messages.staff_promise_at_risk(appointment, due=due, now=now)
    later = min(dt.timedelta(minutes=rules.escalate_minutes), (due - begins) / 2)
    if now >= begins + later and (person := on_call.whom(rules, now=now)):
        name, email = person
        messages.staff_on_call(appointment, due=due, name=name, email=email, now=now)
    return True
