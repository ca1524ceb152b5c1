"""Ten seconds in which the desk takes back what it did, and no message has left."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client

from appointments import booking, happened
from appointments.models import Act, Appointment, Occupancy, StatusChange
from correspondence import delivery, outbox
from correspondence.models import OutboxMessage
from practice.models import AccessLog
from practice.roles import Role
from tests import people
from tests.appointments.test_races import together
from tests.conftest import Clock
from tests.correspondence.conftest import mails_in
from tests.staff import a_member, signed_in

SECOND = dt.timedelta(seconds=1)
Do = Callable[[Appointment, User, dt.datetime], object]


@pytest.fixture
def mail_folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.EMAIL_BACKEND = "correspondence.mail_files.EmailBackend"
    return tmp_path / "mail"


def confirm(visit: Appointment, by: User, now: dt.datetime) -> object:
    return booking.confirm(visit, seen_version=visit.version, by=by, now=now)


def refuse(visit: Appointment, by: User, now: dt.datetime) -> object:
    return booking.refuse(visit, seen_version=visit.version, by=by, reason="full", now=now)


def offer(visit: Appointment, by: User, now: dt.datetime) -> object:
    return booking.offer(visit, slots=people.free_times(visit.visit_type, now)[:2], by=by, now=now)


def cancel(visit: Appointment, by: User, now: dt.datetime) -> object:
    return booking.cancel(visit, by=by, reason="ill", now=now)


def call(visit: Appointment, by: User, now: dt.datetime) -> object:
    again = visit.starts_at - dt.timedelta(minutes=1)
    return booking.log_call(visit, outcome="no-answer", try_again_at=again, by=by, now=now)


def as_it_stands(visit: Appointment) -> tuple[Any, ...]:
    """What others see of it: its status, its times, its deadline."""
    now = Appointment.objects.get(pk=visit.pk)
    times = Occupancy.objects.filter(key=visit.key).order_by("starts_at")
    return (
        *(now.status, now.answer_due_at, now.cancelled_by, now.cancellation_reason),
        *times.values_list("practitioner", "starts_at", "during", "kind", "state", "expires_at"),
    )


def told(visit: Appointment) -> set[str]:
    """The kinds of messages that are still to go, or have gone, to the patient."""
    rows = OutboxMessage.objects.filter(subject=f"appointment:{visit.pk}")
    return set(rows.exclude(state="left_out").values_list("kind", flat=True))


@pytest.mark.parametrize("do", [confirm, refuse, offer, cancel, call])
def test_what_the_desk_did_is_as_if_it_had_never_been(
    clinic: people.Clinic, frances: User, now: dt.datetime, do: Do
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    people.a_visit(clinic.same_day, now, details=people.bob())
    before, letters = as_it_stands(visit), told(visit)
    do(visit, frances, now + SECOND)
    after = as_it_stands(visit)
    assert after != before
    assert told(visit) > letters
    visit.refresh_from_db()
    undone = booking.undo(visit, seen_version=visit.version, by=frances, now=now + 10 * SECOND)
    assert as_it_stands(visit) == before
    assert told(visit) == letters
    assert undone.version == visit.version + 1
    act = Act.objects.get()
    assert (act.user, act.undone_at) == (frances, now + 10 * SECOND)
    zone = clinic.practice.zone
    said = [words for _at, words in happened.so_far(undone, zone=zone, now=now + 10 * SECOND)]
    assert said == ["We received your request."]


def test_a_booked_visit_that_was_cancelled_by_mistake_has_its_time_again(
    clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.office_visit, now)
    before = as_it_stands(visit)
    gone = booking.cancel(visit, by=frances, reason="ill", now=now)
    booking.undo(gone, seen_version=gone.version, by=frances, now=now + SECOND)
    assert as_it_stands(visit) == before
    assert [change.reason for change in StatusChange.objects.all()] == ["", "ill", "undone"]


def test_offers_that_were_cancelled_by_mistake_are_held_again(
    clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    offered = booking.offer(
        visit, slots=people.free_times(clinic.same_day, now)[:2], by=frances, now=now
    )
    before = as_it_stands(visit)
    gone = booking.cancel(offered, by=frances, reason="ill", now=now + SECOND)
    booking.undo(gone, seen_version=gone.version, by=frances, now=now + 2 * SECOND)
    assert as_it_stands(visit) == before


def test_who_waited_beside_a_visit_waits_again(
    clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    slot = people.free_times(clinic.office_visit, now)[-1]
    visit = people.a_visit(clinic.office_visit, now, slot=slot)
    waiting = booking.wait_for_earlier(visit, part="", any_practitioner=True, by=None, now=now)
    assert waiting is not None
    gone = booking.cancel(visit, by=frances, reason="ill", now=now + SECOND)
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    booking.undo(gone, seen_version=gone.version, by=frances, now=now + 2 * SECOND)
    waiting.refresh_from_db()
    assert waiting.status == "waitlist"


def test_after_ten_seconds_it_stands(
    clinic: people.Clinic, frances: User, now: dt.datetime, clock: Clock
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    confirmed = booking.confirm(visit, seen_version=1, by=frances, now=now)
    before, letters = as_it_stands(visit), told(visit)
    with pytest.raises(booking.TooLate):
        booking.undo(confirmed, seen_version=2, by=frances, now=now + outbox.HELD_BACK)
    assert (as_it_stands(visit), told(visit)) == (before, letters)
    assert Act.objects.get().undone_at is None


def test_what_somebody_else_did_or_changed_since_is_not_undone(
    clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    maria = a_member(Role.MANAGER, "maria@clinic.test")
    visit = people.a_visit(clinic.same_day, now)
    confirmed = booking.confirm(visit, seen_version=1, by=frances, now=now)
    with pytest.raises(booking.AlreadyChanged):
        booking.undo(confirmed, seen_version=2, by=maria, now=now + SECOND)
    booking.cancel(confirmed, by=None, reason="", now=now + SECOND)
    before = as_it_stands(visit)
    with pytest.raises(booking.AlreadyChanged):
        booking.undo(confirmed, seen_version=2, by=frances, now=now + 2 * SECOND)
    assert as_it_stands(visit) == before


def test_a_time_that_was_given_to_somebody_else_is_not_taken_from_them(
    clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    refused = booking.refuse(visit, seen_version=1, by=frances, reason="full", now=now)
    bobs = people.a_visit(clinic.same_day, now, details=people.bob())
    assert bobs.starts_at == visit.starts_at
    with pytest.raises(booking.SlotTaken):
        booking.undo(refused, seen_version=2, by=frances, now=now + SECOND)
    visit.refresh_from_db()
    assert visit.status == "cancelled"
    assert "refused" in told(visit)


def test_no_message_of_the_desk_leaves_before_ten_seconds(
    clinic: people.Clinic, frances: User, now: dt.datetime, clock: Clock, mail_folder: Path
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    booking.confirm(visit, seen_version=1, by=frances, now=now)
    booked = OutboxMessage.objects.get(kind="booked")
    clock.at(now + 9 * SECOND)
    assert delivery.deliver(booked.pk) == 1
    assert mails_in(mail_folder) == []
    clock.at(now + 10 * SECOND)
    assert delivery.deliver(booked.pk) is None
    assert len(mails_in(mail_folder)) == 1


def test_what_was_undone_is_never_sent_not_even_again(
    clinic: people.Clinic, frances: User, now: dt.datetime, clock: Clock, mail_folder: Path
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    confirmed = booking.confirm(visit, seen_version=1, by=frances, now=now)
    booking.undo(confirmed, seen_version=2, by=frances, now=now + SECOND)
    booked = OutboxMessage.objects.get(kind="booked")
    clock.at(now + 11 * SECOND)
    delivery.deliver(booked.pk)
    outbox.resend(OutboxMessage.objects.get(pk=booked.pk), by=frances, now=now + 12 * SECOND)
    delivery.deliver(booked.pk)
    booked.refresh_from_db()
    assert (booked.state, booked.trouble) == ("left_out", "too late")
    assert mails_in(mail_folder) == []


def test_the_answer_shows_undo_and_a_press_takes_it_back(
    clinic: people.Clinic, desk: Client, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    address = f"/admin/appointments/{visit.reference}"
    answer = desk.post(f"{address}/confirm/", {"seen_version": "1"}, follow=True)
    assert f'action="{address}/undo/"' in answer.content.decode()
    assert desk.get(f"{address}/undo/").status_code == 405
    answer = desk.post(f"{address}/undo/", {"seen_version": "2"}, follow=True)
    assert "Undone: Alice Adams" in answer.content.decode()
    assert f'action="{address}/undo/"' not in answer.content.decode()
    visit.refresh_from_db()
    assert visit.status == "pending"
    again = desk.post(f"{address}/undo/", {"seen_version": "2"}, follow=True)
    assert "Undone" in again.content.decode()
    visit.refresh_from_db()
    assert (visit.status, visit.version) == ("pending", 3)
    assert AccessLog.objects.filter(action="undo").count() == 2


def test_too_late_is_said_plainly(
    clinic: people.Clinic, desk: Client, now: dt.datetime, clock: Clock
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    address = f"/admin/appointments/{visit.reference}"
    desk.post(f"{address}/confirm/", {"seen_version": "1"})
    clock.at(now + 11 * SECOND)
    page = desk.get("/admin/").content.decode()
    assert "/undo/" not in page
    answer = desk.post(f"{address}/undo/", {"seen_version": "2"}, follow=True).content.decode()
    assert "Too late to undo: ten seconds are over. Nothing was changed." in answer
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_nobody_undoes_what_a_colleague_did(
    clinic: people.Clinic, desk: Client, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    address = f"/admin/appointments/{visit.reference}"
    desk.post(f"{address}/confirm/", {"seen_version": "1"})
    maria = signed_in(a_member(Role.MANAGER, "maria@clinic.test"))
    assert "/undo/" not in maria.get("/admin/").content.decode()
    assert maria.post(f"{address}/undo/", {"seen_version": "2"}).status_code == 409
    visit.refresh_from_db()
    assert visit.status == "booked"


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"version": 2}, "act_one_per_version"),
        ({"version": 3, "undone_at": -1}, "act_is_undone_after_it_was_done"),
    ],
)
def test_the_database_refuses(
    clinic: people.Clinic,
    frances: User,
    now: dt.datetime,
    changed: dict[str, int],
    constraint: str,
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    booking.confirm(visit, seen_version=1, by=frances, now=now)
    facts: dict[str, Any] = dict(changed)
    if "undone_at" in facts:
        facts["undone_at"] = now + facts["undone_at"] * SECOND
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Act.objects.create(appointment=visit, verb="confirm", at=now, user=frances, **facts)


# --- at the same moment --------------------------------------------------------------------------
ROUNDS = 12


def race(
    clinic: people.Clinic,
    frances: User,
    now: dt.datetime,
    mails: Path,
    looked: threading.Event | None = None,
) -> Counter[str]:
    """The worker and Undo reach for one message at once, again and again; how each round ended.
    The worker waits for `looked`, where it is given."""
    ended = Counter[str]()
    for number in range(ROUNDS):
        if looked:
            looked.clear()
        visit = people.a_visit(clinic.same_day, now)
        confirmed = booking.confirm(visit, seen_version=1, by=frances, now=now)
        booked = OutboxMessage.objects.get(kind="booked", subject=f"appointment:{visit.pk}")
        OutboxMessage.objects.filter(pk=booked.pk).update(not_before=now)  # the clocks disagree
        before = len(mails_in(mails))

        def undo(confirmed: Appointment = confirmed) -> None:
            try:
                booking.undo(confirmed, seen_version=2, by=frances, now=now + SECOND)
            except booking.TooLate:
                pass
            finally:
                connection.close()

        def deliver(booked: OutboxMessage = booked) -> None:
            if looked:
                looked.wait(10)
            delivery.deliver(booked.pk)
            connection.close()

        together([undo, deliver] if number % 2 else [deliver, undo])
        visit.refresh_from_db()
        sent = len(mails_in(mails)) - before
        ended[f"{visit.status}, {'sent' if sent else 'not sent'}"] += 1
        booking.cancel(visit, by=None, reason="", now=now + 2 * SECOND)
    return ended


@pytest.mark.django_db(transaction=True)
def test_undo_and_the_worker_at_once_are_one_after_the_other(
    now: dt.datetime, clock: Clock, mail_folder: Path
) -> None:
    clinic = people.a_clinic()
    frances = a_member(Role.FRONT_DESK, "frances@clinic.test")
    clock.at(now + SECOND)
    ended = race(clinic, frances, now, mail_folder)
    assert set(ended) <= {"pending, not sent", "booked, sent"}, ended
    assert sum(ended.values()) == ROUNDS


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_mail_leaves_about_what_was_undone(
    now: dt.datetime, clock: Clock, mail_folder: Path
) -> None:
    """The control. If it finds nothing, the test above is blind."""
    clinic = people.a_clinic()
    frances = a_member(Role.FRONT_DESK, "frances@clinic.test")
    clock.at(now + SECOND)
    looked = threading.Event()

    def looks_first_and_writes_later(
        subject: str, *, version: int, written_at: dt.datetime
    ) -> None:
        held = OutboxMessage.objects.filter(subject=subject, version=version, created_at=written_at)
        if held.exclude(state="queued").exists():
            raise outbox.AlreadyLeft
        looked.set()
        for _wait in range(100):  # until the worker has come between
            if not held.filter(kind="booked", state="queued").exists():
                break
            time.sleep(0.05)
        held.update(state="left_out", claim=None, trouble="undone")

    with mock.patch.object(outbox, "undo", looks_first_and_writes_later):
        ended = race(clinic, frances, now, mail_folder, looked)
    assert ended["pending, sent"], ended
