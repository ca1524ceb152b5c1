"""Background work. procrastinate finds this module by its name and runs it in `manage.py worker`.

Time-tables follow the real clock; what is due is decided by practice.clock.
"""

from __future__ import annotations

import datetime as dt
import logging

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from correspondence import delivery, undelivered
from correspondence.models import OutboxMessage, WorkerBeat
from practice import clock, limits

logger = logging.getLogger(__name__)

QUEUE = "messages"
DEAD_AFTER_SECONDS = 60  # without a sign of life a worker counts as dead; it gives one every 10 s
LOST_AFTER = dt.timedelta(minutes=5)
KEEP_FINISHED_JOBS_HOURS = 24 * 30
KEEP_COUNTS = dt.timedelta(days=2)


# The retries of the queue itself are for a database that went away in the middle.
@app.task(name="correspondence.send", queue=QUEUE, retry=RetryStrategy(max_attempts=20, wait=30))
def send(message: int) -> None:
    if (seconds := delivery.deliver(message)) is not None:
        queue_send(message, seconds=seconds)


def queue_send(pk: int, *, seconds: int = 0) -> None:
    """Queue the sending of a message in the open transaction, to run in so many seconds.

    Always over Django's own connection: inside the worker procrastinate's app has one of its
    own, and a job written there would be seen before the row it is about, or without it.
    """
    configure_task(
        name=send.name,
        job_manager=JobManager(DjangoConnector()),
        queue=QUEUE,
        lock=f"outbox:{pk}",
        schedule_in={"seconds": seconds} if seconds else None,
    ).defer(message=pk)


@app.periodic(cron="* * * * *")
@app.task(name="correspondence.wake_stalled", queueing_lock="wake_stalled", pass_context=True)
async def wake_stalled(context: JobContext, timestamp: int) -> None:
    """Queue again what a worker was doing when it died."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
        logger.warning("job %s (%s) was left by a dead worker", job.id, job.task_name)
        await manager.retry_job(job)


@app.periodic(cron="*/5 * * * *")
@app.task(name="correspondence.find_lost", queueing_lock="find_lost")
def find_lost(timestamp: int) -> None:
    """Queue again any unfinished message that has no job."""
    for pk in lost(now=clock.now()):
        logger.warning("outbox %s had no job", pk)
        queue_send(pk)


def lost(*, now: dt.datetime) -> list[int]:
    """Messages older than LOST_AFTER that still have to go and that no job will send."""
    states = OutboxMessage.State
    unfinished = OutboxMessage.objects.filter(
        state__in=[states.QUEUED, states.SENDING],
        created_at__lt=now - LOST_AFTER,
    ).values_list("pk", flat=True)
    jobs = ProcrastinateJob.objects.filter(task_name=send.name, status__in=["todo", "doing"])
    with_a_job = set(jobs.values_list("args__message", flat=True))
    return [pk for pk in unfinished if pk not in with_a_job]


@app.periodic(cron="*/5 * * * *")
@app.task(name="correspondence.tell_of_undelivered", queueing_lock="tell_of_undelivered")
def tell_of_undelivered(timestamp: int) -> None:
    """Tell the desk which messages did not arrive. Late or twice makes no difference."""
    undelivered.tell(now=clock.now())


@app.periodic(cron="17 4 * * *")
@app.task(name="correspondence.tidy", queueing_lock="tidy", pass_context=True)
async def tidy(context: JobContext, timestamp: int) -> None:
    """Once a day: drop finished jobs that nobody will look at again."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEEP_FINISHED_JOBS_HOURS,
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )


@app.periodic(cron="27 4 * * *")
@app.task(name="correspondence.forget_counts", queueing_lock="forget_counts")
def forget_counts(timestamp: int) -> None:
    """Once a day: drop counts of limits, and the beats of workers that are gone."""
    now = clock.now()
    limits.forget_before(now - KEEP_COUNTS)
    WorkerBeat.objects.filter(at__lt=now - KEEP_COUNTS).delete()
