from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory

from practice import limits
from practice.models import RateCount

HOUR = dt.timedelta(hours=1)


def test_a_limit_holds_in_every_span_of_its_length(db: None, now: dt.datetime) -> None:
    """Not twice as many around the hour's end: three at :59 and three at :01 are six in a span."""
    at = [now + dt.timedelta(minutes=minutes) for minutes in (0, 59, 59.5, 60.5, 61, 119.5, 120)]
    answers = [limits.allow("test", "alice", limit=3, per=HOUR, now=one) for one in at]
    assert answers == [True, True, True, True, False, True, True]


def test_each_key_has_a_count_of_its_own_and_none_can_be_read(db: None, now: dt.datetime) -> None:
    assert limits.allow("test", "+12145550101", limit=1, per=HOUR, now=now)
    assert not limits.allow("test", "+12145550101", limit=1, per=HOUR, now=now)
    assert limits.allow("test", "+12145550102", limit=1, per=HOUR, now=now)
    assert limits.allow("other", "+12145550101", limit=1, per=HOUR, now=now)
    assert not any(
        "555" in key and "0101" in key for key in RateCount.objects.values_list("key", flat=True)
    )


def test_what_is_refused_is_not_counted(db: None, now: dt.datetime) -> None:
    for minutes in range(0, 60, 5):
        limits.allow("test", "bob", limit=2, per=HOUR, now=now + dt.timedelta(minutes=minutes))
    assert limits.allow("test", "bob", limit=2, per=HOUR, now=now + dt.timedelta(minutes=61))


def test_twenty_at_once_get_no_more_than_the_limit(
    transactional_db: None, now: dt.datetime
) -> None:
    answers: list[bool] = []
    start = threading.Barrier(20)

    def ask() -> None:
        try:
            start.wait()
            answers.append(limits.allow("test", "crowd", limit=7, per=HOUR, now=now))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 13 + [True] * 7


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("nonsense", "", True),
    ],
)
def test_a_source_is_one_ipv4_address_or_one_customers_ipv6(
    one: str, other: str, same: bool
) -> None:
    assert (limits.source_key(one) == limits.source_key(other)) is same


@pytest.mark.parametrize(
    ("remote", "header", "believed"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # its own claim is not believed
        ("", "198.51.100.1", "198.51.100.1"),  # a Unix socket: nginx is the only caller
        ("", "not an address", ""),
        ("", "", ""),
    ],
)
def test_the_address_is_the_peers_unless_nginx_stands_between(
    remote: str, header: str, believed: str
) -> None:
    request = RequestFactory().get(
        "/", REMOTE_ADDR=remote, HTTP_X_REAL_IP=header, HTTP_X_FORWARDED_FOR="192.0.2.1"
    )
    assert limits.address_of(request) == believed


def test_old_counts_are_forgotten(db: None, now: dt.datetime) -> None:
    limits.allow("test", "old", limit=1, per=HOUR, now=now - dt.timedelta(days=3))
    limits.allow("test", "new", limit=1, per=HOUR, now=now)
    assert limits.forget_before(now - dt.timedelta(days=2)) == 1
    assert RateCount.objects.count() == 1


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_limit_that_means_nothing_is_a_mistake(db: None, now: Any, limit: int) -> None:
    with pytest.raises(ValueError, match="a limit is between"):
        limits.allow("test", "x", limit=limit, per=HOUR, now=now)
