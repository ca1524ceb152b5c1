"""A practice's own reviews: twenty in, none public, authorized on one screen, and public.

They are not part of this project and are read where they lie beside the checkout.
"""

from __future__ import annotations

import csv

import pytest
from django.core.management import call_command
from django.test import Client

from reviews.models import Authorization, Decision, Review
from tests.bundle.test_real_input import REAL_INPUT
from tests.conftest import NO_REAL_INPUT
from tests.content import the_practice

FILE = REAL_INPUT / "callewart" / "reviews.csv"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.real_input,
    pytest.mark.skipif(not FILE.exists(), reason=NO_REAL_INPUT),
]


def test_twenty_come_in_wait_and_are_authorized_on_one_screen(client: Client, desk: Client) -> None:
    the_practice(is_sample=False)
    with FILE.open(newline="") as file:
        bodies = [" ".join(row["body"].split()) for row in csv.DictReader(file)]
    call_command("import_reviews", str(FILE), verbosity=0)
    call_command("import_reviews", str(FILE), verbosity=0)  # again changes nothing

    assert Review.objects.count() == len(bodies) == 20
    assert not Review.objects.filter(status="published").exists()
    assert '<figure class="voice"' not in client.get("/reviews/").content.decode()

    screen = desk.get("/admin/reviews/authorizations/").content.decode()
    assert screen.count('name="reviews"') == 20
    empty = desk.post("/admin/reviews/authorizations/", {"signed_on": "2026-11-20"})
    assert empty.status_code == 400
    assert not Review.objects.filter(status="published").exists()
    answer = desk.post(
        "/admin/reviews/authorizations/",
        {
            "reviews": [str(pk) for pk in Review.objects.values_list("pk", flat=True)],
            "signed_on": "2026-11-20",
            "kept_at": "Binder 3, front office",
        },
    )
    assert answer.status_code == 302
    assert Review.objects.filter(status="published").count() == 20
    page = client.get("/reviews/").content.decode()
    assert page.count('<figure class="voice"') == 20
    assert "We have received 20 reviews, and we show 20 of them (100%)" in " ".join(page.split())
    assert "<time" not in page[page.index('id="read"') : page.index('id="counted"')]
    assert Authorization.objects.filter(kept_at="Binder 3, front office").count() == 20
    assert Decision.objects.filter(what="accepted").count() == 20
