"""What the person asked for in environment variables, checked before anything is made."""

from __future__ import annotations

import datetime as dt
import errno
import ipaddress
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from clinic_site.start.environment import ROOT
from clinic_site.start.told import Sorry

SAMPLE_BUNDLE = ROOT / "clinic_site" / "sample_bundle"


@dataclass(frozen=True)
class Wanted:
    mode: str  # demo or live
    host: str
    port: int
    url: str  # how people reach it, no slash at the end
    content: Path  # the bundle an empty site starts from
    now: str  # where the demo's clock starts; empty for the real time

    @property
    def here(self) -> str:
        """How this machine reaches it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def bind(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def environment(self) -> dict[str, str]:
        """For the site's processes: all of them must agree on the clock."""
        now = {"CLINIC_NOW": self.now, "CLINIC_NOW_AT": str(time.time())} if self.now else {}
        return {"CLINIC_MODE": self.mode, "CLINIC_URL": self.url, **now}


def wanted() -> Wanted:
    """Raises Sorry for the first thing that cannot be done."""
    mode = os.environ.get("CLINIC_MODE") or "demo"
    if mode not in ("demo", "live"):
        raise Sorry(f"CLINIC_MODE is {mode!r}: set it to demo or live.")
    host = os.environ.get("HOST") or "127.0.0.1"
    if mode == "demo" and not _is_loopback(host):
        raise Sorry(
            f"HOST is {host}, but a demo has demo accounts and listens on this machine only: leave "
            "HOST out, or set CLINIC_MODE=live and read docs/operator.md."
        )
    word = os.environ.get("PORT") or "8000"
    if not word.isdigit() or not 1 <= int(word) <= 65535:
        raise Sorry(f"PORT is {word!r}: set it to a number from 1 to 65535.")
    url = (os.environ.get("CLINIC_URL") or "").rstrip("/")
    if mode == "live" and not url:
        raise Sorry("CLINIC_URL is not set: a live site needs it, like https://clinic.example.")
    now = os.environ.get("CLINIC_NOW") or ""
    if now:
        _check_now(now, mode)
    content = Path(os.environ.get("CLINIC_CONTENT") or SAMPLE_BUNDLE).expanduser().absolute()
    if not content.is_dir():
        raise Sorry(
            f"CLINIC_CONTENT is {content}, which is not a folder: set it to a content bundle, "
            "or make one with `python3 run.py new FOLDER`."
        )
    answer = Wanted(mode, host, int(word), url, content, now)
    return answer if url else Wanted(mode, host, int(word), answer.here, content, now)


def check_port(site: Wanted) -> None:
    """Raises Sorry when somebody else listens there already."""
    family = socket.AF_INET6 if ":" in site.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((site.host, site.port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Sorry(
                f"Port {site.port} is taken by another program: stop it, or choose another port, "
                f"like `PORT={site.port + 1 if site.port < 65535 else 8000} python3 run.py`."
            ) from None
        if error.errno == errno.EACCES:
            raise Sorry(
                f"Port {site.port} is for the system only: choose one above 1023, "
                "like `PORT=8000 python3 run.py`."
            ) from None
        raise Sorry(
            f"This machine cannot listen at {site.host} ({error.strerror or error}): "
            "leave HOST out, or set it to an address of this machine."
        ) from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_now(now: str, mode: str) -> None:
    if mode != "demo":
        raise Sorry("CLINIC_NOW is for a demo only: leave it out of a live site.")
    try:
        moment = dt.datetime.fromisoformat(now)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Sorry(
            f"CLINIC_NOW is {now!r}: write it with its offset, like 2026-11-24T09:00:00-06:00."
        )
