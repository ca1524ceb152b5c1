"""Finding a visit by what somebody says on the telephone: a name, digits, a reference.

The words are about a patient, so they are sealed before they stand in an address: neither a log,
nor a browser's history, nor a proxy can read them. What is sealed opens for a quarter of an hour.
"""

from __future__ import annotations

import base64
import hashlib
import re

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db.models import Q, QuerySet

from appointments.models import Appointment

OPENS_FOR = 15 * 60  # seconds
FEWEST_DIGITS = 3


def seal(words: str) -> str:
    return _lock().encrypt(words.encode()).decode()


def unseal(sealed: str) -> str | None:
    """The words again; None for anything else, or when it is too old."""
    try:
        return _lock().decrypt(sealed.encode(), ttl=OPENS_FOR).decode()
    except (InvalidToken, ValueError):
        return None


def find(words: str) -> QuerySet[Appointment]:
    """Visits that `words` could mean, the latest first. Nothing for no words."""
    digits = re.sub(r"\D", "", words)
    compact = re.sub(r"[\s-]", "", words).upper()
    letters = [word for word in words.split() if not any(sign.isdigit() for sign in word)]
    found = Q(pk__in=())
    if len(compact) == 8:
        found |= Q(reference=f"{compact[:4]}-{compact[4:]}")
    if len(digits) >= FEWEST_DIGITS and not letters:
        found |= Q(patient__phone__contains=digits)
    elif letters:
        by_name = Q()
        for word in letters:
            by_name &= Q(patient__given_name__icontains=word) | Q(
                patient__family_name__icontains=word
            )
        found |= by_name
    return Appointment.objects.filter(found).order_by("-starts_at", "pk")


def _lock() -> Fernet:
    key = hashlib.sha256(b"desk search\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
