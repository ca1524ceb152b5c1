"""Each verb's door, and everybody who comes to it: who gets in, as whom, and who changes nothing.

test_transitions.py has the table of the verbs, the worker's too, which has no door; here people
press the buttons.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from appointments import booking, calendars, messages
from appointments.models import Appointment, Occupancy, StatusChange
from appointments.transitions import Actor, find
from clinic_site import roles
from correspondence import links
from correspondence.models import OutboxMessage
from practice.roles import Role
from tests.conftest import Clock
from tests.people import Clinic, a_visit, alice, bob, free_times
from tests.staff import signed_in

MINUTE = dt.timedelta(minutes=1)
# Who acts as whom. The contact asked for somebody else and has the same address.
PATIENT = {"the patient by the link": "patient", "the contact by the link": "patient"}
DESK = {"the front desk": "desk", "the manager": "desk"}
OWN = {"the doctor seen": "practitioner", "the assistant seen": "practitioner"}
STAFF = DESK | OWN
NOBODYS = (
    "somebody with the link and no birth date",
    "another patient",
    "a stranger",
    "another doctor",
    "the editor",
    "the auditor",
)
EVERYBODY = (*PATIENT, *STAFF, *NOBODYS)


ROLES_OF = {
    "the front desk": Role.FRONT_DESK,
    "the manager": Role.MANAGER,
    "the doctor seen": Role.DOCTOR,
    "the assistant seen": Role.ASSISTANT,
    "another doctor": Role.DOCTOR,
    "the editor": Role.EDITOR,
    "the auditor": Role.AUDITOR,
}


@dataclass
class Place:
    """The clinic, its staff, and everybody's browsers, those of the patients but one."""

    clinic: Clinic
    staff: dict[str, User]
    browsers: dict[str, Client]
    now: dt.datetime

    def asked(self, who: str) -> Appointment:
        """By video, with the assistant; who of the staff is not asked for is not the one seen."""
        self.clinic.assistant.user = self.staff[who if who in OWN else "the assistant seen"]
        self.clinic.assistant.save()
        contact = {"booking_for": "other", "contact_name": "Sam Reed"} if "contact" in who else {}
        return a_visit(self.clinic.same_day, self.now, details=alice(**contact))

    def browser(self, who: str, visit: Appointment) -> Client:
        if who in self.browsers:
            return self.browsers[who]
        client = Client()
        link = messages.link_for(visit)
        token = links.issue(
            link.purpose, link.row_id, link.generation, expires_at=link.expires_at, now=self.now
        )
        assert client.get(token).status_code == 302
        if who != "somebody with the link and no birth date":
            client.post(f"/a/visit/{visit.reference}/", {"birth_date": "1948-03-09"})
        return client


Prepare = Callable[[Place, Appointment], Appointment]


@dataclass(frozen=True)
class Door:
    """A verb's button: in which status it is pressed, what it leads to, and for whom."""

    verb: str
    path: str
    fields: Callable[[Place, Appointment], dict[str, Any]]
    prepare: Prepare
    to: str
    people: dict[str, str]


def pending(place: Place, visit: Appointment) -> Appointment:
    return visit


def booked(place: Place, visit: Appointment) -> Appointment:
    desk = place.staff["the front desk"]
    return booking.confirm(visit, seen_version=visit.version, by=desk, now=place.now)


def offered(place: Place, visit: Appointment) -> Appointment:
    slots = free_times(place.clinic.same_day, place.now)[:1]
    return booking.offer(visit, slots=slots, by=place.staff["the front desk"], now=place.now)


def arrived(place: Place, visit: Appointment) -> Appointment:
    return booking.arrive(booked(place, visit), by=place.staff["the front desk"], now=place.now)


def checked_in(place: Place, visit: Appointment) -> Appointment:
    return booking.check_in(arrived(place, visit), by=place.staff["the front desk"], now=place.now)


def seen(place: Place, visit: Appointment) -> dict[str, Any]:
    return {"seen_version": visit.version}


def step(verb: str) -> Callable[[Place, Appointment], dict[str, Any]]:
    return lambda place, visit: seen(place, visit) | {"verb": verb}


def first_offered(place: Place, visit: Appointment) -> dict[str, Any]:
    row = Occupancy.objects.filter(key=visit.key).order_by("pk")[0]
    return {"slot": calendars.slot_of(row).value}


def a_free_time(place: Place, visit: Appointment) -> dict[str, Any]:
    calendars._memory.clear()
    return {"slot": free_times(place.clinic.same_day, place.now)[-1].value}


