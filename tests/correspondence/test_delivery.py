from __future__ import annotations

import datetime as dt
import uuid

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from correspondence import channels, delivery, tasks
from correspondence.models import OutboxMessage
from tests.correspondence.conftest import MailServer, Put

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


def test_a_message_is_sent_once_however_often_its_job_runs(
    put: Put, mail_server: MailServer
) -> None:
    message = put()
    other = put(subject="appointment:2", to="bob@example.com")
    for _ in range(3):
        assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    other.refresh_from_db()
    assert (message.state, other.state) == (State.SENT, State.QUEUED)
    ((recipients, mail),) = mail_server.accepted
    assert recipients == ["alice@example.com"]
    assert mail["Message-ID"] == message.message_id


@pytest.mark.parametrize("answer", ["451 greylisted, alice@example.com", "421 too busy"])
def test_not_now_is_tried_again_later_and_then_arrives(
    put: Put, mail_server: MailServer, answer: str
) -> None:
    message = put()
    mail_server.rcpt = answer
    assert delivery.deliver(message.pk) == delivery.WAITS[0]
    assert delivery.deliver(message.pk) == delivery.WAITS[1]
    message.refresh_from_db()
    assert message.state == State.QUEUED
    assert message.trouble == f"smtp {answer[:3]}"
    mail_server.rcpt = "250 OK"
    assert delivery.deliver(message.pk) is None
    assert len(mail_server.accepted) == 1


def test_a_later_attempt_is_a_job_of_its_own(put: Put, mail_server: MailServer) -> None:
    message = put()
    mail_server.rcpt = "451 not now"
    tasks.send.func(message=message.pk)
    later = ProcrastinateJob.objects.filter(scheduled_at__isnull=False)
    assert [job.args for job in later] == [{"message": message.pk}]


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_no_for_good_is_not_asked_again(put: Put, mail_server: MailServer, stage: str) -> None:
    message = put()
    setattr(mail_server, stage, "550 no such person alice@example.com")
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert (message.state, message.trouble) == (State.FAILED, "smtp 550")
    setattr(mail_server, stage, "250 OK")
    assert delivery.deliver(message.pk) is None
    assert mail_server.accepted == []


def test_a_refusal_of_the_text_itself_for_now_is_no_reason_for_doubt(
    put: Put, mail_server: MailServer
) -> None:
    message = put()
    mail_server.data = "451 not now"
    assert delivery.deliver(message.pk) is not None
    message.refresh_from_db()
    assert (message.state, message.handed_over_at) == (State.QUEUED, None)


def test_a_server_that_says_nothing_is_given_up_and_tried_later(
    put: Put, mail_server: MailServer
) -> None:
    message = put()
    mail_server.wait = 1.5
    assert delivery.deliver(message.pk) == delivery.WAITS[0]
    message.refresh_from_db()
    assert (message.state, message.handed_over_at) == (State.QUEUED, None)


def test_a_server_that_is_not_there_is_tried_later(
    put: Put, mail_server: MailServer, settings: object
) -> None:
    settings.EMAIL_PORT = 1  # type: ignore[attr-defined]
    message = put()
    assert delivery.deliver(message.pk) == delivery.WAITS[0]
    message.refresh_from_db()
    assert (message.state, message.trouble) == (State.QUEUED, "ConnectionRefusedError")


def test_after_the_last_attempt_a_message_has_failed(put: Put, mail_server: MailServer) -> None:
    mail_server.rcpt = "451 not now"
    message = put()
    waits = [delivery.deliver(message.pk) for _ in range(len(delivery.WAITS) + 1)]
    assert waits == [*delivery.WAITS, None]
    message.refresh_from_db()
    assert message.state == State.FAILED


def test_a_text_handed_over_without_an_answer_goes_out_once_more_and_no_third_time(
    put: Put, mail_server: MailServer
) -> None:
    message = put()
    mail_server.drop_after_data = True
    assert delivery.deliver(message.pk) is not None
    message.refresh_from_db()
    assert message.state == State.UNKNOWN
    assert delivery.deliver(message.pk) is None
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert message.state == State.UNKNOWN
    assert mail_server.heard == 2
    assert {mail["Message-ID"] for _to, mail in mail_server.accepted} == {message.message_id}


def left_by_a_dead_worker(message: OutboxMessage, **facts: object) -> None:
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=State.SENDING, claim=uuid.uuid4(), attempts=1, **facts
    )


def test_a_worker_that_died_before_handing_over_costs_nothing(
    put: Put, mail_server: MailServer
) -> None:
    message = put()
    left_by_a_dead_worker(message)
    assert delivery.deliver(message.pk) is None
    assert delivery.deliver(message.pk) is None
    assert len(mail_server.accepted) == 1


def test_a_worker_that_died_after_handing_over_is_the_one_window_for_a_second_copy(
    put: Put, mail_server: MailServer, now: dt.datetime
) -> None:
    message = put()
    left_by_a_dead_worker(message, handed_over_at=now)
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert (message.state, len(mail_server.accepted)) == (State.SENT, 1)


def test_a_worker_that_died_twice_after_handing_over_leaves_the_rest_to_people(
    put: Put, mail_server: MailServer, now: dt.datetime
) -> None:
    message = put()
    left_by_a_dead_worker(message, handed_over_at=now, handed_over_twice=True)
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert (message.state, mail_server.accepted) == (State.UNKNOWN, [])


def test_a_worker_whose_message_was_taken_over_does_not_send_it(
    put: Put, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = put()
    real = channels.send_email

    def while_another_takes_over(*args: object, **kwargs: object) -> None:
        OutboxMessage.objects.filter(pk=message.pk).update(claim=uuid.uuid4())
        real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(channels, "send_email", while_another_takes_over)
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert (message.state, mail_server.accepted) == (State.SENDING, [])


def test_a_message_whose_job_was_lost_is_found_again(put: Put, now: dt.datetime) -> None:
    kept, forgotten = put(), put(subject="appointment:2", to="bob@example.com")
    ProcrastinateJob.objects.filter(args__message=forgotten.pk).update(status="failed")
    assert tasks.lost(now=now) == []
    assert tasks.lost(now=now + tasks.LOST_AFTER * 2) == [forgotten.pk]
    assert kept.state == State.QUEUED
