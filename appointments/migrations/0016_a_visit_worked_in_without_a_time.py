"""Somebody can be worked in between the visits of a day, and then takes no time."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0015_visits_by_when_they_were_asked_for"),
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
        migrations.RemoveConstraint(
            model_name="appointment",
            name="appointment_holds_time_by_status",
        ),
        migrations.AddField(
            model_name="appointment",
            name="is_work_in",
            field=models.BooleanField(default=False, verbose_name="work-in"),
        ),
        migrations.AddField(
            model_name="appointment",
            name="work_in_reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="why worked in"),
        ),
        migrations.AddField(
            model_name="appointmentevent",
            name="is_work_in",
            field=models.BooleanField(default=False, verbose_name="work-in"),
        ),
        migrations.AddField(
            model_name="appointmentevent",
            name="work_in_reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="why worked in"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appointment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_appointmentevent" ("answer_due_at", "any_practitioner", "booking_for", "buffer_after_minutes", "buffer_before_minutes", "cancellation_reason", "cancelled_by", "consent_version", "consented_at", "contact_name", "contact_relationship", "created_at", "earlier_than_id", "ends_at", "id", "is_work_in", "key", "language", "link_generation", "located_in", "location_id", "modality", "needs_rebooking", "occupancy_id", "onset_date", "patient_id", "pay_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "practitioner_id", "previous_appointment_id", "reason", "red_flag", "reference", "replaces_id", "source", "starts_at", "status", "version", "visit_type_id", "waiting_rank", "waiting_since", "wanted_from", "wanted_part", "wanted_until", "work_in_reason") VALUES (NEW."answer_due_at", NEW."any_practitioner", NEW."booking_for", NEW."buffer_after_minutes", NEW."buffer_before_minutes", NEW."cancellation_reason", NEW."cancelled_by", NEW."consent_version", NEW."consented_at", NEW."contact_name", NEW."contact_relationship", NEW."created_at", NEW."earlier_than_id", NEW."ends_at", NEW."id", NEW."is_work_in", NEW."key", NEW."language", NEW."link_generation", NEW."located_in", NEW."location_id", NEW."modality", NEW."needs_rebooking", NEW."occupancy_id", NEW."onset_date", NEW."patient_id", NEW."pay_by", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."practitioner_id", NEW."previous_appointment_id", NEW."reason", NEW."red_flag", NEW."reference", NEW."replaces_id", NEW."source", NEW."starts_at", NEW."status", NEW."version", NEW."visit_type_id", NEW."waiting_rank", NEW."waiting_since", NEW."wanted_from", NEW."wanted_part", NEW."wanted_until", NEW."work_in_reason"); RETURN NULL;',
                    hash="9a59667b430277f27bf9da109fb997233031e00e",
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
                    func='INSERT INTO "appointments_appointmentevent" ("answer_due_at", "any_practitioner", "booking_for", "buffer_after_minutes", "buffer_before_minutes", "cancellation_reason", "cancelled_by", "consent_version", "consented_at", "contact_name", "contact_relationship", "created_at", "earlier_than_id", "ends_at", "id", "is_work_in", "key", "language", "link_generation", "located_in", "location_id", "modality", "needs_rebooking", "occupancy_id", "onset_date", "patient_id", "pay_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "practitioner_id", "previous_appointment_id", "reason", "red_flag", "reference", "replaces_id", "source", "starts_at", "status", "version", "visit_type_id", "waiting_rank", "waiting_since", "wanted_from", "wanted_part", "wanted_until", "work_in_reason") VALUES (NEW."answer_due_at", NEW."any_practitioner", NEW."booking_for", NEW."buffer_after_minutes", NEW."buffer_before_minutes", NEW."cancellation_reason", NEW."cancelled_by", NEW."consent_version", NEW."consented_at", NEW."contact_name", NEW."contact_relationship", NEW."created_at", NEW."earlier_than_id", NEW."ends_at", NEW."id", NEW."is_work_in", NEW."key", NEW."language", NEW."link_generation", NEW."located_in", NEW."location_id", NEW."modality", NEW."needs_rebooking", NEW."occupancy_id", NEW."onset_date", NEW."patient_id", NEW."pay_by", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."practitioner_id", NEW."previous_appointment_id", NEW."reason", NEW."red_flag", NEW."reference", NEW."replaces_id", NEW."source", NEW."starts_at", NEW."status", NEW."version", NEW."visit_type_id", NEW."waiting_rank", NEW."waiting_since", NEW."wanted_from", NEW."wanted_part", NEW."wanted_until", NEW."work_in_reason"); RETURN NULL;',
                    hash="14b4a9a61205c899d4062780ef1cbc7c3963bffd",
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
                    models.Q(
                        ("is_work_in", False),
                        ("occupancy__isnull", False),
                        (
                            "status__in",
                            ("pending", "booked", "arrived", "checked-in", "fulfilled", "noshow"),
                        ),
                    ),
                    models.Q(
                        models.Q(
                            ("is_work_in", False),
                            (
                                "status__in",
                                (
                                    "pending",
                                    "booked",
                                    "arrived",
                                    "checked-in",
                                    "fulfilled",
                                    "noshow",
                                ),
                            ),
                            _negated=True,
                        ),
                        ("occupancy__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="appointment_holds_time_by_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_work_in", False), ("work_in_reason", "")),
                    models.Q(
                        ("is_work_in", True),
                        ("work_in_reason__regex", "\\S"),
                        models.Q(
                            ("status__in", ("pending", "proposed", "waitlist")), _negated=True
                        ),
                    ),
                    _connector="OR",
                ),
                name="appointment_is_worked_in_for_a_reason",
            ),
        ),
    ]
