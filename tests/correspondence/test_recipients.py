"""Whatever somebody writes as their name, one message goes to one mailbox: what the mail server was
told, and what a mail reader makes of it."""

from __future__ import annotations

import pytest

from correspondence import delivery
from correspondence.models import OutboxMessage
from tests.correspondence.conftest import Put
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db

HEADERS = [
    "Auto-Submitted",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Subject",
    "To",
]
ATTACKS = [
    "Alice\r\nBcc: mallory@example.com",
    "Alice\nTo: mallory@example.com",
    "Alice\r\n\r\nhello",
    "Alice\x0bCc: mallory@example.com\x0c",
    "Alice\x85Bcc: mallory@example.com",
    "Adams, mallory@example.com",
    "mallory@example.com>, <alice@example.com",
    'Alice", mallory@example.com, "x',
    "Alice; mallory@example.com",
    "friends: mallory@example.com;",
    "=?utf-8?q?mallory=40example=2Ecom=2C?=",
    "=?utf-8?b?DQpCY2M6IG1hbGxvcnlAZXhhbXBsZS5jb20=?=",
    "(mallory@example.com)",
    "\\",
    "\x00",
    "." * 400,
]


@pytest.mark.parametrize("name", ATTACKS)
def test_a_name_that_attacks_the_headers_reaches_alice_alone(
    put: Put, mail_server: MailServer, name: str
) -> None:
    message = put(to_name=name)
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert message.state == OutboxMessage.State.SENT
    ((recipients, mail),) = mail_server.accepted
    assert recipients == ["alice@example.com"]
    assert [one.addr_spec for one in mail["To"].addresses] == ["alice@example.com"]
    assert sorted(set(mail.keys()) - {"Reply-To"}) == HEADERS
    assert len(mail.keys()) == len(set(mail.keys()))


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Ångström",
        "María José Núñez Íñiguez",
        "Peña de la Guardia y Ruiz-Zorrilla",
        "Nguyễn Thị Ánh",
        "李小龍",
        "José " * 20 + "Núñez",
    ],
)
def test_a_name_with_accents_arrives_as_it_is_written(
    put: Put, mail_server: MailServer, name: str
) -> None:
    assert delivery.deliver(put(to_name=name, locale="es").pk) is None
    ((recipients, mail),) = mail_server.accepted
    (address,) = mail["To"].addresses
    assert recipients == [address.addr_spec] == ["alice@example.com"]
    assert address.display_name.split() == name[:120].split()
    assert all(len(line) <= 998 for line in mail.as_bytes().splitlines())


@pytest.mark.parametrize("said", ATTACKS)
def test_the_practice_s_own_name_cannot_add_a_header_either(
    put: Put, mail_server: MailServer, said: str
) -> None:
    context = {"practice": said, "reference": said, "phone": said, "when": said}
    assert delivery.deliver(put(context=context).pk) is None
    ((recipients, mail),) = mail_server.accepted
    assert recipients == ["alice@example.com"]
    assert sorted(set(mail.keys()) - {"Reply-To"}) == HEADERS
