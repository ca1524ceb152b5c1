"""Secret links: how somebody without an account comes back to one row and to nothing else.

A token is HMAC(link key, purpose, row, generation), so a message that is rendered later or again
carries the same link. Only its hash is stored. Raising the generation ends every older link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from correspondence.models import Link
from practice import clock
from practice.languages import address

LIFETIME = timedelta(days=90)
PATHS = {Link.Purpose.VISIT: "/a/{token}/"}
PATHS |= {
    Link.Purpose.REVIEW_INVITATION: "/r/invited/{token}/",
    Link.Purpose.REVIEW: "/r/mine/{token}/",
}
TOKEN_LENGTH = 43


@dataclass(frozen=True)
class LinkFor:
    """Which link a message carries; the address itself is worked out when the message is sent."""

    purpose: str
    row_id: int
    generation: int
    expires_at: datetime | None = None


def issue(
    purpose: str,
    row_id: int,
    generation: int,
    *,
    expires_at: datetime | None = None,
    now: datetime | None = None,
) -> str:
    """The absolute address for this row and generation, in the language spoken now; older
    generations end here.

    Asking again gives the same address and leaves its expiry as it was. A generation that has
    been overtaken or revoked still has an address, but it opens nothing.
    """
    now = now or clock.now()
    token = _token(purpose, row_id, generation)
    token_hash = _hash(token)
    of_this_row = Link.objects.filter(purpose=purpose, row_id=row_id)
    known = list(of_this_row)
    if all(one.token_hash != token_hash for one in known):
        # A second row of one generation exists once the link key has been changed.
        is_over = any(
            one.generation > generation or (one.generation == generation and one.revoked_at)
            for one in known
        )
        link = Link(
            purpose=purpose,
            row_id=row_id,
            generation=generation,
            token_hash=token_hash,
            created_at=now,
            expires_at=expires_at or now + LIFETIME,
            revoked_at=now if is_over else None,
        )
        with transaction.atomic(savepoint=False):
            Link.objects.bulk_create([link], ignore_conflicts=True)
            if known:
                older = of_this_row.filter(generation__lt=generation, revoked_at=None)
                older.update(revoked_at=now)
    path = address(PATHS[Link.Purpose(purpose)].format(token=token))
    return f"{settings.CLINIC_URL}{path}"


def find(token: str, *, now: datetime | None = None) -> Link | None:
    """The live link with this token, or None. Looks and changes nothing."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    now = now or clock.now()
    return Link.objects.filter(token_hash=_hash(token), revoked_at=None, expires_at__gt=now).first()


def revoke(purpose: str, row_id: int, *, now: datetime | None = None) -> int:
    """End every link of this row; the number that were still live."""
    now = now or clock.now()
    return Link.objects.filter(purpose=purpose, row_id=row_id, revoked_at=None).update(
        revoked_at=now
    )


def _token(purpose: str, row_id: int, generation: int) -> str:
    text = f"{Link.Purpose(purpose)}:{int(row_id)}:{int(generation)}"
    digest = hmac.digest(settings.LINK_KEY.encode(), text.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
