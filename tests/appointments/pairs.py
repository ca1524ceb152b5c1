"""Two things at the same moment, over HTTP: one way or the other, never both.

Every race sets a stage, lets its clients send their forms together to the site behind gunicorn, and
says what went wrong. What the worker does has no address: it runs here, at the same moment, on a
connection of its own. The same race with lock, constraint and comparison taken away (`unguarded`)
must find something; else it is blind.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from typing import Any
from unittest import mock
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import connection
from django.http import HttpResponse

from appointments import access, booking, calendars, changing, taking
from appointments.models import Appointment, Occupancy, StatusChange, VisitType
from correspondence.models import OutboxMessage
from practice import clock
from practice.models import Closure
from practice.roles import Role
from tests.people import EVERY_DAY, Clinic, a_clinic, a_visit, a_visit_type, alice, works
from tests.serving import serve
from tests.staff import a_member, signed_in

REFUSED = (booking.AlreadyChanged, booking.NotAllowed, booking.SlotGone, booking.Busy)
MINUTE = dt.timedelta(minutes=1)
TOKEN = "k" * 32
THREADS = 7  # a process has at most eight connections
# Of Texas. A telephone may ask five times a day, so there are many.
AREAS = (210, 214, 254, 281, 325, 361, 409, 432, 469, 512, 682, 713, 806, 817, 830, 832, 903, 972)
SEEN = re.compile(r'name="seen" value="(\d+)"')


# --- the stage -----------------------------------------------------------------------------------
@dataclass
class Stage:
    """A clinic with two kinds of visit at every hour of the day, half an hour with buffers."""

    clinic: Clinic
    desk: Any
    session: str
    """The cookie of somebody who may answer requests and close days."""
    booked_kind: VisitType
    asked_kind: VisitType
    times: list[Any]
    asked: list[Any]
    numbers: Iterator[int] = field(default_factory=count)

    def a_time(self, number: int) -> Any:
        return self.times[number % len(self.times)]

    def a_request(self, number: int) -> Appointment:
        slot = self.asked[number % len(self.asked)]
        return a_visit(self.asked_kind, clock.now(), slot=slot)


def a_stage() -> Stage:
    manager = a_member(Role.MANAGER, "frances@clinic.test", "Frances", "Field")
    cookies, clinic, now = signed_in(manager).cookies, a_clinic(), clock.now()
    facts = {"minutes": 20, "buffer_before_minutes": 5, "buffer_after_minutes": 5}
    booked = a_visit_type(slug="booked-at-once", start_interval_minutes=10, **facts)
    asked = a_visit_type(
        slug="asked-for", start_interval_minutes=30, confirmation="request", **facts
    )
    works(clinic.doctor, booked, dt.time(0), dt.time(0), days=EVERY_DAY)
    works(clinic.assistant, asked, dt.time(0), dt.time(0), days=EVERY_DAY)
    free = {
        kind: [
            slot
            for slot in calendars.free_times(visit_type=kind.slug, now=now)
            if slot.start > now + dt.timedelta(hours=6) and not slot.call_us
        ]
        for kind in (booked, asked)
    }
    return Stage(
        clinic,
        manager,
        f"{settings.SESSION_COOKIE_NAME}={cookies[settings.SESSION_COOKIE_NAME].value}",
        booked,
        asked,
        # Of the starts every ten minutes those that do not touch each other, buffers included.
        free[booked][::3],
        free[asked],
    )


@dataclass
class Browser:
    """Without scripts, on one connection that it keeps."""

    host: str
    port: int
    server: http.client.HTTPConnection | None = None

    def post(self, path: str, cookie: str, **fields: Any) -> tuple[str, str]:
        """Where the answer sends us, or its status; and the page."""
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **fields}, doseq=True)
        head = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
        }
        if self.server is None:
            self.server = http.client.HTTPConnection(self.host, self.port, timeout=60)
        self.server.request("POST", path, body, head)
        answer = self.server.getresponse()
        page = answer.read().decode()
        if answer.will_close:
            self.close()
        if answer.status == 302:
            leads = urlsplit(answer.headers["Location"]).path
            word = re.sub(r"/visit/[^/]+/$", "/visit/", leads).rstrip("/").rsplit("/", 1)[-1]
            return f"failed: {leads}" if "login" in leads else f"to {word}", page
        polite = answer.status in (200, 409, 503)
        return str(answer.status) if polite else f"failed: {answer.status}", page

    def close(self) -> None:
        if self.server is not None:
            self.server.close()
        self.server = None


Act = Callable[[Browser], str]


@dataclass
class Round:
    """What each client does, and how we know afterwards that it went one way."""

    act: Callable[[int], Act]
    settled: Callable[[], bool]


def together(browsers: list[Browser], acts: list[Act]) -> Counter[str]:
    """All at the same moment; what each got."""
    ready, said = threading.Barrier(len(acts)), Counter[str]()

    def start(browser: Browser, act: Act) -> None:
        try:
            ready.wait()
            said[act(browser)] += 1
        except Exception as error:
            browser.close()
            said[f"failed: {type(error).__name__}"] += 1
        finally:
            connection.close()

    pairs = zip(browsers, acts, strict=True)
    threads = [threading.Thread(target=start, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


# --- what a client does --------------------------------------------------------------------------
def books(stage: Stage, slot: Any) -> Act:
    """The last form, with every answer."""
    number = next(stage.numbers)
    fields = {
        "key": uuid.uuid4().hex,
        "slot": slot.value,
        "red_flag": "none",
        "booking_for": "self",
        "given_name": "Bob",
        "family_name": f"Baker {number}",
        "birth_date": "1951-07-22",
        "phone": f"+1{AREAS[number // 100 % len(AREAS)]}55501{number % 100:02d}",
        "email": f"bob-{number}@example.com",
        "contact_by": "email",
        "patient_status": "new",
        "located_in": "TX",
        "pay_by": "insurance",
        "preferred_language": "en",
        "consent": "on",
    }
    path = f"/appointments/{slot.visit_type}/check/"
    return lambda browser: browser.post(path, "", **fields)[0]


def confirms(stage: Stage, asked: Appointment) -> Act:
    path = f"/admin/appointments/{asked.reference}/confirm/"
    return lambda browser: browser.post(path, stage.session, seen_version=asked.version)[0]


def presses(visit: Appointment, button: str, **fields: str) -> Act:
    """On the status page, by the patient, who gave the date of birth before."""
    page = HttpResponse()
    access.let_in(page, visit, checked=True, now=clock.now())
    cookie = "; ".join(f"{name}={one.value}" for name, one in page.cookies.items())
    path = f"/a/visit/{visit.reference}/{button}/"
    return lambda browser: browser.post(path, cookie, **fields)[0]


def closes(stage: Stage, slot: Any, *, wait: float) -> Act:
    """Whoever is shown which visits it strands reads that, and closes all the same."""
    start, end = (one.astimezone(stage.clinic.practice.zone) for one in (slot.start, slot.end))
    fields = {
        "practitioner": str(stage.clinic.doctor.pk),
        "first_day": start.date().isoformat(),
        "from_time": f"{start:%H:%M}",
        "last_day": end.date().isoformat(),
        "until_time": f"{end:%H:%M}",
    }

    def act(browser: Browser) -> str:
        time.sleep(wait)
        word, seen = "", list[str]()
        while word in ("", "200"):
            word, page = browser.post("/admin/schedules/close/", stage.session, seen=seen, **fields)
            if word == "200" and set(SEEN.findall(page)) <= set(seen):
                return "failed: the form was not taken"
            seen = SEEN.findall(page)
        return word

    return act


def works_on(verb: Callable[[], object]) -> Act:
    """What the worker does; it has no browser."""

    def act(browser: Browser) -> str:
        try:
            verb()
        except REFUSED as refused:
            return type(refused).__name__
        return "worker"

    return act


# --- the races: each sets its stage for one round ------------------------------------------------
def one_time(stage: Stage, number: int) -> Round:
    slot = stage.a_time(number)
    return Round(lambda client: books(stage, slot), lambda: _visits_at(stage, slot) == 1)


def times_that_overlap(stage: Stage, number: int) -> Round:
    """Every ten minutes there is a start; those that the buffers let touch each other cross."""
    slot = stage.a_time(2 * number)
    shifted = [
        replace(slot, start=slot.start + shift, end=slot.end + shift)
        for shift in (0 * MINUTE, 10 * MINUTE, 20 * MINUTE)
    ]
    return Round(
        lambda client: books(stage, shifted[client % 3]),
        lambda: sum(_visits_at(stage, one) for one in shifted) == 1,
    )


def confirm_and_confirm(stage: Stage, number: int) -> Round:
    asked = stage.a_request(number)
    return Round(lambda client: confirms(stage, asked), lambda: _status(asked) == "booked")


def confirm_and_cancel(stage: Stage, number: int) -> Round:
    asked = stage.a_request(number)
    return Round(
        lambda client: (
            presses(asked, "cancel") if (client + number) % 2 else confirms(stage, asked)
        ),
        # Who was second to cancel what had just been confirmed reads that first.
        lambda: _status(asked) in ("booked", "cancelled"),
    )


def cancel_and_reschedule(stage: Stage, number: int) -> Round:
    visit = a_visit(stage.booked_kind, clock.now(), slot=stage.a_time(2 * number))
    other = stage.a_time(2 * number + 1).value
    return Round(
        lambda client: (
            presses(visit, "cancel")
            if (client + number) % 2
            else presses(visit, "move", key=uuid.uuid4().hex, slot=other)
        ),
        lambda: _status(visit) == "cancelled",
    )


def accept_and_expire(stage: Stage, number: int) -> Round:
    """The worker's clock stands where the offer ends, that of the others a little before."""
    offered = booking.offer(
        stage.a_request(number),
        slots=[stage.a_time(2 * number), stage.a_time(2 * number + 1)],
        by=stage.desk,
        now=clock.now(),
    )
    rows = booking.offers_of(offered, now=clock.now())
    slot, ends = calendars.slot_of(rows[0]), rows[0].expires_at
    assert ends

    def act(client: int) -> Act:
        match (client + number) % 3:
            case 0:
                return presses(offered, "choose", slot=slot.value)
            case 1:
                return works_on(lambda: booking.release_expired(now=ends))
            case _:
                return books(stage, slot)

    return Round(act, lambda: _status(offered) in ("booked", "waitlist"))


