"""Everybody is asked for a review after a visit, unless they said that they want not to be."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client

from appointments import booking
from appointments.models import Appointment, Patient
from correspondence.models import OutboxMessage
from reviews import invitations
from reviews.models import Invitation
from tests import people
from tests.appointments.visitor import Visitor
from tests.reviews.conftest import took_place

TWO_DAYS = dt.timedelta(days=2)


def visit_page() -> Visitor:
    """Alice has asked for a visit and opens its page."""
    visitor = Visitor().open(Visitor().ask().private_address)
    return visitor.send(birth_date="03/09/1948")


def says(visitor: Visitor, wanted: str) -> Visitor:
    reference = Appointment.objects.get().reference
    return visitor.post(f"/a/visit/{reference}/invitation/", {"wanted": wanted})


def test_whoever_says_so_at_booking_is_not_asked_and_everybody_else_is(
    clinic: people.Clinic, now: dt.datetime
) -> None:
    page = Visitor().choose().tell(wants_no_invitation="on")
    assert "No invitation to write a review Yes" in page.text
    page.send()
    alice = Appointment.objects.get()
    bob = people.a_visit(clinic.same_day, now, details=people.bob(red_flag="today"))
    took_place(bob, ended=now - TWO_DAYS)
    took_place(alice, ended=now - TWO_DAYS - dt.timedelta(hours=3))

    assert not invitations.wants_invitation(alice)
    assert invitations.wants_invitation(bob)
    assert list(invitations.due(now=now)) == [bob]
    assert not invitations.invite(alice, now=now)  # not even when somebody asks for it
    assert invitations.invite_everybody(now=now) == 1
    assert Invitation.objects.get().appointment == bob
    sent = OutboxMessage.objects.filter(kind="review_invitation")
    assert [message.to for message in sent] == ["bob@example.com"]


def test_on_the_page_of_a_visit_one_says_no_and_yes_again(clinic: people.Clinic) -> None:
    visitor = visit_page()
    assert "After a visit we ask everybody once" in visitor.text
    visitor = says(visitor, "no")
    assert "We will not ask you for a review." in visitor.text
    assert Patient.objects.get().wants_no_invitation
    visitor = says(visitor, "perhaps")
    assert Patient.objects.get().wants_no_invitation
    visitor = says(visitor, "yes")
    assert "After a visit we ask everybody once" in visitor.text
    assert not Patient.objects.get().wants_no_invitation


def test_a_wish_that_came_after_the_visit_counts(seen: Appointment, now: dt.datetime) -> None:
    booking.wish_invitation(seen, wanted=False)
    assert invitations.invite_everybody(now=now) == 0
    assert not Invitation.objects.exists()
    assert not OutboxMessage.objects.filter(kind="review_invitation").exists()


def test_nobody_says_so_for_somebody_else(clinic: people.Clinic, client: Client) -> None:
    Visitor().ask()
    reference = Appointment.objects.get().reference
    answer = client.post(f"/a/visit/{reference}/invitation/", {"wanted": "no"})
    assert answer.status_code == 404
    assert not Patient.objects.get().wants_no_invitation


@pytest.mark.parametrize("wish", [False, True])
def test_a_visit_that_is_moved_keeps_the_wish(
    clinic: people.Clinic, now: dt.datetime, wish: bool
) -> None:
    times = people.free_times(clinic.same_day, now)
    visit = people.a_visit(clinic.same_day, now, slot=times[0])
    booking.wish_invitation(visit, wanted=not wish)
    moved = booking.reschedule(visit, slot=times[1], key=uuid.uuid4(), by=None, now=now)
    assert moved.patient.wants_no_invitation is wish
