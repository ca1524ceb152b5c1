"""One migrated database per version of the migrations; every worker gets a copy of its own.

Migrating takes a hundred times as long as copying, so it is done once, under a lock, and kept.
After a test that really commits, its database is thrown away and copied again: that brings back
the rows which migrations made, and does not ask an append-only table to forget.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError, connection, connections
from django.db.backends.utils import CursorWrapper

ROOT = Path(__file__).resolve().parent.parent
LOCK = 7_305_221  # an advisory lock in the maintenance database
TRIES = 40  # ten seconds
KEEP = "1 day"  # templates and copies that nobody has used for longer are dropped


def fingerprint() -> str:
    """Changes whenever what `migrate` would make may change."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.name):
        if ROOT in Path(app.path).parents and ".venv" not in app.path:
            for path in sorted(Path(app.path, "migrations").glob("*.py")):
                digest.update(path.read_bytes())
    for path in ("clinic_site/apps.py", "clinic_site/roles.py", "practice/roles.py"):
        digest.update((ROOT / path).read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def maintenance() -> Iterator[CursorWrapper]:
    """A cursor beside our database, alone: nobody else copies, makes or drops meanwhile."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield cursor
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def leave_database() -> None:
    for one in connections.all(initialized_only=True):
        one.close()
        if hasattr(one, "close_pool"):
            one.close_pool()


class Databases:
    """The database of this test process: a copy of the template that was asked for."""

    def __init__(self) -> None:
        self.key = fingerprint()
        self.name = f"clinic_test_{os.getpid()}_{secrets.token_hex(3)}"
        self.holds: str | None = None  # which template ours is an untouched copy of
        self.filled: dict[str, Callable[[], None]] = {}

    def template(self, content: str) -> str:
        return f"clinic_template_{self.key}_{content}"

    def provide(self, content: str = "empty") -> None:
        """Our database becomes an untouched copy of `content`, unless it already is."""
        if self.holds == content:
            return
        leave_database()
        with maintenance() as cursor:
            if self.holds is None:
                self._sweep(cursor)
            self._make_template(cursor, "empty", lambda: call_command("migrate", verbosity=0))
            if content != "empty":
                self._make_template(cursor, content, self.filled[content], source="empty")
            self._drop(cursor, self.name)
            self._copy(cursor, self.template(content), self.name)
        self._use(self.name)
        self.holds = content

    def _make_template(
        self,
        cursor: CursorWrapper,
        content: str,
        fill: Callable[[], None],
        *,
        source: str | None = None,
    ) -> None:
        name, side = self.template(content), f"clinic_making_{secrets.token_hex(4)}"
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            cursor.execute(f"COMMENT ON DATABASE \"{name}\" IS 'used {self._now(cursor)}'")
            return
        self._copy(cursor, self.template(source) if source else "template0", side)
        self._use(side)
        try:
            fill()
        except BaseException:
            leave_database()
            self._drop(cursor, side)
            raise
        leave_database()
        cursor.execute(f'ALTER DATABASE "{side}" RENAME TO "{name}"')

    @staticmethod
    def _drop(cursor: CursorWrapper, name: str) -> None:
        """Whoever is connected is sent away. Autovacuum may be in it, whom only a superuser may
        send away: it is gone in a moment, so we ask again."""
        for attempt in range(TRIES):
            try:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            except (ProgrammingError, OperationalError):
                if attempt == TRIES - 1:
                    raise
                time.sleep(0.25)
            else:
                return

    def _copy(self, cursor: CursorWrapper, template: str, name: str) -> None:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        cursor.execute(f"COMMENT ON DATABASE \"{name}\" IS 'used {self._now(cursor)}'")

    @staticmethod
    def _now(cursor: CursorWrapper) -> str:
        cursor.execute("SELECT clock_timestamp()::timestamptz(0)::text")
        return str(cursor.fetchone()[0])

    @staticmethod
    def _use(name: str) -> None:
        connection.settings_dict["NAME"] = name
        connections.settings["default"]["NAME"] = name
        ContentType.objects.clear_cache()
        for cache in caches.all(initialized_only=True):
            cache.clear()

    @staticmethod
    def _sweep(cursor: CursorWrapper) -> None:
        cursor.execute(
            r"""
            SELECT datname FROM pg_database
              JOIN pg_shdescription ON objoid = pg_database.oid
                                   AND classoid = 'pg_database'::regclass
             WHERE datname ~ '^clinic_(template|test|making)_[0-9a-f]'
               AND description LIKE 'used %%'
               AND substr(description, 6)::timestamptz < clock_timestamp() - %s::interval
               AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a
                                WHERE a.datname = pg_database.datname)
               AND pg_has_role(datdba, 'member')
            """,
            [KEEP],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')

    def drop(self) -> None:
        leave_database()
        with maintenance() as cursor:
            self._drop(cursor, self.name)
