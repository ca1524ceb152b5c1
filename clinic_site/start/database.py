"""The database a start works with: the checkout's own, or the one in DATABASE_URL."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clinic_site.embedded_postgres import APP_ROLE, DATABASE, OWNER_ROLE, Cluster, cluster_of
from clinic_site.postgres_programs import OLDEST_MAJOR, DatabaseProblem, find_programs
from clinic_site.start.environment import PYTHON, ROOT
from clinic_site.start.home import Home
from clinic_site.start.processes import Failed, run
from clinic_site.start.told import Sorry, last_words


class Database:
    def __init__(self, home: Home) -> None:
        self._home = home
        self.cluster: Cluster | None = None

    def start(self) -> str:
        """Returns a note for the step. Raises Sorry."""
        if os.environ.get("DATABASE_URL"):
            found = self.facts()
            return f"PostgreSQL {found['version']} at {self._place()}"
        try:
            self.cluster = cluster_of(self._home.folder)
            self.cluster.start()
        except DatabaseProblem as problem:
            raise Sorry(str(problem)) from None
        return f"PostgreSQL {self.cluster.major}, its own"

    def stop(self) -> None:
        if self.cluster is not None:
            self.cluster.stop()

    def still_there(self) -> bool:
        return self.cluster is None or self.cluster.server_pid() is not None

    def urls(self) -> dict[str, str]:
        if self.cluster is None:
            names = ("DATABASE_URL", "DATABASE_OWNER_URL")
            return {name: os.environ[name] for name in names if os.environ.get(name)}
        return {
            "DATABASE_URL": self.cluster.url(APP_ROLE),
            "DATABASE_OWNER_URL": self.cluster.url(OWNER_ROLE),
        }

    def identity(self) -> str:
        """Differs when it is another database than last time."""
        if self.cluster is None:
            return os.environ["DATABASE_URL"].rpartition("@")[2]
        return f"{self.cluster.data} {(self.cluster.data / 'PG_VERSION').stat().st_ctime_ns}"

    def facts(self) -> dict[str, Any]:
        """Version and content (database_facts.py). Raises Sorry when it cannot be used."""
        command = [PYTHON, "-m", "clinic_site.start.database_facts"]
        found: dict[str, Any] = json.loads(
            run(command, env={**os.environ, **self.urls()}, cwd=ROOT).splitlines()[-1]
        )
        if problem := found.get("problem"):
            raise Sorry(
                f"The database at {self._place()} cannot be used ({problem}): check DATABASE_URL "
                "and that the server runs, or leave DATABASE_URL out to use a database of our own."
            )
        if found["version"] < OLDEST_MAJOR:
            raise Sorry(
                f"The database at {self._place()} is PostgreSQL {found['version']}: this site "
                f"needs {OLDEST_MAJOR} or newer. Use a newer server, or leave DATABASE_URL out."
            )
        return found

    def _place(self) -> str:
        """Host and name, never the password."""
        if self.cluster is not None:
            return str(self.cluster.folder)
        parts = urlsplit(os.environ["DATABASE_URL"])
        return f"{parts.hostname or 'this machine'}{parts.path}"

    # --- before an upgrade -----------------------------------------------------------------------
    def back_up(self, env: Mapping[str, str]) -> Path:
        """A dump beside the data, for this user alone. Raises Sorry rather than go on without."""
        folder = self._home.folder / "backups"
        folder.mkdir(mode=0o700, exist_ok=True)
        when = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H%M%SZ")
        path = folder / f"{when}-before-upgrade.dump"
        path.touch(mode=0o600)
        try:
            programs = self.cluster.programs if self.cluster else find_programs()
            where = ["-h", str(self.cluster.socket), "-U", "postgres"] if self.cluster else []
            name = DATABASE if self.cluster else self._owner_address()
            command = [str(programs / "pg_dump"), "--format=custom", "--file", str(path)]
            run([*command, *where, "-d", name], env=env, cwd=ROOT)
        except (Failed, DatabaseProblem) as failed:
            path.unlink(missing_ok=True)
            raise Sorry(
                f"The data could not be backed up before the upgrade "
                f"({last_words(str(failed))}): nothing was changed. Make room or back it up "
                "yourself and run `python3 run.py manage migrate`."
            ) from None
        return path

    def put_back(self, backup: Path, env: Mapping[str, str]) -> bool:
        """After a failed upgrade: the data as it was. Only for a database of our own."""
        if self.cluster is None:
            return False
        self.empty()
        command = [str(self.cluster.programs / "pg_restore"), "-h", str(self.cluster.socket)]
        command += ["-U", "postgres", "-d", DATABASE, "--exit-on-error", str(backup)]
        run(command, env=env, cwd=ROOT)
        return True

    def empty(self) -> None:
        """In place of a database of our own that was only half made, an empty one."""
        if self.cluster is not None:
            self.cluster.psql(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            self.cluster.start()

    @staticmethod
    def _owner_address() -> str:
        return os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
