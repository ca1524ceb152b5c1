"""What cannot be done is one clear sentence with what to do; nothing is left half made."""

from __future__ import annotations

import ast
import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from clinic_site.start import database, environment, processes
from clinic_site.start.database import Database
from clinic_site.start.home import Home
from clinic_site.start.told import Sorry, last_words, sentence_for

ROOT = Path(__file__).resolve().parent.parent.parent


def start(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "CLINIC_HOME": str(home), **settings}
    return subprocess.run(
        [sys.executable, "run.py"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=300
    )


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    for word in words:
        assert word in done.stderr


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = start(tmp_path, PORT=str(port))
    assert_refused(done, f"Port {port} is taken", "PORT=")
    assert not (tmp_path / "secret-key").exists()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"PORT": "eighty"}, "from 1 to 65535"),
        ({"PORT": "70000"}, "from 1 to 65535"),
        ({"HOST": "0.0.0.0"}, "listens on this machine only"),  # noqa: S104
        ({"HOST": "clinic.example"}, "listens on this machine only"),
        ({"CLINIC_MODE": "prod"}, "demo or live"),
        ({"CLINIC_MODE": "live"}, "CLINIC_URL is not set"),
        ({"CLINIC_NOW": "yesterday"}, "like 2026-11-24T09:00:00-06:00"),
        ({"CLINIC_NOW": "2026-11-24T09:00:00"}, "with its offset"),
        ({"CLINIC_CONTENT": "/nowhere/at/all"}, "is not a folder"),
    ],
)
def test_a_setting_that_cannot_be_meant(tmp_path: Path, asked: dict[str, str], says: str) -> None:
    home = tmp_path / "home"
    assert_refused(start(home, **asked), says)
    assert not home.exists()


def test_a_home_in_use(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.open()
    home.lock("http://127.0.0.1:8000")
    try:
        assert_refused(start(tmp_path), "already running at http://127.0.0.1:8000")
    finally:
        home.unlock()
    assert "already running" not in start(tmp_path, PORT="none").stderr


def test_a_python_too_old() -> None:
    source = (ROOT / "run.py").read_text()
    ast.parse(source, feature_version=(3, 6))
    pretend = f"import sys; sys.version_info = (3, 8, 18); exec({source!r})"
    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)
    assert_refused(done, "needs Python 3.11 or newer and this is Python 3.8")


def test_a_python_without_ensurepip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Sorry, match=r"apt-get install python3\.\d+-venv"):
        environment._with_pip("requirements-local.txt", anew=True)
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    "url", ["postgres://ann:hidden@127.0.0.1:9/clinic", "postgres://ann:hidden@/x?host=/nowhere"]
)
def test_a_database_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    monkeypatch.setattr(database, "PYTHON", sys.executable)
    with pytest.raises(Sorry, match="check DATABASE_URL") as refused:
        Database(Home(tmp_path)).start()
    assert "hidden" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_database_too_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho '{\"version\": 14}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("DATABASE_URL", "postgres://ann@127.0.0.1/clinic")
    monkeypatch.setattr(database, "PYTHON", str(program))
    with pytest.raises(Sorry, match="is PostgreSQL 14: this site needs 15 or newer"):
        Database(Home(tmp_path)).start()


def test_a_full_disk(tmp_path: Path) -> None:
    full = sentence_for(OSError(errno.ENOSPC, "No space left on device", "/srv/x"), tmp_path)
    assert full is not None
    assert str(full) == "The disk that holds /srv/x is full: make room, then run this again."


def test_the_reason_is_found_in_what_a_command_said() -> None:
    said = "Traceback\n  File x\nValueError: no bundle here\n    ^^^^^\nsee the log\n"
    assert last_words(said) == "ValueError: no bundle here"


# --- after kill -9 -------------------------------------------------------------------------------
def test_only_processes_that_are_provably_ours_are_ended(tmp_path: Path) -> None:
    ours, other = (subprocess.Popen(["sleep", "60"], start_new_session=True) for _ in range(2))
    record = tmp_path / "processes.json"
    record.write_text(
        json.dumps(
            [
                {"name": "web", "pid": ours.pid, "born": processes.born(ours.pid)},
                {"name": "worker", "pid": other.pid, "born": "another boot 12345"},
            ]
        )
    )
    try:
        assert processes.end_those_left(record) == ["web"]
        assert ours.wait(5) != 0
        assert other.poll() is None
        assert not record.exists()
    finally:
        other.kill()
        other.wait()


def test_keys_are_made_once_for_this_user_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("SECRET_KEY", "LINK_KEY", "SECRET_KEY_FILE", "LINK_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    files = Home(tmp_path).secret_files()
    keys = {name: Path(path).read_text() for name, path in files.items()}
    assert set(keys) == {"SECRET_KEY_FILE", "LINK_KEY_FILE"}
    assert len(set(keys.values())) == 2
    assert all(Path(path).stat().st_mode & 0o777 == 0o600 for path in files.values())
    again = Home(tmp_path).secret_files()
    assert {name: Path(path).read_text() for name, path in again.items()} == keys
