"""How many reviews we got, and what became of them: said whenever reviews are shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Avg, Count, Max, Min, Q
from django.utils.functional import cached_property

from reviews.models import Refusal, Review, ReviewRules
from reviews.models.review import ReviewQuerySet

Status = Review.Status
STARS = (5, 4, 3, 2, 1)


@dataclass(frozen=True)
class Bar:
    """One line of the distribution; `percent` is of all rated published reviews."""

    stars: int
    count: int
    percent: int


@dataclass(frozen=True)
class Line:
    """What became of the reviews with so many stars; 0 stars are those without a rating."""

    stars: int
    received: int
    published: int
    refused: int


@dataclass(frozen=True)
class Figures:
    """`percent` is of received, rounded down; 0 when there are none. `average` is of all published
    rated reviews, whatever a reader has filtered, with one decimal; None while too few."""

    received: int
    published: int
    rated: int
    undated: int
    waiting: int
    refused: int
    withdrawn: int
    percent: int
    average: Decimal | None
    enough: int
    earliest: dt.date | None
    latest: dt.date | None

    @cached_property
    def bars(self) -> list[Bar]:
        """Empty while there are too few ratings for an average."""
        if self.average is None:
            return []
        counts = dict(
            _rows()
            .filter(status=Status.PUBLISHED, rating__isnull=False)
            .values_list("rating")
            .annotate(n=Count("pk"))
        )
        return [
            Bar(stars, counts.get(stars, 0), round(100 * counts.get(stars, 0) / self.rated))
            for stars in STARS
        ]

    @cached_property
    def refusals(self) -> list[tuple[str, int]]:
        """Each listed reason with how many reviews were refused for it; those with none too."""
        counts = dict(
            _rows()
            .filter(status=Status.REFUSED)
            .values_list("refusal_reason")
            .annotate(n=Count("pk"))
        )
        return [(str(reason.label), counts.get(reason.value, 0)) for reason in Refusal]

    @cached_property
    def by_stars(self) -> list[Line]:
        published = Count("pk", filter=Q(status=Status.PUBLISHED))
        refused = Count("pk", filter=Q(status=Status.REFUSED))
        found = {
            rating or 0: (received, shown, not_shown)
            for rating, received, shown, not_shown in _rows()
            .values_list("rating")
            .annotate(total=Count("pk"), shown=published, not_shown=refused)
        }
        return [Line(stars, *found.get(stars, (0, 0, 0))) for stars in (*STARS, 0)]


def figures() -> Figures:
    """Samples count only while there is nothing else."""
    published = Q(status=Status.PUBLISHED)
    count = _rows().aggregate(
        total=Count("pk"),
        published=Count("pk", filter=published),
        rated=Count("rating", filter=published),
        undated=Count("pk", filter=published & Q(received=None)),
        waiting=Count("pk", filter=Q(status=Status.WAITING)),
        refused=Count("pk", filter=Q(status=Status.REFUSED)),
        withdrawn=Count("pk", filter=Q(status=Status.WITHDRAWN)),
        mean=Avg("rating", filter=published),
        earliest=Min("received", filter=published),
        latest=Max("received", filter=published),
    )
    mean, enough = count.pop("mean"), ReviewRules.objects.current().enough_for_average
    shown = count["rated"] >= enough
    total = count.pop("total")
    return Figures(
        **count,
        received=total,
        # Rounded down: never more than the truth.
        percent=100 * count["published"] // total if total else 0,
        average=Decimal(mean).quantize(Decimal("0.1"), ROUND_HALF_UP) if shown else None,
        enough=enough,
    )


def _rows() -> ReviewQuerySet:
    return Review.objects.all().order_by().counted()
