"""What somebody reads about a condition or a procedure."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from practice.models import Offer, Practice
from procedures import signing
from procedures.models import (
    Benefit,
    Kind,
    Preparation,
    Procedure,
    Question,
    Recovery,
    RedFlag,
    Section,
    Step,
)
from procedures.reading import parts, read
from tests.content import (
    a_condition,
    a_page_about,
    a_physician,
    a_procedure,
    an_assistant,
    an_office,
    publish,
    the_practice,
    with_everything,
)

pytestmark = pytest.mark.django_db


def html_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_list_stands_in_the_section_of_its_kind_between_the_words_around_it(
    client: Client,
) -> None:
    page = a_procedure()
    Section.objects.create(
        topic=page,
        kind=Kind.STEPS,
        sort_order=0,
        heading="How it goes",
        body="Before.",
        after="Afterwards.",
    )
    Section.objects.create(topic=page, kind=Kind.SELF_CARE, sort_order=1, body="Ice helps.")
    Step.objects.create(topic=page, text="We find the **bone**.")
    html = html_of(client, "/procedures/kyphoplasty/")
    section = html[html.index('id="steps"') : html.index('id="self-care"')]
    words = ("How it goes", "Before.", "We find", "Afterwards.")
    order = [section.index(part) for part in words]
    assert order == sorted(order)
    assert "<strong>bone</strong>" in section


def test_a_list_whose_heading_nobody_wrote_is_still_shown_and_sources_come_last(
    client: Client,
) -> None:
    page = with_everything(a_procedure())
    Section.objects.filter(topic=page).delete()
    Question.objects.create(topic=page, question="Will it hurt?", answer="A little.")
    kinds = [part.kind for part in read(page, Practice()).parts]
    assert kinds == ["steps", "risks", "alternatives", "red_flags", "questions", "evidence"]
    assert "Cement may leak." in html_of(client, "/procedures/kyphoplasty/")


def test_two_sections_of_one_kind_have_two_addresses_and_the_list_only_once() -> None:
    sections = [Section(kind="benefits", body="One."), Section(kind="benefits", body="Two.")]
    first, second = parts(sections, {Kind.BENEFITS: [Benefit(text="Less pain.")]})
    assert (first.anchor, second.anchor) == ("benefits", "benefits-2")
    assert (len(first.items), len(second.items)) == (1, 0)


def test_a_section_without_a_word_is_not_shown() -> None:
    assert parts([Section(kind="cost", body="  ")], {}) == []


def test_a_condition_and_its_procedure_lead_to_each_other(client: Client) -> None:
    fracture, stenosis = a_condition(), a_condition("stenosis", name="Stenosis", title="Stenosis")
    procedure = a_procedure(treats_unlinked=["Tumors of the spine"])
    procedure.treats = [fracture]
    procedure.save()
    assert '<a href="/conditions/compression-fracture/"' in html_of(
        client, "/procedures/kyphoplasty/"
    )
    assert "Tumors of the spine" in html_of(client, "/procedures/kyphoplasty/")
    assert [link.name for link in read(fracture, Practice()).treated_by] == ["Kyphoplasty"]
    assert read(stenosis, Practice()).treated_by == []
    assert 'href="/procedures/kyphoplasty/"' in html_of(client, "/conditions/compression-fracture/")


def test_a_draft_is_closed_to_the_public_and_not_linked_from_anywhere(client: Client) -> None:
    fracture = a_condition()
    draft = a_procedure(live=False)
    draft.treats = [fracture]
    draft.save()
    a_procedure("discectomy", name="Discectomy", title="Discectomy")
    assert client.get("/procedures/kyphoplasty/").status_code == 404
    for path in (
        "/",
        "/procedures/",
        "/conditions/compression-fracture/",
        "/search/?q=kyphoplasty",
        "/sitemap.xml",
    ):
        assert "/procedures/kyphoplasty/" not in html_of(client, path)
    assert "/procedures/discectomy/" in html_of(client, "/procedures/")


def test_a_change_that_is_not_published_is_not_shown(client: Client) -> None:
    page = a_procedure()
    page.summary = "A promise nobody checked."
    page.save_revision()
    assert "A promise nobody checked." not in html_of(client, "/procedures/kyphoplasty/")
    publish(page)
    assert "A promise nobody checked." in html_of(client, "/procedures/kyphoplasty/")


def test_the_foot_says_who_wrote_it_who_reviewed_it_and_when(client: Client) -> None:
    the_practice()
    ana, ben = a_physician(), an_assistant()
    a_page_about(ana, "She has repaired backs for twenty years.")
    a_procedure(author=ben, published=dt.date(2026, 1, 5), modified=dt.date(2026, 2, 6))
    with_everything(Procedure.objects.get())
    page = Procedure.objects.get()
    page.save_revision()
    publish(page)
    signing.sign(
        page,
        seen_revision=type(page).objects.get(pk=page.pk).live_revision_id,
        by=ana,
        next_review=dt.date(2027, 3, 7),
        now=dt.datetime(2026, 3, 7, 18, tzinfo=dt.UTC),
    )
    html = html_of(client, "/procedures/kyphoplasty/")
    for words in (
        "Ana Ortega, M.D.",
        "Ben Whitfield, P.A.",
        "January 5, 2026",
        "February 6, 2026",
        "March 7, 2026",
        "Harbor Spine Clinic",
    ):
        assert words in html
    assert not re.search(r"\bDr\.? (Ben|Whitfield)", html)


def test_every_topic_carries_the_ways_to_a_visit_and_911(client: Client) -> None:
    the_practice()
    north, ben = an_office(), an_assistant()
    offer = Offer.objects.create(
        kind="same_day", heading="Does your back hurt?", text="Come today."
    )
    offer.locations.add(north)
    offer.seen_by.add(ben)
    a_condition(), a_procedure()
    for path in ("/procedures/kyphoplasty/", "/conditions/compression-fracture/"):
        html = html_of(client, path)
        assert "Does your back hurt?" in html
        assert "Come today." in html
        assert "911" in html
        assert 'href="/appointments/' in html


def test_key_facts_say_from_what_the_weeks_are_counted(client: Client) -> None:
    a_procedure(
        duration="Under an hour",
        anesthesia=["local", "general"],
        treatment_window_weeks=8,
        treatment_window_from="diagnosis",
        treatment_window_source="A trial of 2016",
    )
    html = html_of(client, "/procedures/kyphoplasty/")
    assert "within 8 weeks of the diagnosis" in html
    assert "Source: A trial of 2016" in html
    assert "local or general" in html


@pytest.mark.parametrize(
    "fields",
    [
        {"treatment_window_weeks": 8},
        {"treatment_window_from": "injury"},
        {"treatment_window_weeks": 0, "treatment_window_from": "injury"},
    ],
)
def test_weeks_without_a_beginning_are_refused(fields: dict[str, Any]) -> None:
    page, other = a_procedure(), a_procedure("discectomy")
    with pytest.raises(IntegrityError, match="says_from_when"), transaction.atomic():
        Procedure.objects.filter(pk=page.pk).update(**fields)
    assert set(Procedure.objects.values_list("treatment_window_weeks", flat=True)) == {None}
    assert other.pk


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (RedFlag, {"level": "soon"}),
        (RedFlag, {"level": ""}),
        (Recovery, {"type": "maybe"}),
        (Preparation, {"by": "nobody"}),
    ],
)
def test_items_carry_only_words_we_know(model: Any, fields: dict[str, str]) -> None:
    page = a_procedure()
    with pytest.raises(IntegrityError, match="_is_known"), transaction.atomic():
        model.objects.create(topic=page, text="x", **fields)
    assert not model.objects.exists()


def test_a_topic_asks_the_database_as_often_for_three_of_everything_as_for_one(
    client: Client,
) -> None:
    the_practice(), an_office()

    def queries(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    one = with_everything(a_procedure("one", author=a_physician()))
    three = with_everything(a_procedure("three", author=one.author))
    Section.objects.filter(topic=three).delete()
    for _ in range(3):
        with_everything(three)
    one.treats = [a_condition("c1")]
    one.save()
    three.treats = [a_condition(f"d{number}") for number in range(3)]
    three.save()
    assert queries("/procedures/one/") == queries("/procedures/three/")
