"""Two things at the same moment, again and again, and each once more without its guards.

    python3 run.py bench races [rounds] [clients]

200 rounds of 20 clients for each race of tests/appointments/pairs.py unless said otherwise. Exit
status 1 if a race leaves anything wrong, or if its control finds nothing.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._place import a_database, machine


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    clients = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    print(machine())
    broken = 0
    for guarded in (True, False):
        print("as it is:" if guarded else "the controls, without lock, constraint and comparison:")
        with a_database():
            broken += measure(guarded, rounds, clients)
    return 1 if broken else 0


def measure(guarded: bool, rounds: int, clients: int) -> int:
    import contextlib

    from django.contrib.auth import get_user_model

    from practice import clock
    from tests.appointments import pairs

    dana = get_user_model().objects.create_user("dana", "dana@example.com", is_staff=True)
    stage = pairs.a_stage(clock.now(), dana)
    guards: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
    if not guarded:
        pairs.take_the_guards_away()
        guards = pairs.comparing_nothing()
    broken, began = 0, time.monotonic()
    with guards:
        for name, said, wrong in pairs.run(
            stage, rounds=rounds, clients=clients, until_found=not guarded
        ):
            failed = {one: count for one, count in said.items() if one.startswith("failed")}
            right = not (wrong or failed) if guarded else bool(wrong or failed)
            broken += not right
            took, began = time.monotonic() - began, time.monotonic()
            found = ", ".join(f"{one}: {count}" for one, count in wrong.items()) or "nothing wrong"
            answers = ", ".join(f"{one} {count:,}" for one, count in said.most_common(4))
            print(
                f"  {name:<32} {took:6.1f} s  {'ok' if right else 'WRONG':<6} {found}  ({answers})",
                flush=True,
            )
    return broken


if __name__ == "__main__":
    sys.exit(main())
