"""Finding a page by what people type, with their spelling and their words, in the language that
is spoken now: its dictionary, its pages."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.search import (
    CombinedSearchQuery,
    SearchQuery,
    SearchRank,
    SearchVector,
)
from django.db import connection
from django.db.models import F, Func, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce
from wagtail.models import Page

from practice import languages
from practice.markdown import to_text
from practice.models import Location, PersonPage, PlainPage, Practitioner
from procedures.models import Condition, Procedure, Question, Section
from procedures.reading import topic_url

# Measured on names of doctors and procedures: real misspellings are above, neighbours below.
ALIKE = 0.4
LONGEST = 100
SHORTEST_WORD = 4
DICTIONARY = {"en": "english", "es": "spanish"}

NAMES = {
    Procedure: """
        SELECT t.page_ptr_id, n FROM procedures_topic t
        JOIN procedures_procedure p ON p.topic_ptr_id = t.page_ptr_id,
        unnest(array_prepend(t.name, t.alternate_names)) AS n""",
    Condition: """
        SELECT t.page_ptr_id, n FROM procedures_topic t
        JOIN procedures_condition c ON c.topic_ptr_id = t.page_ptr_id,
        unnest(array_prepend(t.name, t.alternate_names)) AS n""",
    Practitioner: """
        SELECT p.id, n FROM practice_practitioner p,
        unnest(array_prepend(p.name, p.name_variants)) AS n""",
    Location: """
        SELECT l.id, n FROM practice_location l, unnest(ARRAY[l.name, l.city]) AS n""",
}


@dataclass(frozen=True)
class Answer:
    """A question of patients that stands on a page."""

    question: str
    url: str


@dataclass(frozen=True)
class Hit:
    """`kind` is procedure, condition, person, office or page. `score` only orders."""

    kind: str
    title: str
    url: str
    summary: str
    score: float
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What was typed, and what our pages call the things that people call so."""

    text: str
    meanings: tuple[str, ...]

    @property
    def query(self) -> SearchQuery | CombinedSearchQuery:
        found: SearchQuery | CombinedSearchQuery = SearchQuery(
            unaccented(Value(self.text)), search_type="websearch", config=dictionary()
        )
        for meaning in self.meanings:
            found |= SearchQuery(unaccented(Value(meaning)), config=dictionary())
        return found


def search(text: str) -> list[Hit]:
    """Published pages, best first. Empty for an empty or senseless question."""
    text = " ".join(text.replace("\x00", " ").split())[:LONGEST]
    if not text:
        return []
    asked = Asked(text, meanings(text))
    hits = [*topics(asked), *people(asked), *offices(asked), *plain_pages(asked)]
    return sorted(hits, key=lambda hit: (-hit.score, hit.title))


def topics(asked: Asked) -> Iterable[Hit]:
    for model, kind in ((Procedure, "procedure"), (Condition, "condition")):
        ranks = dict(with_rank(asked, model).values_list("pk", "rank"))
        alike = similar_names(asked.text, model, asked.meanings)
        answers = answering(asked)
        pages = spoken(model).filter(pk__in={*ranks, *alike, *answers})
        for page in pages:
            url = topic_url(page)
            yield Hit(
                kind=kind,
                title=page.title,
                url=url,
                summary=page.summary,
                score=ranks.get(page.pk, 0.0) + alike.get(page.pk, 0.0),
                answers=tuple(
                    Answer(row.question, f"{url}#{row.anchor}") for row in answers.get(page.pk, [])
                ),
            )


def with_rank(
    asked: Asked, model: type[Procedure] | type[Condition]
) -> QuerySet[Procedure | Condition]:
    """Pages whose words match, with `rank`. Names weigh most, then the summary, then the rest."""

    def joined(model: type[Section] | type[Question], column: str) -> Coalesce:
        rows = model.objects.filter(topic=OuterRef("pk")).order_by().values("topic")
        text = rows.annotate(words=StringAgg(column, Value(" "))).values("words")
        return Coalesce(Subquery(text), Value(""), output_field=TextField())

    found: QuerySet[Procedure | Condition] = spoken(model).annotate(
        headings=joined(Section, "heading"),
        bodies=joined(Section, "body"),
        questions_asked=joined(Question, "question"),
        answers_given=joined(Question, "answer"),
    )
    return matching(
        found,
        asked,
        A=("title", "name", "alternate_names"),
        B=("summary", "lead"),
        C=("headings", "questions_asked"),
        D=("bodies", "answers_given"),
    )


def answering(asked: Asked) -> dict[int, list[Question]]:
    """By topic, the questions of patients that match, best first."""
    rows = matching(Question.objects.all(), asked, A=("question",), D=("answer",))
    found: dict[int, list[Question]] = {}
    for row in rows.order_by("-rank", "sort_order", "pk"):
        found.setdefault(row.topic_id, []).append(row)
    return found


