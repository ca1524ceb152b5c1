from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

from practice.content_version import watch
from procedures.tree import ensure_lists

TABLES = [
    "procedures_topic",
    "procedures_condition",
    "procedures_conditionindexpage",
    "procedures_procedure",
    "procedures_procedureindexpage",
    "procedures_procedure_treats",
    "procedures_procedure_similar_to",
    "procedures_topicpicture",
    "procedures_section",
    "procedures_step",
    "procedures_candidate",
    "procedures_contraindication",
    "procedures_benefit",
    "procedures_risk",
    "procedures_alternative",
    "procedures_preparation",
    "procedures_recovery",
    "procedures_redflag",
    "procedures_cause",
    "procedures_question",
    "procedures_source",
]


def plant(apps, schema_editor):
    ensure_lists(apps)


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial"), ("practice", "0002_ground")]
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunPython(plant, migrations.RunPython.noop),
        watch(*TABLES),
    ]
