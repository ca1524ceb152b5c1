"""Twenty bookings a second for a minute: does each get its answer, and how soon?

    python3 run.py bench bookings [a second] [seconds]

A new patient begins every 50 ms, whether the last one has its answer or not, and sends the last
form of a booking with a time of their own; the site is gunicorn with two workers, as run.py starts
it. Exit status 1 if an answer is an error, a visit is missing or p95 is over 800 ms.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._place import a_database, machine

P95_MS = 800.0


def main() -> int:
    a_second = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    print(machine())
    with a_database():
        return measure(a_second, seconds)


def measure(a_second: int, seconds: int) -> int:
    import datetime as dt

    from appointments.models import Appointment
    from practice import clock
    from tests.appointments.test_races import Patient, first_page
    from tests.people import EVERY_DAY, a_clinic, a_visit_type, free_times, works
    from tests.serving import serve

    clinic, now = a_clinic(), clock.now()
    kind = a_visit_type(slug="short-call", minutes=10, horizon_days=30)
    for person in (clinic.doctor, clinic.assistant):
        works(person, kind, dt.time(0), dt.time(0), days=EVERY_DAY)
    soonest = now + dt.timedelta(hours=2)
    slots = [slot for slot in free_times(kind, now) if slot.start > soonest]
    count = a_second * seconds
    if len(slots) < count:
        raise SystemExit(f"there are only {len(slots)} times for {count} bookings")
    took: list[float] = []

    def one(patient: Patient, number: int) -> None:
        began = time.perf_counter()
        patient.ask(slots[number], hold_first=False)
        took.append((time.perf_counter() - began) * 1000)

    with serve(workers=2, threads=8) as site:
        token, cookie = first_page(site.url, kind.slug)
        patients = [Patient(site.url, kind.slug, n, token, cookie) for n in range(count)]
        threads = [
            threading.Thread(target=one, args=(patient, number))
            for number, patient in enumerate(patients)
        ]
        begins = time.perf_counter()
        for number, thread in enumerate(threads):
            time.sleep(max(0.0, begins + number / a_second - time.perf_counter()))
            thread.start()
        for thread in threads:
            thread.join()
        whole = time.perf_counter() - begins
    answers = [status for patient in patients for status in patient.statuses]
    booked = Appointment.objects.count()
    cuts = statistics.quantiles(took, n=20)
    print(
        f"{booked:,} of {count:,} booked in {whole:.1f} s ({booked / whole:.1f} a second); "
        f"median {statistics.median(took):.0f} ms, p95 {cuts[-1]:.0f} ms, "
        f"longest {max(took):.0f} ms"
    )
    errors = sum(status >= 400 for status in answers)
    print(f"{errors} errors; p95 at most {P95_MS:.0f} ms")
    return 1 if errors or booked < count or cuts[-1] > P95_MS else 0


if __name__ == "__main__":
    sys.exit(main())
