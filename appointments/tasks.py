"""What happens to visits by the clock alone. Run by `manage.py worker`."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from appointments import booking
from practice import clock

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="appointments.release_expired", queueing_lock="release_expired")
def release_expired(timestamp: int) -> None:
    """Give back times that were held and not asked for. Late or twice makes no difference."""
    if released := booking.release_expired(now=clock.now()):
        logger.info("released %s held times", released)