def two_requests(stage: Stage, number: int) -> Round:
    slot = stage.asked[number % len(stage.asked)]
    return Round(lambda client: books(stage, slot), lambda: _visits_at(stage, slot) == 1)


def closure_and_booking(stage: Stage, number: int) -> Round:
    """Either the booking finds the closure, or whoever closed finds the visit flagged."""
    slot = stage.a_time(number)
    wait = 0.03 * (number % 10)
    return Round(
        lambda client: books(stage, slot) if client else closes(stage, slot, wait=wait),
        # Asked at once: the next closure would flag what this one has overlooked.
        lambda: (
            Closure.objects.filter(during=(slot.start, slot.end)).count() == 1
            and not wrongs(stage)[STRANDED]
        ),
    )


def freed_time_and_booking(stage: Stage, number: int) -> Round:
    now = clock.now()
    for before in Appointment.objects.with_people().filter(status__in=("waitlist", "proposed")):
        booking.cancel(before, by=stage.desk, reason="", now=now)
    waiting = booking.join_waitlist(
        key=uuid.uuid4(),
        details=alice(),
        visit_type="booked-at-once",
        period=booking.Period(first=now.date(), last=now.date() + dt.timedelta(days=90)),
        by=None,
        now=now,
    )
    free = calendars.free_times(visit_type="booked-at-once", now=now)
    soon = next(slot for slot in free if slot.start >= now + 32 * MINUTE)

    def act(client: int) -> Act:
        if client % 4 == number % 4:
            return works_on(lambda: booking.offer_freed_time(now=now + MINUTE))
        return books(stage, soon)

    def settled() -> bool:
        kept = Occupancy.objects.filter(key=waiting.key, starts_at=soon.start).count()
        return _status(waiting) == "proposed" and kept + _visits_at(stage, soon) == 1

    return Round(act, settled)


