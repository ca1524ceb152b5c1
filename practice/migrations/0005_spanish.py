from django.db import migrations, models

import practice.content_version

WORDS = {
    "blank": True,
    "default": dict,
    "help_text": "For each language, the words by field: {“es”: {“job_title”: “…”}}.",
    "verbose_name": "in other languages",
}


class Migration(migrations.Migration):
    dependencies = [("practice", "0002_ground")]

    operations = [
        *(
            migrations.AddField(model, "translations", models.JSONField(**WORDS))
            for model in ("practice", "location", "practitioner", "offer")
        ),
        migrations.CreateModel(
            name="TranslationCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=80, unique=True, verbose_name="what")),
                ("words", models.CharField(max_length=64, verbose_name="digest of both")),
                ("checked_by", models.CharField(max_length=150, verbose_name="checked by")),
                ("checked", models.DateField(verbose_name="checked on")),
            ],
            options={
                "verbose_name": "checked translation",
                "verbose_name_plural": "checked translations",
                "ordering": ["subject"],
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(checked_by=""),
                        name="translation_is_checked_by_somebody",
                    )
                ],
            },
        ),
        practice.content_version.watch("practice_translationcheck"),
    ]
