from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from appointments.models import Patient
from clinic_site.logs import CONFIG, masked
from practice.roles import Role
from tests import people
from tests.staff import a_member, signed_in

CANARIES = ["Zyxalice", "Zyxadams", "555-0198", "5550198", "zyx@example.com", "zyxreason"]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that the site's own handler would write."""
    formatter = CONFIG["formatters"]["json"]
    kind = formatter["()"]
    handler = logging.StreamHandler(stream := io.StringIO())
    handler.setFormatter(kind(**{key: value for key, value in formatter.items() if key != "()"}))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_says_what_was_asked_and_not_by_whom_or_for_whom(
    db: None, now: Any, written: io.StringIO
) -> None:
    clinic = people.a_clinic()
    visit = people.a_visit(
        clinic.same_day,
        now,
        details=people.alice(
            given_name="Zyxalice",
            family_name="Zyxadams",
            phone="+12145550198",
            email="zyx@example.com",
            reason="zyxreason",
        ),
    )
    desk = signed_in(a_member(Role.FRONT_DESK, "fr@clinic.test"))
    desk.get("/admin/?q=Zyxalice")
    desk.post("/admin/appointments/find/", {"words": "Zyxalice Zyxadams"}, follow=True)
    desk.post(
        f"/admin/appointments/{visit.reference}/refuse/",
        {"seen_version": 1, "reason": "other", "words": "zyxreason"},
    )
    Client().get("/search/?q=zyxreason")
    Client().get("/a/zyx-secret-token/")
    Client().post("/accounts/login/", {"login": "zyx@example.com", "password": "Zyxalice"})
    text = written.getvalue()
    assert [canary for canary in [*CANARIES, "zyx-secret-token"] if canary in text] == []
    said = [line for line in lines(written) if line["event"] == "request_finished"]
    assert {"GET /admin/", "GET /a/***/", "POST /accounts/login/"} <= {
        line["request"] for line in said
    }
    assert {"code", "request", "request_id", "event", "level", "logger", "timestamp"} == set(
        said[0]
    )


def test_an_exception_keeps_its_place_and_loses_its_words(db: None, written: io.StringIO) -> None:
    def with_a_local() -> None:
        name = "Zyxalice"
        raise ValueError(f"cannot use {name}")

    try:
        with_a_local()
    except ValueError:
        logging.getLogger("clinic_site").exception("it failed")
    try:
        with transaction.atomic():
            Patient.objects.create(
                given_name="Zyxalice",
                family_name=" ",
                birth_date="1950-01-01",
                phone="+12145550198",
                created_at="2026-01-01T00:00:00Z",
            )
    except IntegrityError:
        logging.getLogger("clinic_site").exception("it failed")
    assert [canary for canary in CANARIES if canary in written.getvalue()] == []
    first, second = lines(written)
    assert first["exception"]["type"] == "builtins.ValueError"
    assert "with_a_local" in first["exception"]["at"][-1]
    assert second["exception"]["because"]["constraint"] == "patient_has_a_name"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("GET /a/abcDEF123/", "GET /a/***/"),
        ("/a/visit/7KM4-X2PD/", "/a/visit/7KM4-X2PD/"),
        ("/search/?q=spine+pain", "/search/"),
        ("/accounts/password/reset/key/3-abc-def/", "/accounts/password/reset/key/***/"),
        ("Not Found: /a/abc", "Not Found: /a/***"),
    ],
)
def test_secret_parts_of_addresses_are_masked(said: str, kept: str) -> None:
    assert masked(said) == kept


def test_the_database_gives_up_before_a_browser_does(db: None) -> None:
    with connection.cursor() as cursor:
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone()[0] not in ("0", "")


def test_the_answer_to_the_warning_signs_cannot_be_read_from_the_log(
    db: None, written: io.StringIO
) -> None:
    people.a_clinic()
    said = []
    for answer in ("emergency", "today", "none"):
        written.truncate(written.seek(0))
        Client().post(
            "/appointments/same-day-virtual/", {"red_flag": answer, "slot": "x", "key": "0" * 32}
        )
        said.append(
            [
                {name: value for name, value in line.items() if name in VARIES_NOT}
                for line in lines(written)
            ]
        )
    assert said[0] == said[1] == said[2]
    assert "emergency" not in str(said)
    assert [line["request"] for line in said[0]] == ["POST /appointments/same-day-virtual/"]
    assert "code" not in said[0][0]


VARIES_NOT = {"code", "request", "event", "level", "logger"}
