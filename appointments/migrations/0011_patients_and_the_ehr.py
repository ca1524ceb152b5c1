"""One record for each person, and what the practice's EHR knows of each visit."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# Immutable, so that an index can be made of it: nobody changes the rules of `unaccent`.
FOLDED = """
CREATE FUNCTION appointments_folded(given text, family text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(public.unaccent('public.unaccent'::regdictionary, given || ' ' || family))
$$
"""
# A visit never lies with a record that was merged into another. The lock waits for a merge that
# is going on, and a merge (which takes the row FOR UPDATE) waits for it.
LIVING = """
CREATE FUNCTION appointments_living_patient() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  survivor bigint;
BEGIN
  SELECT merged_into_id INTO survivor FROM appointments_patient
   WHERE id = NEW.patient_id FOR KEY SHARE;
  IF survivor IS NOT NULL THEN
    NEW.patient_id := survivor;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER living_patient BEFORE INSERT OR UPDATE OF patient_id ON appointments_appointment
  FOR EACH ROW EXECUTE FUNCTION appointments_living_patient()
"""
NOT_LIVING = """
DROP TRIGGER living_patient ON appointments_appointment;
DROP FUNCTION appointments_living_patient()
"""
SEARCH = """
CREATE INDEX patient_by_folded_name ON appointments_patient
  USING gin (appointments_folded(given_name, family_name) gin_trgm_ops);
CREATE INDEX patient_by_digits ON appointments_patient USING gin (phone gin_trgm_ops)
"""
NO_SEARCH = "DROP INDEX patient_by_folded_name; DROP INDEX patient_by_digits"
BOOKED_BEFORE = """
INSERT INTO appointments_ehrentry (appointment_id, due, version, since)
SELECT id, true, 1, created_at FROM appointments_appointment WHERE status = 'booked'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0010_acts_of_staff_that_can_be_undone"),
        ("procedures", "0002_ground"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EhrEntry",
            fields=[
                (
                    "appointment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="ehr",
                        serialize=False,
                        to="appointments.appointment",
                    ),
                ),
                ("due", models.BooleanField(default=True, verbose_name="to be written there")),
                ("version", models.PositiveIntegerField(default=1)),
                ("since", models.DateTimeField(verbose_name="since")),
                (
                    "facts",
                    models.JSONField(blank=True, null=True, verbose_name="as it stands there"),
                ),
                ("ticked_at", models.DateTimeField(blank=True, null=True, verbose_name="ticked")),
            ],
            options={
                "verbose_name": "entry in the EHR",
                "verbose_name_plural": "entries in the EHR",
                "ordering": ("since", "pk"),
            },
        ),
        migrations.CreateModel(
            name="PatientChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("corrected", "Corrected by staff"),
                            ("merged", "Merged with another record"),
                        ],
                        max_length=9,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "fields",
                    models.JSONField(
                        default=dict,
                        help_text="What each changed value was, and is now.",
                        verbose_name="values",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a patient's record",
                "verbose_name_plural": "changes of patients' records",
                "ordering": ("at", "pk"),
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="patient",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="patient",
            name="update_update",
        ),
        migrations.AddField(
            model_name="patient",
            name="chart_number",
            field=models.CharField(blank=True, max_length=40, verbose_name="chart number"),
        ),
        migrations.AddField(
            model_name="patient",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="appointments.patient",
            ),
        ),
        migrations.AddField(
            model_name="patientevent",
            name="chart_number",
            field=models.CharField(blank=True, max_length=40, verbose_name="chart number"),
        ),
        migrations.AddField(
            model_name="patientevent",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="appointments.patient",
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["birth_date"], name="patient_by_birth_date"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patient",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_patientevent" ("birth_date", "chart_number", "contact_by", "created_at", "email", "family_name", "given_name", "id", "merged_into_id", "needs", "patient_status", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_language", "reminders", "voicemail_ok", "wants_no_invitation") VALUES (NEW."birth_date", NEW."chart_number", NEW."contact_by", NEW."created_at", NEW."email", NEW."family_name", NEW."given_name", NEW."id", NEW."merged_into_id", NEW."needs", NEW."patient_status", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."preferred_language", NEW."reminders", NEW."voicemail_ok", NEW."wants_no_invitation"); RETURN NULL;',
                    hash="21534574eebf10f8470d5fbe1b30d40504fe13e1",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_e3edc",
                    table="appointments_patient",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patient",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "appointments_patientevent" ("birth_date", "chart_number", "contact_by", "created_at", "email", "family_name", "given_name", "id", "merged_into_id", "needs", "patient_status", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_language", "reminders", "voicemail_ok", "wants_no_invitation") VALUES (NEW."birth_date", NEW."chart_number", NEW."contact_by", NEW."created_at", NEW."email", NEW."family_name", NEW."given_name", NEW."id", NEW."merged_into_id", NEW."needs", NEW."patient_status", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."preferred_language", NEW."reminders", NEW."voicemail_ok", NEW."wants_no_invitation"); RETURN NULL;',
                    hash="065885e50a3a28e732af61f62904c36296d629df",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f6b5b",
                    table="appointments_patient",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("chart_number", ""), _negated=True), ("merged_into", None)
                ),
                fields=("chart_number",),
                name="patient_has_a_chart_number_of_its_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None),
                    models.Q(("merged_into", models.F("pk")), _negated=True),
                    _connector="OR",
                ),
                name="patient_is_not_merged_into_itself",
            ),
        ),
        migrations.AddField(
            model_name="ehrentry",
            name="ticked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="patientchange",
            name="other",
            field=models.ForeignKey(
                blank=True,
                help_text="Merged.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="appointments.patient",
            ),
        ),
        migrations.AddField(
            model_name="patientchange",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="appointments.patient",
            ),
        ),
        migrations.AddField(
            model_name="patientchange",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="ehrentry",
            index=models.Index(
                condition=models.Q(("due", True)), fields=["since"], name="ehr_entry_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="patientchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "corrected"), ("other", None)),
                    models.Q(("kind", "merged"), ("other__isnull", False)),
                    _connector="OR",
                ),
                name="patient_change_says_what",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patientchange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="76f70f39eb10da50e2bc7325ebace160e26fe186",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_daf5e",
                    table="appointments_patientchange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patientchange",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF current_setting('clinic.may_truncate', true) = 'on' THEN RETURN NULL; END IF; RAISE EXCEPTION 'rows are only ever added to %', TG_TABLE_NAME;",
                    hash="aca365d37557b5905b4aa85f4ac8e3bb01fecee0",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_750fe",
                    table="appointments_patientchange",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(FOLDED, "DROP FUNCTION appointments_folded(text, text)"),
        migrations.RunSQL(SEARCH, NO_SEARCH),
        migrations.RunSQL(LIVING, NOT_LIVING),
        migrations.RunSQL(BOOKED_BEFORE, migrations.RunSQL.noop),
    ]
