"""How long each screen of the front desk takes, with 1, 1,000 and 100,000 visits on file.

    python3 run.py bench desk [most]

Every address of /admin/ that shows a page without a number of a row in it, as the URL resolver
has them (a new screen is measured without a word here), asked for by a manager, or by a physician
where it is theirs alone; then the search, another day, and the page of one visit. Around the visits
lies what comes with them: changes of status, a message and a look at each, and requests that wait.
Exit status 1 if a median is over 150 ms or a list takes more than 12 statements, those included
that find out who is signed in and that keep the session alive.
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import availability
from bench._place import a_database, machine

ON_FILE = (1, 1_000, 100_000)
TIMES, WAITING = 11, 20
MEDIAN_MS, STATEMENTS = 150.0, 12
# No lists: several small ones on a page, or a statement for each thing that is looked at. What
# they take does not grow with the rows, which their times show.
NO_LIST = {"launch_check", "review_report", "reviews", "schedules", "reports", "a visit"}
LEFT_OUT = {"admin:login", "admin:logout", "admin:jsi18n"}

# One visit in twelve was not kept, one in thirty not come to.
_PAST = """
UPDATE appointments_appointment
   SET status = CASE WHEN id %% 30 = 0 THEN 'noshow' ELSE 'fulfilled' END, version = 2
 WHERE status = 'booked' AND starts_at < %(now)s::timestamptz - interval '1 hour'
"""
_CHANGES = """
INSERT INTO appointments_statuschange (appointment_id, from_status, to_status, at, actor, reason)
SELECT id, said.was, said.became, created_at + said.later, 'desk', ''
  FROM appointments_appointment, LATERAL (VALUES
       ('', 'pending', interval '0'), ('pending', 'booked', interval '1 hour'),
       ('booked', status, interval '40 days')) AS said (was, became, later)
 WHERE said.was <> said.became AND NOT EXISTS (
       SELECT FROM appointments_statuschange WHERE appointment_id = appointments_appointment.id)
"""
_MESSAGES = """
INSERT INTO correspondence_outboxmessage ({columns})
SELECT {values}
  FROM appointments_appointment AS visit
 WHERE NOT EXISTS (SELECT FROM correspondence_outboxmessage
                    WHERE subject = 'appointment:' || visit.id)
"""
_LOOKS = """
INSERT INTO practice_accesslog (at, action, patients, source, refused)
SELECT created_at, 'appointment', ARRAY[patient_id], '198.51.100.7', false
  FROM appointments_appointment OFFSET (SELECT count(*) FROM practice_accesslog)
"""
_TABLES = ("appointments_appointment", "appointments_statuschange", "practice_accesslog")


def fill_around(now: dt.datetime) -> None:
    """What the visits on file have left behind them."""
    from django.db import connection

    from correspondence.models import OutboxMessage

    said: dict[str, str] = {
        "subject": "'appointment:' || visit.id",
        "kind": "'booked'",
        "version": "1",
        "way": "'email'",
        "state": "CASE WHEN visit.id % 200 = 0 THEN 'failed' ELSE 'sent' END",
        "to": "'alice@example.com'",
        "to_name": "'Alice Adams'",
        "locale": "'en'",
        "context": "'{}'",
        "link_purpose": "''",
        "created_at": "visit.created_at",
        "handed_over_at": "visit.created_at",
        "sent_at": "visit.created_at",
        "trouble": "''",
        "attempts": "1",
        "copy": "0",
    }
    for one in OutboxMessage._meta.concrete_fields:
        if one.name not in said and not one.null and not one.primary_key:
            raise SystemExit(f"bench/desk.py does not say what a message has as its {one.name}")
    columns = ", ".join(f'"{name}"' for name in said)
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        cursor.execute(_PAST, {"now": now})
        cursor.execute(_CHANGES)
        cursor.execute(_MESSAGES.format(columns=columns, values=", ".join(said.values())))
        cursor.execute(_LOOKS)
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("ANALYZE")


def screens() -> Iterator[tuple[str, str]]:
    """Name and address of each page of the staff that no row stands in."""
    from django.urls import NoReverseMatch, reverse

    from tests.security.test_door import ADDRESSES

    for address, name in ADDRESSES:
        if not address.startswith("/admin/") or not name or name in LEFT_OUT:
            continue
        try:
            found = reverse(name)
        except NoReverseMatch:
            continue  # it has a row in it, or no name of its own
        yield name.removeprefix("admin:"), found


def measure_all(now: dt.datetime) -> int:
    """Prints a line for each screen; how many break a promise."""
    from django.test import Client

    from appointments.models import Appointment
    from tests.staff import signed_in

    manager, doctor = (signed_in(one) for one in people_of_the_staff())
    today = now.astimezone(dt.UTC).date()
    visit = Appointment.objects.filter(starts_at__lt=now + dt.timedelta(days=1)).latest("starts_at")
    asked: list[tuple[str, str]] = list(dict(screens()).items())
    asked += [
        ("a day before", f"/admin/appointments/?day={today - dt.timedelta(days=30)}"),
        ("a visit", f"/admin/appointments/{visit.reference}/"),
    ]
    broken = 0
    for name, address in asked:
        browsers: list[Client] = [manager, doctor]
        browser = next((one for one in browsers if one.get(address).status_code == 200), None)
        if browser is not None:
            broken += measure(name, browser, address)
    found = manager.post("/admin/appointments/find/", {"words": "adams 77"})
    broken += measure("the search", manager, found.headers["Location"])
    return broken


def people_of_the_staff() -> list[object]:
    """A manager, and the physician whose calendar is Ana Ortega's."""
    from django.contrib.auth.models import User

    return [User.objects.get(username=f"{who}@clinic.test") for who in ("manager", "doctor")]


