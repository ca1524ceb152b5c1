"""What happens to pages by the clock alone. Run by `manage.py worker`."""

from __future__ import annotations

import logging

from django.core.management import call_command
from procrastinate.contrib.django import app

from practice import clock
from procedures import reminders, signing

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="procedures.publish_due", queueing_lock="publish_due")
def publish_due(timestamp: int) -> None:
    """Publish what was signed for a day to come. Late or twice makes no difference."""
    call_command("publish_scheduled", verbosity=0)


# Each hour: a night without a worker, or a mail that nobody could take then, changes nothing.
@app.periodic(cron="23 * * * *")
@app.task(name="procedures.remind", queueing_lock="remind_physicians")
def remind(timestamp: int) -> None:
    """Write to physicians whose pages want to be read again. Late or twice makes no difference."""
    if written := reminders.remind(today=signing.today(), now=clock.now()):
        logger.info("reminded of reviews %s times", written)