# Each with the wrong that it is there to see; its control has to find that one.
DOUBLED, TWICE, STRANDED = (
    "two have one time",
    "two changes from one status",
    "stranded and not flagged",
)
RACES: dict[str, tuple[Callable[[Stage, int], Round], str]] = {
    "one time": (one_time, DOUBLED),
    "overlapping times with buffers": (times_that_overlap, DOUBLED),
    "confirm | confirm": (confirm_and_confirm, TWICE),
    "confirm | cancel": (confirm_and_cancel, TWICE),
    "cancel | reschedule": (cancel_and_reschedule, TWICE),
    "accept | expire": (accept_and_expire, TWICE),
    "two requests": (two_requests, DOUBLED),
    "closure | booking": (closure_and_booking, STRANDED),
    "freed time | booking": (freed_time_and_booking, DOUBLED),
}


def _visits_at(stage: Stage, slot: Any) -> int:
    rows = Appointment.objects.holding_time().filter(starts_at=slot.start)
    return rows.filter(practitioner__slug=slot.practitioner).count()


def _status(visit: Appointment) -> str:
    return Appointment.objects.get(pk=visit.pk).status


# --- what is wrong afterwards --------------------------------------------------------------------
def wrongs(stage: Stage) -> Counter[str]:
    """Everything in the books that should not be; empty when all is right."""
    found = Counter[str]()
    rows = list(Occupancy.objects.order_by("practitioner", "during"))
    for one, other in pairwise(rows):
        same = one.practitioner_id == other.practitioner_id
        found[DOUBLED] += same and other.during.lower < one.during.upper
    changes = StatusChange.objects.values_list("appointment", "from_status")
    found[TWICE] += sum(n - 1 for n in Counter(changes).values())
    told = OutboxMessage.objects.exclude(to=stage.clinic.practice.email)
    events = Counter(told.values_list("subject", "version"))
    found["two messages about one thing"] += sum(n - 1 for n in events.values())
    last = dict(StatusChange.objects.order_by("pk").values_list("appointment", "to_status"))
    status = dict(Appointment.objects.values_list("pk", "status"))
    found["a status without its history"] += sum(last[pk] != was for pk, was in status.items())
    kept = set(Occupancy.objects.exclude(kind__in=("hold", "offer")).values_list("key", flat=True))
    holding = set(Appointment.objects.holding_time().values_list("key", flat=True))
    found["time taken by nobody, or a visit without"] += len(kept ^ holding)
    moved = Counter(Appointment.objects.exclude(replaces=None).values_list("replaces", flat=True))
    found["one visit moved twice"] += sum(n - 1 for n in moved.values())
    for closure in Closure.objects.filter(practitioner=stage.clinic.doctor):
        inside = Appointment.objects.holding_time().filter(
            practitioner=stage.clinic.doctor,
            starts_at__lt=closure.during.upper,
            ends_at__gt=closure.during.lower,
        )
        found[STRANDED] += inside.filter(needs_rebooking=False).count()
    return +found


