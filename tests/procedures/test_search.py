"""People type what they heard, as they heard it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from practice.models import PersonPage, PlainPage, Practitioner
from procedures.models import Procedure, Question, Section, Synonym
from procedures.search import meanings, search
from tests.content import (
    a_condition,
    a_page_about,
    a_physician,
    a_plain_page,
    a_procedure,
    a_translation,
    an_assistant,
    an_office,
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


@pytest.mark.parametrize("typed", ["Portvile", "where to park", "97531", "wheelchair ramp"])
def test_an_office_is_found_by_its_town_and_by_what_a_visitor_needs(typed: str) -> None:
    an_office(
        city="Portville",
        postal_code="97531",
        parking="Parking is free behind the house.",
        step_free="A ramp for wheelchairs leads to the door.",
    )
    assert "/locations/north/" in [hit.url for hit in search(typed)]
    assert "/locations/north/" not in [hit.url for hit in search("kyphoplasty")]


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


# --- words that patients use ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["cement in back", "Cement in my back?", "the back, with cemment", "balloon in the back"],
)
def test_lay_words_find_what_they_mean(typed: str) -> None:
    assert first(typed) == "/procedures/kyphoplasty/"


@pytest.mark.parametrize("typed", ["broken leg", "cement", "back", "ballroom"])
def test_a_part_of_the_lay_words_is_not_yet_their_meaning(typed: str) -> None:
    assert meanings(typed) == ()


def test_what_an_editor_writes_into_the_list_of_words_is_found_at_once(client: Client) -> None:
    assert search("cushion shaving") == []
    editor = User.objects.create_user("eva", "eva@example.com", "x", is_staff=True)
    editor.groups.add(Group.objects.get(name="Editor"))
    client.force_login(editor)
    answer = client.post(
        "/cms/snippets/procedures/synonym/add/",
        {"language": "en", "means": "Discectomy", "typed": "cushion shaving\ntrim my disc\n"},
    )
    assert answer.status_code == 302
    assert first("shave the cushion") == first("trimming a disc") == "/procedures/discectomy/"
    answer = client.post(
        "/cms/snippets/procedures/synonym/add/",
        {"language": "en", "means": "Fusion", "typed": " \n "},
    )
    assert answer.status_code == 200
    assert "Write at least one line" in answer.content.decode()
    assert not Synonym.objects.filter(means="Fusion").exists()


def test_the_desk_does_not_reach_the_list_of_words(client: Client) -> None:
    desk = User.objects.create_user("desk", "desk@example.com", "x", is_staff=True)
    desk.groups.add(Group.objects.get(name="Front desk"))
    client.force_login(desk)
    before = Synonym.objects.count()
    address = "/cms/snippets/procedures/synonym/add/"
    assert client.get(address).status_code in {302, 403}
    facts = {"language": "en", "means": "Fusion", "typed": "welding"}
    assert client.post(address, facts).status_code in {302, 403}
    assert Synonym.objects.count() == before


def test_a_list_of_words_without_a_word_or_in_a_language_we_do_not_speak_is_refused() -> None:
    before = Synonym.objects.count()
    for facts, name in [
        ({"language": "en", "typed": []}, "synonym_has_words"),
        ({"language": "fr", "typed": ["ciment"]}, "synonym_language_is_known"),
        ({"language": "en", "means": "Kyphoplasty", "typed": ["x"]}, "synonym_one_per_meaning"),
    ]:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Synonym.objects.create(**{"means": "Fusion", **facts})
    assert Synonym.objects.count() == before


# --- questions that patients ask ------------------------------------------------------------------


def test_a_question_that_matches_stands_under_its_page_and_leads_to_its_answer(
    client: Client,
) -> None:
    question = Question.objects.get()
    [hit] = search("may I drive")
    assert [answer.question for answer in hit.answers] == ["May I drive?"]
    path, _hash, anchor = hit.answers[0].url.partition("#")
    assert path == hit.url == "/procedures/kyphoplasty/"
    assert anchor == f"question-{question.pk}"
    assert f'id="{anchor}"' in client.get(path).content.decode()
    assert hit.answers[0].url in client.get("/search/?q=may I drive").content.decode()
    Question.objects.create(
        topic=a_procedure("secret", name="Secret", live=False), question="May I drive home?"
    )
    assert [hit.url for hit in search("may I drive")] == ["/procedures/kyphoplasty/"]


# --- in Spanish -----------------------------------------------------------------------------------


@pytest.fixture
def in_spanish(pages: None) -> Iterator[None]:
    spanish = a_translation(
        Procedure.objects.get(slug="kyphoplasty"),
        title="Cifoplastia",
        name="Cifoplastia",
        summary="Un globo levanta el hueso roto.",
    )
    Question.objects.create(
        topic=spanish, question="¿Cuándo puedo manejar?", answer="No ese mismo día."
    )
    Section.objects.create(topic=spanish, kind="self_care", body="Las compresas frías calman.")
    a_translation(PersonPage.objects.get(practitioner__slug="ana-ortega"), biography="Nació lejos.")
    Practitioner.objects.filter(slug="ana-ortega").update(
        translations={"es": {"job_title": "Cirujana de columna"}}
    )
    a_translation(PlainPage.objects.get(), title="Privacidad", body="Quién lee su expediente.")
    with translation.override("es"):
        yield


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("kifoplastia", "/es/procedures/kyphoplasty/"),
        ("cemento en mi espalda", "/es/procedures/kyphoplasty/"),
        ("compresa fria", "/es/procedures/kyphoplasty/"),  # one, and without its accent
        ("manejando", "/es/procedures/kyphoplasty/"),
        ("ortegga", "/es/team/ana-ortega/"),
        ("cirujanas", "/es/team/ana-ortega/"),
        ("expedientes", "/es/privacy/"),
    ],
)
def test_spanish_words_find_spanish_pages_by_the_spanish_dictionary(
    in_spanish: None, client: Client, typed: str, url: str
) -> None:
    assert first(typed) == url
    html = client.get("/es/search/", {"q": typed}).content.decode()
    assert f'<h2><a href="{url}">' in html


@pytest.mark.parametrize("typed", ["kyphoplasty", "discectomy", "ice packs", "portville", "record"])
def test_an_english_page_is_never_found_in_spanish(in_spanish: None, typed: str) -> None:
    assert [hit.url for hit in search(typed) if not hit.url.startswith("/es/")] == []
    assert "/procedures/discectomy/" not in [hit.url for hit in search(typed)]


def test_a_spanish_page_is_never_found_in_english(in_spanish: None) -> None:
    with translation.override("en"):
        assert search("expediente") == []
        assert first("kifoplasty") == "/procedures/kyphoplasty/"


def test_who_finds_nothing_is_still_helped_in_either_language(
    in_spanish: None, client: Client
) -> None:
    html = client.get("/search/", {"q": "zzzzqqq"}).content.decode()
    ways = ["tel:+12145550100", "/contact/", "/appointments/", "/procedures/discectomy/"]
    main = html.partition("<main")[2].partition("</main>")[0]
    assert [way for way in [*ways, "/conditions/compression-fracture/"] if way not in main] == []
    html = client.get("/es/search/", {"q": "zzzz qqq"}).content.decode()
    main = html.partition("<main")[2].partition("</main>")[0]
    ways = ["tel:+12145550100", "/es/contact/", "/es/appointments/", "/es/procedures/kyphoplasty/"]
    assert [way for way in ways if f'href="{way}"' not in main] == []
    assert 'href="/search/?q=zzzz+qqq"' in main
