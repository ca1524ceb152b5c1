"""Twenty bookings a second for a minute: is each answered, and how soon?

    python3 run.py bench bookings [a second] [seconds] [whole ways]

A booking is what makes a visit: the last form, sent with all answers and a time of its own, and the
page that says it was received. Every 50 ms another patient sends one, whether those before have
their answer or not. Their forms are filled in beforehand, which is not timed; nobody holds a time
any more (not even half of a day can be held), so each is looked up, locked and taken anew.
Then others go the whole way, eight of them at any moment: the times, the details, the answers to be
checked, sent, received (four pages read, three forms sent, each with its token and cookies). It
says how many of these a second are reached when nothing but the site keeps them waiting.

The site is gunicorn as run.py starts it, with two workers; it is asked as nginx asks it, over a
Unix socket, each patient from an address of their own. One process without threads asks, and says
how much of the processors it took itself.

Exit status 1 if an answer is an error, a visit that somebody was told of is not on file with its
history and its messages, two visits share a time, the bookings do not keep the pace, or p95 of one
of them (both requests) is over 800 ms.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._place import ROOT, a_database, machine

P95_MS = 800.0
STEPS = ("times", "choose", "details", "tell", "check", "send", "received")
WHOLE_WAYS, AT_ONCE = 150, 8
KEEPS_PACE = 0.95
HOST = "127.0.0.1:8340"
EMPTIED_EVERY = 5.0
EVERYBODY = f"""The limits by address and by telephone are as always. The one for the whole site
(200 requests an hour) would end this after ten seconds: it is counted, and emptied every
{EMPTIED_EVERY:.0f} s."""
REFERENCE = re.compile(r'class="reference".*?<strong>(\w{4}-\w{4})</strong>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


class Unexpected(Exception):
    """An answer that no patient should get."""


@dataclass
class Figures:
    took: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    whole: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)


@dataclass
class Patient:
    """A browser without scripts: one connection, cookies, and what stands in the page's form."""

    socket: str
    kind: str
    slot: str
    number: int
    figures: Figures
    page: str = ""
    reference: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def book(self) -> None:
        """From the page that lies before them; without one, from the first page on."""
        began = time.perf_counter()
        page, chosen = self.page, {"slot": self.slot, "red_flag": "none"}
        answers = chosen | self.about_me()
        try:
            if not page:
                page, _ = await self.ask("times", "GET", f"/appointments/{self.kind}/")
                page = await self.send("choose", "details", page, "", **chosen)
                page = await self.send("tell", "check", page, "details/", **answers)
            page = await self.send("send", "received", page, "check/", **answers)
            found = REFERENCE.search(page)
            if found is None:
                raise Unexpected("received: no reference")
            self.reference = found[1]
            self.figures.whole.append((time.perf_counter() - began) * 1000)
        except Unexpected as unexpected:
            self.figures.wrong[str(unexpected)] += 1
        except (OSError, asyncio.IncompleteReadError) as broken:
            self.figures.wrong[type(broken).__name__] += 1
        finally:
            if self.writer:
                self.writer.close()

    def about_me(self) -> dict[str, str]:
        return {
            "booking_for": "self",
            "given_name": "Alice",
            "family_name": f"Adams {self.number}",
            "birth_date": "03/09/1948",
            "phone": f"{214 + self.number // 100}-555-01{self.number % 100:02d}",
            "email": f"alice-{self.number}@example.com",
            "contact_by": "email",
            "patient_status": "new",
            "located_in": "TX",
            "pay_by": "insurance",
            "preferred_language": "en",
            "consent": "on",
        }

    async def send(self, step: str, leads_to: str, page: str, place: str, **typed: str) -> str:
        """Send the form of `page`; read the page that the answer leads to."""
        hidden = dict(HIDDEN.findall(page))
        said = {name: hidden.get(name, "") for name in ("csrfmiddlewaretoken", "key")} | typed
        address = f"/appointments/{self.kind}/{place}"
        _, leads = await self.ask(step, "POST", address, urlencode(said))
        if f"/{leads_to}/" not in leads:
            raise Unexpected(f"{step}: led to {leads.partition('?')[0] or 'nowhere'}")
        page, _ = await self.ask(leads_to, "GET", leads)
        return page

    async def ask(self, step: str, method: str, path: str, body: str = "") -> tuple[str, str]:
        """The page, and where the answer leads."""
        began = time.perf_counter()
        if self.reader is None or self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_unix_connection(self.socket)
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {HOST}",
            f"X-Real-IP: 198.18.{self.number // 250}.{self.number % 250 + 1}",
            f"Cookie: {'; '.join(f'{name}={value}' for name, value in self.cookies.items())}",
        ]
        if method == "POST":
            lines += [
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, leads, length, last = int(head.split(" ", 2)[1]), "", 0, False
        for line in head.split("\r\n")[1:]:
            name, _, value = line.partition(": ")
            match name.lower():
                case "location":
                    leads = value
                case "content-length":
                    length = int(value)
                case "connection":
                    last = value == "close"
                case "set-cookie":
                    cookie, _, content = value.partition(";")[0].partition("=")
                    self.cookies[cookie] = content
        page = (await self.reader.readexactly(length)).decode()
        if last:
            self.writer.close()
        self.figures.took[step].append((time.perf_counter() - began) * 1000)
        if status not in (200, 302):
            raise Unexpected(f"{step}: {status}")
        return page, leads


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, int]]:
    """The site behind a Unix socket, with its own settings rather than those of the tests; the
    socket and the process."""
    from django.conf import settings

    from tests.serving import database_url

    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "clinic_site.settings",
        "DATABASE_URL": database_url(),
        "CLINIC_HOME": str(folder),
        "CLINIC_URL": f"http://{HOST}",
        "CLINIC_NOW": str(settings.CLINIC_NOW),
        "CLINIC_NOW_AT": str(settings.CLINIC_NOW_AT),
        "CLINIC_DB_POOL": "true",
        "WEB_CONCURRENCY": "2",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(collect, cwd=ROOT, env={**env, "CLINIC_DB_POOL": "false"}, check=True)
    socket, log = folder / "web.sock", folder / "web.log"
    command = [sys.executable, "-m", "gunicorn", "--config", "python:clinic_site.serving"]
    with log.open("wb") as said:
        site = subprocess.Popen(
            [*command, "--bind", f"unix:{socket}"], cwd=ROOT, env=env, stdout=said, stderr=said
        )
    try:
        until = time.monotonic() + 60
        while not socket.exists():
            if site.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"gunicorn did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.05)
        yield str(socket), site.pid
    finally:
        site.terminate()
        site.wait(30)


