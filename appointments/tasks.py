"""What happens to visits by the clock alone. Run by `manage.py worker`."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from appointments import booking, busy, drafts, inquiries, promises, reminders
from practice import clock

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="appointments.release_expired", queueing_lock="release_expired")
def release_expired(timestamp: int) -> None:
    """Give back times whose hold, offer or promised answer ran out. Late or twice makes no
    difference. Then whoever waits is offered what is free."""
    if released := booking.release_expired(now=clock.now()):
        logger.info("released %s times", released)
    if offered := booking.offer_freed_time(now=clock.now()):
        logger.info("offered %s free times to waiting patients", offered)


@app.periodic(cron="* * * * *")
@app.task(name="appointments.flag_stranded", queueing_lock="flag_stranded")
def flag_stranded(timestamp: int) -> None:
    """Put visits that a closure or a change of hours has stranded on the desk's list."""
    if changed := booking.flag_stranded(now=clock.now()):
        logger.info("%s visits begin or cease to need a new time", changed)


@app.periodic(cron="* * * * *")
@app.task(name="appointments.remind", queueing_lock="remind")
def remind(timestamp: int) -> None:
    """Remind whoever comes in two days or two hours and chose to be reminded."""
    if sent := reminders.send_due(now=clock.now()):
        logger.info("%s reminders", sent)


@app.periodic(cron="* * * * *")
@app.task(name="appointments.warn_of_promises", queueing_lock="warn_of_promises")
def warn_of_promises(timestamp: int) -> None:
    """Tell the desk, then the person on call, of promises that are about to be broken."""
    promises.warn(now=clock.now())
    inquiries.warn(now=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="appointments.read_busy_calendars", queueing_lock="read_busy_calendars")
def read_busy_calendars(timestamp: int) -> None:
    """When somebody is busy in the EHR, where the operator has set its address."""
    for who, outcome in busy.read_addresses(now=clock.now()):
        if isinstance(outcome, str):
            logger.warning("the calendar of %s was not read: %s", who, outcome)


@app.periodic(cron="7 * * * *")
@app.task(name="appointments.forget_drafts", queueing_lock="forget_drafts")
def forget_drafts(timestamp: int) -> None:
    """What was typed and never sent is deleted, also when nobody types any more."""
    if forgotten := drafts.forget_expired(now=clock.now()):
        logger.info("forgot %s unsent forms", forgotten)
