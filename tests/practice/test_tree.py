"""The first pages of a site, before anybody has written one."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.test import Client
from wagtail.models import Page, Site

from practice.tree import next_path
from procedures.tree import ensure_lists
from tests.content import a_plain_page, a_procedure

pytestmark = pytest.mark.django_db

FIRST = [
    "/",
    "/team/",
    "/conditions/",
    "/procedures/",
    "/locations/",
    "/contact/",
    "/reviews/",
    "/search/",
]


def titles() -> list[str]:
    return list(Page.objects.filter(depth__gt=1).order_by("path").values_list("title", flat=True))


@pytest.mark.parametrize("path", FIRST)
def test_an_empty_site_answers_at_every_address_of_its_own(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_planting_again_changes_nothing_and_what_people_wrote_stays() -> None:
    a_procedure(), a_plain_page()
    before = titles()
    ensure_lists(apps)
    assert titles() == before
    assert not any(Page.find_problems())


def test_a_database_that_was_emptied_is_planted_anew() -> None:
    Page.objects.filter(depth__gt=0).delete()
    Site.objects.all().delete()
    ensure_lists(apps)
    assert titles() == ["Home", "Our team", "Conditions", "Procedures"]
    assert not any(Page.find_problems())
    assert Site.objects.get(is_default_site=True).root_page.title == "Home"


def test_paths_count_as_treebeard_counts() -> None:
    assert next_path("00010009") == "0001000A"
    assert next_path("0001000Z") == "00010010"
