from django.db import migrations

from practice.content_version import FUNCTION, watch
from practice.tree import ensure_home

TABLES = [
    "practice_practice",
    "practice_location",
    "practice_openinghours",
    "practice_deskhours",
    "practice_closure",
    "practice_practitioner",
    "practice_practitioner_locations",
    "practice_license",
    "practice_boardcertification",
    "practice_offer",
    "practice_offer_locations",
    "practice_offer_seen_by",
    "practice_picture",
    "practice_homepage",
    "practice_teamindexpage",
    "practice_personpage",
    "practice_plainpage",
    "wagtailcore_page",
    "wagtailcore_pageviewrestriction",
    "wagtailcore_site",
]


def plant(apps, schema_editor):
    ensure_home(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION IF EXISTS raise_content_version()"),
        migrations.RunPython(plant, migrations.RunPython.noop),
        watch(*TABLES),
    ]
