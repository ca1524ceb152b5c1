"""What a rendered copy saves: CPU per request from the copy and from Django, for one public page.

    python bench/rendered.py [path]

Needs DATABASE_URL of a site with content, as `python3 run.py manage shell` has it. Talks WSGI, so
that neither sockets nor gunicorn are measured.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")


def cpu_per_call(call: Callable[[], object], *, seconds: float = 2.0) -> float:
    """Milliseconds of this process's CPU, the mean over `seconds`."""
    call()
    calls, began = 0, time.process_time()
    while time.process_time() - began < seconds:
        call()
        calls += 1
    return (time.process_time() - began) / calls * 1000


def main() -> None:
    path = sys.argv[1] if len(sys.argv) > 1 else "/"
    import logging

    from django.core.wsgi import get_wsgi_application

    django = get_wsgi_application()
    logging.disable()

    from django.conf import settings

    from clinic_site import freshness
    from clinic_site.rendered import Rendered

    with tempfile.TemporaryDirectory() as folder:
        settings.CLINIC_HOME = folder
        rendered = Rendered(django, background=False)
        freshness.look(rendered)

        def visit(site: Any) -> bytes:
            environ = {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": path,
                "QUERY_STRING": "",
                "SERVER_NAME": "127.0.0.1",
                "SERVER_PORT": "8000",
                "SERVER_PROTOCOL": "HTTP/1.1",
                "HTTP_HOST": "127.0.0.1:8000",
                "HTTP_ACCEPT_ENCODING": "gzip, br",
                "REMOTE_ADDR": "127.0.0.1",
                "wsgi.url_scheme": "http",
                "wsgi.input": io.BytesIO(),
                "wsgi.errors": sys.stderr,
            }
            said: list[str] = []
            answer = site(environ, lambda status, headers, exc_info=None: said.append(status))
            body = b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()
            if said != ["200 OK"]:
                raise SystemExit(f"{path} answers {said[0]}. Is there content in this database?")
            return body

        slow = cpu_per_call(lambda: visit(django))
        quick = cpu_per_call(lambda: visit(rendered))
    print(f"{path}: Django {slow:.2f} ms, copy {quick:.4f} ms of CPU, {slow / quick:.0f} to 1")


if __name__ == "__main__":
    main()
