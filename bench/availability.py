"""How long it takes to find free times, and whether that grows with what is on file.

    python3 run.py bench availability [most]

30 days × 3 practitioners, with 0, 20,000, 100,000 and 1,000,000 visits on file (not more than
`most`). Nothing is remembered between two questions. Exit status 1 if a promise is broken.
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._place import a_database, machine

ON_FILE = (0, 20_000, 100_000, 1_000_000)
DAYS, TIMES, AHEAD = 30, 60, 31
MEDIAN_MS, GROWS_AT_MOST, STATEMENTS = 25.0, 1.3, 3
TABLES = ("appointments_patient", "appointments_appointment", "appointments_occupancy")
LETTERS = "23456789BCDFGHJKLMNPQRSTVWXZ"
REFERENCE = " || ".join(
    f"substr('{LETTERS}', i / {28**place} %% 28 + 1, 1)" for place in (4, 3, 2, 1, 0)
)

# Half hours of three people. To come: every second one of their working hours, so that they are
# half booked; longer ago: back to back, as far into the past as the number asks for.
_FILL = f"""
WITH numbered AS (
  SELECT i, (%(people)s::bigint[])[i %% 3 + 1] AS person,
         %(last)s::timestamptz - (i / 3) * interval '30 minutes' AS starts,
         overlay('222' || {REFERENCE} placing '-' from 5 for 0) AS reference
    FROM generate_series(%(first)s::int, %(final)s::int) AS i
), wanted AS (
  SELECT numbered.*, nextval('appointments_occupancy_id_seq') AS taken,
         nextval('appointments_patient_id_seq') AS patient, gen_random_uuid() AS key
    FROM numbered, LATERAL (SELECT starts AT TIME ZONE 'America/Chicago' AS local) AS wall
   WHERE starts < %(now)s::timestamptz - interval '7 days'
      OR ((i / 3) %% 2 = 0 AND extract(isodow FROM local) < 6
          AND local::time BETWEEN '08:00' AND '16:30')
), people AS (
  INSERT INTO appointments_patient (id, given_name, family_name, birth_date, phone, email,
      contact_by, voicemail_ok, patient_status, preferred_language, needs, created_at,
      wants_no_invitation, reminders, chart_number)
  SELECT patient, 'Alice', 'Adams ' || i, date '1930-01-01' + i * 37 %% 25000,
         '+1' || 201 + i / 100 %% 790 || '55501' || lpad((i %% 100)::text, 2, '0'),
         '', 'phone', false, '', 'en', '', starts, false, 'both', '' FROM wanted
), taken AS (
  INSERT INTO appointments_occupancy (id, practitioner_id, during, starts_at, ends_at,
      visit_type_id, state, kind, key, source)
  SELECT taken, person, tstzrange(starts, starts + interval '30 minutes'), starts,
         starts + interval '30 minutes', %(kind)s, 'busy', 'visit', key, '' FROM wanted
)
INSERT INTO appointments_appointment (reference, key, status, version, occupancy_id, visit_type_id,
    modality, practitioner_id, starts_at, ends_at, buffer_before_minutes, buffer_after_minutes,
    patient_id, booking_for, contact_name, contact_relationship, red_flag, reason, located_in,
    pay_by, consent_version, language, cancellation_reason, cancelled_by, needs_rebooking, source,
    link_generation, created_at, wanted_part, any_practitioner, is_work_in, work_in_reason,
    refused_because)
SELECT reference, key, 'booked', 1, taken, %(kind)s, 'virtual', person, starts,
       starts + interval '30 minutes', 0, 0, patient, 'self', '', '', 'none', '', 'TX', '', '',
       'en', '', '', false, 'web', 1, starts - interval '40 days', '', false, false, '', ''
  FROM wanted
"""  # noqa: S608


def fill(first: int, final: int, *, people: list[int], kind: int, now: dt.datetime) -> None:
    """Straight into the tables, past what watches over each row: a million by hand would take
    hours."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        cursor.execute(
            _FILL,
            {
                "people": people,
                "last": now.replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=AHEAD),
                "first": first,
                "final": final,
                "now": now,
                "kind": kind,
            },
        )
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"ANALYZE {table}")


def ask(kind: str, now: dt.datetime) -> tuple[float, float, int, int]:
    """Milliseconds and of them our own processor's (medians), statements, times found."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from appointments import calendars

    def once() -> int:
        calendars._memory.clear()
        return len(calendars.free_times(visit_type=kind, now=now, days=DAYS))

    with CaptureQueriesContext(connection) as said:
        found = once()
    taken, worked = [], []
    for _ in range(TIMES):
        began, before = time.perf_counter(), time.process_time()
        once()
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - before) * 1000)
    return statistics.median(taken), statistics.median(worked), len(said), found


def main() -> int:
    most = int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else ON_FILE[-1]
    print(machine())
    broken, at_nothing = 0, 0.0
    with a_database():
        from appointments.models import Appointment
        from practice import clock
        from tests.people import WEEKDAYS, a_clinic, a_visit_type, works

        now = clock.now()
        clinic = a_clinic()
        third = type(clinic.doctor).objects.create(
            slug="cleo-diaz", name="Cleo Diaz", role="physician", bookable=True, position=3
        )
        people = [clinic.doctor, clinic.assistant, third]
        kind = a_visit_type(slug="video", minutes=30, confirmation="request")
        for person in people:
            works(person, kind, dt.time(8), dt.time(17), days=WEEKDAYS)
        written = 0
        for on_file in (number for number in ON_FILE if number <= most):
            if on_file:
                # Most half hours of these weeks are left out of what is written.
                final = on_file + (AHEAD + 7) * 48 * 3 * 7 // 8
                fill(written, final, people=[one.pk for one in people], kind=kind.pk, now=now)
                written = final + 1
            median, processor, statements, found = ask(kind.slug, now)
            at_nothing = at_nothing or median
            grown = median / at_nothing
            wrong = median > MEDIAN_MS or grown > GROWS_AT_MOST or statements > STATEMENTS
            broken += wrong
            print(
                f"{Appointment.objects.count():>9,} visits on file: {median:6.2f} ms median of "
                f"{TIMES} ({processor:.2f} of them Python), {grown:4.2f} x, "
                f"{statements} statements, {found} free times  {'TOO MUCH' if wrong else 'ok'}",
                flush=True,
            )
    print(
        f"(at most {MEDIAN_MS:.0f} ms, {GROWS_AT_MOST} x the time with nothing on file, "
        f"{STATEMENTS} statements)"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
