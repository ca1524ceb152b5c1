"""The random key that every booking form carries, and the cookie that shows whose key it is.

The key names the hold, unlocks what was typed (`drafts.py`) and makes sending it twice the same as
once. Each tab has its own. An address carries only `tab`, a fingerprint that opens nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

LASTS = dt.timedelta(hours=4)
_PREFIX = "visit-"


def new() -> uuid.UUID:
    return uuid.UUID(bytes=secrets.token_bytes(16))


def parse(text: str) -> uuid.UUID | None:
    """The key written in a form; None when it is not one."""
    try:
        return uuid.UUID(hex=text) if len(text) == 32 else None
    except ValueError:
        return None


def tab_of(key: uuid.UUID) -> str:
    return hashlib.sha256(key.bytes).hexdigest()[:12]


def in_tab(request: HttpRequest) -> uuid.UUID | None:
    """The key of the tab that `?tab=` names; without one, this browser's only key."""
    if tab := request.GET.get("tab", ""):
        key = parse(request.COOKIES.get(_cookie_name(tab), ""))
        return key if key and tab_of(key) == tab else None
    start = _cookie_name("")
    names = [name for name in request.COOKIES if name.startswith(start)]
    return parse(request.COOKIES[names[0]]) if len(names) == 1 else None


def is_ours(request: HttpRequest, key: uuid.UUID) -> bool:
    """Whether this browser was given `key`. Knowing it from elsewhere is not enough."""
    held = request.COOKIES.get(_cookie_name(tab_of(key)), "")
    return secrets.compare_digest(held.encode(), key.hex.encode())


def give(response: HttpResponseBase, key: uuid.UUID) -> None:
    """Let this browser keep `key`: for a few hours, out of reach of scripts."""
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_cookie(
        _cookie_name(tab_of(key)),
        key.hex,
        max_age=LASTS,
        # A __Host- cookie cannot be planted by a neighbouring host; it has to have the path "/".
        # Both languages need it, too.
        path="/",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def _cookie_name(tab: str) -> str:
    return f"{'__Host-' if settings.SESSION_COOKIE_SECURE else ''}{_PREFIX}{tab}"
