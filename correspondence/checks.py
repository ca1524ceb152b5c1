"""What must hold before a live site may promise to write to people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def mail_leaves_safely(**kwargs: Any) -> list[CheckMessage]:
    if settings.DEMO:
        return []
    if not getattr(settings, "EMAIL_CONFIG", None):
        return [
            Error(
                "No mail server is set, so nobody would get the messages we promise.",
                hint="Set EMAIL_URL=smtp+ssl://user:password@host:465, or postmark://KEY",
                id="correspondence.E001",
            )
        ]
    encrypted = settings.EMAIL_USE_SSL or settings.EMAIL_USE_TLS
    if not encrypted and settings.EMAIL_HOST not in {"localhost", "127.0.0.1", "::1"}:
        return [
            Error(
                "Messages would cross the network unencrypted.",
                hint="Use smtp+ssl:// in EMAIL_URL (implicit TLS, port 465).",
                id="correspondence.E002",
            )
        ]
    return []
