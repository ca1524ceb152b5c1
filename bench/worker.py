"""`kill -9` of the worker at each of its checkpoints: nothing lost, nothing twice.

    python3 run.py bench worker [kills]

200 kills unless said otherwise: each ends a worker at one point of the sending of one message.
The next one takes over, and at last two finish what is left. Exit status 1 if a message is lost or
came twice, or if one is in doubt that no kill inside the documented window explains
(correspondence/delivery.py).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._mail import Sink, a_sink, messages, work, workers_have_long_been_silent
from bench._place import a_database, machine

# In the order in which a worker passes them; True inside the documented window.
CHECKPOINTS = {
    "before the claim": False,
    "after the claim": False,
    "before DATA": False,
    "before the text": True,
    "after the text": True,
    "before the commit": True,
    "after the commit": False,
}


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(machine())
    with a_database(), a_sink() as sink:
        return measure(kills, sink)


def measure(kills: int, sink: Sink) -> int:
    from correspondence.models import OutboxMessage

    began, killed = time.monotonic(), Counter[str]()
    made = messages(kills)
    places = list(CHECKPOINTS)
    while sum(killed.values()) < kills:
        place = places[sum(killed.values()) % len(places)]
        # One job at a time, so that each kill meets one message at one known point.
        pid = work(sink.port, before=partial(die_at, place), jobs=1)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if ended != -signal.SIGKILL:
            print(f"a worker ended with {ended} instead of being killed {place}")
            return 1
        killed[place] += 1
        workers_have_long_been_silent()
    last = [work(sink.port) for _ in range(2)]
    states = OutboxMessage.State
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and (
        OutboxMessage.objects.filter(state__in=[states.QUEUED, states.SENDING]).exists()
    ):
        time.sleep(0.5)
    for pid in last:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)

    arrived = Counter(sink.message_ids())
    ended_as = Counter(OutboxMessage.objects.values_list("state", flat=True))
    unknown = set(
        one.message_id for one in OutboxMessage.objects.filter(state=OutboxMessage.State.UNKNOWN)
    )
    lost = [one for one in made if not arrived[one] and one not in unknown]
    twice = [one for one, times in arrived.items() if times > 1]
    in_window = sum(number for place, number in killed.items() if CHECKPOINTS[place])
    for place in CHECKPOINTS:
        print(f"  killed {place:<18} {killed[place]:3}{'  in the window' * CHECKPOINTS[place]}")
    print(
        f"{kills} kills, {len(made)} messages, {time.monotonic() - began:.0f} s: "
        + ", ".join(f"{number} {state}" for state, number in sorted(ended_as.items()))
        + f"; of those in doubt {sum(1 for one in unknown if arrived[one])} had arrived; "
        f"lost {len(lost)}, twice {len(twice)}, kills in the window {in_window}"
    )
    unfinished = ended_as[states.QUEUED] + ended_as[states.SENDING] + ended_as[states.FAILED]
    return 1 if lost or twice or unfinished or len(unknown) != in_window else 0


def die_at(place: str) -> None:
    """In a worker that was just started: end as by `kill -9` when it gets to `place`."""
    from correspondence import channels, delivery

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def around(name: str, *, first: bool) -> None:
        real: Callable[..., object] = getattr(delivery, name)

        def dying(*args: object, **kwargs: object) -> object:
            if first:
                die()
            answer = real(*args, **kwargs)
            die()
            return answer

        setattr(delivery, name, dying)

    if place in ("before the claim", "after the claim"):
        around("_claim", first=place == "before the claim")
    elif place in ("before the commit", "after the commit"):
        around("_settle", first=place == "before the commit")
    elif place in ("before DATA", "before the text"):
        around("_hand_over", first=place == "before DATA")
    else:
        real = channels.send_email

        def dying(*args: object, **kwargs: object) -> None:
            real(*args, **kwargs)  # type: ignore[arg-type]
            die()

        channels.send_email = dying


if __name__ == "__main__":
    sys.exit(main())
