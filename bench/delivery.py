"""Six faults of a mail server, 50 messages each: all arrive that can, and none twice.

    python3 run.py bench delivery [messages]

Each message meets the fault at its first attempt, and the server is well at the next ones; the
waits between attempts are cut to a second. A real worker sends. Exit status 1 if a message is
lost, comes twice, crosses the network in clear, or ends in another state than it must.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._mail import Sink, a_sink, messages, work
from bench._place import a_database, machine

# What the server does first, and the state in which a message must end.
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "4xx": ({"rcpt": "451 not now"}, "sent"),
    "5xx": ({"data": "554 no"}, "failed"),
    "slow": ({"wait": 1.5}, "sent"),
    "dropped after DATA": ({"drop_after_data": True}, "unknown"),
    "refused": ({}, "sent"),
    "no TLS": ({}, "sent"),
}


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    print(machine())
    broken = 0
    with a_database():
        for fault in FAULTS:
            broken += not measure(fault, number)
    return 1 if broken else 0


def measure(fault: str, number: int) -> bool:
    from tests.serving import free_port

    how, must = FAULTS[fault]
    made, began = messages(number), time.monotonic()
    port = free_port()
    settings: dict[str, Any] = {"EMAIL_USE_SSL": fault == "no TLS"}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["SSL_CERT_FILE"] = str(folder / "certificate.pem")
        in_clear: list[str] = []
        if fault in ("refused", "no TLS"):
            pid = work(port, before=wait_a_second, **settings)
            if fault == "refused":
                met = until_all_have_failed_once(made)
            else:
                with a_sink(port=port) as unsafe:
                    met = until_all_have_failed_once(made)
                    in_clear = unsafe.message_ids()
            sink = stack.enter_context(a_sink(port=port, folder=folder, tls=fault == "no TLS"))
        else:
            sink = stack.enter_context(a_sink(port=port, folder=folder, **how))
            pid, met = work(port, before=wait_a_second, **settings), True
        until_settled(made)
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        return report(fault, made, sink, must, met, in_clear, time.monotonic() - began)


def report(
    fault: str, made: list[str], sink: Sink, must: str, met: bool, in_clear: list[str], took: float
) -> bool:
    ended = Counter(one.state for one in rows(made))
    arrived = Counter(sink.message_ids())
    twice = sum(times > 1 for times in arrived.values())
    wanted = 0 if must == "failed" else len(made)
    right = (
        ended == {must: len(made)} and len(arrived) == wanted and not twice and not in_clear and met
    )
    states = ", ".join(f"{n} {state}" for state, n in ended.items())
    print(
        f"  {fault:<20} {took:5.1f} s  {'ok' if right else 'WRONG':<6} "
        f"{len(made)} messages: {len(arrived)} arrived, {twice} twice, "
        f"{len(in_clear)} in clear; {states}",
        flush=True,
    )
    return right


def rows(made: list[str]) -> list[Any]:
    from correspondence.models import OutboxMessage

    wanted = set(made)
    return [one for one in OutboxMessage.objects.all() if one.message_id in wanted]


def until_all_have_failed_once(made: list[str]) -> bool:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if all(one.trouble for one in rows(made)):
            return True
        time.sleep(0.2)
    return False


def until_settled(made: list[str]) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and any(
        one.state in ("queued", "sending") for one in rows(made)
    ):
        time.sleep(0.3)


def wait_a_second() -> None:
    """In the worker: a second between attempts, and as many as it takes."""
    from correspondence import delivery

    delivery.WAITS = (1,) * 120


if __name__ == "__main__":
    sys.exit(main())
