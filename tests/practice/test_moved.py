"""An address that was once given out goes on working."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page

from procedures.models import Topic
from tests.bundle.folders import a_bundle, bring_in, changed
from tests.content import a_plain_page, a_procedure, a_translation, publish, the_practice

pytestmark = pytest.mark.django_db

Rename = Callable[[Page, str], Any]


def moved_to(client: Client, path: str) -> str:
    """Where the address leads for good; empty where it does not lead on."""
    answer = client.get(path)
    return str(answer.headers["Location"]) if answer.status_code == 301 else ""


@pytest.fixture
def rename(django_capture_on_commit_callbacks: Any) -> Rename:
    """As the editor does it: a new version with a new address is published."""

    def renamed(page: Page, slug: str) -> Any:
        page.slug = slug
        revision = page.save_revision()
        with django_capture_on_commit_callbacks(execute=True):
            if isinstance(page, Topic):
                publish(page)
            else:
                revision.publish()
        return type(page).objects.get(pk=page.pk)

    return renamed


def test_old_addresses_of_a_bundle_lead_to_the_new_ones(tmp_path: Path, client: Client) -> None:
    old_and_new = "/index.php/rest.html,/procedures/rest-cure/\n/es/vieja/,/es/contact/\n"
    folder = a_bundle(tmp_path, changed("redirects.csv", "old,new\n", f"old,new\n{old_and_new}"))
    assert client.get("/old-page/").status_code == 404
    report = bring_in(folder)
    assert report.faults == []
    assert moved_to(client, "/old-page/") == "/privacy/"
    assert moved_to(client, "/old-page") in {"/privacy/", "/old-page/"}
    assert moved_to(client, "/index.php/rest.html") == "/procedures/rest-cure/"
    assert moved_to(client, "/es/vieja/") == "/es/contact/"
    assert client.get("/procedures/rest-cure/").status_code == 200
    # A page of ours is never hidden by an old address, and what is nowhere stays nowhere.
    assert client.get("/privacy/").status_code == 200
    assert client.get("/another-old-page/").status_code == 404


def test_a_page_that_gets_a_new_address_keeps_its_old_one_in_both_languages(
    client: Client, rename: Rename
) -> None:
    the_practice()
    english = a_procedure()
    spanish = a_translation(english, title="Cifoplastia", name="Cifoplastia", summary="Un globo.")
    rename(english, "balloon-kyphoplasty")
    assert moved_to(client, "/procedures/kyphoplasty/") == "/procedures/balloon-kyphoplasty/"
    assert client.get("/procedures/balloon-kyphoplasty/").status_code == 200
    assert client.get("/es/procedures/kyphoplasty/").status_code == 200  # its own address stays
    rename(spanish, "cifoplastia")
    assert moved_to(client, "/es/procedures/kyphoplasty/") == "/es/procedures/cifoplastia/"
    assert "Cifoplastia" in client.get("/es/procedures/cifoplastia/").content.decode()


def test_a_page_that_moves_twice_is_reached_from_both_old_addresses(
    client: Client, rename: Rename
) -> None:
    the_practice()
    page = rename(a_plain_page("rights", title="Rights"), "your-rights")
    rename(page, "patient-rights")
    for old in ("/rights/", "/your-rights/"):
        assert moved_to(client, old) == "/patient-rights/"
    assert client.get("/patient-rights/").status_code == 200


def test_a_page_that_nobody_translated_is_reached_from_its_old_address_in_spanish(
    client: Client, rename: Rename
) -> None:
    the_practice()
    rename(a_procedure(), "balloon-kyphoplasty")
    assert moved_to(client, "/es/procedures/kyphoplasty/") == "/es/procedures/balloon-kyphoplasty/"
    assert client.get("/es/procedures/balloon-kyphoplasty/").status_code == 200
    assert client.get("/es/procedures/nothing/").status_code == 404


def test_a_new_address_that_is_not_published_yet_changes_nothing(client: Client) -> None:
    the_practice()
    page = a_procedure()
    page.slug = "balloon-kyphoplasty"
    page.save_revision()
    assert client.get("/procedures/kyphoplasty/").status_code == 200
    assert client.get("/procedures/balloon-kyphoplasty/").status_code == 404
