"""How many reviews we got, and how many of them are shown: said whenever reviews are shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Avg, Count, Q

from reviews.models import Review

# Below this many rated reviews a mean says more about chance than about us.
ENOUGH_FOR_AN_AVERAGE = 30


@dataclass(frozen=True)
class Figures:
    """`percent` is of received, 0 when there are none. `average` is of all rated reviews that we
    received, shown or not, with one decimal; None while there are too few."""

    received: int
    published: int
    rated: int
    percent: int
    average: Decimal | None


def figures() -> Figures:
    """Samples count only while there is nothing else."""
    rows = Review.objects.all()
    if rows.filter(is_sample=False).exists():
        rows = rows.filter(is_sample=False)
    count = rows.aggregate(
        received=Count("pk"),
        published=Count("pk", filter=Q(status=Review.Status.PUBLISHED)),
        rated=Count("rating"),
        mean=Avg("rating"),
    )
    enough = count["rated"] >= ENOUGH_FOR_AN_AVERAGE
    return Figures(
        received=count["received"],
        published=count["published"],
        rated=count["rated"],
        # Rounded down: never more than the truth.
        percent=100 * count["published"] // count["received"] if count["received"] else 0,
        average=(
            Decimal(count["mean"]).quantize(Decimal("0.1"), ROUND_HALF_UP) if enough else None
        ),
    )
