"""A pause changes what is free, so it takes the locks of every other rule."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0005_rules_for_extra_and_busy_times"),
        ("practice", "0002_ground"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begins", models.DateTimeField(verbose_name="from")),
                ("until", models.DateTimeField(verbose_name="until")),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="taken back"),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practitioner",
                        verbose_name="person",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "visit_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="appointments.visittype",
                        verbose_name="kind of visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "pause",
                "verbose_name_plural": "pauses",
                "ordering": ("until", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("begins"))), name="pause_ends"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER rules_change BEFORE INSERT OR UPDATE OR DELETE ON appointments_pause "
            "FOR EACH STATEMENT EXECUTE FUNCTION appointments_rules_change()",
            "DROP TRIGGER rules_change ON appointments_pause",
        ),
    ]
