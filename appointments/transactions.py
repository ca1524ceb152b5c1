"""One verb, one transaction: locks in one order, and another try where PostgreSQL asks for it."""

from __future__ import annotations

import functools
import hashlib
import random
import time
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, connection, transaction

TRIES = 4  # one, and up to three more
LOCK_TIMEOUT = "2s"
# The first number of each advisory lock. Triggers on the tables of rules take the first as well
# (migrations/0002_guards.py), so that a change of rules and a booking never pass each other.
LOCK_OF_A_PRACTITIONER = 20111
LOCK_OF_A_SOURCE = 20112

DEADLOCK, SERIALIZATION, LOCK_NOT_AVAILABLE = "40P01", "40001", "55P03"
CANCELED_BY_TIMEOUT, UNIQUE, EXCLUSION = "57014", "23505", "23P01"
# A unique key of another booking (the form's key, a reference) is answered by looking again.
TRY_AGAIN = {DEADLOCK, SERIALIZATION, LOCK_NOT_AVAILABLE, CANCELED_BY_TIMEOUT, UNIQUE}

P = ParamSpec("P")
R = TypeVar("R")


class Busy(Exception):
    """The database could not do it in time, after several tries. Nothing was changed; answer 503
    with the telephone number and the typed text kept."""


def sqlstate(error: BaseException) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def one_transaction(verb: Callable[P, R]) -> Callable[P, R]:
    """Runs the verb in a transaction of its own (never inside a caller's). Raises Busy."""

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(TRIES):
            try:
                with transaction.atomic(durable=True):
                    with connection.cursor() as cursor:
                        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                    return verb(*args, **kwargs)
            except DatabaseError as error:
                if sqlstate(error) not in TRY_AGAIN:
                    raise
                if attempt == TRIES - 1:
                    raise Busy from error
            time.sleep(random.uniform(0.5, 1) * 0.05 * 2**attempt)  # noqa: S311
        raise AssertionError("not reached")

    return run


def lock(practitioners: Iterable[int], *, source: str = "") -> None:
    """Wait until this transaction alone changes these practitioners' times; held to its end."""
    with connection.cursor() as cursor:
        if source:
            digest = hashlib.sha256(source.encode()).digest()
            number = int.from_bytes(digest[:4], signed=True)
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_OF_A_SOURCE, number])
        for practitioner in sorted(set(practitioners)):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_OF_A_PRACTITIONER, practitioner]
            )
