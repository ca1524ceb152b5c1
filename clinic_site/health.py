"""Two addresses for machines, answered before anything else looks at the request.

`/livez` decides whether this node gets requests: it asks no database, because public pages are
served without one. `/readyz` gates start and roll-out: the database answers, every migration has
been applied; it also tells how old the worker's last sign of life is.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from correspondence.models import WorkerBeat
from practice import clock

logger = logging.getLogger(__name__)


class Health:
    """Stands first: before the host check, the redirect to HTTPS and the request log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._migrated = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/livez":
            return _answer({"alive": True}, 200)
        if request.path == "/readyz":
            return self._ready()
        return self.get_response(request)

    def _ready(self) -> JsonResponse:
        told: dict[str, Any] = {"database": False, "migrations": False, "worker_seconds": None}
        try:
            told["worker_seconds"] = worker_age()
            told["database"] = True
            # Once true it stays true for this process: a later release brings its own process.
            self._migrated = self._migrated or not missing_migrations()
            told["migrations"] = self._migrated
        except DatabaseError as error:
            told["database"] = _is_about_tables(error)
            logger.warning("not ready: %s", type(error).__name__)
        ready = told["database"] and told["migrations"]
        return _answer({"ready": ready, **told}, 200 if ready else 503)


def worker_age() -> float | None:
    """Seconds since the youngest sign of life of any worker, or None if there never was one."""
    latest: dt.datetime | None = WorkerBeat.objects.aggregate(latest=Max("at"))["latest"]
    if latest is None:
        return None
    return max(0.0, round((clock.now() - latest).total_seconds(), 1))


def missing_migrations() -> list[str]:
    """Migrations of this release that the database has not seen."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _backwards in plan]


def _is_about_tables(error: DatabaseError) -> bool:
    """An answer such as "no such table" comes from a database that is there."""
    return getattr(error.__cause__, "sqlstate", None) is not None


def _answer(told: dict[str, Any], status: int) -> JsonResponse:
    return JsonResponse(told, status=status, headers={"Cache-Control": "no-store"})
