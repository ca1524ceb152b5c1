from django.db import migrations, models

import practice.models.fields
from practice.content_version import watch

# What people say for what stands on pages of a spine practice. Each can be changed and deleted at
# /cms/; a meaning that no page speaks of finds nothing and does no harm.
FIRST = {
    "en": {
        "Kyphoplasty": [
            "cement in back",
            "cement in spine",
            "bone cement",
            "balloon in back",
            "balloon surgery",
            "fill broken bone",
            "glue for bone",
        ],
        "Compression fracture": [
            "broken back",
            "broken spine",
            "cracked back bone",
            "cracked spine",
            "crushed spine",
            "fractured vertebra",
            "getting shorter",
            "lost height",
            "hunched back",
        ],
        "Osteoporosis": ["brittle bones", "thin bones", "weak bones", "soft bones"],
        "Herniated disc": ["slipped disc", "slipped disk", "bulging disc", "bulging disk"],
        "Spinal stenosis": ["narrow spine", "narrowed spine"],
        "Sciatica": ["pinched nerve", "pain down leg", "pain shooting leg"],
        "Anesthesia": ["put to sleep", "numbing shot"],
        "Risks": ["side effects", "what can go wrong", "is it dangerous", "complications"],
        "Recovery": ["back to work", "how long to heal", "healing time"],
        "Privacy": ["hipaa", "medical records", "who sees my data"],
        "Physician assistant": ["PA"],
    },
    "es": {
        "Cifoplastia": [
            "kifoplastia",
            "kifoplasty",
            "kyphoplasty",
            "cemento en la espalda",
            "cemento en la columna",
            "cemento para huesos",
            "globo en la espalda",
            "operación con globo",
            "rellenar hueso roto",
        ],
        "Fractura por compresión": [
            "espalda rota",
            "columna rota",
            "vértebra quebrada",
            "hueso quebrado espalda",
            "espalda quebrada",
            "columna aplastada",
            "me estoy encogiendo",
            "perder estatura",
            "joroba",
        ],
        "Osteoporosis": ["huesos débiles", "huesos frágiles", "huesos delgados"],
        "Hernia de disco": ["disco salido", "disco desplazado", "disco zafado"],
        "Estenosis espinal": ["columna estrecha", "canal estrecho"],
        "Ciática": ["nervio pellizcado", "nervio pinchado", "dolor baja pierna"],
        "Anestesia": ["me duermen", "dormir para operar", "adormecer"],
        "Riesgos": ["efectos secundarios", "qué puede salir mal", "es peligroso", "complicaciones"],
        "Recuperación": ["volver al trabajo", "cuánto tarda en sanar"],
        "Privacidad": ["hipaa", "expediente médico", "quién ve mis datos"],
    },
}


def plant(apps, schema_editor):
    synonyms = apps.get_model("procedures", "Synonym").objects
    for language, meanings in FIRST.items():
        for means, typed in meanings.items():
            synonyms.create(language=language, means=means, typed=typed)


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0004_only_released_versions_are_live"),
    ]

    operations = [
        migrations.CreateModel(
            name="Synonym",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("es", "Español")],
                        default="en",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "means",
                    models.CharField(
                        help_text="Such as Kyphoplasty.",
                        max_length=100,
                        verbose_name="what it is called on our pages",
                    ),
                ),
                (
                    "typed",
                    practice.models.fields.LinesField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        help_text="One on each line, such as cement in back. It counts when all of its words are in the question, in any order and roughly spelled.",
                        size=None,
                        verbose_name="what patients type",
                    ),
                ),
            ],
            options={
                "verbose_name": "words that patients use",
                "verbose_name_plural": "words that patients use",
                "ordering": ["language", "means"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("language", "means"),
                        name="synonym_one_per_meaning",
                        violation_error_message="There is already a list of words for this.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "es"])),
                        name="synonym_language_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("typed__len__gt", 0)),
                        name="synonym_has_words",
                        violation_error_message="Write at least one line of what patients type.",
                    ),
                ],
            },
        ),
        watch("procedures_synonym"),
        migrations.RunPython(plant, migrations.RunPython.noop),
    ]
