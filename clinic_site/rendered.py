"""Public pages, rendered once and served as bytes: a WSGI application around Django's.

A page is known by its path alone. It is rendered by a request of our own without cookies, query or
language, so nothing that a visitor sends can end up in a copy; afterwards every visitor gets the
same bytes, whatever they send. Copies are used as long as the content version and the practice's
date are the ones they were made under; while the database is away they are served as they are. See
practice/public.py for what may be kept and practice/moving.py for what moves on a page.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, quote, urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from clinic_site import copies, freshness
from clinic_site.copies import Copies, Copy
from practice import moving, public

logger = logging.getLogger(__name__)

Headers = list[tuple[str, str]]
CACHE_CONTROL = "public, max-age=0, must-revalidate, stale-if-error=86400"
NEVER_KEPT = (
    *("/admin/", "/cms/", "/accounts/", "/appointments/", "/a/", "/static/", "/media/"),
    *("/es/appointments/", "/es/a/"),
    *("/reviews/new/", "/r/", "/es/reviews/new/", "/es/r/"),
)
# Said anew for each answer, or about one visitor.
NOT_COPIED = {
    public.HEADER.lower(),
    *("content-length", "content-encoding", "vary", "etag", "cache-control", "expires"),
    *("last-modified", "connection", "date", "server", "x-request-id", "x-correlation-id"),
}
NOT_PUBLIC = "is not a public page"
PAUSE_AFTER_FAILURE = 3.0  # seconds before a page that failed is rendered again
FIRST_LOOK_WITHIN = 4.0  # seconds that the first visitors wait for the first look at the database
MOST_REFUSALS = 500


class Rendered:
    """`application = Rendered(get_wsgi_application())`"""

    def __init__(self, django: WSGIApplication, *, background: bool = True) -> None:
        self.django = django
        self.copies = Copies(Path(settings.CLINIC_HOME) / "rendered")
        self.release = _release()
        self.looked = threading.Event()
        self._background = background
        self._thread_of: int | None = None  # the process that runs our thread; forks lose threads
        self._starting = threading.Lock()
        self._refused: dict[str, int] = {}  # path → content version at which it could not be kept

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO") or "/"
        if not _may_be_kept(environ, path):
            return self._pass_on(environ, start_response)
        if self._background:
            self._start()
        copy = self._current(path)
        if copy is None and not path.endswith("/") and self.copies.get(f"{path}/"):
            # As Django would; but Django looks for moved pages first and needs the database.
            start_response("301 Moved Permanently", [("Location", _with_slash(environ, path))])
            return []
        if copy is None:
            return self._pass_on(environ, start_response, or_keep=path)
        if _names(environ) & copy.parameters:
            return self._pass_on(environ, start_response)
        return _answer(copy, environ, start_response)

    def _start(self) -> None:
        """Start this process's thread, and give its first look at the database a moment."""
        if self._thread_of != os.getpid():
            with self._starting:
                if self._thread_of != os.getpid():
                    self.looked = threading.Event()
                    freshness.start(self)
                    self._thread_of = os.getpid()
        if not self.looked.is_set():
            self.looked.wait(FIRST_LOOK_WITHIN)

    def _current(self, path: str) -> Copy | None:
        """The copy to serve: fresh if that can be had, old while another thread renders."""
        copy = self.copies.get(path)
        if copy is None or self.is_good(copy) or time.monotonic() < copy.wait_until:
            return copy
        # A copy of an earlier run may be days old, so then everybody waits for the new one.
        if not copy.rendering.acquire(timeout=5 if copy.from_disk else 0):
            return copy
        try:
            return self.render(path, instead_of=copy)
        finally:
            copy.rendering.release()

    def is_good(self, copy: Copy) -> bool:
        """Whether there is nothing newer to be had: it is fresh, or nobody can tell."""
        record = moving.keeper.record
        if record is None or record.is_recalled or moving.keeper.database_is_down:
            return True
        return copy.is_fresh(record.version, record.day, self.release)

    def render(self, path: str, *, instead_of: Copy | None = None) -> Copy | None:
        """Render and keep a path. None when it is not (or no longer) a public page; the old copy
        when Django could not answer just now."""
        record = moving.keeper.record
        if record is None or record.is_recalled or path.startswith(NEVER_KEPT):
            return instead_of
        newest = self.copies.get(path)
        made_of = (record.version, record.day, self.release)
        if newest and newest is not instead_of and newest.is_fresh(*made_of):
            return newest  # another thread was quicker
        newest = self.copies.read(path)
        if newest and newest.is_fresh(*made_of):
            newest.from_disk = False
            self.copies.hold(newest)
            return newest  # another process was quicker
        status, headers, body = self.ask_django(path)
        if status >= 500:
            if instead_of:
                instead_of.wait_until = time.monotonic() + PAUSE_AFTER_FAILURE
            return instead_of
        if reason := why_not(path, status, headers, body):
            self._refuse(path, reason, record.version)
            return None
        copy = Copy(
            path=path,
            headers=[(n, v) for n, v in headers if n.lower() not in NOT_COPIED],
            parameters=public.read_mark(_header(headers, public.HEADER))[1],
            version=record.version,
            day=record.day,
            release=self.release,
            body=body,
            made_at=time.time(),
        )
        self.copies.put(copy)
        return copy

    def _refuse(self, path: str, reason: str, version: int) -> None:
        self.copies.drop(path)
        if len(self._refused) >= MOST_REFUSALS:
            self._refused.clear()
        self._refused[path] = version
        if reason != NOT_PUBLIC:
            logger.warning("a public page is rendered for everybody anew, because it %s", reason)

    def _pass_on(
        self, environ: WSGIEnvironment, start_response: StartResponse, *, or_keep: str = ""
    ) -> Iterable[bytes]:
        """Django's own answer. With `or_keep`: if it turns out to be a public page, its copy."""
        said, listen = _listener()
        answer = self.django(environ, listen)
        status, headers, exc_info = said
        if or_keep and self._may_try(or_keep):
            marked, parameters = public.read_mark(_header(headers, public.HEADER))
            if marked == _as_text(or_keep) and not _names(environ) & parameters:
                copy = self.render(or_keep)
                if copy:
                    if hasattr(answer, "close"):
                        answer.close()
                    return _answer(copy, environ, start_response)
        headers = [(n, v) for n, v in headers if n.lower() != public.HEADER.lower()]
        start_response(status, headers, *((exc_info,) if exc_info else ()))
        return answer

    def _may_try(self, path: str) -> bool:
        record = moving.keeper.record
        return record is not None and self._refused.get(path) != record.version

    def ask_django(self, path: str) -> tuple[int, Headers, bytes]:
        """Status, headers and body as a visitor without any property gets them."""
        said, listen = _listener()
        answer = self.django(_clean_environ(path), listen)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, headers, _exc_info = said
        return int(status.split(" ", 1)[0]), headers, body


