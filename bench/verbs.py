"""The verbs in any order, for long: a Hypothesis state machine, with the books checked after each
step (tests/appointments/machine.py).

    python3 run.py bench verbs [runs] [steps] [processes]

2,000 runs of 50 steps, half of them in each of two processes, unless said otherwise. Exit status 1
if a verb never did anything; if anything does not agree, with the shortest way to it.
"""

from __future__ import annotations

import gc
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._place import a_database, machine

if TYPE_CHECKING:
    from tests.appointments.machine import Tally

SAID_EVERY = 50  # runs


def part(number: int, runs: int, steps: int) -> Tally:
    """In a database of its own, from a chance of its own."""
    with a_database():
        from django.contrib.auth import get_user_model

        from practice import clock
        from tests.appointments import machine as anything
        from tests.people import a_clinic

        dana = get_user_model().objects.create_user("dana", "dana@example.com", is_staff=True)
        began = time.monotonic()
        gc.freeze()  # what Django has loaded is not looked through again and again
        gc.set_threshold(20_000)

        def say(tally: Tally) -> None:
            if tally.runs % SAID_EVERY == 0:
                took = time.monotonic() - began
                print(
                    f"  process {number}: {tally.runs:,} of {runs:,} runs,"
                    f" {tally.steps:,} steps, {took:.0f} s; never yet: "
                    + (", ".join(tally.never()) or "no verb"),
                    flush=True,
                )

        return anything.run(
            a_clinic(),
            dana,
            clock.now(),
            examples=runs,
            steps=steps,
            begin_with=number,
            after_each=say,
        )


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    processes = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    print(machine(), flush=True)
    began = time.monotonic()
    with (
        a_database(),
        ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool,
    ):
        from tests.appointments.machine import MOVED, VERBS, Tally

        each = -(-runs // processes)
        parts = [pool.submit(part, number, each, steps) for number in range(processes)]
        tally = Tally()
        for one in parts:
            tally += one.result()
    print(
        f"{tally.runs:,} runs of at most {steps} steps ({tally.steps:,} steps) in"
        f" {time.monotonic() - began:.0f} s: all agree."
    )
    print(f"  {'verb':<20} {'did it':>9} {'refused':>9}")
    for verb in sorted(VERBS):
        print(f"  {verb:<20} {tally.done[verb]:>9,} {tally.refused[verb]:>9,}")
    print(f"{len(tally.moves)} of {len(MOVED)} moves of the table, by whom, were made. Never:")
    for came_from, to, actor in sorted(MOVED - set(tally.moves)):
        print(f"  {came_from or 'new'} -> {to}, by {actor}")
    for verb in tally.never():
        print(f"WRONG: {verb} never did anything")
    return 1 if tally.never() else 0


if __name__ == "__main__":
    sys.exit(main())
