"""Finding a page by what people type, with their spelling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from practice.models import PersonPage, PlainPage, Practitioner
from procedures.models import Condition, Procedure, Question, Section
from procedures.reading import topic_url

# Measured on names of doctors and procedures: real misspellings are above, neighbours below.
ALIKE = 0.4
LONGEST = 100
SHORTEST_WORD = 4

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
}


@dataclass(frozen=True)
class Hit:
    """`kind` is procedure, condition, person or page. `score` only orders."""

    kind: str
    title: str
    url: str
    summary: str
    score: float


def search(text: str) -> list[Hit]:
    """Published pages, best first. Empty for an empty or senseless question."""
    text = " ".join(text.replace("\x00", " ").split())[:LONGEST]
    if not text:
        return []
    hits = [*topics(text), *people(text), *plain_pages(text)]
    return sorted(hits, key=lambda hit: (-hit.score, hit.title))


def topics(text: str) -> Iterable[Hit]:
    for model, kind in ((Procedure, "procedure"), (Condition, "condition")):
        ranks = dict(with_rank(text, model).values_list("pk", "rank"))
        alike = similar_names(text, model)
        pages = model.objects.live().public().filter(pk__in={*ranks, *alike})
        for page in pages:
            yield Hit(
                kind=kind,
                title=page.title,
                url=topic_url(page),
                summary=page.summary,
                score=ranks.get(page.pk, 0.0) + alike.get(page.pk, 0.0),
            )


def with_rank(
    text: str, model: type[Procedure] | type[Condition]
) -> QuerySet[Procedure | Condition]:
    """Pages whose words match, with `rank`. Names weigh most, then the summary, then the rest."""

    def joined(model: type[Section] | type[Question], column: str) -> Coalesce:
        rows = model.objects.filter(topic=OuterRef("pk")).order_by().values("topic")
        text = rows.annotate(words=StringAgg(column, Value(" "))).values("words")
        return Coalesce(Subquery(text), Value(""), output_field=TextField())

    vector = (
        SearchVector("title", "name", "alternate_names", weight="A", config="english")
        + SearchVector("summary", "lead", weight="B", config="english")
        + SearchVector("headings", "asked", weight="C", config="english")
        + SearchVector("bodies", weight="D", config="english")
    )
    query = SearchQuery(text, search_type="websearch", config="english")
    found: QuerySet[Procedure | Condition] = (
        model.objects.live()
        .public()
        .annotate(
            headings=joined(Section, "heading"),
            bodies=joined(Section, "body"),
            asked=joined(Question, "question"),
        )
        .annotate(vector=vector, rank=SearchRank(vector, query))
        .filter(vector=query)
    )
    return found


def people(text: str) -> Iterable[Hit]:
    alike = similar_names(text, Practitioner)
    vector = SearchVector(
        "practitioner__name",
        "practitioner__job_title",
        "practitioner__specialty",
        weight="A",
        config="english",
    ) + SearchVector("biography", weight="D", config="english")
    query = SearchQuery(text, search_type="websearch", config="english")
    pages = PersonPage.objects.live().public().select_related("practitioner")
    ranks = dict(
        pages.annotate(vector=vector, rank=SearchRank(vector, query))
        .filter(vector=query)
        .values_list("pk", "rank")
    )
    for page in pages:
        score = ranks.get(page.pk, 0.0) + alike.get(page.practitioner_id, 0.0)
        if score:
            person = page.practitioner
            yield Hit(
                kind="person",
                title=person.name_with_credentials,
                url=person.get_absolute_url(),
                summary=person.job_title,
                score=score,
            )


def plain_pages(text: str) -> Iterable[Hit]:
    vector = SearchVector("title", weight="A", config="english") + SearchVector(
        "body", weight="D", config="english"
    )
    query = SearchQuery(text, search_type="websearch", config="english")
    pages = PlainPage.objects.live().public()
    for page in pages.annotate(vector=vector, rank=SearchRank(vector, query)).filter(vector=query):
        path = "/" + page.url_path.split("/", 2)[2]
        yield Hit("page", page.title, path, page.search_description, page.rank)


def similar_names(text: str, model: type[Procedure | Condition | Practitioner]) -> dict[int, float]:
    """How alike (0 to 1) the best name of each row is to the text or to one of its words."""
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
            [SHORTEST_WORD, [text, *words], ALIKE],
        )
        return {int(row): float(score) for row, score in cursor.fetchall()}