# --- the controls --------------------------------------------------------------------------------
def take_the_guards_away() -> None:
    """In this database, for good: no lock, no constraint, no trigger that watches."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE appointments_occupancy DROP CONSTRAINT occupancy_never_overlaps"
        )
        cursor.execute(
            "CREATE FUNCTION public.pg_advisory_xact_lock(int, int) RETURNS void"
            " LANGUAGE sql AS 'SELECT NULL::void'"
        )
        for table in ("appointments_appointment", "appointments_occupancy"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE practice_closure DISABLE TRIGGER USER")
        cursor.execute(
            "ALTER TABLE appointments_appointment DROP CONSTRAINT appointment_holds_time_by_status"
        )
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
        cursor.execute(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog')
    connection.close()


@contextmanager
def comparing_nothing() -> Iterator[None]:
    """Every change is written over whatever is there, and all of it takes its time."""
    fresh, take = changing.fresh, taking.take

    def slow_fresh(appointment: Appointment) -> Appointment:
        current = fresh(appointment)
        time.sleep(0.02)
        return current

    def slow_take(*args: Any, **facts: Any) -> Occupancy:
        time.sleep(0.25)
        return take(*args, **facts)

    class Blind:
        """`filter(pk=…, version=…)` without the version."""

        def __init__(self, manager: Any) -> None:
            self.manager = manager

        def __getattr__(self, name: str) -> Any:
            return getattr(self.manager, name)

        def filter(self, *args: Any, **facts: Any) -> Any:
            if "version" in facts:
                return self.manager.filter(pk=facts["pk"])
            return self.manager.filter(*args, **facts)

    with (
        mock.patch.object(changing, "fresh", slow_fresh),
        mock.patch.object(taking, "take", slow_take),
        mock.patch.object(Appointment, "objects", Blind(Appointment.objects)),
    ):
        yield


@contextmanager
def a_crowd(clients: int, *, guarded: bool) -> Iterator[list[Browser]]:
    """As many browsers, spread over the processes of a site in which none of them has to wait for
    a thread or a connection; without its guards, as `unguarded` has it."""
    module = "clinic_site.wsgi" if guarded else "tests.appointments.unguarded"
    with contextlib.ExitStack() as stack:
        sites = [
            stack.enter_context(
                serve(
                    # One behind each port: a connection that is kept stays with its process.
                    workers=1,
                    threads=THREADS,
                    application=f"{module}:application",
                    TESTS_DB_POOL="true",
                    GUNICORN_CMD_ARGS="--keep-alive 75",
                )
            )
            for _ in range(max(2, -(-clients // THREADS)))
        ]
        if not guarded:
            stack.enter_context(comparing_nothing())
        places = [urlsplit(site.url) for site in sites]
        browsers = [
            Browser(place.hostname or "", place.port or 0)
            for place in (places[client % len(places)] for client in range(clients))
        ]
        for browser in browsers:
            stack.callback(browser.close)
        yield browsers


def run(
    stage: Stage,
    browsers: list[Browser],
    *,
    rounds: int,
    until_found: bool = False,
    after_each: Callable[[str, int], None] = lambda name, number: None,
) -> Iterator[tuple[str, Counter[str], Counter[str]]]:
    """Each race: its name, what the clients got, and what it left wrong. `until_found` ends a race
    when it has seen what it is there to see, for the controls."""
    before = wrongs(stage)
    for place, (name, (race, what)) in enumerate(RACES.items()):
        said, unsettled = Counter[str](), Counter[str]()
        for number in range(rounds):
            one = race(stage, place * rounds + number)
            said += together(browsers, [one.act(client) for client in range(len(browsers))])
            unsettled["not one way or the other"] += not one.settled()
            after_each(name, number + 1)
            if until_found and (wrongs(stage) - before)[what]:
                break
        after = wrongs(stage)
        yield name, said, (after - before) + unsettled
        before = after
