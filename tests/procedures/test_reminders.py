"""A physician hears that a page of theirs wants to be read again: in time, and when it is late."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection

from correspondence import email
from correspondence.models import OutboxMessage
from practice.models import Practitioner
from practice.roles import Role
from procedures import reminders, signing, tasks
from procedures.models import Procedure
from tests.content import a_physician, a_procedure, publish, the_practice, with_everything
from tests.staff import a_member

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
DUE = dt.date(2027, 3, 1)


@pytest.fixture
def ana(db: None) -> Practitioner:
    the_practice()
    return a_physician(user=a_member(Role.DOCTOR, "ana@clinic.test", "Ana", "Ortega"))


def signed(ana: Practitioner, slug: str = "kyphoplasty", due: dt.date = DUE) -> Procedure:
    topic = with_everything(a_procedure(slug, live=False))
    Procedure.objects.get(pk=topic.pk).save_revision()
    sign_again(topic, ana, due)
    return topic


def sign_again(topic: Procedure, ana: Practitioner, due: dt.date) -> None:
    fresh = Procedure.objects.get(pk=topic.pk)
    seen = fresh.live_revision_id if fresh.live else fresh.latest_revision_id
    assert seen is not None
    now = dt.datetime(2026, 11, 24, 15, tzinfo=dt.UTC)
    signing.sign(fresh, seen_revision=seen, by=ana, next_review=due, now=now)


def run(day: dt.date) -> list[str]:
    """Which messages are new when the worker comes by on `day`."""
    before = set(OutboxMessage.objects.values_list("pk", flat=True))
    now = dt.datetime.combine(day, dt.time(15), dt.UTC)
    written = reminders.remind(today=day, now=now)
    new = OutboxMessage.objects.exclude(pk__in=before)
    assert written == len(new)
    return [f"{row.kind} to {row.to}" for row in new]


def test_a_physician_is_told_once_before_the_day_and_once_after_it(ana: Practitioner) -> None:
    signed(ana)
    assert run(DUE - reminders.SOON - dt.timedelta(days=1)) == []
    assert run(DUE - reminders.SOON) == ["staff_pages_due to ana@clinic.test"]
    assert run(DUE - reminders.SOON) == []
    assert run(DUE) == []
    assert run(DUE + dt.timedelta(days=1)) == ["staff_pages_overdue to ana@clinic.test"]
    assert run(DUE + dt.timedelta(days=400)) == []


def test_a_worker_that_slept_through_it_sends_the_later_message_alone(ana: Practitioner) -> None:
    signed(ana)
    assert run(DUE + dt.timedelta(days=90)) == ["staff_pages_overdue to ana@clinic.test"]


def test_two_pages_for_one_day_are_one_message_and_another_day_is_another(
    ana: Practitioner,
) -> None:
    signed(ana)
    signed(ana, "discectomy")
    signed(ana, "laminectomy", DUE + dt.timedelta(days=2))
    assert len(run(DUE - dt.timedelta(days=1))) == 2


def test_a_page_that_was_signed_again_is_asked_about_on_its_new_day(ana: Practitioner) -> None:
    topic = signed(ana)
    assert len(run(DUE)) == 1
    later = DUE + dt.timedelta(days=365)
    sign_again(topic, ana, later)
    assert run(DUE + dt.timedelta(days=1)) == []
    assert run(later) == ["staff_pages_due to ana@clinic.test"]


def test_what_somebody_signed_who_has_left_goes_to_those_who_sign_now(ana: Practitioner) -> None:
    signed(ana)
    a_physician(
        "cal-reyes", name="Cal Reyes", user=a_member(Role.DOCTOR, "cal@clinic.test", "Cal", "Reyes")
    )
    assert ana.user is not None
    ana.user.is_active = False
    ana.user.save()
    assert run(DUE) == ["staff_pages_due to cal@clinic.test"]


def test_nothing_is_said_of_drafts_or_of_what_nobody_signed(ana: Practitioner) -> None:
    with_everything(a_procedure("never-public", live=False))
    topic = with_everything(a_procedure(live=False))
    Procedure.objects.get(pk=topic.pk).save_revision()
    publish(topic)
    gone = signed(ana, "discectomy")
    Procedure.objects.get(pk=gone.pk).unpublish()
    assert run(DUE + dt.timedelta(days=1)) == []


def test_the_message_leads_to_my_pages_and_names_no_page(ana: Practitioner) -> None:
    signed(ana)
    run(DUE)
    run(DUE + dt.timedelta(days=1))
    for message in OutboxMessage.objects.all():
        mail = email.render(message)
        html = str(mail.alternatives[0].content)
        for text in (str(mail.body), html):
            assert "http://127.0.0.1:8000/cms/" in text
            assert "March 1, 2027" in text
            assert "Harbor Spine" in text
            assert "kyphoplasty" not in text.lower()
        assert mail.to == ['"Ana Ortega M.D." <ana@clinic.test>']


def test_the_worker_asks_the_practice_s_own_calendar(ana: Practitioner, clock: Any) -> None:
    signed(ana)
    clock.at(dt.datetime(2027, 3, 2, 3, tzinfo=dt.UTC))  # still March 1 in Chicago
    tasks.remind(0)
    tasks.remind(0)
    assert [row.kind for row in OutboxMessage.objects.all()] == ["staff_pages_due"]
    clock.at(dt.datetime(2027, 3, 2, 9, tzinfo=dt.UTC))
    tasks.remind(0)
    assert OutboxMessage.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_send_one_message(ana: Practitioner) -> None:
    signed(ana)
    both = threading.Barrier(2)
    faults: list[BaseException] = []

    def work() -> None:
        try:
            both.wait(10)
            reminders.remind(today=DUE, now=dt.datetime(2027, 3, 1, 15, tzinfo=dt.UTC))
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    assert faults == []
    assert [row.kind for row in OutboxMessage.objects.all()] == ["staff_pages_due"]
