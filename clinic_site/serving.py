"""How gunicorn serves the site (its --config file), for run.py and for the unit in deploy/."""

from __future__ import annotations

import gc
import os

wsgi_app = "clinic_site.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
preload_app = True  # the workers share the code's memory
timeout = 30  # a worker that says nothing for longer is replaced
graceful_timeout = 10
keepalive = 5
max_requests, max_requests_jitter = 10_000, 1_000
limit_request_line, limit_request_field_size, limit_request_fields = 4094, 8190, 60
# It would open a socket in the user's home folder.
control_socket_disable = True


def when_ready(_server: object) -> None:
    """Before the workers fork: what is loaded stays for good, so that no worker looks through it
    again and again for garbage, which costs every tenth request some milliseconds, nor gets a copy
    of its own by doing so."""
    gc.collect()
    gc.freeze()


# nginx sits on the same machine; only its word about the scheme counts.
forwarded_allow_ips = "127.0.0.1"
