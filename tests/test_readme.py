"""The commands that README names do what it says. Slow: one of them is a whole start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.serving import free_port
from tests.test_repository import README, ROOT, commands_of, files

NOT_HERE = {
    "python3 run.py test": "this is it",
    "python3 run.py check": "tests the same and takes half an hour; .ci/run calls it",
    "python3 run.py bench start": "installs everything twice; `bench` itself is listed below",
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of this one that shares its packages and nothing else."""
    place = tmp_path_factory.mktemp("checkout") / "site"
    for path in files():
        target = place / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    if (ROOT / ".venv" / "installed.json").exists():
        (place / ".venv").symlink_to(ROOT / ".venv")
    yield place
    folder = place / ".clinic" / "cluster-id"
    if folder.exists():
        shutil.rmtree(Path("/var/lib/clinic_site") / folder.read_text().strip(), ignore_errors=True)


@pytest.fixture
def environment() -> dict[str, str]:
    left_out = (
        "CLINIC_",
        "DATABASE_",
        "DJANGO_",
        "SECRET_KEY",
        "LINK_KEY",
        "VIRTUAL_ENV",
        "PYTEST",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | {"PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}


def python() -> str:
    return str(getattr(sys, "_base_executable", sys.executable))


def run(command: str, place: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = [python() if word == "python3" else word for word in command.split()]
    return subprocess.run(words, cwd=place, env=env, capture_output=True, text=True, timeout=900)


def until_ready(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if line.startswith("Ready: "):
            return


def test_readme_names_only_commands_that_are_tried_here() -> None:
    tried = {
        "python3 run.py",
        "python3 run.py manage shell",
        "python3 run.py new ../our-content",
    }
    assert set(commands_of(README)) == tried | set(NOT_HERE)


@pytest.mark.slow
def test_the_site_starts_keeps_its_data_and_stops(
    checkout: Path, environment: dict[str, str]
) -> None:
    for start in ("first", "second"):
        with subprocess.Popen(
            [python(), "run.py"],
            cwd=checkout,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as site:
            try:
                assert site.stdout is not None
                said = list(until_ready(site.stdout))
                assert said[-1] == f"Ready: http://127.0.0.1:{environment['PORT']}/\n", said
                with urllib.request.urlopen(said[-1].split()[1], timeout=60) as answer:
                    assert answer.status == 200
                if start == "second":
                    assert "Tables" not in "".join(said)
            finally:
                site.send_signal(signal.SIGINT)
                assert site.wait(180) == 0
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/livez", timeout=5)
    assert not (checkout / ".clinic" / "processes.json").exists()


@pytest.mark.slow
def test_manage_runs_on_this_sites_data(checkout: Path, environment: dict[str, str]) -> None:
    done = run(
        "python3 run.py manage shell --no-imports --command print(6*7)", checkout, environment
    )
    assert done.stdout.splitlines()[-1:] == ["42"], done.stdout + done.stderr


def test_new_makes_a_bundle_once(checkout: Path, environment: dict[str, str]) -> None:
    done = run("python3 run.py new ../our-content", checkout, environment)
    assert done.returncode == 0, done.stderr
    assert (checkout.parent / "our-content").is_dir()
    again = run("python3 run.py new ../our-content", checkout, environment)
    assert again.returncode == 1
    assert "is there already" in again.stderr


def test_bench_says_what_it_can_measure(checkout: Path, environment: dict[str, str]) -> None:
    done = run("python3 run.py bench", checkout, environment)
    assert done.returncode == 1
    assert "start" in done.stderr
