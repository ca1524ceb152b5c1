"""The worker as a process of its own: killed, stopped, and cut off from its database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from correspondence.models import OutboxMessage, WorkerBeat
from tests.correspondence.conftest import Put
from tests.mail_server import MailServer
from tests.serving import ROOT, database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

State = OutboxMessage.State


@contextmanager
def a_worker(log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        **environment,
    }
    command = [sys.executable, "manage.py", "worker", "--beat", "0.5"]
    with log.open("ab") as out:
        worker = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
        try:
            yield worker
        finally:
            worker.kill()
            worker.wait()


def until(what: Callable[[], bool], *, seconds: float = 120) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.1)
    return False


def state_of(message: OutboxMessage) -> str:
    message.refresh_from_db()
    return message.state


def the_worker_has_long_been_silent() -> None:
    """As a minute later: its heartbeat is old, and the periodic jobs are due again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'"
        )
        cursor.execute("DELETE FROM procrastinate_periodic_defers")


def cut_every_other_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


# Starting a worker costs seconds, so each of these shows more than one thing.


def test_a_worker_says_it_lives_outlives_its_connections_and_ends_in_order(
    put: Put, tmp_path: Path
) -> None:
    message, log = put(), tmp_path / "log"
    with a_worker(log) as worker:
        assert until(lambda: state_of(message) == State.SENT), log.read_text()
        assert WorkerBeat.objects.count() == 1
        cut_every_other_connection()
        later = put(subject="appointment:2")
        assert until(lambda: state_of(later) == State.SENT), log.read_text()
        assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    assert WorkerBeat.objects.count() == 0


def test_what_a_killed_worker_left_two_others_send_once_and_fifty_more(
    put: Put, mail_server: MailServer, tmp_path: Path
) -> None:
    url = f"smtp://127.0.0.1:{mail_server.port}"
    mail_server.wait = 5
    left = put()
    with a_worker(tmp_path / "1", EMAIL_URL=url) as worker:
        assert until(lambda: state_of(left) == State.SENDING)
        worker.kill()
        worker.wait()
    assert mail_server.accepted == []

    mail_server.wait = 0
    the_worker_has_long_been_silent()
    messages = [left, *(put(subject=f"appointment:{number}") for number in range(2, 52))]
    with a_worker(tmp_path / "2", EMAIL_URL=url), a_worker(tmp_path / "3", EMAIL_URL=url):
        done = OutboxMessage.objects.filter(state=State.SENT)
        assert until(lambda: done.count() == 51), (tmp_path / "2").read_text()
    arrived = sorted(str(mail["Message-ID"]) for _to, mail in mail_server.accepted)
    assert arrived == sorted(message.message_id for message in messages)
