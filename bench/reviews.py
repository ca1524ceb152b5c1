"""Page 1 against pages 250, 500 and the last of 10,000 reviews: how much longer a page takes.

    python bench/reviews.py [reviews]

Needs DATABASE_URL of a site, as `python3 run.py manage shell` has it. Writes its reviews in a
transaction and takes them back. The pages take turns, so that whatever else the machine does meets
them alike; every sixth review is undated, and a sixth as many again are in the archive.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviews.reading import Wanted

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")
ROUNDS = 60


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    import django

    django.setup()
    from django.db import connection, transaction

    from practice.models import Location
    from procedures.models import Topic
    from reviews.reading import Wanted

    with transaction.atomic():
        place, topic = Location.objects.first(), Topic.objects.live().first()
        write(number, place, topic)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE reviews_review")
        said = {"every review": Wanted(), "the archive": Wanted(older=True)}
        said["2 stars"] = Wanted(stars=2)
        if topic is not None:
            said["a topic"] = Wanted(topic=topic.slug)
        if place is not None:
            said["a place"] = Wanted(place=place.slug)
        for name, wanted in said.items():
            measure(name, wanted)
        transaction.set_rollback(True)
    print(f"load {os.getloadavg()[0]:.1f}")


def write(number: int, place: object, topic: object) -> None:
    """From the last 600 days, every sixth without a date; and older ones."""
    from practice import clock
    from reviews.models import Review

    today = clock.now().date()

    def day(n: int) -> dt.date | None:
        if n >= number:
            return today - dt.timedelta(days=2000 + n - number)
        return today - dt.timedelta(days=n * 600 // number) if n % 6 else None

    everything = number + number // 6
    for begin in range(0, everything, 2000):
        Review.objects.bulk_create(
            Review(
                author=f"P{n}",
                body=f"Words of review {n}, about as long as people write them. " * 4,
                status="published",
                authorization=today,
                received=day(n),
                rating=1 + n % 5,
                location=place if n % 2 else None,
                topic=topic if n % 4 < 2 else None,
            )
            for n in range(begin, min(begin + 2000, everything))
        )


def measure(name: str, wanted: Wanted) -> None:
    from reviews import reading

    places = [""]
    while found := reading.page(with_place(wanted, places[-1])).next:
        places.append(found)
    pages = [n for n in (1, 250, 500) if n < len(places)] + [len(places)]
    took: dict[int, list[tuple[float, float]]] = {page: [] for page in pages}
    for turn in range(ROUNDS):
        for page in pages if turn % 2 else reversed(pages):
            wall, cpu = time.perf_counter(), time.process_time()
            [one.words for one in reading.page(with_place(wanted, places[page - 1])).reviews]
            took[page].append((time.perf_counter() - wall, time.process_time() - cpu))
    first = tuple(statistics.median(times) for times in zip(*took[1], strict=True))
    print(f"{name}: {len(places)} pages")
    for page in pages:
        wall, cpu = (1000 * statistics.median(times) for times in zip(*took[page], strict=True))
        ratios = f"ratio {wall / first[0] / 1000:.2f} and {cpu / first[1] / 1000:.2f}"
        query = reading.page_query(with_place(wanted, places[page - 1]))
        plan = query.explain(analyze=True, format="json")
        took_in_database = plan.split('"Execution Time": ')[1].split(",")[0].strip(" }]\n")
        used = sorted({part.split('"')[0] for part in plan.split('"Index Name": "')[1:]})
        print(
            f"  page {page}: {wall:.2f} ms, {cpu:.2f} ms of our processor, {ratios}; "
            f"in the database {took_in_database} ms, by {', '.join(used)}"
        )


def with_place(wanted: Wanted, after: str) -> Wanted:
    from dataclasses import replace

    return replace(wanted, after=after)


if __name__ == "__main__":
    main()
