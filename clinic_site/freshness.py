"""The one thread of a process that keeps its rendered copies and moving parts fresh.

Once a second it asks for the content version. At the start, some seconds after a change, and when
a new day begins at the practice, it renders every public page again, so that an outage finds them
all on disk. Visitors come first: it sleeps as long as it works.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from django.db import connections

from practice import moving

if TYPE_CHECKING:
    from clinic_site.rendered import Rendered

logger = logging.getLogger(__name__)

SETTLED_AFTER = 3.0  # seconds without a change before all pages are rendered again
KEPT_NAME = "moving.json"


def start(rendered: Rendered) -> None:
    threading.Thread(target=_run, args=[rendered], name="rendered", daemon=True).start()


def _run(rendered: Rendered) -> None:
    recall(rendered)
    made_of: tuple[int, str] | None = None
    render_at: float | None = None
    paths: Iterator[str] | None = None
    while True:
        next_look = time.monotonic() + moving.EVERY
        try:
            record = look(rendered)
            rendered.looked.set()
            now_made_of = (record.version, record.day) if record else None
            if record and not record.is_recalled and now_made_of != made_of:
                made_of, paths = now_made_of, None
                render_at = time.monotonic() + SETTLED_AFTER
            if render_at and time.monotonic() >= render_at:
                render_at, paths = None, every_path(rendered)
            if (
                paths
                and not moving.keeper.database_is_down
                and _warm_until(rendered, paths, next_look)
            ):
                paths = None
        except Exception:
            logger.exception("rendered copies: going on after an error")
            rendered.looked.set()
        finally:
            connections.close_all()  # back into the pool
        time.sleep(max(0.0, next_look - time.monotonic()))


def look(rendered: Rendered) -> moving.Record | None:
    """Take the moving parts again, and write down what an outage will need when it changed."""
    record = moving.keeper.refresh()
    if record and not record.is_recalled:
        words = json.dumps(moving.keeper.to_keep(), sort_keys=True).encode()
        if words != rendered.copies.notes.get(KEPT_NAME):
            rendered.copies.note(KEPT_NAME, words)
    return record


def recall(rendered: Rendered) -> None:
    """Read what `look` wrote in an earlier run: the telephone number and the fallbacks."""
    try:
        moving.keeper.recall(json.loads(rendered.copies.noted(KEPT_NAME)))
    except (OSError, ValueError, KeyError, TypeError):
        return


def every_path(rendered: Rendered) -> Iterator[str]:
    """What there are copies of, then what the sitemap names; as WSGI spells paths."""
    seen = {"/", *rendered.copies.paths_on_disk()}
    yield from sorted(seen)
    status, _headers, body = rendered.ask_django("/sitemap.xml")
    if status != 200:
        return
    for chunk in body.decode(errors="replace").split("<loc>")[1:]:
        address = urlsplit(chunk.partition("</loc>")[0].strip())
        path = unquote_to_bytes(address.path or "/").decode("latin-1")
        if path not in seen:
            seen.add(path)
            yield path


def warm(rendered: Rendered, path: str) -> None:
    """Render a path unless its copy is good or another thread is at it."""
    copy = rendered.copies.get(path)
    if copy is None:
        rendered.render(path)
    elif not rendered.is_good(copy) and copy.rendering.acquire(blocking=False):
        try:
            rendered.render(path, instead_of=copy)
        finally:
            copy.rendering.release()


def _warm_until(rendered: Rendered, paths: Iterator[str], moment: float) -> bool:
    """Warm paths until the monotonic `moment`; True when none is left."""
    for path in paths:
        began = time.monotonic()
        warm(rendered, path)
        time.sleep(max(0.005, time.monotonic() - began))
        if time.monotonic() >= moment:
            return False
    return True