def times_of_their_own(count: int) -> list[tuple[str, str]]:
    """A kind of visit and a time for each patient. Three kinds, two people for each."""
    from practice import clock
    from practice.models import Practitioner
    from tests.people import EVERY_DAY, a_clinic, a_visit_type, free_times, works

    a_clinic()
    now = clock.now()
    each: list[list[tuple[str, str]]] = []
    for number in range(3):
        kind = a_visit_type(
            slug=f"video-{number}", minutes=20, horizon_days=14, confirmation="request"
        )
        for twin in range(2):
            person = Practitioner.objects.create(
                slug=f"person-{number}-{twin}",
                name=f"Cleo Diaz {number} {twin}",
                role="physician",
                bookable=True,
                position=10 + 2 * number + twin,
            )
            works(person, kind, dt.time(8), dt.time(18), days=EVERY_DAY)
        later = now + dt.timedelta(hours=3)
        free = [slot for slot in free_times(kind, now) if slot.start > later and not slot.call_us]
        each.append([(kind.slug, slot.value) for slot in free])
    turns = [one for three in zip(*each, strict=False) for one in three]
    if len(turns) < count:
        raise SystemExit(f"there are only {len(turns):,} times for {count:,} bookings")
    return turns


async def come(patients: list[Patient], a_second: float) -> None:
    """Each begins when it is their turn, whatever became of those before. At no pace (0): as soon
    as fewer than AT_ONCE are under way."""
    emptying = asyncio.create_task(emptying_the_limit_for_everybody())
    begins, under_way = time.perf_counter(), set()
    doors = asyncio.Semaphore(len(patients) if a_second else AT_ONCE)

    async def one(patient: Patient) -> None:
        async with doors:
            await patient.book()

    for number, patient in enumerate(patients):
        if a_second:
            await asyncio.sleep(max(0.0, begins + number / a_second - time.perf_counter()))
        under_way.add(asyncio.create_task(one(patient)))
    await asyncio.gather(*under_way)
    emptying.cancel()


async def emptying_the_limit_for_everybody() -> None:
    from django.db import connection

    from practice.limits import _hashed

    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE practice_ratecount SET allowed_at = '{}' WHERE (scope, key) = (%s, %s)",
                ["request", _hashed("request", "everybody")],
            )
        await asyncio.sleep(EMPTIED_EVERY)


