"""Every page of reviews is one range of an index; undated ones are older than any day."""

import datetime

import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0007_keep_what_is_published"),
        ("procedures", "0004_only_released_versions_are_live"),
        ("reviews", "0003_reviews_that_can_be_believed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="review",
            name="review_published_newest",
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce(
                        models.F("received"), models.Value(datetime.date(1, 1, 1))
                    ),
                    descending=True,
                ),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("status", "published")),
                name="review_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                models.F("topic"),
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce(
                        models.F("received"), models.Value(datetime.date(1, 1, 1))
                    ),
                    descending=True,
                ),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("status", "published")),
                name="review_in_order_by_topic",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                models.F("location"),
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce(
                        models.F("received"), models.Value(datetime.date(1, 1, 1))
                    ),
                    descending=True,
                ),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("status", "published")),
                name="review_in_order_by_place",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                models.F("rating"),
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce(
                        models.F("received"), models.Value(datetime.date(1, 1, 1))
                    ),
                    descending=True,
                ),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("status", "published")),
                name="review_in_order_by_stars",
            ),
        ),
    ]
