"""Reports count what came in between two days."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appointments", "0014_other_calendars_and_visits_of_the_ehr")]
    operations = [
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["created_at"], name="appointment_by_receipt"),
        ),
    ]
