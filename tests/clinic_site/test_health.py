from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client

from clinic_site import health
from correspondence.models import WorkerBeat
from tests.clinic_site.conftest import Visitor


def test_being_alive_needs_no_database() -> None:
    answer = Client().get("/livez")  # without the database fixture a query would fail
    assert (answer.status_code, answer.json()) == (200, {"alive": True})
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_ready_tells_how_long_the_worker_has_been_silent(client: Client, now: dt.datetime) -> None:
    assert client.get("/readyz").json()["worker_seconds"] is None
    WorkerBeat.objects.create(worker="a:1", at=now - dt.timedelta(hours=2))
    WorkerBeat.objects.create(worker="b:2", at=now - dt.timedelta(seconds=30))
    answer = client.get("/readyz")
    told = answer.json()
    assert answer.status_code == 200
    assert 30 <= told.pop("worker_seconds") < 60
    assert told == {"ready": True, "database": True, "migrations": True}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_without_a_database_a_node_is_alive_and_not_ready(
    client: Client, database_away: Callable[[], Any]
) -> None:
    with database_away():
        answer = client.get("/readyz")
        assert client.get("/livez").status_code == 200
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "database": False,
        "migrations": False,
        "worker_seconds": None,
    }


@pytest.mark.django_db
def test_a_missing_migration_keeps_a_node_out() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'correspondence'")
    answer = Client().get("/readyz")
    told = answer.json()
    assert (answer.status_code, told["database"], told["migrations"]) == (503, True, False)
    assert "correspondence" not in answer.content.decode()


@pytest.mark.django_db
def test_machines_may_ask_under_any_name(start_site: Any) -> None:
    visitor = Visitor(WSGIHandler())
    assert visitor.get("/livez", host="10.0.0.7").status == 200
    assert visitor.get("/readyz", host="10.0.0.7").status == 200
    assert health.missing_migrations() == []
