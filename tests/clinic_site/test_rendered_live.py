"""Rendered copies in real processes: the thread that looks once a second, and two of them."""

from __future__ import annotations

import time
import urllib.request

import pytest

from practice.models import Practice
from tests.serving import Site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def read(site: Site, path: str) -> str:
    with urllib.request.urlopen(site.url + path, timeout=60) as answer:
        return str(answer.read().decode())


def test_a_change_shows_in_every_process_within_seconds(sample_site: None, served: Site) -> None:
    assert "A new name" not in read(served, "/contact/")
    Practice.objects.update(name="A new name", short_name="A new name")
    changed = time.monotonic()
    while "A new name" not in read(served, "/contact/"):
        assert time.monotonic() - changed < 60, "a copy stayed as it was"
        time.sleep(0.2)
    time.sleep(3)
    assert all("A new name" in read(served, "/contact/") for _ in range(20))
