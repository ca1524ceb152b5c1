"""Page 1 against page 500 of 10,000 reviews: how much longer the last page takes than the first.

    python bench/reviews.py [reviews]

Needs DATABASE_URL of a site, as `python3 run.py manage shell` has it. Writes its reviews in a
transaction and takes them back.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    import django

    django.setup()
    from django.db import connection, transaction

    from practice import clock
    from reviews import reading
    from reviews.models import Review

    def milliseconds(after: str) -> float:
        took = []
        for _ in range(25):
            began = time.perf_counter()
            page = reading.page(reading.Wanted(after=after))
            [one.words for one in page.reviews]
            took.append((time.perf_counter() - began) * 1000)
        return statistics.median(took)

    today = clock.now().date()
    with transaction.atomic():
        Review.objects.bulk_create(
            Review(
                author=f"P{n}",
                body=f"Words of review {n}, about as long as people write them. " * 4,
                status="published",
                authorization=today,
                received=today - dt.timedelta(days=n * 600 // number),
                rating=1 + n % 5,
            )
            for n in range(number)
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE reviews_review")
        place, pages = "", 1
        while (page := reading.page(reading.Wanted(after=place))).next and pages < 500:
            place, pages = page.next, pages + 1
        first, last = milliseconds(""), milliseconds(place)
        transaction.set_rollback(True)
    print(
        f"{number} reviews: page 1 {first:.2f} ms, page {pages} {last:.2f} ms, "
        f"ratio {last / first:.2f}"
    )


if __name__ == "__main__":
    main()