def people(asked: Asked) -> Iterable[Hit]:
    alike = similar_names(asked.text, Practitioner)
    pages = spoken(PersonPage).select_related("practitioner")
    ranks = dict(
        matching(
            pages,
            asked,
            A=("practitioner__name", said("job_title"), said("specialty")),
            D=("biography",),
        ).values_list("pk", "rank")
    )
    for page in pages:
        score = ranks.get(page.pk, 0.0) + alike.get(page.practitioner_id, 0.0)
        if score:
            person = page.practitioner
            yield Hit(
                kind="person",
                title=person.name_with_credentials,
                url=person.get_absolute_url(),
                summary=person.said("job_title"),
                score=score,
            )


def offices(asked: Asked) -> Iterable[Hit]:
    alike = similar_names(asked.text, Location)
    ranks = dict(
        matching(
            Location.objects.all(),
            asked,
            A=("name", "city"),
            B=("street", "postal_code"),
            D=("parking", "step_free"),
        ).values_list("pk", "rank")
    )
    for office in Location.objects.filter(pk__in={*ranks, *alike}):
        score = ranks.get(office.pk, 0.0) + alike.get(office.pk, 0.0)
        url = office.get_absolute_url()
        yield Hit("office", office.said("name"), url, office.address, score)


def plain_pages(asked: Asked) -> Iterable[Hit]:
    for page in matching(spoken(PlainPage), asked, A=("title",), D=("body",)):
        summary = page.search_description or shortened(to_text(page.body))
        yield Hit("page", page.title, languages.path_of(page), summary, page.rank)


def shortened(text: str, most: int = 160) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + "…"


# --- in the language spoken now -------------------------------------------------------------------


def dictionary() -> str:
    return DICTIONARY[languages.current()]


def spoken(model: type[Page]) -> QuerySet[Any]:
    """What the public reads in this language."""
    pages: QuerySet[Any] = model.objects.live().public().select_related("locale")
    return pages.filter(locale__language_code=languages.current())


def said(field: str) -> Combinable:
    """A practitioner's words in this language, the original's where nobody translated them."""
    words = KeyTransform(languages.current(), "practitioner__translations")
    translated = KeyTextTransform(field, words)
    return Coalesce(translated, f"practitioner__{field}", output_field=TextField())


def unaccented(words: Combinable) -> Func:
    """People leave accents out; both sides of every comparison do so too."""
    return Func(Cast(words, TextField()), function="unaccent", output_field=TextField())


def matching(
    rows: QuerySet[Any], asked: Asked, **weighted: Iterable[str | Combinable]
) -> QuerySet[Any]:
    """Rows whose words match, with `rank`; `weighted` has columns by their weight, A to D."""
    parts: list[Combinable] = []
    for weight, columns in weighted.items():
        words = [unaccented(F(one) if isinstance(one, str) else one) for one in columns]
        parts.append(SearchVector(*words, weight=weight, config=dictionary()))
    vector, query = reduce(operator.add, parts), asked.query
    ranked: QuerySet[Any] = rows.annotate(vector=vector, rank=SearchRank(vector, query))
    return ranked.filter(vector=query)


# --- by likeness ----------------------------------------------------------------------------------


def meanings(text: str) -> tuple[str, ...]:
    """What our pages call it: of the words that patients use, those whose every stem has one in
    the question that is the same or like it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT synonym.means
            FROM procedures_synonym AS synonym, unnest(synonym.typed) AS phrase,
            tsvector_to_array(to_tsvector(%(words)s::regconfig, unaccent(phrase))) AS stems
            WHERE synonym.language = %(language)s AND cardinality(stems) > 0 AND NOT EXISTS (
                SELECT FROM unnest(stems) AS stem WHERE NOT EXISTS (
                    SELECT FROM unnest(tsvector_to_array(
                        to_tsvector(%(words)s::regconfig, unaccent(%(text)s))
                    )) AS asked
                    WHERE similarity(stem, asked) >= %(alike)s
                )
            )
            ORDER BY synonym.means
            """,
            {
                "words": dictionary(),
                "language": languages.current(),
                "text": text,
                "alike": ALIKE,
            },
        )
        return tuple(str(means) for (means,) in cursor.fetchall())


def similar_names(
    text: str,
    model: type[Procedure | Condition | Practitioner | Location],
    meanings: Iterable[str] = (),
) -> dict[int, float]:
    """How alike (0 to 1) the best name of each row is to the text, to one of its words or to one
    of its meanings."""
    words = [word for word in text.split() if len(word) >= SHORTEST_WORD]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH names (id, name) AS ({NAMES[model]}),
            pieces (id, piece) AS (
                SELECT id, name FROM names
                UNION SELECT id, word FROM names, regexp_split_to_table(name, '\\s+') AS word
                WHERE length(word) >= %s
            )
            SELECT id, max(similarity(unaccent(lower(piece)), unaccent(lower(asked))))
            FROM pieces, unnest(%s::text[]) AS asked
            GROUP BY id
            HAVING max(similarity(unaccent(lower(piece)), unaccent(lower(asked)))) >= %s
            """,  # noqa: S608 the only thing put in is a constant from NAMES
            [SHORTEST_WORD, [text, *words, *meanings], ALIKE],
        )
        return {int(row): float(score) for row, score in cursor.fetchall()}
