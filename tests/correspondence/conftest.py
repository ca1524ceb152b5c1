"""A mail server that does as it is told, and messages to send through it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import transaction

from correspondence import outbox
from correspondence.models import OutboxMessage
from tests.serving import free_port

Put = Callable[..., OutboxMessage]


class MailServer:
    """Keeps what it accepted. `rcpt` and `data` are its answers; `wait` seconds before each."""

    def __init__(self) -> None:
        self.rcpt, self.data, self.wait, self.drop_after_data = "250 OK", "250 OK", 0.0, False
        self.accepted: list[tuple[list[str], EmailMessage]] = []
        self.heard = self.port = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        time.sleep(self.wait)
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.heard += 1
        if self.data.startswith("250"):
            message = message_from_bytes(envelope.content or b"", policy=policy.default)
            self.accepted.append((list(envelope.rcpt_tos), message))  # type: ignore[arg-type]
        if self.drop_after_data:
            server.transport.abort()  # type: ignore[union-attr]
        return self.data


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    handler = MailServer()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "correspondence.channels.Smtp"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 1
    settings.EMAIL_PORT = handler.port = controller.port
    yield handler
    controller.stop()


@pytest.fixture
def mail_folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.EMAIL_BACKEND = "correspondence.mail_files.EmailBackend"
    return tmp_path / "mail"


def mails_in(folder: Path) -> list[EmailMessage]:
    return [
        message_from_bytes(file.read_bytes(), policy=policy.default)  # type: ignore[misc]
        for file in sorted(folder.glob("*.eml"))
    ]


@pytest.fixture
def put(now: dt.datetime) -> Put:
    """Write one message to Alice, in a transaction of its own."""

    def put(**facts: Any) -> OutboxMessage:
        with transaction.atomic():
            return outbox.put(
                **{
                    "subject": "appointment:1",
                    "kind": "booked",
                    "version": 1,
                    "to": "alice@example.com",
                    "to_name": "Alice Adams",
                    "locale": "en",
                    "context": {
                        "practice": "Example Spine",
                        "reference": "AB12-CD34",
                        "phone": "(214) 555-0142",
                        "when": "Tuesday, November 24, 3:20 PM",
                    },
                    "link": None,
                    "now": now,
                    **facts,
                }
            )

    return put