def why_not(path: str, status: int, headers: Headers, body: bytes) -> str | None:
    """The reason why this answer must not be kept as everybody's, or None."""
    marked, _parameters = public.read_mark(_header(headers, public.HEADER))
    if status != 200 or marked != _as_text(path):
        return NOT_PUBLIC
    if _header(headers, "Set-Cookie"):
        return "sets a cookie"
    if "cookie" in _header(headers, "Vary").lower() or "*" in _header(headers, "Vary"):
        return "read the session, the user or a CSRF token"
    if {"private", "no-store"} & set(_header(headers, "Cache-Control").replace(",", " ").split()):
        return "forbids it"
    if "'nonce-" in _header(headers, "Content-Security-Policy"):
        return "carries a nonce, which is for one answer only"
    if len(body) > copies.LARGEST_PAGE:
        return "is too large"
    return None


def _may_be_kept(environ: WSGIEnvironment, path: str) -> bool:
    return (
        environ["REQUEST_METHOD"] in {"GET", "HEAD"}
        and not path.startswith(NEVER_KEPT)
        and len(path) <= copies.LONGEST_PATH
        and not environ.get("SCRIPT_NAME")
        and _is_our_host(environ.get("HTTP_HOST", ""), tuple(settings.ALLOWED_HOSTS))
        and not _is_editors_host(environ.get("HTTP_HOST", ""))
        and (not settings.SECURE_SSL_REDIRECT or _is_secure(environ))
    )


