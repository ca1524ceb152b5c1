"""A small clinic, two moderators, and a patient who was seen."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client

from appointments.models import Appointment, Occupancy, StatusChange
from practice.roles import Role
from reviews import invitations
from reviews.models import Invitation
from tests import people
from tests.staff import a_member, signed_in


@pytest.fixture
def clinic(db: None) -> people.Clinic:
    return people.a_clinic()


@pytest.fixture
def frances(db: None) -> User:
    return a_member(Role.FRONT_DESK, "frances@clinic.test", "Frances", "Field")


@pytest.fixture
def morgan(db: None) -> User:
    return a_member(Role.MANAGER, "morgan@clinic.test", "Morgan", "Mills")


@pytest.fixture
def desk(frances: User) -> Client:
    return signed_in(frances)


@pytest.fixture
def manager(morgan: User) -> Client:
    return signed_in(morgan)


def took_place(visit: Appointment, *, ended: dt.datetime) -> Appointment:
    """The visit is over, and recorded as done."""
    began = ended - (visit.ends_at - visit.starts_at)
    after = dt.timedelta(minutes=visit.buffer_after_minutes)
    before = dt.timedelta(minutes=visit.buffer_before_minutes)
    with transaction.atomic():
        Occupancy.objects.filter(pk=visit.occupancy_id).update(
            kind="visit",
            state="busy",
            starts_at=began,
            ends_at=ended,
            during=DateTimeTZRange(began - before, ended + after),
        )
        Appointment.objects.filter(pk=visit.pk).update(
            status="fulfilled", starts_at=began, ends_at=ended
        )
        StatusChange.objects.create(
            appointment=visit,
            from_status=visit.status,
            to_status="fulfilled",
            at=ended,
            actor="desk",
        )
    visit.refresh_from_db()
    return visit


@pytest.fixture
def seen(clinic: people.Clinic, now: dt.datetime) -> Appointment:
    """Alice's visit, over since two days."""
    visit = people.a_visit(clinic.same_day, now)
    return took_place(visit, ended=now - dt.timedelta(days=2))


@pytest.fixture
def invited(seen: Appointment, now: dt.datetime) -> Invitation:
    assert invitations.invite_everybody(now=now) == 1
    return Invitation.objects.get()
