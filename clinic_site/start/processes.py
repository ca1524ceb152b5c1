"""Starting, watching and ending processes; and proof that a process is one that we started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from clinic_site.start.told import Stopped


class Failed(Exception):
    """A command ended with an error; `str()` is all it said."""


def run(command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path) -> str:
    """Run to the end and return what was printed. Raises Failed; leaves nothing running."""
    child = subprocess.Popen(
        command,
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        said, _ = child.communicate()
    except BaseException:
        _signal_group(child.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(10)
        _signal_group(child.pid, signal.SIGKILL)
        child.wait()
        raise
    if child.returncode:
        raise Failed(said)
    return said


def in_foreground(command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path) -> int:
    """Run with our own terminal and return its exit status; what stops us stops it."""
    child = subprocess.Popen(command, cwd=cwd, env=dict(env))
    try:
        return child.wait()
    except Stopped:
        with ignoring_signals():
            child.terminate()
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        raise


@contextlib.contextmanager
def ignoring_signals() -> Iterator[None]:
    """While we tidy up, a second Ctrl-C must not leave half of it behind."""
    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {kind: signal.signal(kind, signal.SIG_IGN) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def born(pid: int) -> str | None:
    """When a process began, in words that differ for another process of the same number."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if after_name[0] == "Z":
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {after_name[19]}"
    except OSError:
        if Path("/proc/self").exists():
            return None
    shown = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True)
    return shown.stdout.strip() or None


class Child:
    """A lasting process of ours, with its own log, in a session that Ctrl-C does not reach."""

    def __init__(
        self, name: str, command: Sequence[str | Path], *, env: Mapping[str, str], log: Path
    ) -> None:
        self.name, self.log = name, log
        self._command, self._env = command, dict(env)
        self._process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    def start(self, cwd: Path) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=cwd,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started = time.monotonic()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def ask_to_stop(self) -> None:
        if self._process and not self.ended():
            self._process.terminate()

    def make_stop(self, seconds: float) -> None:
        """Wait until it has gone, then end whatever is left of its session."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        _signal_group(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


def write_down(path: Path, children: Sequence[Child]) -> None:
    """Which processes are ours, so that the next start can tell if we are killed."""
    facts = [
        {"name": one.name, "pid": one.pid, "born": born(one.pid)} for one in children if one.pid
    ]
    side = path.with_suffix(".new")
    side.write_text(json.dumps(facts))
    side.replace(path)


def end_those_left(path: Path) -> list[str]:
    """End what an earlier run wrote down and could not end; nothing else. Returns their names."""
    try:
        facts = json.loads(path.read_text())
    except (OSError, ValueError):
        return []
    left = [one for one in facts if one["born"] and born(one["pid"]) == one["born"]]
    for one in left:
        _signal_group(one["pid"], signal.SIGTERM)
    deadline = time.monotonic() + 10
    while any(born(one["pid"]) == one["born"] for one in left) and time.monotonic() < deadline:
        time.sleep(0.05)
    for one in left:
        if born(one["pid"]) == one["born"]:
            _signal_group(one["pid"], signal.SIGKILL)
    path.unlink(missing_ok=True)
    return [str(one["name"]) for one in left]


def _signal_group(pid: int, kind: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, kind)
