"""Reviews as a reader sees them: one page of them, filtered, with what belongs under each."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.lookups import Unaccent
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, Q, QuerySet
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.db.models.functions import Lower
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThan
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from practice import clock
from practice.models import Location, Practice, Practitioner
from procedures.models import Topic
from procedures.search import similar_names
from reviews import replies, titles
from reviews.models import Review, ReviewRules
from reviews.models.review import DAY, NO_DAY

PAGE = 20
REDACTED = "[redacted]"
LONGEST_SEARCH = 60
# Measured on names in reviews: people's own spellings are above, other names below.
ALIKE = 0.5


@dataclass(frozen=True)
class Piece:
    """Some words of a review as they stand, or a place where some are hidden."""

    text: str
    redacted: str = ""  # why, in words


@dataclass(frozen=True)
class Shown:
    """One review on a page. Everything is text; the template escapes it."""

    review: Review
    people: Sequence[Practitioner]

    @cached_property
    def pieces(self) -> list[Piece]:
        """The words with visible gaps, in order. Overlapping gaps are one."""
        found: list[Piece] = []
        body, at = self.review.body, 0
        for redaction in sorted(self.review.redactions.all(), key=lambda one: one.start):
            if redaction.end <= at:
                continue
            if redaction.start > at:
                found.append(Piece(body[at : redaction.start]))
            if redaction.start >= at:
                found.append(Piece("", str(redaction.get_reason_display())))
            at = redaction.end
        if at < len(body):
            found.append(Piece(body[at:]))
        return found

    @property
    def words(self) -> str:
        """Plain text, with [redacted] wherever some are hidden."""
        return "".join(piece.text or REDACTED for piece in self.pieces)

    @property
    def hidden(self) -> list[str]:
        """Why words are hidden, each reason once."""
        return list(dict.fromkeys(piece.redacted for piece in self.pieces if piece.redacted))

    @property
    def is_imported(self) -> bool:
        return self.review.came_by == Review.CameBy.IMPORT

    @property
    def titles(self) -> list[Practitioner]:
        """Whom the words call a doctor who is not one."""
        seen = " ".join(piece.text for piece in self.pieces)
        return titles.notes(seen, self.people)

    @property
    def reply(self) -> str:
        reply = getattr(self.review, "reply", None)
        return replies.words_of(reply) if reply is not None and reply.approved_at else ""


def shown(reviews: Iterable[Review]) -> list[Shown]:
    people = titles.not_doctors()
    return [Shown(review, people) for review in reviews]


def with_all(reviews: QuerySet[Review]) -> QuerySet[Review]:
    return reviews.select_related("reply", "location", "topic").prefetch_related("redactions")


def excerpts(number: int, *, topic: Topic | None = None) -> list[Shown]:
    """The most recent ones, and nothing else decides which."""
    found = Review.objects.counted().published()
    if topic is not None:
        found = found.filter(topic__translation_key=topic.translation_key)
    return shown(with_all(found)[:number])


# --- one page -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What a reader asked for. Anything unknown is left out rather than refused."""

    topic: str = ""
    place: str = ""
    stars: int | None = None
    q: str = ""
    older: bool = False
    after: str = ""

    @classmethod
    def read(cls, query: dict[str, str]) -> Wanted:
        stars, after = query.get("stars", ""), query.get("after", "")
        return cls(
            topic=query.get("topic", "")[:100],
            place=query.get("place", "")[:100],
            stars=int(stars) if stars in {"1", "2", "3", "4", "5"} else None,
            q=" ".join(query.get("q", "").replace("\x00", " ").split())[:LONGEST_SEARCH],
            older=query.get("older") == "yes",
            after=after if re.fullmatch(r"(\d{4}-\d\d-\d\d)?\.\d{1,18}", after) else "",
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.topic or self.place or self.stars or self.q)


@dataclass(frozen=True)
class Page:
    reviews: list[Shown]
    next: str  # for `after`; empty on the last page


def page(wanted: Wanted) -> Page:
    """Twenty reviews from a place in the order: one statement that reads one range of an index, so
    no page is slower than another, and a new review meanwhile moves nothing."""
    found = list(page_query(wanted))
    last = found[PAGE - 1] if len(found) > PAGE else None
    place = f"{last.received or ''}.{last.pk}" if last else ""
    return Page(shown(found[:PAGE]), place)


