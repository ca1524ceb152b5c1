"""What is done for pictures in the background. Run by `manage.py worker`."""

from __future__ import annotations

import logging

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from practice import renditions

logger = logging.getLogger(__name__)

LOCK = QUEUE = "pictures"  # one at a time on all machines, so that messages never wait for them
PRIORITY = -10


# The first job for a picture is queued by its table: see the migration that names this task.
@app.task(
    name="practice.make_renditions",
    queue=QUEUE,
    lock=LOCK,
    priority=PRIORITY,
    retry=RetryStrategy(max_attempts=5, wait=30),
)
def make_renditions(picture: int) -> None:
    if made := renditions.make(picture):
        logger.info("made %s copies of picture %s", made, picture)


@app.periodic(cron="43 * * * *")
@app.task(
    name="practice.find_missing_renditions",
    queue=QUEUE,
    lock=LOCK,
    priority=PRIORITY,
    queueing_lock="find_missing_renditions",
)
def find_missing_renditions(timestamp: int) -> None:
    """Make what is missing although no job says so: lost files, other widths in a new release."""
    waiting = ProcrastinateJob.objects.filter(
        task_name=make_renditions.name, status__in=["todo", "doing"]
    ).values_list("args__picture", flat=True)
    for pk in set(renditions.incomplete()) - set(waiting):
        make_renditions(picture=pk)