def _answer(copy: Copy, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    parts = tuple(moving.keeper.spliced(name, language) for name, language in copy.places)
    tag, body = copy.variant(encoding, parts)
    headers = [
        *copy.headers,
        ("Cache-Control", CACHE_CONTROL),
        ("Vary", "Accept-Encoding"),
        ("ETag", tag),
    ]
    if _matches(environ.get("HTTP_IF_NONE_MATCH", ""), tag):
        start_response("304 Not Modified", [h for h in headers if h[0].lower() != "content-type"])
        return []
    if encoding:
        headers.append(("Content-Encoding", encoding))
    headers.append(("Content-Length", str(len(body))))
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _listener() -> tuple[list[Any], StartResponse]:
    """A start_response that only listens; what it heard is status, headers and exc_info."""
    said: list[Any] = []

    def listen(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        said[:] = [status, headers, exc_info]
        return lambda _data: None  # Django returns its body and never writes this way

    return said, cast(StartResponse, listen)


def _clean_environ(path: str) -> WSGIEnvironment:
    url = urlsplit(settings.CLINIC_URL)
    port = url.port or (443 if url.scheme == "https" else 80)
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": url.hostname or "localhost",
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": url.netloc,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def _release() -> str:
    base = Path(settings.BASE_DIR)
    apps = ("clinic_site", "practice", "correspondence", "procedures", "appointments", "reviews")
    roots = [base / name for name in (*apps, "templates", "locale")]
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    return copies.release_of(
        [*filter(Path.exists, [*roots, manifest])],
        settings.CLINIC_MODE,
        settings.CLINIC_URL,
        str(settings.DEBUG),
    )


def _header(headers: Headers, name: str) -> str:
    return ", ".join(value for key, value in headers if key.lower() == name.lower())


def _with_slash(environ: WSGIEnvironment, path: str) -> str:
    query = environ.get("QUERY_STRING", "")
    return quote(path.encode("latin-1", "replace")) + "/" + (f"?{query}" if query else "")


def _names(environ: WSGIEnvironment) -> set[str]:
    """The names of the parameters in the query."""
    if not (query := environ.get("QUERY_STRING", "")):
        return set()
    try:
        return {n for n, _v in parse_qsl(query, keep_blank_values=True, max_num_fields=100)}
    except ValueError:
        return set()


def _as_text(path: str) -> str:
    """WSGI hands bytes over as latin-1; Django reads them as UTF-8."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


@lru_cache(maxsize=256)
def _is_our_host(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, list(allowed))


def _is_editors_host(host: str) -> bool:
    """Where there are no public pages: clinic_site/editor_host.py."""
    return bool(settings.CMS_HOST) and split_domain_port(host)[0].lower() == settings.CMS_HOST


def _is_secure(environ: WSGIEnvironment) -> bool:
    if settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        if (said := environ.get(name)) is not None:
            return bool(said.split(",", 1)[0].strip() == value)
    return bool(environ["wsgi.url_scheme"] == "https")


@lru_cache(maxsize=256)
def _encoding(accepted: str) -> str:
    """The best of br, gzip and "" (none) that the browser takes."""
    willing = set()
    for item in accepted.lower().split(","):
        name, _semicolon, quality = item.partition(";")
        if quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            willing.add(name.strip())
    return next((name for name in ("br", "gzip") if name in willing), "")


def _matches(wanted: str, tag: str) -> bool:
    tags = {one.strip().removeprefix("W/") for one in wanted.split(",")}
    return tag in tags or "*" in tags
