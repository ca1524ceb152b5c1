"""What run.py does besides starting the site, and how it says why it cannot."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from clinic_site.embedded_postgres import OWNER_ROLE
from clinic_site.postgres_programs import DatabaseProblem
from clinic_site.start import environment
from clinic_site.start.database import Database
from clinic_site.start.environment import PYTHON, ROOT
from clinic_site.start.home import Home
from clinic_site.start.processes import ignoring_signals, in_foreground
from clinic_site.start.site import Site
from clinic_site.start.told import Sorry, Stopped, say, sentence_for
from clinic_site.start.wanted import Wanted, wanted
from clinic_site.throw_away_postgres import throw_away_cluster

BENCH = ROOT / "bench"
TEMPLATE_BUNDLE = ROOT / "clinic_site" / "bundle" / "template"


def politely(command: Callable[[], int | None]) -> int:
    """Run a command; whatever it cannot do becomes one sentence and exit status 1."""
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        raise Stopped

    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, stop)
    try:
        return command() or 0
    except (Sorry, DatabaseProblem) as sorry:
        print(sorry, file=sys.stderr)
        return 1
    except OSError as error:
        sentence = sentence_for(error, Home.of(ROOT).folder)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 1
    except Stopped:
        say("Stopped.")
        return 128 + asked[-1]


def say_ready(site: Wanted, home: Home) -> None:
    accounts = home.folder / "demo-accounts.txt"
    if site.mode == "demo":
        say(f"  Staff sign in at {site.here}/admin/")
        if os.environ.get("DEMO_PASSWORD"):
            say("  as manager@, frontdesk@, doctor@, assistant@ or auditor@example.com")
            say("  with DEMO_PASSWORD")
        elif accounts.exists():
            for line in accounts.read_text().splitlines():
                say(f"    {line}")
    say("  Ctrl-C stops everything.")
    say(f"Ready: {site.here}/")


# --- test and check ------------------------------------------------------------------------------
def test(words: list[str]) -> int:
    environment.enter("requirements-dev.txt")
    with _database_for_tests() as env:
        return in_foreground(_pytest(words), env=env, cwd=ROOT)


def check(words: list[str]) -> int:
    """Every tool is run even if one finds something; the long tests come last."""
    environment.enter("requirements-dev.txt")
    tool = f"{ROOT}/.venv/bin"
    live = {
        "CLINIC_MODE": "live",
        "CLINIC_URL": "https://clinic.example",
        "CLINIC_FROM_EMAIL": "frontdesk@clinic.example",
        "EMAIL_URL": "smtp+ssl://nobody:nothing@mail.clinic.example:465",
        "SECRET_KEY": "checked-but-never-used-0123456789-abcdefghijklmnopqrstuvwxyz",
        "LINK_KEY": "checked-and-never-used-9876543210-zyxwvutsrqponmlkjihgfedcba",
    }
    failed = []
    with _database_for_tests() as env:
        tests = {**env, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        steps: list[tuple[str, list[str], dict[str, str]]] = [
            ("lint", [f"{tool}/ruff", "check", "."], env),
            ("format", [f"{tool}/ruff", "format", "--check", "."], env),
            ("types", [f"{tool}/mypy"], tests),
            ("templates", [f"{tool}/djlint", "templates", "--lint", "--quiet"], env),
            (
                "missing migrations",
                [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run", "--verbosity=1"],
                tests,
            ),
            (
                "settings of a live site",
                [PYTHON, "manage.py", "check", "--deploy", "--fail-level=WARNING"],
                {**env, **live},
            ),
            ("long tests", _pytest(["--check", *words]), env),
        ]
        for name, command, its_environment in steps:
            say(f"--- {name}")
            if in_foreground(command, env=its_environment, cwd=ROOT):
                failed.append(name)
    say(f"Failed: {', '.join(failed)}." if failed else "Everything checked is right.")
    return 1 if failed else 0


@contextmanager
def _database_for_tests() -> Iterator[dict[str, str]]:
    with throw_away_cluster() as cluster:
        env = {**os.environ, "DATABASE_URL": cluster.url(OWNER_ROLE)}
        env.pop("DATABASE_OWNER_URL", None)
        try:
            yield env
        except BaseException:
            with ignoring_signals():
                cluster.stop()
            raise


def _pytest(words: list[str]) -> list[str]:
    on_all_cores = any(word.startswith("-n") or word == "--numprocesses" for word in words)
    cores = str(min(os.cpu_count() or 1, 4))
    spread = [] if on_all_cores else ["-n", cores, "--dist", "worksteal"]
    return [PYTHON, "-m", "pytest", *spread, *words]


# --- the site's data -----------------------------------------------------------------------------
def manage(words: list[str]) -> int:
    environment.enter("requirements-local.txt")
    home = Home.of(ROOT)
    home.open()
    data = Database(home)
    try:
        data.start()
        env = Site(home, wanted(), data).environment()
        return in_foreground([PYTHON, "manage.py", *words], env=env, cwd=ROOT)
    finally:
        with ignoring_signals():
            data.stop()


def bench(words: list[str]) -> int:
    names = sorted(path.stem for path in BENCH.glob("[a-z]*.py"))
    if not words or words[0] not in names:
        raise Sorry(f"Say what to measure: python3 run.py bench {' | '.join(names)}")
    # The state machine is written with Hypothesis, which only the tests need.
    of_tests = words[0] == "verbs"
    environment.enter("requirements-dev.txt" if of_tests else "requirements-local.txt")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return in_foreground([PYTHON, str(BENCH / f"{words[0]}.py"), *words[1:]], env=env, cwd=ROOT)


def tour(words: list[str]) -> int:
    """Pictures of every screen on a played day, into docs/pictures and docs/tour.md."""
    environment.enter("requirements-dev.txt")
    with _database_for_tests() as env:
        return in_foreground([PYTHON, "-m", "tests.tour", *words], env=env, cwd=ROOT)


def new(words: list[str]) -> int:
    if len(words) != 1:
        raise Sorry("Say where the bundle should go: python3 run.py new FOLDER")
    folder = os.path.abspath(os.path.expanduser(words[0]))
    if os.path.exists(folder):
        raise Sorry(f"{folder} is there already: choose a name that is free.")
    shutil.copytree(TEMPLATE_BUNDLE, folder)
    say(f"Made {folder}. Read its README.md, write, then: CLINIC_CONTENT={words[0]} python3 run.py")
    return 0
