"""CLINIC_HOME: the folder in which a site keeps its state."""

from __future__ import annotations

import contextlib
import fcntl
import hmac
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import IO, Any

from clinic_site.start.told import Sorry, disk_is_full

ROOM_TO_START = 50 * 1024 * 1024
SECRETS = {"SECRET_KEY": "secret-key", "LINK_KEY": "link-key"}


class Home:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: IO[str] | None = None

    @classmethod
    def of(cls, root: Path) -> Home:
        chosen = os.environ.get("CLINIC_HOME")
        return cls((Path(chosen).expanduser() if chosen else root / ".clinic").absolute())

    def open(self) -> None:
        """Make the folder if it is new. Raises Sorry if it is somebody else's or the disk full."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = self.folder.stat().st_uid
        if owner != os.geteuid():
            raise Sorry(
                f"{self.folder} belongs to another user (number {owner}): run this as that user, "
                "or set CLINIC_HOME to a folder of your own."
            )
        if shutil.disk_usage(self.folder).free < ROOM_TO_START:
            raise disk_is_full(self.folder)
        for name in ("log", "media", "mail"):
            (self.folder / name).mkdir(exist_ok=True)

    def lock(self, address: str) -> None:
        """Only one site at a time on this home; the system gives the lock back if we are killed."""
        self._lock = (self.folder / "run.lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.seek(0)
            there = self._lock.read().strip() or "elsewhere"
            self.unlock()
            raise Sorry(
                f"This site is already running at {there}: use that one, or stop it first, "
                "or give this one another CLINIC_HOME and PORT."
            ) from None
        self._lock.truncate(0)
        self._lock.write(f"{address} (process {os.getpid()})\n")
        self._lock.flush()

    def unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def secret_files(self) -> dict[str, str]:
        """NAME_FILE -> path of each secret, made on first use, unless the environment has it."""
        files = {}
        for name, file in SECRETS.items():
            if os.environ.get(name) or os.environ.get(f"{name}_FILE"):
                continue
            path = self.folder / file
            if not path.exists():
                side = path.with_suffix(".new")
                side.unlink(missing_ok=True)
                handle = os.open(side, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w") as out:
                    out.write(secrets.token_urlsafe(50) + "\n")
                side.rename(path)
            files[f"{name}_FILE"] = str(path)
        return files

    def sealed(self, text: str) -> str:
        """To notice that a text has changed without keeping it."""
        path = self.folder / SECRETS["SECRET_KEY"]
        key = path.read_bytes() if path.exists() else b""
        return hmac.new(key, text.encode(), "sha256").hexdigest()

    @property
    def processes(self) -> Path:
        return self.folder / "processes.json"

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    def recall(self, name: str) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            return dict(json.loads((self.folder / f"{name}.json").read_text()))
        return {}

    def remember(self, name: str, facts: dict[str, Any]) -> None:
        side = self.folder / f"{name}.json.new"
        side.write_text(json.dumps(facts, indent=1))
        side.replace(self.folder / f"{name}.json")

    def forget(self, name: str) -> None:
        (self.folder / f"{name}.json").unlink(missing_ok=True)
