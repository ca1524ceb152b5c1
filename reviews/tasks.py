"""What happens to reviews by the clock alone. Run by `manage.py worker`."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from procrastinate.contrib.django import app

from practice import clock
from practice.models import Practice
from reviews import authorizations, fairness, invitations, messages

logger = logging.getLogger(__name__)


@app.periodic(cron="*/15 * * * *")
@app.task(name="reviews.invite_everybody", queueing_lock="invite_everybody")
def invite_everybody(timestamp: int) -> None:
    """Ask for a review after each visit. Late or twice makes no difference."""
    if invited := invitations.invite_everybody(now=clock.now()):
        logger.info("invited after %s visits", invited)


@app.periodic(cron="7 * * * *")
@app.task(name="reviews.end_expired", queueing_lock="end_expired_authorizations")
def end_expired(timestamp: int) -> None:
    """Take down what was authorized until yesterday."""
    today = clock.today(Practice.objects.current().zone)
    if ended := authorizations.end_expired(today=today, now=clock.now()):
        logger.info("%s authorizations reached their last day", ended)


@app.periodic(cron="37 6 * * 1")
@app.task(name="reviews.look_at_refusals", queueing_lock="look_at_refusals")
def look_at_refusals(timestamp: int) -> None:
    """Once a week: tell the practice when refusals depend on stars."""
    tell_if_alarmed(now=clock.now())


def tell_if_alarmed(*, now: dt.datetime) -> bool:
    _overall, suspicions = fairness.look()
    if suspicions:
        logger.warning("refusals of reviews differ by stars")
        with transaction.atomic():
            messages.alarm(week=int(now.timestamp() // (7 * 86400)), now=now)
    return bool(suspicions)