def statements_of(browser: object, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as said:
        browser.get(address)  # type: ignore[attr-defined]
    asked = [one["sql"] for one in said.captured_queries]
    return sum(not one.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for one in asked)


def measure(name: str, browser: object, address: str) -> bool:
    took, worked = [], []
    for _ in range(TIMES):
        began, before = time.perf_counter(), time.process_time()
        browser.get(address)  # type: ignore[attr-defined]
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - before) * 1000)
    median, p95 = statistics.median(took), statistics.quantiles(took, n=20)[-1]
    statements = statements_of(browser, address)
    wrong = median > MEDIAN_MS or (statements > STATEMENTS and name not in NO_LIST)
    print(
        f"  {name:<40} {median:7.1f} ms median {p95:7.1f} p95, Python "
        f"{statistics.median(worked):6.1f}, {statements:3} statements  "
        f"{'TOO MUCH' if wrong else 'ok'}",
        flush=True,
    )
    return wrong


def main() -> int:
    most = int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else ON_FILE[-1]
    print(machine())
    broken = 0
    with a_database():
        from appointments.models import Appointment
        from practice import clock
        from practice.roles import Role
        from tests.people import WEEKDAYS, a_clinic, a_visit, a_visit_type, works
        from tests.staff import a_member

        now = clock.now()
        clinic = a_clinic()
        third, fourth = (
            type(clinic.doctor).objects.create(
                slug=slug, name=name, role="physician", bookable=True, position=position
            )
            for position, (slug, name) in enumerate(
                (("cleo-diaz", "Cleo Diaz"), ("dora-day", "Dora Day")), start=3
            )
        )
        people = [clinic.doctor, clinic.assistant, third]
        kind = a_visit_type(slug="video", minutes=30, confirmation="request")
        for person in people:
            works(person, kind, dt.time(8), dt.time(17), days=WEEKDAYS)
        a_member(Role.MANAGER, "manager@clinic.test", "Mary", "Manager")
        clinic.doctor.user = a_member(Role.DOCTOR, "doctor@clinic.test", "Ana", "Ortega")
        clinic.doctor.save()
        first = a_visit_type(slug="first", minutes=30, confirmation="instant")
        works(fourth, first, dt.time(8), dt.time(17), days=WEEKDAYS)
        a_visit(first, now)
        written = 0
        for on_file in (number for number in ON_FILE if number <= most):
            if on_file > 1:
                # Most half hours of these weeks are left out of what is written.
                ahead = (availability.AHEAD + 7) * 48 * 3
                final = max(ahead, on_file + ahead * 7 // 8)
                availability.fill(
                    written, final, people=[one.pk for one in people], kind=kind.pk, now=now
                )
                written = final + 1
                while Appointment.objects.waiting_for_an_answer().count() < WAITING:
                    a_visit(kind, now)
                fill_around(now)
            print(f"{Appointment.objects.count():,} visits on file:", flush=True)
            broken += measure_all(now)
    print(
        f"(at most {MEDIAN_MS:.0f} ms, {STATEMENTS} statements)  {'TOO MUCH' if broken else 'ok'}"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