def page_query(wanted: Wanted) -> QuerySet[Review]:
    """One more than a page. The dated and the undated are two ranges of the same index, since the
    archive lies between them; each is read no further than a page reaches."""
    pks: list[QuerySet[Any, Any]] = []
    for part in _parts(wanted):
        rows = _chosen(part, wanted)
        if wanted.after:
            rows = rows.filter(TupleLessThan((DAY, F("pk")), _place(wanted.after)))
        pks.append(rows.order_by(DAY.desc(), "-pk").values("pk")[: PAGE + 1])
    found = pks[0].union(*pks[1:], all=True) if pks[1:] else pks[0]
    return with_all(Review.objects.filter(pk__in=found).published())[: PAGE + 1]


def filtered(wanted: Wanted) -> QuerySet[Review]:
    """Published reviews: the last two years and the undated, or the archive."""
    ranges = Q()
    for part in _parts(wanted):
        ranges |= part
    return with_all(_chosen(ranges, wanted))


def _parts(wanted: Wanted) -> list[Q]:
    """Which days, as ranges of the order."""
    since = archived_before()
    if wanted.older:
        return [Q(LessThan(DAY, since), GreaterThan(DAY, NO_DAY))]
    return [Q(GreaterThanOrEqual(DAY, since)), Q(Exact(DAY, NO_DAY))]


def _chosen(days: Q, wanted: Wanted) -> QuerySet[Review]:
    rows = Review.objects.counted().filter(days, status=Review.Status.PUBLISHED)
    if wanted.topic:
        found = Topic.objects.filter(slug=wanted.topic)
        rows = rows.filter(topic__in=list(found.values_list("pk", flat=True)))
    if wanted.place:
        found_there = Location.objects.filter(slug=wanted.place)
        rows = rows.filter(location__in=list(found_there.values_list("pk", flat=True)))
    if wanted.stars:
        rows = rows.filter(rating=wanted.stars)
    return found_by(rows, wanted.q) if wanted.q else rows


def archived_before() -> dt.date:
    """Reviews of an earlier day are in the archive, whatever they say."""
    today = clock.today(Practice.objects.current().zone)
    months = today.year * 12 + today.month - 1
    months -= ReviewRules.objects.current().archive_after_months
    return dt.date(months // 12, months % 12 + 1, 1)


def found_by(rows: QuerySet[Review], text: str) -> QuerySet[Review]:
    """Those that hold the words, or, when the text is somebody's name in any spelling, those that
    name that person in any spelling."""
    wanted = Q()
    # A search must not tell what was hidden.
    rows = rows.filter(redactions=None)
    names = [name for pk in similar_names(text, Practitioner) for name in _names_of(pk)]
    if not names:
        for word in text.split():
            wanted &= Q(body__icontains=word)
        return rows.filter(wanted)
    plain = Unaccent(Lower("body"))
    for number, name in enumerate(dict.fromkeys(names)):
        rows = rows.annotate(**{f"alike_{number}": TrigramWordSimilarity(name, plain)})
        wanted |= Q(**{f"alike_{number}__gte": ALIKE})
    return rows.filter(wanted)


def _names_of(pk: int) -> list[str]:
    """The family name and its known other spellings, which reviews are searched for."""
    person = Practitioner.objects.get(pk=pk)
    family = person.spoken_name.split()[-1]
    spelled = [name.split()[-1] for name in person.name_variants if name.split()]
    return [re.sub(r"[^\w'-]", "", name).lower() for name in (family, *spelled)]


def _place(after: str) -> tuple[dt.date, int]:
    """The day, or NO_DAY, and the number of the last review of the page before."""
    day, _dot, pk = after.rpartition(".")
    try:
        return (dt.date.fromisoformat(day) if day else NO_DAY), int(pk or 0)
    except ValueError:  # there is no such day: the undated ones follow it
        return NO_DAY, 2**62


# --- what a reader may filter by ----------------------------------------------------------------


def topics() -> list[tuple[str, str]]:
    """Topics that published reviews are about: slug and title."""
    found = Topic.objects.live().filter(reviews__status=Review.Status.PUBLISHED).distinct()
    return [(topic.slug, topic.title) for topic in found.order_by("title")]


def places() -> list[tuple[str, str]]:
    return [(place.slug, place.name) for place in Location.objects.all()]


def stars() -> list[tuple[int, str]]:
    return [(number, _("%(n)d of 5") % {"n": number}) for number in (5, 4, 3, 2, 1)]
