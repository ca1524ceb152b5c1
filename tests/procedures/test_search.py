"""People type what they heard, as they heard it."""

from __future__ import annotations

import pytest
from django.test import Client

from procedures.models import Question, Section
from procedures.search import search
from tests.content import (
    a_condition,
    a_page_about,
    a_physician,
    a_plain_page,
    a_procedure,
    an_assistant,
    the_practice,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pages(db: None) -> None:
    the_practice()
    kyphoplasty = a_procedure(alternate_names=["balloon vertebroplasty"])
    Section.objects.create(topic=kyphoplasty, kind="self_care", body="Ice packs calm soreness.")
    Question.objects.create(topic=kyphoplasty, question="May I drive?", answer="Not that day.")
    a_procedure("discectomy", name="Discectomy", title="Discectomy", summary="A disc is trimmed.")
    a_condition(alternate_names=["broken back bone"])
    a_page_about(a_physician(name_variants=["Ortegga"]), "She grew up in Portville.")
    a_page_about(an_assistant())
    a_plain_page("privacy", title="Privacy practices", body="Who may see your record.")


def first(text: str) -> str:
    return search(text)[0].url


@pytest.mark.parametrize("typed", ["kyphoplasty", "Kyphoplasy", "kypoplasty", "kifoplasty"])
def test_a_misspelt_procedure_is_found(typed: str) -> None:
    assert first(typed) == "/procedures/kyphoplasty/"


@pytest.mark.parametrize("typed", ["ortega", "Dr. Ortegga", "ana ortgea", "Órtega"])
def test_a_misspelt_doctor_is_found(typed: str) -> None:
    assert [hit.url for hit in search(typed)] == ["/team/ana-ortega/"]


def test_an_assistant_is_found_by_name_and_carries_the_licence_title() -> None:
    [hit] = search("whitfeld")
    assert (hit.title, hit.url) == ("Ben Whitfield, P.A.", "/team/ben-whitfield/")


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("sore ice pack", "/procedures/kyphoplasty/"),
        ("driving", "/procedures/kyphoplasty/"),
        ("broken bone in my back", "/conditions/compression-fracture/"),
        ("my record", "/privacy/"),
        ("portville", "/team/ana-ortega/"),
    ],
)
def test_what_stands_in_the_text_is_found(typed: str, url: str) -> None:
    assert url in [hit.url for hit in search(typed)]


def test_a_name_comes_before_a_mention() -> None:
    Section.objects.create(
        topic=a_procedure("fusion", name="Fusion", title="Fusion"),
        kind="overview",
        body="Not a kyphoplasty. A kyphoplasty is smaller.",
    )
    assert [hit.url for hit in search("kyphoplasty")][:2] == [
        "/procedures/kyphoplasty/",
        "/procedures/fusion/",
    ]


@pytest.mark.parametrize(
    "typed", ["", "   ", "\x00", "the of", "zzzzqqq", "'); --", '"', "a" * 5000]
)
def test_senseless_questions_are_answered_with_nothing_and_no_error(
    client: Client, typed: str
) -> None:
    assert search(typed) == []
    assert client.get("/search/", {"q": typed}).status_code == 200


def test_what_was_typed_is_shown_as_words_and_the_telephone_offers_help(client: Client) -> None:
    html = client.get("/search/", {"q": "<b>zzzzqqq</b>"}).content.decode()
    assert "&lt;b&gt;zzzzqqq&lt;/b&gt;" in html
    assert "<b>zzzzqqq" not in html
    assert "(214) 555-0100" in html
