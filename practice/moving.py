"""What moves on a page that is otherwise rendered once: "open now", the next free times.

An app registers a fragment under a name; a page marks its place with `{% moving "name" %}`. Served
copies of public pages get the newest fragment spliced into the mark (clinic_site/rendered.py).
One small record per process holds every fragment's HTML. It is taken again at most once a second
and at least once a minute; when it is older than 90 seconds the page says "call us" instead.
"""

from __future__ import annotations

import logging
import math
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from practice import clock, content_version
from practice.models import Practice

logger = logging.getLogger(__name__)

TOO_OLD = 90.0  # seconds
EVERY = 1.0  # seconds between two looks at the content version
FRAGMENTS_LIVE = 5.0  # seconds, while somebody reads
MARK = re.compile(
    rb"<!--moving ([a-z_]+(?:/[\w-]+)?) ([a-z-]+)-->.*?<!--/moving-->", re.DOTALL | re.ASCII
)

Html = Callable[[], str]
Each = Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class Fragment:
    """`html` says how things stand now; `fallback` what to say when nobody knows; `each` what
    stands on a page about one thing alone, by its slug."""

    html: Html
    fallback: Html
    each: Each = dict

    def about(self, one: str) -> str:
        return self.each()[one] if one else self.html()


_fragments: dict[str, Fragment] = {}


def call_us() -> str:
    """The fallback of every fragment that brings none of its own."""
    phone = Practice.objects.current().phone
    if not phone:
        return ""
    words = _("Call us at %(phone)s") % {"phone": phone.as_national}
    return format_html('<a href="tel:{}">{}</a>', phone.as_e164, words)


def fragment(name: str, *, fallback: Html = call_us, each: Each = dict) -> Callable[[Html], Html]:
    """Register a function that returns HTML (escaped, without scripts and without any person).

    It runs outside a request, about once a minute or when something changed: it may query the
    database, takes the time from practice.clock, and speaks the active language.
    """
    if not re.fullmatch(r"[a-z_]+", name):
        raise ValueError(f"a fragment's name is lower-case letters and underscores, not {name!r}")

    def register(function: Html) -> Html:
        _fragments[name] = Fragment(function, fallback, each)
        return function

    return register


def place(name: str, language: str) -> SafeString:
    """The marked place with what stands there now."""
    html = keeper.html(name, language)
    return mark_safe(f"<!--moving {name} {language}-->{html}<!--/moving-->")  # noqa: S308


@dataclass(frozen=True)
class Record:
    """How things stood at one moment. `version` is the content version, read before the rest."""

    version: int
    taken_at: float  # time.monotonic() of this process
    minute: int
    day: str  # the practice's date, ISO 8601; some words on a page hold for a day
    practice: str
    phone: str  # as people read it
    html: Mapping[str, str] = field(default_factory=dict)
    fallback: Mapping[str, str] = field(default_factory=dict)

    @property
    def age(self) -> float:
        """Seconds."""
        return time.monotonic() - self.taken_at

    @property
    def is_recalled(self) -> bool:
        """Left by an earlier run: good for the telephone number and the fallbacks alone."""
        return self.taken_at == -math.inf


