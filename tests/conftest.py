"""What every test stands on: a database, a clock, a browser, a closed network."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import TransactionTestCase
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from tests import network
from tests.databases import Databases
from tests.serving import Site, serve
from tests.settings import CLOCK

CI = os.environ.get("CI", "").lower() in {"1", "true"}
CHROMIUM = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (path := shutil.which(name))
    ),
    None,
)
# The one reason for which a test may be skipped under CI=true too: the content is not ours to ship.
NO_REAL_INPUT = "real input is not beside this checkout"

network.close_the_door()
# What a browser shows is waited for; a machine with much to do may need long.
expect.set_options(timeout=60_000)


# --- which tests run ----------------------------------------------------------------------------
def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--check", action="store_true", help="run the long matrices, and only those")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = bool(config.getoption("--check"))
    left_out = [item for item in items if bool(item.get_closest_marker("check")) != wanted]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        if CHROMIUM is None and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))
        if item.get_closest_marker("browser"):
            # Chromium on a busy machine now and then drops a navigation. What a page says is
            # asserted, and an assertion is never asked twice.
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=[PlaywrightError]))


skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if (
        report.skipped
        and not hasattr(report, "wasxfail")
        and NO_REAL_INPUT not in str(report.longrepr)
    ):
        skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if CI and skipped and not hasattr(session.config, "workerinput") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if CI and skipped:
        terminalreporter.section("skipped, which CI=true does not allow", red=True)
        for name in skipped:
            terminalreporter.line(name)


# --- database -----------------------------------------------------------------------------------
databases: Databases | None = None
wanted_content = "empty"


def fill_with_samples() -> None:
    from tests.samples import fill

    fill()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before the database is opened: the content this test asked for."""
    global wanted_content
    fixtures = set(getattr(item, "fixturenames", ()))
    wanted_content = "samples" if "sample_site" in fixtures else "empty"
    uses = {"db", "transactional_db", "live_server"} & fixtures
    if databases is not None and (uses or item.get_closest_marker("django_db")):
        with databases_unblocked():
            databases.provide(wanted_content)


def databases_unblocked() -> Any:
    from pytest_django.plugin import blocking_manager_key

    assert session_config is not None
    return session_config.stash[blocking_manager_key].unblock()


session_config: pytest.Config | None = None


def pytest_configure(config: pytest.Config) -> None:
    global session_config
    session_config = config


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's, which would migrate once in every worker."""
    global databases
    with django_db_blocker.unblock():
        databases = Databases()
        databases.filled["samples"] = fill_with_samples
        databases.provide(wanted_content)
    yield
    with django_db_blocker.unblock():
        databases.drop()


def _begin_anew(self: TransactionTestCase) -> None:
    """In place of Django's flush, which would also empty what migrations filled."""
    if databases is not None:
        databases.holds = ""


TransactionTestCase._fixture_teardown = _begin_anew  # type: ignore[method-assign]


@pytest.fixture
def sample_site(db: None) -> None:
    """The sample bundle is imported and the demo accounts exist, as after `python3 run.py`."""


# --- time ---------------------------------------------------------------------------------------
class Clock:
    """Where practice.clock.now() stands in this test."""

    def __init__(self, settings: Any) -> None:
        self._settings = settings
        self.at(dt.datetime.fromisoformat(CLOCK))

    def at(self, moment: dt.datetime) -> dt.datetime:
        """From here on it is `moment` (aware), and time runs on."""
        self._settings.CLINIC_NOW = moment.isoformat()
        self._settings.CLINIC_NOW_AT = time.time()
        return moment


@pytest.fixture(autouse=True)
def clock(settings: Any) -> Clock:
    return Clock(settings)


@pytest.fixture
def now() -> dt.datetime:
    """Tuesday, November 24, 2026, 9:00 AM in Chicago, to be handed in."""
    return dt.datetime.fromisoformat(CLOCK).astimezone(dt.UTC)


# --- a served site and a browser ----------------------------------------------------------------
@pytest.fixture
def served(transactional_db: None) -> Iterator[Site]:
    """The site behind gunicorn, as run.py starts it, on this test's database."""
    with serve() as site:
        yield site


@pytest.fixture(scope="session")
def browser(browser: Any) -> Any:
    """Patient: on a machine with much to do a page may need longer than half a minute."""
    new_context = browser.new_context

    def patient(**facts: Any) -> Any:
        context = new_context(**facts)
        context.set_default_timeout(90_000)
        return context

    browser.new_context = patient
    return browser


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "locale": "en-US",
        "timezone_id": "America/Chicago",
        "reduced_motion": "reduce",
    }


@pytest.fixture
def page(page: Any) -> Iterator[Any]:
    """A browser's page that ends the test if the site's own policy or a script failed on it."""
    faults: list[str] = []

    def heard(message: Any) -> None:
        if "Content Security Policy" in message.text or "Permissions policy" in message.text:
            faults.append(message.text)

    def asked(request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1", "http://localhost", "data:", "blob:")):
            faults.append(f"asked another host: {request.url}")

    page.on("console", heard)
    page.on("pageerror", lambda error: faults.append(f"script failed: {error}"))
    page.on("request", asked)
    yield page
    assert faults == []
