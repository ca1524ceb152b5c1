from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from correspondence import delivery, outbox, tasks
from correspondence.kinds import KINDS, NotForAMessage
from correspondence.links import LinkFor
from correspondence.models import Link, OutboxMessage
from tests import people
from tests.correspondence.conftest import Put, mails_in

pytestmark = pytest.mark.django_db

CANARIES = {
    "reason": "canary-reason",
    "birth_date": dt.date(1931, 1, 17),
    "needs": "canary-needs",
}
NEVER = ("canary", "1931-", "January 17", "kyphoplasty", "vertebr", "my back hurts", "Bob", "Baker")


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name=tasks.send.name).count()


class ChangedMyMind(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_a_booking_that_is_rolled_back_leaves_no_message_and_no_job(put: Put) -> None:
    def book() -> None:
        with transaction.atomic():
            put(link=LinkFor("visit", 1, 1))
            assert jobs() == 1
            raise ChangedMyMind

    with pytest.raises(ChangedMyMind):
        book()
    assert (OutboxMessage.objects.count(), jobs(), Link.objects.count()) == (0, 0, 0)


def test_the_same_event_twice_is_one_message_and_one_job(put: Put) -> None:
    first = put()
    assert put(to="somebody-else@example.com") == first
    assert list(OutboxMessage.objects.values_list("to", flat=True)) == ["alice@example.com"]
    assert jobs() == 1


def test_another_visit_another_version_and_another_kind_are_other_messages(put: Put) -> None:
    put()
    put(subject="appointment:2", to="bob@example.com")
    put(version=2)
    put(kind="refused", context={"practice": "P", "reference": "R", "phone": ""})
    assert (OutboxMessage.objects.count(), jobs()) == (4, 4)


def test_the_database_itself_refuses_a_second_message_about_one_event(put: Put) -> None:
    message = put()
    message.pk = None
    with pytest.raises(IntegrityError, match="outbox_one_message_per_event"), transaction.atomic():
        message.save(force_insert=True)


@pytest.mark.parametrize("key", ["reason", "procedure", "birth_date", "specialty", "patient"])
def test_a_message_is_refused_anything_it_must_not_say(put: Put, key: str) -> None:
    context = {"practice": "P", "reference": "R", "phone": "", "when": "W", key: "canary"}
    with pytest.raises(NotForAMessage, match=key):
        put(context=context)
    assert (OutboxMessage.objects.count(), jobs()) == (0, 0)


def test_no_kind_knows_a_key_that_could_be_clinical() -> None:
    harmless = set(
        [
            "practice",
            "reference",
            "phone",
            "when",
            "answer_by",
            "until",
            "try_again",
            "cancelled_by",
            "minutes",
        ]
    )
    assert {key for kind in KINDS.values() for key in kind.required | kind.optional} == harmless


@pytest.mark.django_db(transaction=True)
def test_a_message_outside_a_transaction_is_refused(now: dt.datetime) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        outbox.put(
            subject="appointment:1",
            kind="refused",
            version=1,
            to="alice@example.com",
            to_name="Alice",
            locale="en",
            context={"practice": "P", "reference": "R", "phone": ""},
            link=None,
            now=now,
        )
    assert OutboxMessage.objects.count() == 0


@pytest.mark.parametrize(
    "to",
    [
        "",
        "alice",
        "alice@example.com, mallory@example.com",
        "alice@example.com\r\nBcc: mallory@example.com",
        "Alice <alice@example.com>",
        "alice@example.com;mallory@example.com",
    ],
)
def test_an_address_that_is_not_exactly_one_is_refused(put: Put, to: str) -> None:
    with pytest.raises(NotForAMessage):
        put(to=to)
    assert OutboxMessage.objects.count() == 0


@pytest.mark.parametrize(
    "name",
    [
        "Adams, Alice",
        'Alice "Al" Adams',
        "Alice\r\nBcc: mallory@example.com",
        "Alice <mallory@example.com>,",
        "x\u2028Bcc: mallory@example.com",
        "Zoë Ångström, née Núñez",
        "=?utf-8?q?mallory=40example.com=2C?=",
        "@" * 300,
        "",
    ],
)
def test_whatever_a_name_holds_there_is_one_recipient(
    put: Put, mail_folder: Path, name: str
) -> None:
    delivery.deliver(put(to_name=name).pk)
    (mail,) = mails_in(mail_folder)
    assert [address.addr_spec for address in mail["To"].addresses] == ["alice@example.com"]
    assert (mail["Bcc"], mail["Cc"]) == (None, None)


def test_values_cannot_add_lines_to_a_message(put: Put, mail_folder: Path) -> None:
    context = {"practice": "P\r\nX: y", "reference": "R\n\nhello", "phone": "", "when": "W"}
    delivery.deliver(put(context=context).pk)
    (mail,) = mails_in(mail_folder)
    assert mail["X"] is None
    assert "R hello" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def everything_written(mail: Any) -> str:
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *parts])


def test_no_message_about_a_visit_says_why_somebody_comes(
    mail_folder: Path, now: dt.datetime
) -> None:
    clinic = people.a_clinic()
    people.a_visit(clinic.same_day, now, details=people.bob())
    people.a_visit(clinic.office_visit, now, details=people.alice(**CANARIES))
    people.a_visit(clinic.same_day, now, details=people.alice(**CANARIES))
    for pk in OutboxMessage.objects.values_list("pk", flat=True):
        delivery.deliver(pk)
    mails = mails_in(mail_folder)
    to_alice = [mail for mail in mails if "alice@example.com" in mail["To"]]
    assert len(to_alice) >= 2
    for mail in to_alice:
        text = everything_written(mail).lower()
        assert [word for word in NEVER if word.lower() in text] == []
    for mail in mails:
        assert "canary" not in everything_written(mail)
        assert "Spine" not in mail["Subject"]


def test_nothing_private_stands_in_the_queue(put: Put) -> None:
    put()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(job)::text FROM procrastinate_jobs AS job")
        (row,) = cursor.fetchall()
    assert "alice" not in row[0].lower()


def test_every_kind_can_be_written_as_text_and_as_html(
    put: Put, mail_folder: Path, now: dt.datetime
) -> None:
    everything = {
        "practice": "Example & Co <b>",
        "reference": "AB12-CD34",
        "phone": "(214) 555-0142",
        "when": "Tuesday, November 24, 3:20 PM",
        "answer_by": "11:00 AM",
        "cancelled_by": "you",
        "until": "March 1, 2027",
    }
    for kind, spec in KINDS.items():
        wanted = spec.required | spec.optional
        context = {key: value for key, value in everything.items() if key in wanted}
        delivery.deliver(put(kind=kind, context=context, link=LinkFor("visit", 1, 1)).pk)
    mails = mails_in(mail_folder)
    assert len(mails) == len(KINDS)
    named = 0
    for mail in mails:
        text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert ("AB12-CD34" in text) == ("AB12-CD34" in html)
        named += "AB12-CD34" in text
        assert "Example & Co <b>" in text
        assert "Example &amp; Co &lt;b&gt;" in html
        assert mail["Auto-Submitted"] == "auto-generated"
    # A message about a visit names it; one about a review must not tie the two together.
    assert named == sum("reference" in spec.required | spec.optional for spec in KINDS.values())
