import datetime

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
import phonenumber_field.modelfields
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import appointments.models.appointment
import practice.models.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("practice", "0002_ground"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="CalendarVersion",
            fields=[
                (
                    "practitioner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="practice.practitioner",
                    ),
                ),
                ("version", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "calendar version",
                "verbose_name_plural": "calendar versions",
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("sealed", models.BinaryField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "unsent form",
                "verbose_name_plural": "unsent forms",
            },
        ),
        migrations.CreateModel(
            name="PatientEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("given_name", models.CharField(max_length=80, verbose_name="given name")),
                ("family_name", models.CharField(max_length=80, verbose_name="family name")),
                ("birth_date", models.DateField(verbose_name="date of birth")),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        max_length=128, region=None, verbose_name="telephone"
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "contact_by",
                    models.CharField(
                        choices=[
                            ("phone", "Phone call"),
                            ("text", "Text message"),
                            ("email", "E-mail"),
                        ],
                        default="phone",
                        max_length=5,
                        verbose_name="how to be reached",
                    ),
                ),
                (
                    "voicemail_ok",
                    models.BooleanField(default=False, verbose_name="we may leave a voicemail"),
                ),
                (
                    "patient_status",
                    models.CharField(
                        blank=True,
                        choices=[("new", "New to us"), ("returning", "Seen here before")],
                        max_length=9,
                        verbose_name="new or returning",
                    ),
                ),
                (
                    "preferred_language",
                    models.CharField(default="en", max_length=35, verbose_name="language"),
                ),
                ("needs", models.CharField(blank=True, max_length=300, verbose_name="needs")),
                ("created_at", models.DateTimeField(editable=False, verbose_name="since")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StatusChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "from_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("proposed", "Times offered"),
                            ("pending", "Waiting for an answer"),
                            ("booked", "Booked"),
                            ("arrived", "Arrived"),
                            ("checked-in", "Checked in"),
                            ("fulfilled", "Done"),
                            ("cancelled", "Cancelled"),
                            ("noshow", "Did not come"),
                            ("entered-in-error", "Entered in error"),
                            ("waitlist", "On the waiting list"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "to_status",
                    models.CharField(
                        choices=[
                            ("proposed", "Times offered"),
                            ("pending", "Waiting for an answer"),
                            ("booked", "Booked"),
                            ("arrived", "Arrived"),
                            ("checked-in", "Checked in"),
                            ("fulfilled", "Done"),
                            ("cancelled", "Cancelled"),
                            ("noshow", "Did not come"),
                            ("entered-in-error", "Entered in error"),
                            ("waitlist", "On the waiting list"),
                        ],
                        max_length=16,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.CharField(
                        choices=[
                            ("patient", "Patient"),
                            ("desk", "Front desk"),
                            ("system", "The site"),
                        ],
                        max_length=7,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "verbose_name": "change of status",
                "verbose_name_plural": "changes of status",
                "ordering": ("at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="VisitType",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="address")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("summary", models.TextField(blank=True, verbose_name="summary")),
                (
                    "modality",
                    models.CharField(
                        choices=[("virtual", "By video"), ("in-person", "In person")],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(verbose_name="minutes")),
                (
                    "buffer_before_minutes",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="minutes kept free before"
                    ),
                ),
                (
                    "buffer_after_minutes",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="minutes kept free after"
                    ),
                ),
                (
                    "minimum_notice_minutes",
                    models.PositiveIntegerField(default=0, verbose_name="notice in minutes"),
                ),
                (
                    "horizon_days",
                    models.PositiveSmallIntegerField(
                        default=60,
                        help_text="Days after today that can be booked; 0 is today only.",
                        verbose_name="days ahead",
                    ),
                ),
                (
                    "confirmation",
                    models.CharField(
                        choices=[
                            ("request", "The front desk confirms"),
                            ("instant", "Booked at once"),
                        ],
                        default="request",
                        max_length=10,
                        verbose_name="confirmation",
                    ),
                ),
                (
                    "start_interval_minutes",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: the length of the visit with its buffers.",
                        null=True,
                        verbose_name="minutes from one start to the next",
                    ),
                ),
                (
                    "patient_instruction",
                    models.TextField(blank=True, verbose_name="what to prepare"),
                ),
                (
                    "translations",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='For example {"es": {"name": "…", "summary": "…"}}.',
                        verbose_name="translations",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("active", models.BooleanField(default=True, verbose_name="can be booked")),
                ("is_sample", models.BooleanField(default=False, verbose_name="sample")),
            ],
            options={
                "verbose_name": "visit type",
                "verbose_name_plural": "visit types",
                "ordering": ("position", "slug"),
            },
        ),
        migrations.CreateModel(
            name="WorkingHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "days",
                    practice.models.fields.DaysField(
                        base_field=models.CharField(
                            choices=[
                                ("mon", "Monday"),
                                ("tue", "Tuesday"),
                                ("wed", "Wednesday"),
                                ("thu", "Thursday"),
                                ("fri", "Friday"),
                                ("sat", "Saturday"),
                                ("sun", "Sunday"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="days",
                    ),
                ),
                ("opens", models.TimeField(verbose_name="from")),
                ("closes", models.TimeField(verbose_name="until")),
                ("from_date", models.DateField(blank=True, null=True, verbose_name="first day")),
                ("until_date", models.DateField(blank=True, null=True, verbose_name="last day")),
                ("is_sample", models.BooleanField(default=False, verbose_name="sample")),
            ],
            options={
                "verbose_name": "working hours",
                "verbose_name_plural": "working hours",
                "ordering": ("practitioner", "location", "opens", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Occupancy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("busy", "Booked"), ("busy-tentative", "Held")], max_length=14
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hold", "Held while somebody fills in the form"),
                            ("request", "Asked for"),
                            ("offer", "Offered"),
                            ("visit", "Booked"),
                        ],
                        max_length=7,
                    ),
                ),
                ("key", models.UUIDField(db_index=True)),
                ("source", models.CharField(blank=True, max_length=64)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "location",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practice.location",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occupancies",
                        to="practice.practitioner",
                    ),
                ),
            ],
            options={
                "verbose_name": "time taken",
                "verbose_name_plural": "times taken",
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        default=appointments.models.appointment.new_reference,
                        editable=False,
                        max_length=9,
                        unique=True,
                        verbose_name="reference",
                    ),
                ),
                ("key", models.UUIDField(editable=False, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Times offered"),
                            ("pending", "Waiting for an answer"),
                            ("booked", "Booked"),
                            ("arrived", "Arrived"),
                            ("checked-in", "Checked in"),
                            ("fulfilled", "Done"),
                            ("cancelled", "Cancelled"),
                            ("noshow", "Did not come"),
                            ("entered-in-error", "Entered in error"),
                            ("waitlist", "On the waiting list"),
                        ],
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "modality",
                    models.CharField(
                        choices=[("virtual", "By video"), ("in-person", "In person")],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                ("buffer_before_minutes", models.PositiveSmallIntegerField(default=0)),
                ("buffer_after_minutes", models.PositiveSmallIntegerField(default=0)),
                (
                    "booking_for",
                    models.CharField(
                        choices=[("self", "Myself"), ("other", "Someone else")],
                        default="self",
                        max_length=5,
                        verbose_name="booked for",
                    ),
                ),
                (
                    "contact_name",
                    models.CharField(blank=True, max_length=160, verbose_name="contact"),
                ),
                (
                    "contact_relationship",
                    models.CharField(blank=True, max_length=80, verbose_name="relationship"),
                ),
                (
                    "red_flag",
                    models.CharField(
                        choices=[("none", "None of these"), ("today", "A sign to call us today")],
                        default="none",
                        max_length=5,
                        verbose_name="warning signs",
                    ),
                ),
                ("reason", models.TextField(blank=True, max_length=1000, verbose_name="reason")),
                ("onset_date", models.DateField(blank=True, null=True, verbose_name="began")),
                (
                    "located_in",
                    models.CharField(
                        blank=True, max_length=2, verbose_name="state where the patient will be"
                    ),
                ),
                (
                    "pay_by",
                    models.CharField(
                        blank=True,
                        choices=[("insurance", "Insurance"), ("self-pay", "I pay myself")],
                        max_length=9,
                        verbose_name="paid by",
                    ),
                ),
                (
                    "consented_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="consent given"),
                ),
                (
                    "consent_version",
                    models.CharField(blank=True, max_length=40, verbose_name="consent text"),
                ),
                (
                    "language",
                    models.CharField(
                        default="en", max_length=10, verbose_name="language of the form"
                    ),
                ),
                (
                    "answer_due_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answer due"),
                ),
                (
                    "cancellation_reason",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="reason for cancelling"
                    ),
                ),
                (
                    "cancelled_by",
                    models.CharField(
                        blank=True,
                        choices=[("patient", "Patient"), ("practice", "Practice")],
                        max_length=8,
                        verbose_name="cancelled by",
                    ),
                ),
                (
                    "needs_rebooking",
                    models.BooleanField(default=False, verbose_name="needs a new time"),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("web", "Website"), ("phone", "Telephone")],
                        default="web",
                        max_length=5,
                        verbose_name="came by",
                    ),
                ),
                ("link_generation", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(editable=False, verbose_name="received")),
                (
                    "location",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="practice.location",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="practice.practitioner",
                    ),
                ),
                (
                    "previous_appointment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="appointments.appointment",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="appointments.appointment",
                    ),
                ),
                (
                    "occupancy",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointment",
                        to="appointments.occupancy",
                    ),
                ),
            ],
            options={
                "verbose_name": "appointment",
                "verbose_name_plural": "appointments",
                "ordering": ("-starts_at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Patient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("given_name", models.CharField(max_length=80, verbose_name="given name")),
                ("family_name", models.CharField(max_length=80, verbose_name="family name")),
                ("birth_date", models.DateField(verbose_name="date of birth")),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        max_length=128, region=None, verbose_name="telephone"
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "contact_by",
                    models.CharField(
                        choices=[
                            ("phone", "Phone call"),
                            ("text", "Text message"),
                            ("email", "E-mail"),
                        ],
                        default="phone",
                        max_length=5,
                        verbose_name="how to be reached",
                    ),
                ),
                (
                    "voicemail_ok",
                    models.BooleanField(default=False, verbose_name="we may leave a voicemail"),
                ),
                (
                    "patient_status",
                    models.CharField(
                        blank=True,
                        choices=[("new", "New to us"), ("returning", "Seen here before")],
                        max_length=9,
                        verbose_name="new or returning",
                    ),
                ),
                (
                    "preferred_language",
                    models.CharField(default="en", max_length=35, verbose_name="language"),
                ),
                ("needs", models.CharField(blank=True, max_length=300, verbose_name="needs")),
                ("created_at", models.DateTimeField(editable=False, verbose_name="since")),
            ],
            options={
                "verbose_name": "patient",
                "verbose_name_plural": "patients",
                "ordering": ("family_name", "given_name", "pk"),
                "indexes": [
                    models.Index(fields=["family_name", "given_name"], name="patient_by_name"),
                    models.Index(fields=["phone"], name="patient_by_phone"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("given_name__regex", "\\S"), ("family_name__regex", "\\S")
                        ),
                        name="patient_has_a_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("phone__regex", "^\\+[1-9][0-9]{6,14}$")),
                        name="patient_phone_is_e164",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("birth_date__gte", "1880-01-01")),
                        name="patient_birth_date_is_possible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("contact_by__in", ("phone", "text")),
                            models.Q(
                                ("contact_by", "email"), models.Q(("email", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="patient_can_be_reached",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AppointmentEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "reference",
                    models.CharField(
                        default=appointments.models.appointment.new_reference,
                        editable=False,
                        max_length=9,
                        verbose_name="reference",
                    ),
                ),
                ("key", models.UUIDField(editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Times offered"),
                            ("pending", "Waiting for an answer"),
                            ("booked", "Booked"),
                            ("arrived", "Arrived"),
                            ("checked-in", "Checked in"),
                            ("fulfilled", "Done"),
                            ("cancelled", "Cancelled"),
                            ("noshow", "Did not come"),
                            ("entered-in-error", "Entered in error"),
                            ("waitlist", "On the waiting list"),
                        ],
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "modality",
                    models.CharField(
                        choices=[("virtual", "By video"), ("in-person", "In person")],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                ("buffer_before_minutes", models.PositiveSmallIntegerField(default=0)),
                ("buffer_after_minutes", models.PositiveSmallIntegerField(default=0)),
                (
                    "booking_for",
                    models.CharField(
                        choices=[("self", "Myself"), ("other", "Someone else")],
                        default="self",
                        max_length=5,
                        verbose_name="booked for",
                    ),
                ),
                (
                    "contact_name",
                    models.CharField(blank=True, max_length=160, verbose_name="contact"),
                ),
                (
                    "contact_relationship",
                    models.CharField(blank=True, max_length=80, verbose_name="relationship"),
                ),
                (
                    "red_flag",
                    models.CharField(
                        choices=[("none", "None of these"), ("today", "A sign to call us today")],
                        default="none",
                        max_length=5,
                        verbose_name="warning signs",
                    ),
                ),
                ("reason", models.TextField(blank=True, max_length=1000, verbose_name="reason")),
                ("onset_date", models.DateField(blank=True, null=True, verbose_name="began")),
                (
                    "located_in",
                    models.CharField(
                        blank=True, max_length=2, verbose_name="state where the patient will be"
                    ),
                ),
                (
                    "pay_by",
                    models.CharField(
                        blank=True,
                        choices=[("insurance", "Insurance"), ("self-pay", "I pay myself")],
                        max_length=9,
                        verbose_name="paid by",
                    ),
                ),
                (
                    "consented_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="consent given"),
                ),
                (
                    "consent_version",
                    models.CharField(blank=True, max_length=40, verbose_name="consent text"),
                ),
                (
                    "language",
                    models.CharField(
                        default="en", max_length=10, verbose_name="language of the form"
                    ),
                ),
                (
                    "answer_due_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answer due"),
                ),
                (
                    "cancellation_reason",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="reason for cancelling"
                    ),
                ),
                (
                    "cancelled_by",
                    models.CharField(
                        blank=True,
                        choices=[("patient", "Patient"), ("practice", "Practice")],
                        max_length=8,
                        verbose_name="cancelled by",
                    ),
                ),
                (
                    "needs_rebooking",
                    models.BooleanField(default=False, verbose_name="needs a new time"),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("web", "Website"), ("phone", "Telephone")],
                        default="web",
                        max_length=5,
                        verbose_name="came by",
                    ),
                ),
                ("link_generation", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(editable=False, verbose_name="received")),
                (
                    "location",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="practice.location",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="appointments.appointment",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="practice.practitioner",
                    ),
                ),
                (
                    "previous_appointment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="appointments.appointment",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="appointments.appointment",
                    ),
                ),
                (
                    "occupancy",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="appointments.occupancy",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="appointments.patient",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="appointment",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointments",
                to="appointments.patient",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patient",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_patientevent" ("birth_date", "contact_by", "created_at", "email", "family_name", "given_name", "id", "needs", "patient_status", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_language", "voicemail_ok") VALUES (NEW."birth_date", NEW."contact_by", NEW."created_at", NEW."email", NEW."family_name", NEW."given_name", NEW."id", NEW."needs", NEW."patient_status", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."preferred_language", NEW."voicemail_ok"); RETURN NULL;',
                    hash="2f0f11a4dfdd03ab3dbd15736142cbf916a63a07",
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
                    func='INSERT INTO "appointments_patientevent" ("birth_date", "contact_by", "created_at", "email", "family_name", "given_name", "id", "needs", "patient_status", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "preferred_language", "voicemail_ok") VALUES (NEW."birth_date", NEW."contact_by", NEW."created_at", NEW."email", NEW."family_name", NEW."given_name", NEW."id", NEW."needs", NEW."patient_status", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."preferred_language", NEW."voicemail_ok"); RETURN NULL;',
                    hash="ad9178d4b792345c3eb8dd5faacdda1733f32b93",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f6b5b",
                    table="appointments_patient",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="patientevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="patientevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="appointments.patient",
            ),
        ),
        migrations.AddField(
            model_name="statuschange",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="status_changes",
                to="appointments.appointment",
            ),
        ),
        migrations.AddField(
            model_name="statuschange",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="visittype",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("slug", ""), _negated=True), models.Q(("name", ""), _negated=True)
                ),
                name="visit_type_has_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="visittype",
            constraint=models.CheckConstraint(
                condition=models.Q(("modality__in", ["virtual", "in-person"])),
                name="visit_type_modality_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="visittype",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirmation__in", ("request", "instant"))),
                name="visit_type_confirmation_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="visittype",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minutes__range", (5, 480)),
                    ("buffer_before_minutes__lte", 240),
                    ("buffer_after_minutes__lte", 240),
                    ("minimum_notice_minutes__lte", 86400),
                    ("horizon_days__lte", 730),
                    models.Q(
                        ("start_interval_minutes", None),
                        ("start_interval_minutes__range", (5, 1440)),
                        _connector="OR",
                    ),
                ),
                name="visit_type_lengths_are_bounded",
            ),
        ),
        migrations.AddField(
            model_name="occupancy",
            name="visit_type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="appointments.visittype",
            ),
        ),
        migrations.AddField(
            model_name="appointmentevent",
            name="visit_type",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="appointments.visittype",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="visit_type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointments",
                to="appointments.visittype",
            ),
        ),
        migrations.AddField(
            model_name="workinghours",
            name="location",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: visits by video.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="working_hours",
                to="practice.location",
                verbose_name="location",
            ),
        ),
        migrations.AddField(
            model_name="workinghours",
            name="practitioner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="working_hours",
                to="practice.practitioner",
                verbose_name="practitioner",
            ),
        ),
        migrations.AddField(
            model_name="workinghours",
            name="visit_types",
            field=models.ManyToManyField(
                related_name="working_hours",
                to="appointments.visittype",
                verbose_name="visit types",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="patientevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1e39b344444efce9fa22b00134b4ad1447d26627",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_c4062",
                    table="appointments_patientevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="statuschange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "from_status__in",
                        (
                            "",
                            "proposed",
                            "pending",
                            "booked",
                            "arrived",
                            "checked-in",
                            "fulfilled",
                            "cancelled",
                            "noshow",
                            "entered-in-error",
                            "waitlist",
                        ),
                    ),
                    (
                        "to_status__in",
                        [
                            "proposed",
                            "pending",
                            "booked",
                            "arrived",
                            "checked-in",
                            "fulfilled",
                            "cancelled",
                            "noshow",
                            "entered-in-error",
                            "waitlist",
                        ],
                    ),
                    models.Q(("from_status", models.F("to_status")), _negated=True),
                ),
                name="status_change_is_a_change",
            ),
        ),
        migrations.AddConstraint(
            model_name="statuschange",
            constraint=models.CheckConstraint(
                condition=models.Q(("actor__in", ("patient", "desk", "system"))),
                name="status_change_actor_is_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statuschange",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2e2014b54d5c79f50fd5949da73ae0cfdec7c12d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_885fe",
                    table="appointments_statuschange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statuschange",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF current_setting('clinic.may_truncate', true) = 'on' THEN RETURN NULL; END IF; RAISE EXCEPTION 'rows are only ever added to %', TG_TABLE_NAME;",
                    hash="17440209644b2e0052cec4c4205a662213bc6b83",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_3795e",
                    table="appointments_statuschange",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(
                condition=models.Q(("expires_at__isnull", False)),
                fields=["expires_at"],
                name="occupancy_expiring",
            ),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(
                condition=models.Q(("kind", "hold")), fields=["source"], name="occupancy_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=(("practitioner", "="), ("during", "&&")),
                name="occupancy_never_overlaps",
            ),
        ),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "hold")),
                fields=("key",),
                name="occupancy_one_hold_per_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="occupancy_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("during__startswith__lte", models.F("starts_at")),
                    ("during__endswith__gte", models.F("ends_at")),
                    ("during__lower_inc", True),
                    ("during__upper_inc", False),
                ),
                name="occupancy_covers_the_visit",
            ),
        ),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "visit"), ("state", "busy")),
                    models.Q(
                        ("kind__in", ("hold", "request", "offer")), ("state", "busy-tentative")
                    ),
                    _connector="OR",
                ),
                name="occupancy_kind_and_state_agree",
            ),
        ),
        migrations.AddConstraint(
            model_name="occupancy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("expires_at__isnull", False), ("kind__in", ("hold", "offer"))),
                    models.Q(("expires_at__isnull", True), ("kind__in", ("request", "visit"))),
                    _connector="OR",
                ),
                name="occupancy_only_holds_and_offers_expire",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appointmentevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="c2d9d05acde915e4c49625d1939f6720a656da54",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_34c57",
                    table="appointments_appointmentevent",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["starts_at"], name="appointment_by_start"),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(
                condition=models.Q(("status", "pending")),
                fields=["answer_due_at"],
                name="appointment_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "proposed",
                            "pending",
                            "booked",
                            "arrived",
                            "checked-in",
                            "fulfilled",
                            "cancelled",
                            "noshow",
                            "entered-in-error",
                            "waitlist",
                        ],
                    )
                ),
                name="appointment_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("occupancy__isnull", False),
                        (
                            "status__in",
                            ("pending", "booked", "arrived", "checked-in", "fulfilled", "noshow"),
                        ),
                    ),
                    models.Q(
                        models.Q(
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
                    (
                        "reference__regex",
                        "^[23456789BCDFGHJKLMNPQRSTVWXZ]{4}-[23456789BCDFGHJKLMNPQRSTVWXZ]{4}$",
                    )
                ),
                name="appointment_reference_reads_well",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__gt", models.F("starts_at")),
                    (
                        "ends_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("starts_at"),
                            "+",
                            models.Value(datetime.timedelta(seconds=28800)),
                        ),
                    ),
                ),
                name="appointment_length_is_bounded",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("buffer_before_minutes__lte", 240), ("buffer_after_minutes__lte", 240)
                ),
                name="appointment_buffers_are_bounded",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("location__isnull", True), ("modality", "virtual")),
                    models.Q(("location__isnull", False), ("modality", "in-person")),
                    _connector="OR",
                ),
                name="appointment_place_fits_modality",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("booking_for", "self"),
                    models.Q(("booking_for", "other"), ("contact_name__regex", "\\S")),
                    _connector="OR",
                ),
                name="appointment_contact_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("red_flag__in", ("none", "today"))),
                name="appointment_red_flag_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status", "cancelled"), ("cancelled_by__in", ("patient", "practice"))
                    ),
                    models.Q(
                        models.Q(("status", "cancelled"), _negated=True), ("cancelled_by", "")
                    ),
                    _connector="OR",
                ),
                name="appointment_says_who_cancelled",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "pending"), _negated=True),
                    ("answer_due_at__isnull", False),
                    _connector="OR",
                ),
                name="appointment_waits_until_a_time",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appointment",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "appointments_appointmentevent" ("answer_due_at", "booking_for", "buffer_after_minutes", "buffer_before_minutes", "cancellation_reason", "cancelled_by", "consent_version", "consented_at", "contact_name", "contact_relationship", "created_at", "ends_at", "id", "key", "language", "link_generation", "located_in", "location_id", "modality", "needs_rebooking", "occupancy_id", "onset_date", "patient_id", "pay_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "practitioner_id", "previous_appointment_id", "reason", "red_flag", "reference", "replaces_id", "source", "starts_at", "status", "version", "visit_type_id") VALUES (NEW."answer_due_at", NEW."booking_for", NEW."buffer_after_minutes", NEW."buffer_before_minutes", NEW."cancellation_reason", NEW."cancelled_by", NEW."consent_version", NEW."consented_at", NEW."contact_name", NEW."contact_relationship", NEW."created_at", NEW."ends_at", NEW."id", NEW."key", NEW."language", NEW."link_generation", NEW."located_in", NEW."location_id", NEW."modality", NEW."needs_rebooking", NEW."occupancy_id", NEW."onset_date", NEW."patient_id", NEW."pay_by", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."practitioner_id", NEW."previous_appointment_id", NEW."reason", NEW."red_flag", NEW."reference", NEW."replaces_id", NEW."source", NEW."starts_at", NEW."status", NEW."version", NEW."visit_type_id"); RETURN NULL;',
                    hash="953d195ace92d656d8715dba640bc2f6734614fe",
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
                    func='INSERT INTO "appointments_appointmentevent" ("answer_due_at", "booking_for", "buffer_after_minutes", "buffer_before_minutes", "cancellation_reason", "cancelled_by", "consent_version", "consented_at", "contact_name", "contact_relationship", "created_at", "ends_at", "id", "key", "language", "link_generation", "located_in", "location_id", "modality", "needs_rebooking", "occupancy_id", "onset_date", "patient_id", "pay_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "practitioner_id", "previous_appointment_id", "reason", "red_flag", "reference", "replaces_id", "source", "starts_at", "status", "version", "visit_type_id") VALUES (NEW."answer_due_at", NEW."booking_for", NEW."buffer_after_minutes", NEW."buffer_before_minutes", NEW."cancellation_reason", NEW."cancelled_by", NEW."consent_version", NEW."consented_at", NEW."contact_name", NEW."contact_relationship", NEW."created_at", NEW."ends_at", NEW."id", NEW."key", NEW."language", NEW."link_generation", NEW."located_in", NEW."location_id", NEW."modality", NEW."needs_rebooking", NEW."occupancy_id", NEW."onset_date", NEW."patient_id", NEW."pay_by", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."practitioner_id", NEW."previous_appointment_id", NEW."reason", NEW."red_flag", NEW."reference", NEW."replaces_id", NEW."source", NEW."starts_at", NEW."status", NEW."version", NEW."visit_type_id"); RETURN NULL;',
                    hash="c0ee438ecdb66d39ebf9236052d84fb3a1b56447",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_34af4",
                    table="appointments_appointment",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="workinghours",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("days__len__gt", 0),
                    ("days__contained_by", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
                ),
                name="working_hours_days_are_real",
            ),
        ),
        migrations.AddConstraint(
            model_name="workinghours",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_date", None),
                    ("until_date", None),
                    ("until_date__gte", models.F("from_date")),
                    _connector="OR",
                ),
                name="working_hours_dates_in_order",
            ),
        ),
    ]