MINE, ADMIN = "/a/visit/{}/", "/admin/appointments/{}/"
DOORS = (
    Door("cancel", MINE + "cancel/", lambda *_: {}, pending, "cancelled", PATIENT),
    Door("cancel", MINE + "cancel/", lambda *_: {}, booked, "cancelled", PATIENT),
    Door("reschedule", MINE + "move/", a_free_time, booked, "cancelled", PATIENT),
    Door("accept", MINE + "choose/", first_offered, offered, "booked", PATIENT),
    Door("join_waitlist", MINE + "choose/", lambda *_: {"none": "1"}, offered, "waitlist", PATIENT),
    Door("confirm", ADMIN + "confirm/", seen, pending, "booked", STAFF),
    Door(
        "refuse",
        ADMIN + "refuse/",
        lambda place, visit: seen(place, visit) | {"reason": "no-time"},
        pending,
        "cancelled",
        STAFF,
    ),
    Door(
        "offer",
        ADMIN + "offer/",
        lambda place, visit: seen(place, visit) | a_free_time(place, visit),
        pending,
        "proposed",
        DESK,
    ),
    Door(
        "cancel",
        ADMIN + "cancel/",
        lambda place, visit: seen(place, visit) | {"reason": "cannot"},
        booked,
        "cancelled",
        STAFF,
    ),
    Door("arrive", ADMIN + "step/", step("arrive"), booked, "arrived", STAFF),
    Door("check_in", ADMIN + "step/", step("check_in"), arrived, "checked-in", STAFF),
    Door("fulfil", ADMIN + "step/", step("fulfil"), checked_in, "fulfilled", STAFF),
    Door("mark_no_show", ADMIN + "step/", step("mark_no_show"), booked, "noshow", STAFF),
)


@pytest.fixture
def place(clinic: Clinic, now: dt.datetime) -> Place:
    roles.install_groups()
    staff = {}
    for who, role in ROLES_OF.items():
        email = f"{who.replace(' ', '-')}@clinic.test"
        staff[who] = User.objects.create_user(email, email, is_staff=True)
        staff[who].groups.add(Group.objects.get(name=role.value))
    clinic.doctor.user = staff["another doctor"]
    clinic.doctor.save()
    browsers = {who: signed_in(user) for who, user in staff.items()}
    place = Place(clinic, staff, browsers | {"a stranger": Client()}, now)
    bobs = a_visit(clinic.office_visit, now, details=bob(birth_date=dt.date(1948, 3, 9)))
    browsers["another patient"] = place.browser("another patient", bobs)
    return replace(place, browsers=place.browsers | browsers)


def everything() -> Any:
    """What stands in the books."""
    return (
        list(Appointment.objects.order_by("pk").values("pk", "status", "version", "starts_at")),
        list(Occupancy.objects.order_by("pk").values("key", "kind", "starts_at")),
        StatusChange.objects.count(),
        OutboxMessage.objects.count(),
    )


def press(place: Place, door: Door, visit: Appointment, who: str) -> None:
    fields = door.fields(place, visit)
    place.browser(who, visit).post(door.path.format(visit.reference), fields)


def in_words(door: Door) -> str:
    return f"{door.prepare.__name__}-{door.path.split('/')[1]}-{door.verb}"


@pytest.mark.parametrize("door", DOORS, ids=in_words)
def test_who_may_gets_in_under_their_name_and_for_nobody_else_anything_changes(
    place: Place, door: Door, clock: Clock
) -> None:
    visit = door.prepare(place, place.asked("nobody in particular"))
    clock.at(visit.starts_at + MINUTE if door.verb == "mark_no_show" else place.now)
    for who in EVERYBODY:
        if who not in door.people:
            before = everything()
            press(place, door, visit, who)
            assert everything() == before, who
    for who, actor in door.people.items():
        visit = door.prepare(place, place.asked(who))
        clock.at(visit.starts_at + MINUTE if door.verb == "mark_no_show" else place.now)
        came_from, user = visit.status, place.staff.get(who)
        press(place, door, visit, who)
        last = StatusChange.objects.filter(appointment=visit).order_by("pk").last()
        assert last is not None
        said = (last.from_status, last.to_status, last.actor, last.user_id)
        assert said == (came_from, door.to, actor, user.pk if user else None), who
        visit.refresh_from_db()
        assert visit.status == door.to == find(door.verb, came_from, Actor(actor)).to, who
