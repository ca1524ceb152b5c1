"""How long until `Ready:`, and how much memory then.

    python3 run.py bench start

Copies this checkout into a folder of its own and starts it there from nothing, with pip and (where
it is present) with uv; then starts it a second time. Exit status 1 if a promise is broken.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("/", "/conditions/", "/procedures/", "/team/", "/reviews/", "/appointments/")
PROMISES = {  # on two cores
    "nothing to Ready, pip": (90.0, "s"),
    "nothing to Ready, uv": (60.0, "s"),
    "second start": (5.0, "s"),
    "memory of everything started (PSS)": (600.0, "MB"),
}


def copy_checkout(place: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def started(place: Path, installer: str) -> Iterator[tuple[float, int, str]]:
    """Seconds until Ready, the process and its address; everything is stopped at the end."""
    port = str(free_port())
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CLINIC_", "DATABASE_", "VIRTUAL_ENV", "PYTHON"))
    }
    env |= {"PORT": port, "CLINIC_INSTALLER": installer, "PYTHONUNBUFFERED": "1"}
    python = getattr(sys, "_base_executable", sys.executable)
    began = time.monotonic()
    site = subprocess.Popen(
        [python, "run.py"], cwd=place, env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert site.stdout is not None
        for line in site.stdout:
            if re.search(r"\d s\b", line):
                print(f"    {line.strip()}")
            if line.startswith("Ready: "):
                yield time.monotonic() - began, site.pid, line.split()[1]
                return
        raise SystemExit(f"run.py ended with status {site.wait()} before it was ready")
    finally:
        site.send_signal(signal.SIGTERM)
        site.wait(60)


def proportional_memory(pid: int) -> tuple[float, int]:
    """Megabytes of `pid` and everything below it, and how many processes those are."""
    parents: dict[int, int] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            after_name = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
            parents[int(name)] = int(after_name[1])
    family, grown = {pid}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in family} - family
        family |= more
        grown = bool(more)
    kilobytes = 0
    for one in family:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    kilobytes += int(line.split()[1])
    return kilobytes / 1024, len(family)


def machine() -> str:
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GB; {platform.system()} "
        f"{platform.release()}; Python {platform.python_version()}; load {load}"
    )


def measure() -> dict[str, float]:
    figures: dict[str, float] = {}
    installers = ["pip", *(["uv"] if shutil.which("uv") else [])]
    for installer in installers:
        with tempfile.TemporaryDirectory(prefix="clinic-bench-") as folder:
            place = Path(folder)
            copy_checkout(place)
            print(f"  from nothing, {installer}:")
            with started(place, installer) as (seconds, _, _):
                figures[f"nothing to Ready, {installer}"] = seconds
            if installer != installers[-1]:
                continue
            print("  again:")
            with started(place, installer) as (seconds, pid, url):
                figures["second start"] = seconds
                for page in PAGES * 4:
                    urllib.request.urlopen(url.rstrip("/") + page, timeout=30).read()
                time.sleep(3)
                figures["memory of everything started (PSS)"], count = proportional_memory(pid)
                print(f"    {count} processes")
    return figures


def main() -> int:
    print(machine())
    broken = 0
    for name, value in measure().items():
        most, unit = PROMISES[name]
        verdict = "ok" if value < most else "TOO MUCH"
        broken += value >= most
        print(f"{name:<36} {value:7.1f} {unit:<2}  (under {most:.0f} {unit})  {verdict}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
