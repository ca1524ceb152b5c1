"""The database of a checkout: it survives what people and machines do to it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic_site import embedded_postgres
from clinic_site.embedded_postgres import Cluster, cluster_of
from clinic_site.postgres_programs import DatabaseProblem, major_version
from clinic_site.throw_away_postgres import throw_away_cluster

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home that nobody else can look into, with a space in a path too long for a socket."""
    folder = tmp_path / ("a home " + "x" * 90)
    folder.mkdir(mode=0o700)
    yield folder
    note = folder / "cluster-id"
    if note.exists():
        shutil.rmtree(embedded_postgres.ROOT_PLACE / note.read_text().strip(), ignore_errors=True)


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    one = cluster_of(home)
    one.start()
    yield one
    one.start()  # whatever the test left
    one.stop()


def ask(cluster: Cluster, query: str, role: str = "clinic_owner") -> str:
    return cluster.psql(query, database="clinic", role=role).strip()


def test_it_can_be_reached_by_this_user_alone(cluster: Cluster) -> None:
    assert cluster.socket.stat().st_mode & 0o777 == 0o700
    assert len(os.fsencode(cluster.socket / embedded_postgres.SOCKET_NAME)) < 104
    assert ask(cluster, "SHOW listen_addresses") == ""
    assert ask(cluster, "SHOW jit") == "off"


def test_the_application_cannot_change_tables(cluster: Cluster) -> None:
    ask(cluster, "CREATE TABLE kept (a int)")
    for statement in ("CREATE TABLE mine (a int)", "DROP TABLE kept", "CREATE SCHEMA mine"):
        with pytest.raises(DatabaseProblem):
            ask(cluster, statement, role="clinic_app")
    assert ask(cluster, "SELECT count(*) FROM kept") == "0"


def test_it_recovers_from_a_killed_server_with_its_data(cluster: Cluster) -> None:
    ask(cluster, "CREATE TABLE kept (a int); INSERT INTO kept VALUES (7)")
    pid = cluster.server_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    cluster.start()
    assert ask(cluster, "SELECT a FROM kept") == "7"


def test_a_number_in_a_stale_file_is_not_believed(cluster: Cluster) -> None:
    """After a crash of the machine the number may belong to any process: here to this test."""
    assert cluster.stop()
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n")
    lock = cluster.socket / f"{embedded_postgres.SOCKET_NAME}.lock"
    lock.write_text(f"{os.getpid()}\n")
    assert cluster.server_pid() is None
    cluster.start()
    assert cluster.answers()


def test_who_stops_first_does_not_stop_the_other(home: Path, cluster: Cluster) -> None:
    other = cluster_of(home)
    other.start()
    assert other.server_pid() == cluster.server_pid()
    assert other.stop() is False
    assert cluster.answers()
    assert cluster.stop() is True
    assert not cluster.answers()


def test_a_half_made_data_folder_is_made_anew(home: Path) -> None:
    one = cluster_of(home)
    (one.folder / "data-being-made").mkdir(parents=True)
    (one.folder / "data-being-made" / "PG_VERSION").write_text("18\n")
    one.start()
    assert one.answers()
    one.stop()


def test_data_of_another_major_version_is_left_alone(home: Path) -> None:
    one = cluster_of(home)
    (one.folder / "data-14").mkdir(parents=True)
    with pytest.raises(DatabaseProblem, match="was made by PostgreSQL 14"):
        one.start()
    assert not one.data.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root keeps the data outside its home")
def test_a_copied_home_does_not_share_its_data(home: Path, cluster: Cluster) -> None:
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    other = cluster_of(copy)
    assert other.folder != cluster.folder
    shutil.rmtree(other.folder)


def test_what_a_killed_test_run_left_is_swept() -> None:
    script = (
        "import time\nfrom clinic_site.throw_away_postgres import throw_away_cluster\n"
        "with throw_away_cluster() as one:\n"
        "    print(one.server_pid(), one.folder, flush=True)\n    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        pid, _, folder = run.stdout.readline().strip().partition(" ")
        run.kill()
    assert Path(f"/proc/{pid}").exists() or sys.platform != "linux"
    with throw_away_cluster() as one:
        assert str(one.folder) != folder
        assert not Path(folder).exists()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()


def test_an_old_postgresql_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "postgres"
    program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
    program.chmod(0o755)
    with pytest.raises(DatabaseProblem, match="PostgreSQL 14 is too old"):
        major_version(tmp_path)