def busy_seconds() -> float:
    """What all processors of this machine have worked so far."""
    with open("/proc/stat") as stat:
        ticks = [int(word) for word in stat.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def worked_seconds(site: int) -> float:
    """What the site's processes and those of its database that serve it have worked so far."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        pids = {site, *(pid for (pid,) in cursor.fetchall())}
    children = Path(f"/proc/{site}/task/{site}/children").read_text().split()
    ticks = 0
    for pid in pids | {int(child) for child in children}:
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(a_second: int, seconds: int, whole_ways: int) -> int:
    warm, sent, whole = 20, a_second * seconds, whole_ways
    turns = times_of_their_own(warm + sent + whole)
    with (
        tempfile.TemporaryDirectory(prefix="clinic-bench-") as folder,
        served(Path(folder)) as (at, site),
    ):

        def patients(first: int, count: int) -> list[Patient]:
            figures = Figures()
            return [Patient(at, *turns[n], n, figures) for n in range(first, first + count)]

        asyncio.run(come(patients(0, warm), 5))
        senders, walkers = patients(warm, sent), patients(warm + sent, whole)
        asyncio.run(open_the_form(senders))
        print(f"bookings (the last form and the page that follows it), {a_second} a second:")
        broken = one_crowd(senders, a_second, site)
        if walkers:
            print(f"the whole way of seven requests, {AT_ONCE} patients at any moment:")
            broken |= one_crowd(walkers, 0, site)
    return int(broken)


async def open_the_form(patients: list[Patient]) -> None:
    """The token of a form and its cookie; one page serves for all of them."""
    one = replace(patients[0], figures=Figures())
    page, _ = await one.ask("times", "GET", f"/appointments/{one.kind}/")
    for patient in patients:
        patient.page, patient.cookies = page, dict(one.cookies)


def one_crowd(patients: list[Patient], a_second: int, site: int) -> bool:
    """Prints what they met with; whether a promise was broken. The pace and p95 are promised where
    there is a pace."""
    from appointments.models import Appointment

    figures, count, before = patients[0].figures, len(patients), Appointment.objects.count()
    began, ours = time.perf_counter(), time.process_time()
    busy, worked = busy_seconds(), worked_seconds(site)
    asyncio.run(come(patients, a_second))
    took, cores = time.perf_counter() - began, os.cpu_count() or 1
    ours = time.process_time() - ours
    busy, worked = busy_seconds() - busy, worked_seconds(site) - worked
    booked = Appointment.objects.count() - before
    print(f"  {booked:,} of {count:,} booked in {took:.1f} s ({booked / took:.1f} a second)")
    print(
        f"  the {cores} processors were {busy / took / cores:.0%} busy: site and database "
        f"{worked / took / cores:.0%} ({worked / count * 1000:.0f} ms for each booking), "
        f"asking {ours / took / cores:.0%}, others the rest"
    )
    p95, errors = table(figures), sum(figures.wrong.values())
    lost, double = kept(patients)
    for name, times in figures.wrong.most_common(5):
        print(f"    {times:,} x {name}")
    print(f"  {errors} errors, {lost} lost, {double} booked twice")
    wrong = bool(errors or lost or double) or booked < count
    if a_second:
        slow = p95 > P95_MS or booked / took < KEEPS_PACE * a_second
        wrong |= slow
        print(
            f"  p95 of a booking {p95:.0f} ms (at most {P95_MS:.0f}), {booked / took:.1f} a second "
            f"(wanted {a_second})  {'TOO SLOW' if slow else 'ok'}"
        )
    sys.stdout.flush()
    return wrong


def kept(patients: list[Patient]) -> tuple[int, int]:
    """How many were told "received" and are not on file with their history and the messages to
    both sides; and how many times of one person are taken twice."""
    from django.db import connection

    told = [patient.reference for patient in patients if patient.reference]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM appointments_appointment AS visit
             WHERE reference = ANY(%s)
               AND EXISTS (SELECT FROM appointments_statuschange WHERE appointment_id = visit.id)
               AND (SELECT count(*) FROM correspondence_outboxmessage
                     WHERE subject = 'appointment:' || visit.id) = 2
            """,
            [told],
        )
        on_file = int(cursor.fetchone()[0])
        cursor.execute(
            """
            SELECT count(*) FROM appointments_occupancy AS one JOIN appointments_occupancy AS other
                ON one.practitioner_id = other.practitioner_id AND one.id < other.id
               AND one.during && other.during
            """
        )
        return len(told) - on_file, int(cursor.fetchone()[0])


def table(figures: Figures) -> float:
    """Printed; p95 of a booking."""
    every = [one for took in figures.took.values() for one in took]
    rows = {**figures.took, "all requests": every, "a booking": figures.whole}
    print(f"  {'ms':<16} {'median':>7} {'p95':>7} {'longest':>8}")
    p95 = float("inf")
    for name, took in rows.items():
        if len(took) > 1:
            p95 = statistics.quantiles(took, n=20)[-1]
            print(f"  {name:<16} {statistics.median(took):7.0f} {p95:7.0f} {max(took):8.0f}")
    return p95


def main() -> int:
    a_second = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    whole_ways = int(sys.argv[3]) if len(sys.argv) > 3 else WHOLE_WAYS
    print(machine())
    print(" ".join(EVERYBODY.split()))
    with a_database():
        return measure(a_second, seconds, whole_ways)


if __name__ == "__main__":
    sys.exit(main())
