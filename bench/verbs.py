"""The verbs in any order, for long: a Hypothesis state machine, with the books checked after each
step (tests/appointments/machine.py).

    python3 run.py bench verbs [runs] [steps]

2,000 runs of 50 steps unless said otherwise. Exit status 1, and the shortest way to it, if
anything does not agree.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._place import a_database, machine


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    print(machine())
    with a_database():
        from django.contrib.auth import get_user_model

        from practice import clock
        from tests.appointments import machine as anything
        from tests.people import a_clinic

        clinic, now = a_clinic(), clock.now()
        dana = get_user_model().objects.create_user("dana", "dana@example.com", is_staff=True)
        began = time.monotonic()
        done = anything.run(clinic, dana, now, examples=runs, steps=steps)
    print(f"{runs:,} runs of at most {steps} steps in {time.monotonic() - began:.0f} s: all agree.")
    print("what was done, refusals left out:")
    for name, count in done.most_common():
        print(f"  {name:<22} {count:>9,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
