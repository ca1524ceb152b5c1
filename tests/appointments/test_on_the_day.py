"""Arrived, checked in, done, not come; calls; corrections."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from appointments import booking
from appointments.models import Appointment, Call, Mark, Occupancy, Status
from correspondence.models import OutboxMessage
from tests.appointments.test_booking import everything
from tests.people import Clinic, a_visit

MINUTE = dt.timedelta(minutes=1)


def test_a_visit_from_the_door_to_the_end(clinic: Clinic, now: dt.datetime, dana: Any) -> None:
    visit = a_visit(clinic.office_visit, now)
    at = visit.starts_at
    here = booking.arrive(visit, by=None, now=at - 10 * MINUTE)
    assert booking.arrive(visit, by=None, now=at).version == here.version  # pressed twice
    papers = booking.check_in(here, by=dana, now=at)
    done = booking.fulfil(papers, by=dana, now=at + 30 * MINUTE)
    assert done.status == Status.FULFILLED
    assert [change.actor for change in done.status_changes.all()] == [
        "patient",
        "patient",
        "desk",
        "desk",
    ]
    assert Occupancy.objects.get().key == visit.key


def test_nobody_has_arrived_hours_before_or_is_missed_before_it_begins(
    clinic: Clinic, now: dt.datetime, dana: Any
) -> None:
    visit = a_visit(clinic.office_visit, now)
    before = everything()
    with pytest.raises(booking.NotAllowed):
        booking.arrive(visit, by=None, now=visit.starts_at - 121 * MINUTE)
    with pytest.raises(booking.NotAllowed):
        booking.mark_no_show(visit, by=dana, now=visit.starts_at - MINUTE)
    assert everything() == before
    missed = booking.mark_no_show(visit, by=dana, now=visit.starts_at + 15 * MINUTE)
    late = booking.arrive(missed, by=dana, now=visit.starts_at + 20 * MINUTE)
    assert late.status == Status.ARRIVED
    with pytest.raises(booking.AlreadyChanged):
        booking.fulfil(missed, by=dana, now=visit.starts_at + 21 * MINUTE)


def test_a_doctor_acts_on_their_own_calendar_in_their_own_name(
    clinic: Clinic, now: dt.datetime, dana: Any
) -> None:
    clinic.assistant.user = dana
    clinic.assistant.save()
    asked = a_visit(clinic.same_day, now)
    booked = booking.confirm(asked, seen_version=asked.version, by=dana, now=now)
    assert booked.status_changes.last().actor == "practitioner"  # type: ignore[union-attr]
    with pytest.raises(booking.NotAllowed):
        booking.enter_in_error(booked, by=dana, reason="typed twice", now=now)


def test_what_was_entered_in_error_takes_no_time(
    clinic: Clinic, now: dt.datetime, dana: Any
) -> None:
    visit = a_visit(clinic.office_visit, now)
    gone = booking.enter_in_error(visit, by=dana, reason="typed twice", now=now)
    assert (gone.status, gone.occupancy) == (Status.ENTERED_IN_ERROR, None)
    assert not Occupancy.objects.exists()


def test_a_call_without_an_answer_is_told_and_moves_the_promise(
    clinic: Clinic, now: dt.datetime, dana: Any
) -> None:
    asked = a_visit(clinic.same_day, now)
    due = asked.answer_due_at
    assert due
    again = due + 30 * MINUTE
    booking.log_call(asked, outcome="no-answer", try_again_at=again, by=dana, now=now)
    now_due = Appointment.objects.get().answer_due_at
    assert now_due == min(again, asked.starts_at)
    assert OutboxMessage.objects.filter(kind="call_missed").count() == 1
    with pytest.raises(booking.AlreadyChanged):  # a colleague called meanwhile
        booking.log_call(asked, outcome="voicemail", by=dana, now=now)
    assert Call.objects.count() == 1


def test_who_was_reached_is_not_called_again(clinic: Clinic, now: dt.datetime, dana: Any) -> None:
    asked = a_visit(clinic.same_day, now)
    with pytest.raises(ValueError, match="only when nobody was reached"):
        booking.log_call(asked, outcome="reached", try_again_at=now + MINUTE, by=dana, now=now)
    booking.log_call(asked, outcome="reached", by=dana, now=now)
    assert not OutboxMessage.objects.filter(kind="call_missed").exists()


def test_only_the_first_look_counts(clinic: Clinic, now: dt.datetime, dana: Any) -> None:
    asked = a_visit(clinic.same_day, now)
    booking.mark_seen(asked, by=dana, now=now)
    booking.mark_seen(asked, by=dana, now=now + MINUTE)
    assert Mark.objects.get(kind="seen").at == now


def test_a_corrected_address_gets_the_message_and_nothing_new_sends_none(
    clinic: Clinic, now: dt.datetime
) -> None:
    visit = a_visit(clinic.office_visit, now)
    right = booking.Corrections(email="alice.adams@example.com", needs="a wheelchair")
    corrected = booking.correct_details(visit, corrections=right, by=None, now=now)
    assert (corrected.patient.email, corrected.patient.needs) == (right.email, right.needs)
    assert OutboxMessage.objects.get(kind="details_corrected").to == right.email
    before = everything()
    booking.correct_details(corrected, corrections=right, by=None, now=now)
    assert everything() == before
