"""Print, as JSON, what the database in DATABASE_OWNER_URL (else DATABASE_URL) is and holds.

Run in the site's environment as a program of its own, so that run.py stays free of packages.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg

OURS = ("practice", "correspondence", "procedures", "appointments", "reviews")


def connection_words(url: str) -> dict[str, Any]:
    """What psycopg wants for an address in the form that the settings understand."""
    parts = urlsplit(url)
    words: dict[str, Any] = {"dbname": unquote(parts.path.lstrip("/")), "connect_timeout": 5}
    for name, value in (
        ("user", parts.username),
        ("password", parts.password),
        ("host", parts.hostname),
        ("port", parts.port),
    ):
        if value:
            words[name] = unquote(str(value))
    return words | dict(parse_qsl(parts.query))


def facts(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    def one(query: str, *values: object) -> Any:
        row = connection.execute(query.encode(), values or None).fetchone()
        return row[0] if row else None

    def exists(table: str) -> bool:
        return bool(one("SELECT to_regclass(%s) IS NOT NULL", f"public.{table}"))

    def holds_rows(table: str) -> bool:
        return exists(table) and bool(one(f"SELECT EXISTS (SELECT 1 FROM {table})"))  # noqa: S608

    migrated: list[tuple[str, str]] = []
    if exists("django_migrations"):
        rows = connection.execute("SELECT app, name FROM django_migrations").fetchall()
        migrated = [(app, name) for app, name in rows]
    return {
        "version": connection.info.server_version // 10_000,
        "identity": one(
            "SELECT oid::text || current_database() FROM pg_database"
            " WHERE datname = current_database()"
        ),
        "has_tables": bool(migrated),
        "migrations": [f"{app}.{name}" for app, name in migrated if app in OURS],
        "has_content": holds_rows("practice_importeditem") or holds_rows("practice_practice"),
    }


def main() -> None:
    url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    try:
        with psycopg.connect(**connection_words(url)) as connection:
            print(json.dumps(facts(connection)))
    except psycopg.Error as error:
        print(json.dumps({"problem": " ".join(str(error).split())[:300]}))


if __name__ == "__main__":
    main()
