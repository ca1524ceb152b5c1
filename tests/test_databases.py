from __future__ import annotations

import datetime as dt
import urllib.request

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from wagtail.models import Page

from practice import clock as the_clock
from tests.serving import Site


@pytest.mark.django_db(transaction=True)
def test_a_committed_row_is_there_for_other_connections() -> None:
    Group.objects.create(name="left behind")
    assert Group.objects.filter(name="left behind").exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_of_a_committing_test_and_migrated_rows_are_back() -> None:
    assert not Group.objects.filter(name="left behind").exists()
    assert Page.objects.filter(depth=1).count() == 1


@pytest.mark.django_db
def test_two_workers_never_share_a_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone()[0].startswith("clinic_test_")


def test_the_clock_starts_each_test_at_the_same_instant(now: dt.datetime) -> None:
    assert now == dt.datetime(2026, 11, 24, 15, 0, tzinfo=dt.UTC)
    assert dt.timedelta(0) <= the_clock.now() - now < dt.timedelta(seconds=60)


def test_a_served_site_answers(served: Site) -> None:
    with urllib.request.urlopen(f"{served.url}/livez", timeout=60) as answer:
        assert answer.status == 200
