"""The site behind gunicorn for tests that need real processes: races, browsers, raw requests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Site:
    url: str
    pid: int
    log: Path


def database_url() -> str:
    """Of the database this test process uses, as its role, for another process."""
    facts = connection.settings_dict
    user = quote(str(facts["USER"]), safe="")
    password = f":{quote(str(facts['PASSWORD']), safe='')}" if facts.get("PASSWORD") else ""
    host = str(facts.get("HOST") or facts["OPTIONS"].get("host") or "")
    place = f"{host}:{facts['PORT']}" if facts.get("PORT") and not host.startswith("/") else host
    if host.startswith("/"):
        return f"postgres://{user}{password}@/{facts['NAME']}?host={host}"
    return f"postgres://{user}{password}@{place}/{facts['NAME']}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(
    *,
    workers: int = 2,
    threads: int = 4,
    application: str = "clinic_site.wsgi:application",
    **environment: str,
) -> Iterator[Site]:
    """gunicorn on this test's database under its clock; ends with the block."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--no-control-socket"]
    command += ["--worker-class", "gthread", "--threads", str(threads), "--timeout", "60"]
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "CLINIC_URL": f"http://127.0.0.1:{port}",
        "CLINIC_NOW": str(settings.CLINIC_NOW),
        "CLINIC_NOW_AT": str(settings.CLINIC_NOW_AT),
        **environment,
    }
    with tempfile.NamedTemporaryFile(prefix="clinic-served-", suffix=".log") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_it_answers(server, f"{url}/livez", Path(log.name))
            yield Site(url, server.pid, Path(log.name))
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_until_it_answers(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=30).close()
            return
        except urllib.error.HTTPError as answer:
            answer.close()
            return  # it answers, which is all that was asked
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"gunicorn did not answer:\n{log.read_text()[-3000:]}")
