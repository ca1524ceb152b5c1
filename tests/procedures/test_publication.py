"""A page must have what patients rely on before it counts as complete."""

from __future__ import annotations

import pytest

from practice.models import Picture
from procedures.models import Kind, Section, Topic, TopicPicture
from procedures.publication import missing_for_publication
from tests.content import a_condition, a_procedure, a_translation, with_everything

pytestmark = pytest.mark.django_db

ALL = ["a summary", "risks", "alternatives", "red flags", "a source"]


def test_an_empty_procedure_lacks_everything_but_pictures_in_the_order_of_the_page() -> None:
    assert missing_for_publication(a_procedure(summary=" ")) == ALL


def test_a_complete_procedure_lacks_nothing_and_another_still_does() -> None:
    whole, other = with_everything(a_procedure()), a_procedure("discectomy")
    assert missing_for_publication(whole) == []
    assert missing_for_publication(other) == ALL[1:]


def test_a_page_in_its_editor_s_hands_is_judged_before_it_is_saved() -> None:
    page = with_everything(a_procedure())
    page.risks.clear()
    page.sections = [section for section in page.sections.all() if section.kind != Kind.RISKS]
    assert missing_for_publication(page) == ["risks"]
    assert page.risks.model.objects.filter(topic=page).exists()


def test_risks_told_as_prose_count_and_an_empty_heading_does_not() -> None:
    page = with_everything(a_procedure())
    page.risks.all().delete()
    Section.objects.filter(topic=page, kind=Kind.RISKS).update(body=" ")
    page = type(page).objects.get(pk=page.pk)
    assert missing_for_publication(page) == ["risks"]
    Section.objects.filter(topic=page, kind=Kind.RISKS).update(body="Cement may leak.")
    page = type(page).objects.get(pk=page.pk)
    assert missing_for_publication(page) == []


def test_a_condition_says_its_alternatives_by_its_treatments() -> None:
    page = a_condition()
    Section.objects.create(topic=page, kind=Kind.TREATMENTS, body="Rest, or an operation.")
    Section.objects.create(topic=page, kind=Kind.PROGNOSIS, body="Most heal in three months.")
    assert missing_for_publication(page) == ["red flags", "a source"]


def test_a_picture_needs_words_for_those_who_cannot_see_it() -> None:
    page = with_everything(a_procedure())
    picture = Picture.objects.create(title="x", file="x.png", width=1, height=1)
    shown = TopicPicture.objects.create(topic=page, image=picture)
    page = type(page).objects.get(pk=page.pk)
    assert missing_for_publication(page) == ["alternative text for a picture"]
    TopicPicture.objects.filter(pk=shown.pk).update(alt="A balloon in a bone")
    page = type(page).objects.get(pk=page.pk)
    assert missing_for_publication(page) == []


def with_a_picture(page: Topic, alt: str, description: str) -> Topic:
    picture = Picture.objects.create(
        title="x", file="x.png", width=1, height=1, description=description
    )
    page.steps.all().delete()
    page.steps.model.objects.create(topic=page, text="You lie down.", image=picture, alt=alt)
    return type(page).objects.get(pk=page.pk)


@pytest.mark.parametrize(
    ("alt", "description", "enough"),
    [("", "", False), (" ", "", False), ("A bone", "", True), ("", "A bone", True)],
)
def test_so_does_the_picture_of_a_step(alt: str, description: str, *, enough: bool) -> None:
    page = with_a_picture(with_everything(a_procedure()), alt, description)
    assert (missing_for_publication(page) == []) is enough


def test_in_spanish_a_picture_of_a_step_needs_spanish_words() -> None:
    page = with_everything(a_translation(a_procedure(), summary="Un resumen."))
    page = with_a_picture(page, "", "A bone, said in English")
    assert missing_for_publication(page) == ["alternative text for a picture"]
    page = with_a_picture(page, "Un hueso", "A bone, said in English")
    assert missing_for_publication(page) == []
