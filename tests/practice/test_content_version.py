"""Whatever changes what the public reads, changes the number; a reader never sees an old page."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, transaction

from practice import content_version
from practice.models import (
    AccessLog,
    ContentVersion,
    ImportedItem,
    PublishedVersion,
    RateCount,
)
from reviews.models import Authorization, Decision, Invitation, NoInvitation, Report
from tests.content import a_procedure, a_review, an_office, the_practice

pytestmark = pytest.mark.django_db

# Rows that no public page is made from.
PRIVATE = {
    AccessLog,
    Authorization,
    ContentVersion,
    Decision,
    ImportedItem,
    Invitation,
    NoInvitation,
    PublishedVersion,
    RateCount,
    Report,
}
PUBLIC_ELSEWHERE = {
    "wagtailcore_page",
    "wagtailcore_pageviewrestriction",
    "wagtailcore_site",
    "appointments_visittype",
    "appointments_workinghours",
    "appointments_workinghours_visit_types",
}


def test_every_table_that_public_pages_are_made_from_is_watched() -> None:
    tables = set(PUBLIC_ELSEWHERE)
    for app in ("practice", "procedures", "reviews"):
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if model not in PRIVATE:
                tables.add(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger "
            "WHERE tgname = 'raise_content_version' AND tgtype & 1 = 0 AND tgtype & 28 = 28"
        )
        watched = {row[0] for row in cursor.fetchall()}
    assert tables - watched == set()


def test_each_change_raises_the_number_even_one_that_saves_no_object() -> None:
    the_practice()
    numbers = [content_version.current()]
    office = an_office()
    numbers.append(content_version.current())
    type(office).objects.filter(pk=office.pk).update(name="Harbor office")
    numbers.append(content_version.current())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM practice_openinghours")
    numbers.append(content_version.current())
    a_procedure()
    numbers.append(content_version.current())
    a_review()
    numbers.append(content_version.current())
    assert numbers == sorted(set(numbers))


def test_a_change_that_was_taken_back_leaves_the_number_as_it_was() -> None:
    before = content_version.current()
    with transaction.atomic():
        the_practice()
        assert content_version.current() > before
        transaction.set_rollback(True)
    assert content_version.current() == before


def test_the_number_is_one_row_and_starts_by_itself() -> None:
    ContentVersion.objects.all().delete()
    assert content_version.current() == 0
    the_practice()
    assert content_version.current() == 1
    assert ContentVersion.objects.count() == 1
