"""What is typed on one booking page and needed on the next, kept until it is sent.

A draft is encrypted under the booking key. The browser brings the key with each request; we keep
neither the key nor anything that leads to it, so the rows are unreadable without the patient.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import uuid

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction

from . import keys
from .models import Draft

Typed = dict[str, str]


def save(key: uuid.UUID, typed: Typed, *, now: dt.datetime) -> None:
    """Keep `typed` for some hours; what was kept under `key` before is replaced."""
    sealed = _lock(key).encrypt(json.dumps(typed).encode())
    draft = Draft(name=_name(key), sealed=sealed, expires_at=now + keys.LASTS)
    with transaction.atomic():
        forget_expired(now=now)
        Draft.objects.bulk_create(
            [draft],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["sealed", "expires_at"],
        )


def load(key: uuid.UUID, *, now: dt.datetime) -> Typed:
    """What was typed under `key`; empty when there is nothing, or nothing any more."""
    draft = Draft.objects.filter(name=_name(key), expires_at__gt=now).first()
    if draft is None:
        return {}
    try:
        typed: Typed = json.loads(_lock(key).decrypt(bytes(draft.sealed)))
    except InvalidToken:
        return {}
    return typed


def forget(key: uuid.UUID) -> None:
    Draft.objects.filter(name=_name(key)).delete()


def forget_expired(*, now: dt.datetime) -> int:
    """Delete what nobody can read any more; answers how many. For the worker, and on each save."""
    return Draft.objects.filter(expires_at__lte=now).delete()[0]


def _name(key: uuid.UUID) -> str:
    return _derive(b"draft name", key).hex()


def _lock(key: uuid.UUID) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derive(b"draft contents", key)))


def _derive(purpose: bytes, key: uuid.UUID) -> bytes:
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, purpose + b"\0" + key.bytes, hashlib.sha256).digest()
