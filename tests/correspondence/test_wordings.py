"""The practice's own words: what may stand in them, and that nothing else ever leaves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from correspondence import email, outbox, texts, wordings
from correspondence.kinds import KINDS
from correspondence.models import Link, OutboxMessage, Wording
from correspondence.wordings import Words
from practice.roles import Role
from tests.correspondence.conftest import Put
from tests.people import a_clinic
from tests.staff import a_member

pytestmark = pytest.mark.django_db

OWN = Words(
    "Good news",
    "Hello, see you on {when}.\n\nYour reference: {reference}\nCall {phone} & ask for us.\n{link}",
    "{practice}: {when}. {link}",
)


@pytest.fixture
def maria() -> User:
    a_clinic()
    return a_member(Role.MANAGER, "maria@clinic.test", "Maria", "Moss")


def faults(kind: str = "booked", **changed: str) -> dict[str, str]:
    words = wordings.tidy(Words(**{**vars(OWN), **changed}))
    try:
        wordings.check(kind, "en", words)
    except wordings.Unfit as unfit:
        return unfit.faults
    return {}


@pytest.mark.parametrize(
    ("field", "words", "said"),
    [
        ("body", "{when} {reference} {phone} {link} {reason}", "{reason} cannot stand"),
        ("body", "{when} {reference} {phone} {link} {patient.birth_date}", "{patient.birth_date}"),
        ("body", "{when} {reference} {phone} {link} {0}", "{0} cannot stand"),
        ("body", "{when} {reference} {phone} {link} {phone!r}", "{phone!r} cannot stand"),
        ("body", "{when} {reference} {phone} {link} {}", "{} cannot stand"),
        ("body", "{when} {reference} {phone} {link} {", "A brace stands alone"),
        ("body", "{when} {reference} {phone}", "{link} is missing"),
        ("body", "{when} {reference} {link}", "{phone} is missing"),
        ("body", "<b>{when}</b> {reference} {phone} {link}", "without < and >"),
        ("body", "{when} {reference} {phone} {link} for your kyphoplasty", "kyphoplasty"),
        ("body", "", "Write something here"),
        ("subject", "Your spine visit", "spine"),
        ("subject", "See you {when}", "nothing in braces"),
        ("subject", "", "Write something here"),
        ("text", "{when}", "{link}, {practice} is missing"),
        ("text", "{practice} {when} {link} " + "again " * 40, "at most 300 fit"),
        ("text", "{practice} {when} {link} {birth_date}", "{birth_date} cannot stand"),
    ],
)
def test_what_may_not_be_sent_is_named(
    maria: User, now: dt.datetime, field: str, words: str, said: str
) -> None:
    found = faults(**{field: words})
    assert found.keys() == {field}
    assert said in found[field]
    changed = Words(**{**vars(OWN), field: words})
    with pytest.raises(wordings.Unfit):
        wordings.change("booked", "en", changed, seen=0, by=maria, now=now)
    assert Wording.objects.count() == 0


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_default_of_every_kind_is_fit_to_be_sent(maria: User, locale: str) -> None:
    """So that whoever changes one word is not stopped by the others."""
    unfit = {}
    for kind in wordings.editable():
        try:
            wordings.check(kind, locale, wordings.tidy(wordings.default(kind, locale)))
        except wordings.Unfit as error:
            unfit[kind] = error.faults
    assert unfit == {}


def test_a_message_goes_out_in_the_practices_words_also_one_that_waits(
    maria: User, put: Put, now: dt.datetime
) -> None:
    link = outbox.LinkFor(Link.Purpose.VISIT, 1, 1, now + dt.timedelta(days=1))
    message = put(link=link)
    wordings.change("booked", "en", OWN, seen=0, by=maria, now=now)
    mail = email.render(message)
    assert mail.subject == "Good news"
    assert f"see you on {message.context['when']}." in mail.body
    assert email.link_of(message) in mail.body
    assert str(mail.body).rstrip().endswith(message.context["phone"])
    html = str(mail.alternatives[0][0])
    assert f'<a href="{email.link_of(message)}">' in html
    assert "&amp; ask for us" in html
    assert email.render(put(locale="es", version=2)).subject != "Good news"


def test_a_text_message_goes_out_in_the_practices_words_and_can_be_stopped(
    maria: User, put: Put, now: dt.datetime
) -> None:
    wordings.change("booked", "en", OWN, seen=0, by=maria, now=now)
    said = texts.render(put(way="text", to="+12145550101"))
    assert said.endswith("Reply STOP to end these texts.")
    assert "{" not in said


def test_a_line_whose_value_is_not_known_is_left_out(
    maria: User, put: Put, now: dt.datetime
) -> None:
    words = Words(
        "News", "We answer by {answer_by}.\n{reference} {phone} {link}\n{reference} {phone}", ""
    )
    wordings.change("request_received", "en", words, seen=0, by=maria, now=now)
    context = {"practice": "Example Spine", "reference": "7KM4-X2PD", "phone": "(214) 555-0142"}
    mail = email.render(put(kind="request_received", context=context))
    assert "We answer by" not in mail.body
    assert "7KM4-X2PD (214) 555-0142" in mail.body


def test_values_are_words_and_never_instructions(maria: User, put: Put, now: dt.datetime) -> None:
    """What stands in a value is neither a name in braces, nor HTML, nor a second header."""
    wordings.change("booked", "en", OWN, seen=0, by=maria, now=now)
    hostile = "{link}<script>{{ 7|add:7 }}{% now 'Y' %}\r\nBcc: eve@example.com"
    message = put(
        context={
            "practice": "Example Spine",
            "reference": "7KM4-X2PD",
            "phone": "(214) 555-0142",
            "when": hostile,
        },
        link=outbox.LinkFor(Link.Purpose.VISIT, 1, 1, now + dt.timedelta(days=1)),
    )
    mail = email.render(message)
    assert "{{ 7|add:7 }}{% now 'Y' %}" in mail.body
    assert "<script>" not in str(mail.alternatives[0][0])
    assert str(mail.alternatives[0][0]).count("<a href") == 1
    assert "\nBcc:" not in mail.message().as_string()


def test_line_ends_and_control_characters_end_at_the_door(maria: User, now: dt.datetime) -> None:
    body = f"{OWN.body}\r\nBcc: eve@example.com\x00\x1b[31m"
    words = Words("Good\r\nBcc: eve@example.com", body, OWN.text)
    row = wordings.change("booked", "en", words, seen=0, by=maria, now=now)
    assert row.subject == "Good Bcc: eve@example.com"
    assert not set("\r\x00\x1b") & set(row.body)


def test_of_two_managers_the_second_is_told(maria: User, now: dt.datetime) -> None:
    wordings.change("booked", "en", OWN, seen=0, by=maria, now=now)
    other = Words("Other news", OWN.body, OWN.text)
    with pytest.raises(wordings.AlreadyChanged):
        wordings.change("booked", "en", other, seen=0, by=maria, now=now)
    assert wordings.own("booked", "en") == OWN
    wordings.restore("booked", "en", seen=1, by=maria, now=now)
    assert wordings.own("booked", "en") is None
    assert [row.subject for row in Wording.objects.all()] == ["Good news", ""]


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"number": 1}, "wording_one_after_the_other"),
        ({"number": 2, "body": ""}, "wording_is_whole_or_the_default"),
        ({"number": 2, "subject": ""}, "wording_is_whole_or_the_default"),
    ],
)
def test_the_database_refuses(
    maria: User, now: dt.datetime, facts: dict[str, Any], constraint: str
) -> None:
    wordings.change("booked", "en", OWN, seen=0, by=maria, now=now)
    row = {"kind": "booked", "locale": "en", "at": now, "user": maria, **vars(OWN), **facts}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Wording.objects.create(**row)


def test_nothing_that_a_kind_may_not_carry_can_be_named() -> None:
    allowed = {
        *("practice", "reference", "phone", "when", "answer_by", "until", "try_again"),
        *("cancelled_by", "minutes", "link"),
    }
    for kind in wordings.editable():
        assert wordings.names_of(kind) <= allowed
        assert wordings.names_of(kind) >= KINDS[kind].required
    assert {row for row in OutboxMessage.Kind.values if not row.startswith("staff_")} == set(
        wordings.editable()
    )
