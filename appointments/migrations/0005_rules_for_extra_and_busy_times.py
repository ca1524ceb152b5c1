"""A change of extra sessions and of busy times takes the same locks as every other rule."""

from django.db import migrations

from practice.content_version import watch

RULES = (
    "appointments_extrasession",
    "appointments_extrasession_visit_types",
    "appointments_busytime",
)


class Migration(migrations.Migration):
    dependencies = [("appointments", "0004_waiting_lists_and_limits")]
    operations = [
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER rules_change BEFORE INSERT OR UPDATE OR DELETE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION appointments_rules_change()",
                f"DROP TRIGGER rules_change ON {table}",
            )
            for table in RULES
        ),
        watch("appointments_extrasession", "appointments_extrasession_visit_types"),
    ]
