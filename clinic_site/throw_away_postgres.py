"""A PostgreSQL for one test run, which leaves nothing behind. Standard library only."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from clinic_site.embedded_postgres import Cluster, locked
from clinic_site.postgres_programs import (
    ROOT_PLACE,
    private_temporary_folder,
    process_ids,
    works_in,
)


@contextlib.contextmanager
def throw_away_cluster() -> Iterator[Cluster]:
    """A cluster for one test run; those that a killed run left are swept first."""
    place = ROOT_PLACE / "throw-away" if os.geteuid() == 0 else private_temporary_folder()
    place.mkdir(mode=0o755, parents=True, exist_ok=True)
    for lock in place.glob("run-*.lock"):
        _sweep(lock)
    lock = place / f"run-{secrets.token_hex(4)}.lock"
    with locked(lock):
        folder = lock.with_suffix("")
        try:
            cluster = Cluster(folder, throw_away=True)
            cluster.start()
            try:
                yield cluster
            finally:
                cluster.stop()
        finally:
            _remove(folder)
            lock.unlink(missing_ok=True)


def _sweep(lock: Path) -> None:
    with contextlib.suppress(OSError), lock.open("r+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # its run is over
        _remove(lock.with_suffix(""))
        lock.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    for data in folder.glob("data-*"):
        for pid in process_ids():
            if works_in(pid, data):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGQUIT)
        while any(works_in(pid, data) for pid in process_ids()):
            time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)
