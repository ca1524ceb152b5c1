"""From a database that answers to a site that is right, and keeping it so."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from clinic_site.start import processes
from clinic_site.start.database import Database
from clinic_site.start.environment import PYTHON, ROOT
from clinic_site.start.home import Home
from clinic_site.start.processes import Child, Failed
from clinic_site.start.told import Sorry, Stopped, last_words, say, step
from clinic_site.start.wanted import Wanted

APPS = ("practice", "correspondence", "procedures", "appointments", "reviews")
OLD_TABLES = "the tables are not up to date"
PATIENCE = 60.0  # seconds for the site to be right once its processes run


class Site:
    def __init__(self, home: Home, site: Wanted, database: Database) -> None:
        self._home, self._wanted, self._database = home, site, database
        self._children: list[Child] = []
        self._env: dict[str, str] = {}
        self._prepared_now = False

    # --- what the database must hold -------------------------------------------------------------
    def environment(self) -> dict[str, str]:
        """For every process of the site. Secrets go by file, so that no process list shows them."""
        return {
            **os.environ,
            **self._wanted.environment(),
            **self._home.secret_files(),
            **self._database.urls(),
            "CLINIC_HOME": str(self._home.folder),
            "DJANGO_SETTINGS_MODULE": "clinic_site.settings",
            "PYTHONUNBUFFERED": "1",
        }

    def prepare(self) -> None:
        """Tables, static files, first content, demo accounts. Nothing to do on most starts."""
        self._env = self.environment()
        stamp = {
            "code": _fingerprint(),
            "database": self._database.identity(),
            "demo": self._home.sealed(self._wanted.mode + os.environ.get("DEMO_PASSWORD", "")),
        }
        if self._home.recall("prepared") == stamp:
            self._report_other_content()
            return
        self._home.forget("prepared")
        self._prepared_now = True
        facts = self._database.facts()
        with ThreadPoolExecutor(max_workers=1) as beside:  # while the database makes its tables
            static = beside.submit(
                self._manage, "collectstatic", "--noinput", "--clear", "--verbosity=0"
            )
            if facts["has_tables"]:
                self._upgrade(facts)
            else:
                with step("Tables"):
                    self._or_empty("migrate", "--verbosity=0")
            with step("Static files") as this:
                static.result()
                this.note = "collected meanwhile"
        if not facts["has_content"]:
            self._first_content()
        else:
            self._report_other_content()
        if self._wanted.mode == "demo":
            with step("Demo accounts"):
                self._manage("make_demo")
        self._home.remember("prepared", stamp)

    def _upgrade(self, facts: Mapping[str, Any]) -> None:
        unknown = [
            name
            for name in facts["migrations"]
            if not Path(
                ROOT, *name.split(".")[:1], "migrations", name.split(".")[1] + ".py"
            ).exists()
        ]
        if unknown:
            raise Sorry(
                f"This data was made by a newer version of the site (it knows {unknown[0]}): "
                "start that version, or set CLINIC_HOME to another folder."
            )
        try:
            self._manage("migrate", "--check", "--verbosity=0", sentence="")
            return
        except Failed:
            pass
        with step("Backup") as this:
            backup = self._database.back_up(self._env)
            this.note = str(backup)
        with step("Upgrade"):
            try:
                self._manage("migrate", "--verbosity=0", sentence="")
            except Failed as failed:
                back = self._database.put_back(backup, self._env)
                now = "the data is as it was" if back else f"restore it from {backup}"
                raise Sorry(
                    f"The upgrade failed ({last_words(str(failed))}); {now}: go back to the "
                    "version you had, and report this."
                ) from None

    def _first_content(self) -> None:
        folder = self._wanted.content
        as_is = ["--publish-as-is"] if self._wanted.mode == "demo" else []
        with step("Content") as this:
            self._manage("import_content", str(folder), *as_is)
            this.note = folder.name
        self._home.remember("content", {"folder": str(folder)})

    def _report_other_content(self) -> None:
        first = self._home.recall("content").get("folder")
        asked = os.environ.get("CLINIC_CONTENT")
        if asked and first != str(self._wanted.content):
            say(
                f"  This site has content already; {self._wanted.content} was not imported. To add "
                f"it: python3 run.py manage import_content {self._wanted.content}"
            )

    def _or_empty(self, *words: str) -> None:
        try:
            self._manage(*words)
        except BaseException:
            with processes.ignoring_signals():
                self._database.empty()
            raise

    def _manage(self, *words: str, sentence: str | None = None) -> str:
        """Run a command of manage.py. Raises Sorry, or Failed where `sentence` is given empty."""
        try:
            return processes.run([PYTHON, "manage.py", *words], env=self._env, cwd=ROOT)
        except Failed as failed:
            self._home.log(words[0]).write_text(str(failed))
            if sentence == "":
                raise
            if "No space left" in str(failed):
                raise Sorry(
                    f"The disk that holds {self._home.folder} is full: make room, then run this "
                    "again."
                ) from None
            raise Sorry(
                f"`manage.py {words[0]}` failed ({last_words(str(failed))}): all it said is in "
                f"{self._home.log(words[0])}."
            ) from None

    # --- the processes -------------------------------------------------------------------------
    def serve(self) -> None:
        """Start the web server and the worker, and return when the site is right. Raises Sorry."""
        web = [PYTHON, "-m", "gunicorn", "--config", "python:clinic_site.serving"]
        web += ["--bind", self._wanted.bind]
        self._children = [
            Child(
                "web",
                web,
                env={**self._env, "CLINIC_DB_POOL": "true"},
                log=self._home.log("web"),
            ),
            Child(
                "worker",
                [PYTHON, "manage.py", "worker"],
                env=self._env,
                log=self._home.log("worker"),
            ),
        ]
        with step("Web and worker"):
            for child in self._children:
                child.start(ROOT)
                processes.write_down(self._home.processes, self._children)
            is_right = self._wait_until_right()
        if not is_right:
            # What we remembered was not so: somebody restored a backup, or moved back a migration.
            self.stop()
            self._home.forget("prepared")
            self.prepare()
            self.serve()

    def _wait_until_right(self) -> bool:
        """False when tables are missing that we believed to be there. Raises Sorry."""
        deadline = time.monotonic() + PATIENCE
        missing = "the web server does not answer"
        while time.monotonic() < deadline:
            for child in self._children:
                if child.ended():
                    said = child.log.read_text(errors="replace")
                    raise Sorry(
                        f"The {child.name} process did not start ({last_words(said)}): "
                        f"all it said is in {child.log}."
                    )
            missing = self._what_is_missing()
            if not missing:
                return True
            if missing == OLD_TABLES and not self._prepared_now:
                return False
            time.sleep(0.1)
        self._home.forget("prepared")
        raise Sorry(
            f"The site did not get ready in {PATIENCE:.0f} seconds ({missing}): "
            f"look into {self._home.folder / 'log'}."
        )

    def _what_is_missing(self) -> str:
        """Empty when the site answers, its worker is alive and the front page is right."""
        status, _ = _get(f"{self._wanted.here}/livez")
        if status != 200:
            return "the web server does not answer"
        status, body = _get(f"{self._wanted.here}/readyz")
        with contextlib.suppress(ValueError):
            facts = json.loads(body)
            if status != 200:
                old = facts.get("database") and not facts.get("migrations")
                return OLD_TABLES if old else f"/readyz says {facts}"
            age, worker = facts.get("worker_seconds"), self._children[-1]
            # An older sign of life is that of a worker which is no more.
            if age is None or age > time.monotonic() - worker.started + 1:
                return "the worker gives no sign of life"
            status, body = _get(f"{self._wanted.here}/")
            right = status == 200 and "</html>" in body and 'href="/appointments/' in body
            return "" if right else f"the front page is not right (status {status})"
        return f"/readyz is not right (status {status})"

    def keep_running(self, *, ready: Callable[[], None]) -> None:
        """Say `ready`, and return when we are asked to stop. A process that ends is started again,
        after a longer wait each time; so is the database."""
        try:
            ready()
            self._keep_running()
        except Stopped:
            say("Stopping.")

    def _keep_running(self) -> None:
        waits = dict.fromkeys((child.name for child in self._children), 1.0)
        due: dict[str, float] = {}
        while True:
            time.sleep(0.5)
            if not self._database.still_there():
                say("The database ended by itself; starting it again.")
                try:
                    self._database.start()
                except Sorry as sorry:
                    say(str(sorry))
                    time.sleep(10)
            for child in self._children:
                now = time.monotonic()
                if child.name in due:
                    if now >= due[child.name]:
                        del due[child.name]
                        child.start(ROOT)
                        processes.write_down(self._home.processes, self._children)
                elif child.ended():
                    wait = 1.0 if now - child.started > 60 else waits[child.name]
                    waits[child.name] = min(wait * 2, 30.0)
                    due[child.name] = now + wait
                    say(f"The {child.name} process ended; starting it again (see {child.log}).")

    def stop(self) -> None:
        for child in self._children:
            child.ask_to_stop()
        for child in self._children:
            child.make_stop(28)
        self._home.processes.unlink(missing_ok=True)


def _fingerprint() -> str:
    """Changes whenever tables or static files might have to."""
    digest = hashlib.sha256((ROOT / "requirements-local.txt").read_bytes())
    folders = [ROOT / "static", *(ROOT / app / "migrations" for app in APPS)]
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            facts = path.stat()
            digest.update(f"{path.relative_to(ROOT)} {facts.st_size} {facts.st_mtime_ns}".encode())
    return digest.hexdigest()


def _get(url: str) -> tuple[int, str]:
    no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with no_proxy.open(url, timeout=10) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except OSError:
        return 0, ""
