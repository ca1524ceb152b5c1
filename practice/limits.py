"""Limits, counted in PostgreSQL so that every process and machine counts together."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from practice.models import RateCount

# Each key keeps one instant for each time it was allowed, so limits stay small on purpose.
LARGEST_LIMIT = 1000


def allow(scope: str, key: str, *, limit: int, per: dt.timedelta, now: dt.datetime) -> bool:
    """Count one more and say whether it is within `limit` in any span of `per`; else count nothing.

    One statement, so that two at once cannot both be the last. It locks the key's row until the
    surrounding transaction ends: call it before opening one. A database that is down raises its
    own error, which becomes a 503: nothing is let through uncounted.
    """
    if not 0 < limit <= LARGEST_LIMIT:
        raise ValueError(f"a limit is between 1 and {LARGEST_LIMIT}, not {limit}")
    since = now - per
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO practice_ratecount AS counted (scope, key, allowed_at, latest)
            VALUES (%(scope)s, %(key)s, ARRAY[%(now)s::timestamptz], %(now)s)
            ON CONFLICT (scope, key) DO UPDATE SET
                allowed_at = ARRAY(
                    SELECT instant FROM unnest(counted.allowed_at) AS instant
                    WHERE instant > %(since)s
                ) || %(now)s::timestamptz,
                latest = %(now)s
            WHERE (
                SELECT count(*) FROM unnest(counted.allowed_at) AS instant
                WHERE instant > %(since)s
            ) < %(limit)s
            RETURNING 1
            """,
            {
                "scope": scope,
                "key": _hashed(scope, key),
                "now": now,
                "since": since,
                "limit": limit,
            },
        )
        return cursor.fetchone() is not None


def allow_source(
    scope: str, address: str, *, limit: int, per: dt.timedelta, now: dt.datetime
) -> bool:
    """`allow` for where a request comes from. The demo on one's own machine is not counted."""
    if settings.DEMO and is_loopback(address):
        return True
    return allow(scope, source_key(address), limit=limit, per=per, now=now)


def allow_everybody(
    scope: str, address: str, *, limit: int, per: dt.timedelta, now: dt.datetime
) -> bool:
    """`allow` for the whole site together. The demo on one's own machine is not counted."""
    if settings.DEMO and is_loopback(address):
        return True
    return allow(scope, "everybody", limit=limit, per=per, now=now)


def take_back(scope: str, key: str, *, at: dt.datetime) -> None:
    """Uncount what `allow` counted with `now=at`: it turned out to be no attempt at anything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE practice_ratecount SET allowed_at = array_remove(allowed_at, %s::timestamptz)"
            " WHERE scope = %s AND key = %s",
            [at, scope, _hashed(scope, key)],
        )


def address_of(request: HttpRequest) -> str:
    """The address a request comes from, as text; empty when there is none to trust.

    A connection from a Unix socket has no address: there nginx is the only caller, and it
    overwrites X-Real-IP (deploy/). From anywhere else the header is the caller's own claim.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if not address:
        address = str(request.META.get("HTTP_X_REAL_IP", ""))
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def source_key(address: str) -> str:
    """One IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def is_loopback(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        return ip.ipv4_mapped.is_loopback
    return ip.is_loopback


def forget_before(instant: dt.datetime) -> int:
    """Drop counts whose last one is older; returns how many keys went."""
    deleted, _ = RateCount.objects.filter(latest__lt=instant).delete()
    return deleted


def _hashed(scope: str, key: str) -> str:
    # Keyed, so that a stolen table does not tell addresses or telephone numbers.
    return hmac.new(
        settings.SECRET_KEY.encode(), f"{scope}\0{key}".encode(), hashlib.sha256
    ).hexdigest()
