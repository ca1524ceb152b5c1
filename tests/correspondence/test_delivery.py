from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from correspondence import channels, delivery, outbox, tasks
from correspondence.models import OutboxMessage
from practice.roles import Role
from tests import staff
from tests.correspondence.conftest import Put
from tests.mail_server import MailServer, a_certificate, serving

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


def test_a_text_handed_over_without_an_answer_is_in_doubt_and_never_goes_by_itself(
    put: Put, mail_server: MailServer, now: dt.datetime
) -> None:
    message = put()
    mail_server.drop_after_data = True
    for _ in range(3):
        assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert (message.state, mail_server.heard) == (State.UNKNOWN, 1)
    assert tasks.lost(now=now + tasks.LOST_AFTER * 2) == []


def test_a_slow_answer_to_the_text_is_waited_for(
    put: Put, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To hang up after a second, as everywhere else, would leave a delivered mail in doubt."""
    message = put()
    answer_at_once = mail_server.handle_DATA

    async def think(*args: Any) -> str:
        await asyncio.sleep(1.3)
        return await answer_at_once(*args)

    monkeypatch.setattr(mail_server, "handle_DATA", think)
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert (message.state, len(mail_server.accepted)) == (State.SENT, 1)


def test_no_text_leaves_in_clear_where_tls_is_wanted(
    put: Put, mail_server: MailServer, settings: Any
) -> None:
    message = put()
    for wanted in ("EMAIL_USE_SSL", "EMAIL_USE_TLS"):
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
        setattr(settings, wanted, True)
        assert delivery.deliver(message.pk) is not None
        message.refresh_from_db()
        assert (message.state, message.handed_over_at) == (State.QUEUED, None)
    assert (mail_server.heard, mail_server.accepted) == (0, [])


def test_with_tls_from_the_first_byte_it_goes_to_a_server_that_shows_who_it_is(
    put: Put, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, certificate = a_certificate(tmp_path)
    settings.EMAIL_BACKEND = "correspondence.channels.Smtp"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT, settings.EMAIL_USE_SSL = "127.0.0.1", 1, True
    message = put()
    with serving(MailServer(), tls=tls) as server:
        settings.EMAIL_PORT = server.port
        assert delivery.deliver(message.pk) is not None  # a certificate that nobody vouches for
        assert server.heard == 0
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert delivery.deliver(message.pk) is None
    ((recipients, mail),) = server.accepted
    assert (recipients, mail["Message-ID"]) == (["alice@example.com"], message.message_id)


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


def test_a_worker_that_died_after_handing_over_leaves_the_rest_to_people(
    put: Put, mail_server: MailServer, now: dt.datetime
) -> None:
    message = put()
    left_by_a_dead_worker(message, handed_over_at=now)
    assert delivery.deliver(message.pk) is None
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert (message.state, message.trouble) == (State.UNKNOWN, "worker died")
    assert mail_server.accepted == []


def test_a_worker_that_was_only_slow_has_the_last_word(
    put: Put, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken for dead while the server thought about it: the answer counts all the same."""
    message = put()
    real = channels.send_email

    def while_another_finds_it(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)  # type: ignore[arg-type]
        assert delivery.deliver(message.pk) is None
        message.refresh_from_db()
        assert message.state == State.UNKNOWN

    monkeypatch.setattr(channels, "send_email", while_another_finds_it)
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert (message.state, len(mail_server.accepted)) == (State.SENT, 1)


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


def test_staff_have_a_message_in_doubt_sent_again_and_two_presses_are_one_copy(
    put: Put, mail_server: MailServer, now: dt.datetime
) -> None:
    dana = staff.a_member(Role.FRONT_DESK, "dana@clinic.test")
    message, other = put(), put(subject="appointment:2", to="bob@example.com")
    first_id = message.message_id
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=State.UNKNOWN, handed_over_at=now, attempts=3, trouble="worker died"
    )
    seen, seen_by_another = (OutboxMessage.objects.get(pk=message.pk) for _ in range(2))
    outbox.resend(seen, by=dana, now=now)
    with pytest.raises(outbox.StillOnItsWay):
        outbox.resend(seen_by_another, by=dana, now=now)
    assert (seen.state, seen.attempts, seen.copy) == (State.QUEUED, 0, 1)
    assert (seen.resent_by, seen.resent_at) == (dana, now)
    assert delivery.deliver(seen.pk) is None
    ((recipients, mail),) = mail_server.accepted
    assert recipients == ["alice@example.com"]
    assert mail["Message-ID"] == seen.message_id != first_id
    other.refresh_from_db()
    assert (other.state, other.copy) == (State.QUEUED, 0)


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING])
def test_what_is_on_its_way_is_not_sent_again(put: Put, now: dt.datetime, state: str) -> None:
    message = put()
    claim = uuid.uuid4() if state == State.SENDING else None
    OutboxMessage.objects.filter(pk=message.pk).update(state=state, claim=claim)
    message.refresh_from_db()
    before = ProcrastinateJob.objects.count()
    with pytest.raises(outbox.StillOnItsWay):
        outbox.resend(message, by=staff.a_member(Role.FRONT_DESK, "dana@clinic.test"), now=now)
    message.refresh_from_db()
    assert (message.state, message.copy, message.resent_by) == (state, 0, None)
    assert ProcrastinateJob.objects.count() == before
