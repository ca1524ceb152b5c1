from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from correspondence import links
from correspondence.models import Link

pytestmark = pytest.mark.django_db


def token_of(url: str) -> str:
    return url.rstrip("/").rsplit("/", 1)[1]


def test_a_link_leads_to_its_row_and_to_no_other(now: dt.datetime) -> None:
    alice = token_of(links.issue("visit", 1, 1, now=now))
    bob = token_of(links.issue("visit", 2, 1, now=now))
    assert alice != bob
    assert [links.find(t, now=now).row_id for t in (alice, bob)] == [1, 2]  # type: ignore[union-attr]


def test_a_message_rendered_again_carries_the_same_link(now: dt.datetime) -> None:
    first = links.issue("visit", 1, 1, now=now, expires_at=now + dt.timedelta(days=1))
    assert links.issue("visit", 1, 1, now=now + dt.timedelta(hours=1)) == first
    assert Link.objects.get().expires_at == now + dt.timedelta(days=1)


def test_every_changed_or_guessed_token_opens_nothing(now: dt.datetime) -> None:
    token = token_of(links.issue("visit", 1, 1, now=now))
    changed = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        for place in range(len(token))
    ]
    others = ["", "A" * 43, token[:-1], token + "A", token.lower(), token.upper(), "é" * 43, "1"]
    found = [links.find(guess, now=now) for guess in [*changed, *others]]
    assert found == [None] * len(found)


def test_looking_changes_nothing(now: dt.datetime) -> None:
    token = token_of(links.issue("visit", 1, 1, now=now))
    before = list(Link.objects.values())
    for _ in range(3):
        assert links.find(token, now=now)
    assert list(Link.objects.values()) == before


def test_raising_the_generation_ends_the_older_links_of_this_row_alone(now: dt.datetime) -> None:
    old, bob = links.issue("visit", 1, 1, now=now), links.issue("visit", 2, 1, now=now)
    new = links.issue("visit", 1, 2, now=now)
    live = [links.find(token_of(url), now=now) is not None for url in (old, bob, new)]
    assert live == [False, True, True]
    # A message from before, rendered again, does not bring it back.
    assert links.issue("visit", 1, 1, now=now) == old
    assert links.find(token_of(old), now=now) is None


def test_an_older_generation_issued_late_is_over_from_the_start(now: dt.datetime) -> None:
    links.issue("visit", 1, 5, now=now)
    assert links.find(token_of(links.issue("visit", 1, 4, now=now)), now=now) is None


def test_revoking_ends_the_links_of_one_row(now: dt.datetime) -> None:
    alice, bob = links.issue("visit", 1, 1, now=now), links.issue("visit", 2, 1, now=now)
    assert links.revoke("visit", 1, now=now) == 1
    assert links.revoke("visit", 1, now=now) == 0
    assert links.find(token_of(alice), now=now) is None
    assert links.find(token_of(bob), now=now)
    assert links.find(token_of(links.issue("visit", 1, 1, now=now)), now=now) is None


def test_a_link_ends_by_itself(now: dt.datetime) -> None:
    ends = now + dt.timedelta(days=1)
    token = token_of(links.issue("visit", 1, 1, now=now, expires_at=ends))
    assert links.find(token, now=ends - dt.timedelta(seconds=1))
    assert links.find(token, now=ends) is None


def test_the_table_holds_no_token(now: dt.datetime) -> None:
    token = token_of(links.issue("visit", 1, 1, now=now))
    assert token not in str(list(Link.objects.values()))
    with pytest.raises(IntegrityError, match="link_keeps_only_a_hash"), transaction.atomic():
        Link.objects.update(token_hash=token)


def test_a_new_link_key_gives_new_links_and_leaves_the_old_ones_alive(
    now: dt.datetime, settings: Any
) -> None:
    old = links.issue("visit", 1, 1, now=now)
    settings.LINK_KEY = "another key"
    new = links.issue("visit", 1, 1, now=now)
    assert old != new
    assert all(links.find(token_of(url), now=now) for url in (old, new))
    links.revoke("visit", 1, now=now)
    assert not any(links.find(token_of(url), now=now) for url in (old, new))
