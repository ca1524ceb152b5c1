"""Messages, workers that are forked in a moment, and a mail server in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Sink:
    port: int
    file: Path

    def message_ids(self) -> list[str]:
        """Of what it accepted, in the order in which it did."""
        return [json.loads(line)["id"] for line in self.file.read_text().splitlines()]


@contextlib.contextmanager
def a_sink(
    *, port: int = 0, folder: Path | None = None, tls: bool = False, **how: Any
) -> Iterator[Sink]:
    """A mail server that writes down what it accepts before it says so.

    `how`: what tests.mail_server.MailServer is told to do. With `tls` the certificate lies in
    `folder`.
    """
    from tests.mail_server import MailServer, a_certificate, serving
    from tests.serving import free_port

    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        file, port = place / "accepted", port or free_port()
        file.touch()
        context = a_certificate(place)[0] if tls else None
        pid = os.fork()
        if pid == 0:
            with file.open("a") as out:
                server = MailServer(once=True)
                server.accepted = Written(out)  # type: ignore[assignment]
                for name, value in how.items():
                    setattr(server, name, value)
                with serving(server, port=port, tls=context):
                    signal.pause()
            os._exit(0)
        try:
            time.sleep(0.5)
            yield Sink(port, file)
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


class Written:
    """In the place of a list: one line on the disk for each mail."""

    def __init__(self, out: Any) -> None:
        self.out = out

    def append(self, one: Any) -> None:
        recipients, mail = one
        self.out.write(json.dumps({"to": recipients, "id": str(mail["Message-ID"])}) + "\n")
        self.out.flush()


def messages(number: int) -> list[str]:
    """So many in the outbox, each to somebody else; their Message-IDs."""
    from django.db import transaction

    from correspondence import outbox
    from correspondence.models import OutboxMessage
    from practice import clock

    first = OutboxMessage.objects.count() + 1
    made = []
    for n in range(first, first + number):
        with transaction.atomic():
            message = outbox.put(
                subject=f"appointment:{n}",
                kind=OutboxMessage.Kind.REFUSED,
                version=1,
                to=f"patient{n}@example.com",
                to_name=f"Patient {n}",
                locale="en",
                context={"practice": "P", "reference": f"R{n}", "phone": "(214) 555-0142"},
                link=None,
                now=clock.now(),
            )
        made.append(message.message_id)
    return made


def work(
    port: int, *, before: Callable[[], None] | None = None, jobs: int = 2, **settings_: Any
) -> int:
    """Start a worker that sends to this port; its process id. `before` runs in it first."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        settings.EMAIL_BACKEND = "correspondence.channels.Smtp"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 1
        for name, value in settings_.items():
            setattr(settings, name, value)
        if before:
            before()
        call_command("worker", beat=5.0, concurrency=jobs)
    except BaseException as error:
        print(f"the worker: {error!r}", file=sys.stderr)
        os._exit(1)
    os._exit(0)


def workers_have_long_been_silent() -> None:
    """As a minute later: the dead are known to be dead, and the periodic work is due again."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'"
        )
        cursor.execute("DELETE FROM procrastinate_periodic_defers")
