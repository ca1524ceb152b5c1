"""A refusal has a plain sentence for the patient."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0016_a_visit_worked_in_without_a_time"),
        ("practice", "0008_pictures_by_the_worker"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="appointment",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="appointment",
            name="update_update",
        ),
        migrations.AddField(
            model_name="appointment",
            name="refused_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no-time", "We could not keep the time that you asked for."),
                    ("not-ours", "We are not the right practice for what you asked about."),
                    ("no-license", "We may not see you by video where you will be."),
                    (
                        "other-care",
                        "You are to be seen somewhere else. If we have not talked with you yet, call us now.",
                    ),
                    ("not-reached", "We tried to call you and could not reach you."),
                    ("twice", "You had asked us twice. Your other request stays as it is."),
                    ("other", "Please call us. We tell you why."),
                ],
                max_length=12,
                verbose_name="what the patient is told of a refusal",
            ),
        ),
        migrations.AddField(
            model_name="appointmentevent",
            name="refused_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no-time", "We could not keep the time that you asked for."),
                    ("not-ours", "We are not the right practice for what you asked about."),
                    ("no-license", "We may not see you by video where you will be."),
                    (
                        "other-care",
                        "You are to be seen somewhere else. If we have not talked with you yet, call us now.",
                    ),
                    ("not-reached", "We tried to call you and could not reach you."),
                    ("twice", "You had asked us twice. Your other request stays as it is."),
                    ("other", "Please call us. We tell you why."),
                ],
                max_length=12,
                verbose_name="what the patient is told of a refusal",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appointment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_appointmentevent" ("answer_due_at", "any_practitioner", "booking_for", "buffer_after_minutes", "buffer_before_minutes", "cancellation_reason", "cancelled_by", "consent_version", "consented_at", "contact_name", "contact_relationship", "created_at", "earlier_than_id", "ends_at", "id", "is_work_in", "key", "language", "link_generation", "located_in", "location_id", "modality", "needs_rebooking", "occupancy_id", "onset_date", "patient_id", "pay_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "practitioner_id", "previous_appointment_id", "reason", "red_flag", "reference", "refused_because", "replaces_id", "source", "starts_at", "status", "version", "visit_type_id", "waiting_rank", "waiting_since", "wanted_from", "wanted_part", "wanted_until", "work_in_reason") VALUES (NEW."answer_due_at", NEW."any_practitioner", NEW."booking_for", NEW."buffer_after_minutes", NEW."buffer_before_minutes", NEW."cancellation_reason", NEW."cancelled_by", NEW."consent_version", NEW."consented_at", NEW."contact_name", NEW."contact_relationship", NEW."created_at", NEW."earlier_than_id", NEW."ends_at", NEW."id", NEW."is_work_in", NEW."key", NEW."language", NEW."link_generation", NEW."located_in", NEW."location_id", NEW."modality", NEW."needs_rebooking", NEW."occupancy_id", NEW."onset_date", NEW."patient_id", NEW."pay_by", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."practitioner_id", NEW."previous_appointment_id", NEW."reason", NEW."red_flag", NEW."reference", NEW."refused_because", NEW."replaces_id", NEW."source", NEW."starts_at", NEW."status", NEW."version", NEW."visit_type_id", NEW."waiting_rank", NEW."waiting_since", NEW."wanted_from", NEW."wanted_part", NEW."wanted_until", NEW."work_in_reason"); RETURN NULL;',
                    hash="d16b095f4b0949d1f121cb5fd6f25064c6acfcbe",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_30113",
                    table="appointments_appointment",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appointment",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "appointments_appointmentevent" ("answer_due_at", "any_practitioner", "booking_for", "buffer_after_minutes", "buffer_before_minutes", "cancellation_reason", "cancelled_by", "consent_version", "consented_at", "contact_name", "contact_relationship", "created_at", "earlier_than_id", "ends_at", "id", "is_work_in", "key", "language", "link_generation", "located_in", "location_id", "modality", "needs_rebooking", "occupancy_id", "onset_date", "patient_id", "pay_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "practitioner_id", "previous_appointment_id", "reason", "red_flag", "reference", "refused_because", "replaces_id", "source", "starts_at", "status", "version", "visit_type_id", "waiting_rank", "waiting_since", "wanted_from", "wanted_part", "wanted_until", "work_in_reason") VALUES (NEW."answer_due_at", NEW."any_practitioner", NEW."booking_for", NEW."buffer_after_minutes", NEW."buffer_before_minutes", NEW."cancellation_reason", NEW."cancelled_by", NEW."consent_version", NEW."consented_at", NEW."contact_name", NEW."contact_relationship", NEW."created_at", NEW."earlier_than_id", NEW."ends_at", NEW."id", NEW."is_work_in", NEW."key", NEW."language", NEW."link_generation", NEW."located_in", NEW."location_id", NEW."modality", NEW."needs_rebooking", NEW."occupancy_id", NEW."onset_date", NEW."patient_id", NEW."pay_by", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."practitioner_id", NEW."previous_appointment_id", NEW."reason", NEW."red_flag", NEW."reference", NEW."refused_because", NEW."replaces_id", NEW."source", NEW."starts_at", NEW."status", NEW."version", NEW."visit_type_id", NEW."waiting_rank", NEW."waiting_since", NEW."wanted_from", NEW."wanted_part", NEW."wanted_until", NEW."work_in_reason"); RETURN NULL;',
                    hash="d99132fc5afac270d99a56304a4a747c58843e3d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_34af4",
                    table="appointments_appointment",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "refused_because__in",
                        (
                            "",
                            "no-time",
                            "not-ours",
                            "no-license",
                            "other-care",
                            "not-reached",
                            "twice",
                            "other",
                        ),
                    )
                ),
                name="appointment_refusal_is_known",
            ),
        ),
    ]
