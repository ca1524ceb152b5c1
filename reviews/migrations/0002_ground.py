from django.db import migrations

from practice.content_version import watch


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial"), ("practice", "0002_ground")]
    operations = [watch("reviews_review")]
