"""E-mail by a provider's API: what each answer means, and that nobody tracks what patients open."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError

from correspondence import delivery
from correspondence.models import OutboxMessage
from tests.correspondence.conftest import Put

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


INACTIVE = (
    "You tried to send to a recipient that has been marked as inactive.\nFound inactive "
    "addresses: alice@example.com.\nInactive recipients are ones that made a complaint."
)
SAID = {0: "OK", 406: INACTIVE}


class Provider:
    """Stands where the provider's address would be; keeps what was posted."""

    def __init__(self) -> None:
        self.posted: list[Any] = []
        self.status, self.code = 200, 0
        self.fails: Exception | None = None

    def send(self, _adapter: HTTPAdapter, request: Any, **_options: Any) -> requests.Response:
        if self.fails:
            raise self.fails
        said = json.loads(request.body)
        self.posted += said if isinstance(said, list) else [said]
        response = requests.Response()
        response.status_code, response.request = self.status, request
        answer = {"ErrorCode": self.code, "Message": SAID[self.code], "MessageID": "1"}
        answer["To"] = "alice@example.com"
        many = isinstance(said, list)
        response._content = json.dumps([answer] if many else answer).encode()
        return response


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Provider:
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "key",
        "SEND_DEFAULTS": {"track_opens": False, "track_clicks": False},
    }
    stands_in = Provider()
    monkeypatch.setattr(HTTPAdapter, "send", lambda *args, **kw: stands_in.send(*args, **kw))
    return stands_in


def test_a_provider_gets_it_once_and_is_told_not_to_track(put: Put, provider: Provider) -> None:
    message = put()
    for _ in range(3):
        assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert message.state == State.SENT
    (posted,) = provider.posted
    assert "alice@example.com" in posted["To"]
    assert posted["TrackOpens"] is False
    assert posted["TrackLinks"] == "None"


@pytest.mark.parametrize("status", [401, 429, 503])
def test_not_now_is_asked_again(put: Put, provider: Provider, status: int) -> None:
    message = put()
    provider.status = status
    assert delivery.deliver(message.pk) == delivery.WAITS[0]
    message.refresh_from_db()
    assert (message.state, message.trouble) == (State.QUEUED, f"provider {status}")
    provider.status = 200
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert message.state == State.SENT


@pytest.mark.parametrize(
    ("status", "code", "trouble"),
    [(400, 0, "provider 400"), (422, 406, "provider refuses the address")],
)
def test_a_refusal_is_final(
    put: Put, provider: Provider, status: int, code: int, trouble: str
) -> None:
    message = put()
    provider.status, provider.code = status, code
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert (message.state, message.trouble) == (State.FAILED, trouble)


def unreachable() -> Exception:
    connection = HTTPConnection("127.0.0.1")
    why = NewConnectionError(connection, "refused")
    return requests.ConnectionError(MaxRetryError(HTTPConnectionPool("127.0.0.1"), "/", why))


@pytest.mark.parametrize("fails", [unreachable(), requests.ConnectTimeout("late")])
def test_who_was_never_reached_is_asked_again(
    put: Put, provider: Provider, fails: Exception
) -> None:
    message = put()
    provider.fails = fails
    assert delivery.deliver(message.pk) == delivery.WAITS[0]
    message.refresh_from_db()
    assert (message.state, message.trouble) == (State.QUEUED, "provider not reached")


def test_no_answer_after_handing_over_is_not_known_and_never_sent_twice(
    put: Put, provider: Provider
) -> None:
    message = put()
    provider.fails = requests.ReadTimeout("no answer")
    assert delivery.deliver(message.pk) is None
    provider.fails = None
    assert delivery.deliver(message.pk) is None
    message.refresh_from_db()
    assert message.state == State.UNKNOWN
    assert provider.posted == []
