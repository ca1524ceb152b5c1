"""`manage.py worker`: does the background work until SIGTERM, whatever the database does."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from typing import Any

from asgiref.sync import sync_to_async
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connection
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from correspondence.models import WorkerBeat
from practice import clock

logger = logging.getLogger(__name__)

LONGEST_WAIT = 15.0  # seconds between two attempts to reach the database
FINISH_WITHIN = 25.0  # seconds for running jobs after SIGTERM


class Command(BaseCommand):
    help = "Sends messages and does the periodic work, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        # More than one, so that a slow mail server does not hold up the periodic work.
        parser.add_argument("--concurrency", type=int, default=2)
        parser.add_argument("--beat", type=float, default=10.0, help="Seconds between two beats.")

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(_work(options["concurrency"], options["beat"]))


async def _work(concurrency: int, beat_seconds: float) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    name = f"{socket.gethostname()}:{os.getpid()}"
    wait = 1.0
    while not stop.is_set():
        began = time.monotonic()
        try:
            await _work_while_it_lasts(name, concurrency, beat_seconds, stop)
        except Exception as error:
            # Only the kind of error: its words may hold the address of the database.
            logger.error("worker interrupted: %s", type(error).__name__)
        if stop.is_set():
            break
        wait = 1.0 if time.monotonic() - began > 60 else min(wait * 2, LONGEST_WAIT)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)
    with contextlib.suppress(Exception):
        await sync_to_async(_unregister)(name)


async def _work_while_it_lasts(
    name: str, concurrency: int, beat_seconds: float, stop: asyncio.Event
) -> None:
    """Work until asked to stop, or until the database has gone away; then it returns or raises."""
    await sync_to_async(_beat)(name)
    # Short, so that SIGTERM does not wait for a database that is away.
    connector = PsycopgConnector(kwargs=connector_params(), timeout=4, reconnect_timeout=4)
    with app.replace_connector(connector) as working:
        async with working.open_async():
            worker = asyncio.create_task(
                working.run_worker_async(
                    name=name,
                    concurrency=concurrency,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=FINISH_WITHIN,
                )
            )
            others = [
                asyncio.create_task(_keep_beating(name, beat_seconds)),
                asyncio.create_task(stop.wait()),
            ]
            try:
                await asyncio.wait([worker, *others], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (worker, *others):
                    task.cancel()
                results = await asyncio.gather(worker, *others, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _keep_beating(name: str, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await sync_to_async(_beat)(name)


def _beat(name: str) -> None:
    close_old_connections()
    now = clock.now()
    try:
        WorkerBeat.objects.filter(at__gt=now).exclude(worker=name).delete()  # of another clock
        WorkerBeat.objects.update_or_create(worker=name, defaults={"at": now})
    finally:
        connection.close()


def _unregister(name: str) -> None:
    WorkerBeat.objects.filter(worker=name).delete()
    connection.close()
