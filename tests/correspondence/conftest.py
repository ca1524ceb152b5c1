"""A mail server that does as it is told, and messages to send through it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from correspondence import outbox
from correspondence.models import OutboxMessage
from tests.mail_server import MailServer, serving

Put = Callable[..., OutboxMessage]


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    settings.EMAIL_BACKEND = "correspondence.channels.Smtp"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 1
    with serving(MailServer()) as server:
        settings.EMAIL_PORT = server.port
        yield server


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
