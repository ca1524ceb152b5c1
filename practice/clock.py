"""The only clock. Nothing else in the project asks what time it is, SQL included."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo

from django.conf import settings

_process_started = time.time()


def now() -> dt.datetime:
    """This instant, aware, in UTC.

    With `CLINIC_NOW` set (demo and tests) the clock started at that instant when the real one
    stood at `CLINIC_NOW_AT` (seconds since 1970; without it, when this process began), and has
    run on since. `run.py` sets both, so that every process agrees.
    """
    real = time.time()
    pretended = getattr(settings, "CLINIC_NOW", None)
    if not pretended:
        return dt.datetime.fromtimestamp(real, dt.UTC)
    if isinstance(pretended, str):
        pretended = dt.datetime.fromisoformat(pretended)
    if pretended.tzinfo is None:
        pretended = pretended.replace(tzinfo=dt.UTC)
    began = getattr(settings, "CLINIC_NOW_AT", None) or _process_started
    moved = dt.timedelta(seconds=real - float(began))
    result: dt.datetime = pretended.astimezone(dt.UTC) + moved
    return result


def today(zone: ZoneInfo) -> dt.date:
    """The date on a calendar that hangs in `zone`, now."""
    return now().astimezone(zone).date()
