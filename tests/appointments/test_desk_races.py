"""The desk and a patient press a button at the same moment, each in a browser of their own.

Through gunicorn, with the real addresses, sessions and tokens. The verbs alone race in
test_pairs.py; here whatever stands before them is raced along.
"""

from __future__ import annotations

import datetime as dt
import http.client
from collections import Counter
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.http import HttpResponse

from appointments import access
from appointments.models import Appointment, StatusChange
from practice.roles import Role
from tests.appointments import pairs
from tests.appointments.test_races import together
from tests.serving import Site, serve
from tests.staff import a_member, signed_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TOKEN = "k" * 32
CLIENTS, ROUNDS = 6, 3


@dataclass(frozen=True)
class Clicks:
    """Who races: everybody confirms, or every second one is the patient, who cancels."""

    site: Site
    desk: str
    """The cookie of somebody at the front desk."""

    def confirm(self, asked: Appointment, said: Counter[int]) -> None:
        path = f"/admin/appointments/{asked.reference}/confirm/"
        self._press(path, self.desk, said, seen_version=str(asked.version))

    def cancel(self, asked: Appointment, patient: str, said: Counter[int]) -> None:
        self._press(f"/a/visit/{asked.reference}/cancel/", patient, said)

    def _press(self, path: str, cookie: str, said: Counter[int], **fields: str) -> None:
        place = urlsplit(self.site.url)
        server = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        server.request(
            "POST",
            path,
            urlencode({"csrfmiddlewaretoken": TOKEN, **fields}),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
            },
        )
        said[server.getresponse().status] += 1
        server.close()


def let_in(asked: Appointment, now: dt.datetime) -> str:
    """The cookie of the patient, who gave the date of birth before."""
    page = HttpResponse()
    access.let_in(page, asked, checked=True, now=now)
    return "; ".join(f"{name}={one.value}" for name, one in page.cookies.items())


def race(
    now: dt.datetime, *, application: str = "clinic_site.wsgi:application", guarded: bool = True
) -> tuple[Counter[int], Counter[str], int]:
    """How the server answered, what is wrong afterwards, and how many requests there were."""
    frances = a_member(Role.FRONT_DESK, "frances@clinic.test", "Frances", "Field")
    stage = pairs.a_stage(now, frances)
    cookies = signed_in(frances).cookies
    session = f"{settings.SESSION_COOKIE_NAME}={cookies[settings.SESSION_COOKIE_NAME].value}"
    if not guarded:
        pairs.take_the_guards_away()
    said = Counter[int]()
    with serve(workers=2, threads=5, application=application) as site:
        clicks = Clicks(site, session)
        for number in range(2 * ROUNDS):
            asked = stage.a_request(number)
            patient = let_in(asked, now)
            confirm = partial(clicks.confirm, asked, said)
            cancel = partial(clicks.cancel, asked, patient, said)
            other = cancel if number % 2 else confirm
            together([other if client % 2 else confirm for client in range(CLIENTS)])
    return said, pairs.wrongs(stage), 2 * ROUNDS


def test_two_at_the_desk_or_desk_and_patient_at_once_are_one_after_the_other(
    now: dt.datetime,
) -> None:
    said, wrong, requests = race(now)
    assert not wrong
    assert set(said) <= {200, 302, 409}, said
    answered = StatusChange.objects.filter(from_status="pending").count()
    assert answered == requests  # each was confirmed or cancelled once
    assert not Appointment.objects.filter(status="pending").exists()


def test_without_lock_constraint_and_comparison_they_write_over_each_other(
    now: dt.datetime,
) -> None:
    """The control. If it finds nothing, the test above is blind."""
    _, wrong, _ = race(now, application="tests.appointments.unguarded:application", guarded=False)
    assert wrong["two changes from one status"]
