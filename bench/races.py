"""Two things at the same moment, again and again, and each once more without its guards.

    python3 run.py bench races [rounds] [clients]

200 rounds of 20 clients for each race of tests/appointments/pairs.py unless said otherwise. The
clients press their buttons over HTTP, on connections that they keep; only what they contest is
sent again and again. A control ends when it has found what the race is there to see.

Exit status 1 if a race leaves anything wrong, or if its control finds nothing.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._place import a_database, machine

SAID_EVERY = 50  # rounds


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    clients = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    print(machine(), flush=True)
    with a_database():
        print("the controls, without lock, constraint and comparison:", flush=True)
        broken = measure(False, rounds, clients)
        with a_database():  # another, in the same PostgreSQL
            print(f"as it is, {rounds:,} rounds of {clients:,} clients:", flush=True)
            broken += measure(True, rounds, clients)
    return 1 if broken else 0


def measure(guarded: bool, rounds: int, clients: int) -> int:
    from tests.appointments import pairs

    stage = pairs.a_stage()
    if not guarded:
        pairs.take_the_guards_away()
    broken, began = 0, time.monotonic()

    def say(name: str, number: int) -> None:
        if number % SAID_EVERY == 0 and number < rounds:
            took = time.monotonic() - began
            print(f"    {name}: {number:,} of {rounds:,} rounds, {took:.0f} s", flush=True)

    with pairs.a_crowd(clients, guarded=guarded) as browsers:
        for name, said, wrong in pairs.run(
            stage, browsers, rounds=rounds, until_found=not guarded, after_each=say
        ):
            failed = {one: count for one, count in said.items() if one.startswith("failed")}
            right = not (wrong or failed) if guarded else wrong[pairs.RACES[name][1]] > 0
            broken += not right
            took, began = time.monotonic() - began, time.monotonic()
            found = ", ".join(f"{one}: {count}" for one, count in wrong.items()) or "nothing wrong"
            answers = ", ".join(f"{one} {count:,}" for one, count in said.most_common())
            print(
                f"  {name:<32} {took:6.1f} s  {'ok' if right else 'WRONG':<6} {found}"
                f"  ({said.total():,}: {answers})",
                flush=True,
            )
    return broken


if __name__ == "__main__":
    sys.exit(main())
