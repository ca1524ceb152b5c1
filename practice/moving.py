"""What moves on a page that is otherwise rendered once: "open now", the next free times.

An app registers a fragment under a name; a page marks its place with `{% moving "name" %}`. Served
copies of public pages get the newest fragment spliced into the mark (clinic_site/rendered.py).
One small record per process holds every fragment's HTML. It is taken again at most once a second
and at least once a minute; when it is older than 90 seconds the page says "call us" instead.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from practice import clock
from practice.models import ContentVersion, Practice

logger = logging.getLogger(__name__)

TOO_OLD = 90.0  # seconds
FRAGMENTS_LIVE = 5.0  # seconds
MARK = re.compile(rb"<!--moving ([a-z_]+) ([a-z-]+)-->.*?<!--/moving-->", re.DOTALL)

Html = Callable[[], str]


@dataclass(frozen=True)
class Fragment:
    """`html` says how things stand now; `fallback` what to say when nobody knows."""

    html: Html
    fallback: Html


_fragments: dict[str, Fragment] = {}


def call_us() -> str:
    """The fallback of every fragment that brings none of its own."""
    practice = Practice.objects.current()
    return format_html(
        '<a href="tel:{}">{}</a>',
        practice.phone,
        _("Call us at %(phone)s") % {"phone": practice.phone},
    )


def fragment(name: str, *, fallback: Html = call_us) -> Callable[[Html], Html]:
    """Register a function that returns HTML (escaped, without scripts and without any person).

    It runs outside a request, about once a minute or when something changed: it may query the
    database, takes the time from practice.clock, and speaks the active language.
    """
    if not re.fullmatch(r"[a-z_]+", name):
        raise ValueError(f"a fragment's name is lower-case letters and underscores, not {name!r}")

    def register(function: Html) -> Html:
        _fragments[name] = Fragment(function, fallback)
        return function

    return register


def place(name: str, language: str) -> SafeString:
    """The marked place with what stands there now."""
    if name not in _fragments:
        raise KeyError(f"no fragment is registered as {name!r}")
    keeper.languages.add(language)
    html = keeper.html(name, language)
    return mark_safe(f"<!--moving {name} {language}-->{html}<!--/moving-->")  # noqa: S308


@dataclass(frozen=True)
class Record:
    """How things stood at one moment. `version` is the content version read before anything else."""

    version: int
    taken_at: float  # time.monotonic() of this process; minus infinity when read from disk
    minute: int
    practice: str
    phone: str
    html: dict[str, str] = field(default_factory=dict)
    fallback: dict[str, str] = field(default_factory=dict)

    @property
    def age(self) -> float:
        """Seconds."""
        return time.monotonic() - self.taken_at


class Keeper:
    """Holds this process's record. Readers never wait and never touch the database."""

    def __init__(self) -> None:
        self.record: Record | None = None
        self.languages: set[str] = {settings.LANGUAGE_CODE}
        self.database_is_down = False
        self._taking = threading.Lock()

    def refresh(self) -> Record | None:
        """Take the record again, unless another thread is at it. Returns the newest there is.

        The version costs one query; fragments are worked out again when it, the minute or the
        languages asked for have changed, or when the record is older than FRAGMENTS_LIVE.
        """
        if not self._taking.acquire(blocking=False):
            return self.record
        try:
            self._take()
            self.database_is_down = False
        except (OperationalError, InterfaceError):
            if not self.database_is_down:
                logger.warning("moving parts: the database does not answer")
            self.database_is_down = True
        finally:
            self._taking.release()
        return self.record

    def _take(self) -> None:
        started = time.monotonic()
        version = ContentVersion.objects.values_list("version", flat=True).first() or 0
        minute = int(clock.now().timestamp()) // 60
        old = self.record
        wanted = {_key(name, lang) for name in _fragments for lang in self.languages}
        if (
            old
            and (old.version, old.minute) == (version, minute)
            and old.html.keys() == wanted
            and old.age < FRAGMENTS_LIVE
        ):
            return
        practice = Practice.objects.current()
        html: dict[str, str] = {}
        fallback: dict[str, str] = {}
        for language in sorted(self.languages):
            with translation.override(language):
                for name, part in _fragments.items():
                    key = _key(name, language)
                    fallback[key] = str(part.fallback())
                    html[key] = _html_or(part, fallback[key], name)
        self.record = Record(
            version=version,
            taken_at=started,
            minute=minute,
            practice=practice.called,
            phone=str(practice.phone),
            html=html,
            fallback=fallback,
        )

    def html(self, name: str, language: str) -> str:
        """What a page that is being rendered shows: from the record while it is good, else live."""
        record, part = self.record, _fragments[name]
        if record and record.age < FRAGMENTS_LIVE and (_key(name, language)) in record.html:
            return record.html[_key(name, language)]
        return _html_or(part, None, name)

    def spliced(self, name: str, language: str) -> str:
        """What a served copy shows: the record's HTML, or its fallback once the record is old."""
        if not (record := self.record):
            return ""
        parts = record.html if record.age < TOO_OLD else record.fallback
        key = _key(name, language)
        return parts.get(key, record.fallback.get(key, ""))


def _html_or(part: Fragment, fallback: str | None, name: str) -> str:
    try:
        return str(part.html())
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # One broken fragment must not take every page with it.
        logger.exception("moving part %s failed", name)
        return str(part.fallback()) if fallback is None else fallback


def _key(name: str, language: str) -> str:
    return f"{name} {language}"


keeper = Keeper()
