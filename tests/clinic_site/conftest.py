"""A visitor who speaks WSGI, and a site whose rendered copies are empty."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections, connection

from clinic_site import freshness
from clinic_site.rendered import Rendered
from practice import moving


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Visitor:
    site: WSGIApplication

    def get(self, path: str, query: str = "", *, method: str = "GET", **headers: str) -> Answer:
        said: list[Any] = []

        def start(status: str, heard: list[tuple[str, str]], exc_info: Any = None) -> Any:
            said[:] = [int(status.split()[0]), heard]

        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        answer = self.site(environ, start)
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        names = [name for name, _value in said[1] if name != "Set-Cookie"]
        assert len(names) == len(set(names)), f"said twice: {sorted(names)}"
        headers_said = dict(said[1])
        if headers_said.get("Content-Encoding") == "gzip" and body:
            body = gzip.decompress(body)
        return Answer(said[0], headers_said, body)


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> moving.Keeper:
    fresh = moving.Keeper()
    monkeypatch.setattr(moving, "keeper", fresh)
    return fresh


Site = Callable[[], Rendered]


@pytest.fixture
def start_site(keeper: moving.Keeper, settings: Any, tmp_path: Path) -> Iterator[Site]:
    """Start the site over an empty folder of copies; a second call is a restart."""
    # The end of a request would close the connection that this test's transaction is on.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    settings.CLINIC_HOME = tmp_path

    def start() -> Rendered:
        moving.keeper.__init__()  # type: ignore[misc]  # a new process knows nothing
        rendered = Rendered(WSGIHandler(), background=False)
        freshness.recall(rendered)
        freshness.look(rendered)
        return rendered

    yield start
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def rendered(start_site: Site) -> Rendered:
    return start_site()


@pytest.fixture
def visitor(rendered: Rendered) -> Visitor:
    return Visitor(rendered)


@contextmanager
def _away() -> Iterator[None]:
    def refuse(*args: Any) -> None:
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture
def database_away() -> Callable[[], Any]:
    return _away
