"""The demo's mail: a file under CLINIC_HOME/mail for each message, as mail readers open them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from practice import clock


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{clock.now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}.eml"
            unfinished = folder / f".{name}"
            with unfinished.open("xb") as file:
                file.write(message.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(folder / name)
        return len(email_messages)