class Keeper:
    """Holds this process's record. Readers never wait and never touch the database."""

    def __init__(self) -> None:
        self.record: Record | None = None
        self.languages: set[str] = {code for code, _name in settings.LANGUAGES}
        self._down = False
        self._looked_at = -math.inf
        self._read = False  # somebody was served a moving part since the last look
        self._taking = threading.Lock()

    @property
    def database_is_down(self) -> bool:
        """Whether the latest look failed. Without a look in the last seconds nobody knows: no."""
        return self._down and time.monotonic() - self._looked_at < 10

    def refresh(self) -> Record | None:
        """Take the record again, unless another thread is at it. Returns the newest there is.

        Costs one query. Fragments are worked out again when the version, the minute or the
        languages asked for have changed, and every FRAGMENTS_LIVE while somebody reads.
        """
        if not self._taking.acquire(blocking=False):
            return self.record
        try:
            self._take()
            self._down = False
        except (OperationalError, InterfaceError):
            if not self._down:
                logger.warning("moving parts: the database does not answer")
            self._down = True
        finally:
            self._looked_at = time.monotonic()
            self._taking.release()
        return self.record

    def _take(self) -> None:
        started = time.monotonic()
        version = content_version.current()
        minute = int(clock.now().timestamp()) // 60
        old = self.record
        wanted = {_key(name, language) for name in _fragments for language in self.languages}
        is_same = old and (old.version, old.minute) == (version, minute) and wanted <= set(old.html)
        if old and is_same and (old.age < FRAGMENTS_LIVE or not self._read):
            return
        self._read = False
        practice = Practice.objects.current()
        html: dict[str, str] = {}
        fallback: dict[str, str] = {}
        for language in sorted(self.languages):
            with translation.override(language):
                for name, part in _fragments.items():
                    key = _key(name, language)
                    fallback[key] = _fallback(part, name)
                    html[key] = _html_or(part, fallback[key], name)
                    for one, text in _each(part, name).items():
                        about = _key(f"{name}/{one}", language)
                        fallback[about], html[about] = fallback[key], str(text)
        self.record = Record(
            version=version,
            taken_at=started,
            minute=minute,
            day=clock.today(practice.zone).isoformat(),
            practice=practice.called,
            phone=practice.phone.as_national if practice.phone else "",
            html=html,
            fallback=fallback,
        )

    def html(self, name: str, language: str) -> str:
        """What a page that is being rendered shows: from the record while it is good, else live."""
        self.languages.add(language)
        self._read = True
        record, key = self.record, _key(name, language)
        if record and record.age < FRAGMENTS_LIVE and key in record.html:
            return record.html[key]
        return _html_or(_fragments.get(name.partition("/")[0], NOBODY), None, name)

    def spliced(self, name: str, language: str) -> str:
        """What a served copy shows: the record's HTML, or its fallback once the record is old."""
        self._read = True
        if not (record := self.record):
            return ""
        parts = record.html if record.age < TOO_OLD else record.fallback
        return parts.get(_key(name, language), "")

    def to_keep(self) -> dict[str, Any]:
        """What an outage will need, as JSON values; empty before the first look."""
        if not (record := self.record):
            return {}
        return {
            "practice": record.practice,
            "phone": record.phone,
            "fallback": dict(record.fallback),
        }

    def recall(self, kept: dict[str, Any]) -> None:
        """Take over what `to_keep` gave in an earlier run, unless this one knows better."""
        if self.record is None:
            self.record = Record(
                version=-1,
                taken_at=-math.inf,
                minute=0,
                day="",
                practice=str(kept["practice"]),
                phone=str(kept["phone"]),
                fallback={str(key): str(html) for key, html in kept["fallback"].items()},
            )


def _html_or(part: Fragment, fallback: str | None, name: str) -> str:
    try:
        return part.about(name.partition("/")[2])
    except Exception:
        # One broken or slow fragment must not take every page with it.
        logger.exception("moving part %s failed", name)
        return _fallback(part, name) if fallback is None else fallback


def _each(part: Fragment, name: str) -> Mapping[str, str]:
    try:
        return part.each()
    except Exception:
        logger.exception("moving part %s failed", name)
        return {}


def _fallback(part: Fragment, name: str) -> str:
    try:
        return str(part.fallback())
    except Exception:
        logger.exception("the fallback of moving part %s failed", name)
        return ""


def _key(name: str, language: str) -> str:
    return f"{name} {language}"


def _nobody_registered() -> str:
    raise LookupError("no function is registered for this moving part")


NOBODY = Fragment(_nobody_registered, call_us)
keeper = Keeper()
