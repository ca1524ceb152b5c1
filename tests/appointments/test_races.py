"""Many patients, one time, a live server: one of them gets it.

The same races with constraint and lock taken away in the test's own database must give one time to
several; otherwise they would prove nothing.
"""

from __future__ import annotations

import datetime as dt
import http.client
import re
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connection

from appointments.availability import Slot
from appointments.models import Appointment, Occupancy, StatusChange, VisitType
from correspondence.models import OutboxMessage
from tests.people import EVERY_DAY, a_clinic, a_visit_type, free_times, works
from tests.serving import serve

CLIENTS = 20
ROUNDS = 50

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def take_constraint_and_lock_away() -> None:
    """In this test's own database; new connections find a lock that locks nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE appointments_occupancy DROP CONSTRAINT occupancy_never_overlaps"
        )
        cursor.execute(
            "CREATE FUNCTION public.pg_advisory_xact_lock(int, int) RETURNS void"
            " LANGUAGE sql AS 'SELECT NULL::void'"
        )
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
        cursor.execute(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog')


def a_kind_of_visit_with_many_times(now: dt.datetime) -> tuple[VisitType, list[Slot]]:
    clinic = a_clinic()
    kind = a_visit_type(
        slug="short-call", name="Short call", minutes=10, horizon_days=1, confirmation="instant"
    )
    works(clinic.assistant, kind, dt.time(0), dt.time(0), days=EVERY_DAY)
    # Not the very next ones, so that a slow machine does not run out of them.
    return kind, [
        slot for slot in free_times(kind, now) if slot.start > now + dt.timedelta(hours=2)
    ]


@dataclass
class Patient:
    """A browser without scripts that knows the addresses of the three forms."""

    base: str
    kind: str
    number: int
    token: str
    cookie: str
    statuses: list[int] = field(default_factory=list)

    def post(self, page: str, **fields: str) -> str:
        """Where the answer sends us."""
        place = urlsplit(self.base)
        server = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        server.request(
            "POST",
            f"/appointments/{self.kind}/{page}",
            urlencode({"csrfmiddlewaretoken": self.token, **fields}),
            {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie},
        )
        answer = server.getresponse()
        answer.read()
        self.statuses.append(answer.status)
        for given in answer.headers.get_all("Set-Cookie") or []:
            self.cookie += "; " + given.split(";")[0]
        server.close()
        return answer.headers.get("Location") or ""

    def ask(self, slot: Slot, *, hold_first: bool) -> None:
        self.number += CLIENTS
        chosen = {"key": uuid.uuid4().hex, "slot": slot.value, "red_flag": "none"}
        about_me = {
            "booking_for": "self",
            "given_name": "Alice",
            "family_name": f"Adams {self.number}",
            "birth_date": "1948-03-09",
            "phone": f"+1{214 + self.number // 100}55501{self.number % 100:02d}",
            "contact_by": "phone",
            "patient_status": "new",
            "located_in": "TX",
            "pay_by": "insurance",
            "preferred_language": "en",
            "consent": "on",
        }
        if hold_first:
            if "/details/" not in self.post("", **chosen):
                return
            self.post("details/", **chosen, **about_me)
        self.post("check/", **chosen, **about_me)


def first_page(base: str, kind: str) -> tuple[str, str]:
    """The token of the form and the cookie that goes with it."""
    place = urlsplit(base)
    server = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    server.request("GET", f"/appointments/{kind}/")
    answer = server.getresponse()
    page = answer.read().decode()
    server.close()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert answer.status == 200
    assert found
    cookies = answer.headers.get_all("Set-Cookie") or []
    return found[1], "; ".join(one.split(";")[0] for one in cookies)


def together(each: list[Callable[[], None]]) -> None:
    """All at the same moment."""
    ready = threading.Barrier(len(each))

    def start(one: Callable[[], None]) -> None:
        ready.wait()
        one()

    threads = [threading.Thread(target=start, args=(one,)) for one in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def most_visits_at_one_time() -> int:
    return max(Counter(Appointment.objects.values_list("starts_at", flat=True)).values(), default=0)


def race(
    kind: VisitType, slots: list[Slot], rounds: int, *, until_doubled: bool = False
) -> Counter[int]:
    """In each round twenty patients want one time. In one round they send everything at once, in
    the next they hold it first. Answers how often the server answered with which status."""
    with serve(workers=2, threads=10) as site:
        token, cookie = first_page(site.url, kind.slug)
        patients = [
            Patient(site.url, kind.slug, number, token, cookie) for number in range(CLIENTS)
        ]
        for number, slot in enumerate(slots[:rounds]):
            together([partial(one.ask, slot, hold_first=number % 2 == 1) for one in patients])
            if until_doubled and most_visits_at_one_time() > 1:
                break
    return Counter(status for patient in patients for status in patient.statuses)


def test_twenty_patients_want_one_time_and_one_gets_it(now: dt.datetime) -> None:
    kind, slots = a_kind_of_visit_with_many_times(now)
    statuses = race(kind, slots, ROUNDS)
    assert set(statuses) <= {200, 302}
    visits = Appointment.objects.values_list("starts_at", flat=True)
    assert sorted(visits) == sorted(slot.start for slot in slots[:ROUNDS])
    assert Occupancy.objects.filter(kind="visit").count() == ROUNDS
    assert StatusChange.objects.count() == ROUNDS
    assert OutboxMessage.objects.count() == 0  # nobody gave an e-mail address


def test_without_constraint_and_lock_one_time_is_given_to_several(now: dt.datetime) -> None:
    """The control. If this one ever finds nothing, the test above is blind."""
    kind, slots = a_kind_of_visit_with_many_times(now)
    take_constraint_and_lock_away()
    race(kind, slots, ROUNDS, until_doubled=True)
    assert most_visits_at_one_time() > 1
