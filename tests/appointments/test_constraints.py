"""Each rule that the database keeps by itself, broken in SQL as no verb would."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from appointments import booking
from appointments.models import (
    HOLDS_TIME,
    CalendarVersion,
    Occupancy,
    Status,
    StatusChange,
)
from practice.models import Closure, ContentVersion
from tests.people import Clinic, a_visit, bob, free_times


def run(sql: str, **values: object) -> None:
    """As it would be at the end of a transaction of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def refused(constraint: str, sql: str, **values: object) -> None:
    with pytest.raises(IntegrityError) as caught:
        run(sql, **values)
    assert caught.value.__cause__ is not None
    assert caught.value.__cause__.diag.constraint_name == constraint  # type: ignore[attr-defined]


APPOINTMENT = "UPDATE appointments_appointment SET {} WHERE id = %(pk)s"
OCCUPANCY = "UPDATE appointments_occupancy SET {} WHERE id = %(pk)s"


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("appointment_status_is_known", "status = 'maybe', occupancy_id = NULL"),
        ("appointment_holds_time_by_status", "occupancy_id = NULL"),
        ("appointment_holds_time_by_status", "status = 'cancelled', cancelled_by = 'patient'"),
        ("appointment_reference_reads_well", "reference = 'AAAA-1234'"),
        ("appointment_length_is_bounded", "ends_at = starts_at"),
        ("appointment_length_is_bounded", "ends_at = starts_at + interval '8 hours 1 minute'"),
        ("appointment_buffers_are_bounded", "buffer_after_minutes = 241"),
        ("appointment_place_fits_modality", "modality = 'in-person'"),
        ("appointment_contact_is_named", "booking_for = 'other', contact_name = '  '"),
        ("appointment_red_flag_is_known", "red_flag = '911'"),
        ("appointment_says_who_cancelled", "cancelled_by = 'patient'"),
        ("appointment_waits_until_a_time", "answer_due_at = NULL"),
        ("appointment_and_occupancy_agree", "starts_at = starts_at + interval '1 minute'"),
        ("appointment_and_occupancy_agree", "buffer_after_minutes = buffer_after_minutes + 1"),
    ],
)
def test_a_visit_that_makes_no_sense_is_refused(
    clinic: Clinic, now: dt.datetime, constraint: str, change: str
) -> None:
    visit = a_visit(clinic.same_day, now)
    refused(constraint, APPOINTMENT.format(change), pk=visit.pk)
    visit.refresh_from_db()
    assert visit.status == Status.PENDING


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("occupancy_ends_after_it_starts", "ends_at = starts_at"),
        ("occupancy_covers_the_visit", "during = tstzrange(starts_at, ends_at - interval '1 min')"),
        ("occupancy_covers_the_visit", "during = tstzrange(lower(during), upper(during), '[]')"),
        ("occupancy_kind_and_state_agree", "state = 'busy'"),
        ("occupancy_kind_and_state_agree", "kind = 'visit'"),
        ("occupancy_only_holds_and_offers_expire", "expires_at = starts_at"),
        ("occupancy_only_holds_and_offers_expire", "kind = 'hold'"),
        ("appointment_and_occupancy_agree", "during = tstzrange(starts_at, ends_at)"),
        ("appointment_and_occupancy_agree", "kind = 'offer', expires_at = starts_at"),
    ],
)
def test_time_that_is_taken_in_no_sense_is_refused(
    clinic: Clinic, now: dt.datetime, constraint: str, change: str
) -> None:
    visit = a_visit(clinic.same_day, now)
    refused(constraint, OCCUPANCY.format(change), pk=visit.occupancy_id)


def test_a_visit_and_its_time_are_of_the_same_person(clinic: Clinic, now: dt.datetime) -> None:
    visit = a_visit(clinic.same_day, now)
    refused(
        "appointment_and_occupancy_agree",
        OCCUPANCY.format("practitioner_id = %(other)s"),
        pk=visit.occupancy_id,
        other=clinic.doctor.pk,
    )


def test_two_live_rows_of_one_person_never_overlap(clinic: Clinic, now: dt.datetime) -> None:
    first, second = (
        booking.hold(key=uuid.uuid4(), slot=slot, source="", now=now)
        for slot in free_times(clinic.same_day, now)[:2]
    )
    onto_the_first = "during = %(during)s, starts_at = %(start)s, ends_at = %(end)s"
    facts = {"during": first.during, "start": first.starts_at, "end": first.ends_at}
    refused("occupancy_never_overlaps", OCCUPANCY.format(onto_the_first), pk=second.pk, **facts)
    # The doctor is somebody else.
    run(
        OCCUPANCY.format(onto_the_first + ", practitioner_id = %(doctor)s"),
        pk=second.pk,
        doctor=clinic.doctor.pk,
        **facts,
    )


def test_a_key_holds_one_time(clinic: Clinic, now: dt.datetime) -> None:
    first, second = (
        booking.hold(key=uuid.uuid4(), slot=slot, source="", now=now)
        for slot in free_times(clinic.same_day, now)[:2]
    )
    refused(
        "occupancy_one_hold_per_key",
        OCCUPANCY.format("key = %(key)s"),
        pk=second.pk,
        key=first.key,
    )


def test_a_key_makes_one_visit(clinic: Clinic, now: dt.datetime) -> None:
    alices = a_visit(clinic.same_day, now)
    bobs = a_visit(clinic.same_day, now, details=bob())
    with pytest.raises(IntegrityError, match="appointments_appointment_key"):
        run(APPOINTMENT.format("key = %(key)s"), pk=bobs.pk, key=alices.key)


def test_a_status_without_a_row_of_history_is_refused(clinic: Clinic, now: dt.datetime) -> None:
    visit = a_visit(clinic.same_day, now)
    with transaction.atomic():
        Occupancy.objects.update(kind="visit", state="busy")
        refused(
            "appointment_status_has_history", APPOINTMENT.format("status = 'booked'"), pk=visit.pk
        )
        transaction.set_rollback(True)
    visit.refresh_from_db()
    assert visit.status == Status.PENDING


def test_a_visit_that_is_let_go_does_not_leave_its_time_behind(
    clinic: Clinic, now: dt.datetime
) -> None:
    visit = a_visit(clinic.same_day, now)
    let_go = "status = 'cancelled', cancelled_by = 'practice', occupancy_id = NULL"
    run("SELECT 1")
    with transaction.atomic():
        StatusChange.objects.create(
            appointment=visit, from_status="pending", to_status="cancelled", at=now, actor="desk"
        )
        refused("appointment_and_occupancy_agree", APPOINTMENT.format(let_go), pk=visit.pk)
        transaction.set_rollback(True)
    assert Occupancy.objects.filter(pk=visit.occupancy_id).exists()


def test_history_is_only_ever_added_to(clinic: Clinic, now: dt.datetime) -> None:
    a_visit(clinic.same_day, now)
    for sql in (
        "UPDATE appointments_statuschange SET reason = 'x'",
        "DELETE FROM appointments_statuschange",
        "TRUNCATE appointments_statuschange",
    ):
        with pytest.raises(DatabaseError):
            run(sql)
    assert StatusChange.objects.get().reason == ""


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("patient_has_a_name", "given_name = ' '"),
        ("patient_has_a_name", "family_name = ''"),
        ("patient_phone_is_e164", "phone = '214 555 0101'"),
        ("patient_birth_date_is_possible", "birth_date = '1700-01-01'"),
        ("patient_can_be_reached", "email = '', contact_by = 'email'"),
    ],
)
def test_a_patient_without_name_or_number_is_refused(
    clinic: Clinic, now: dt.datetime, constraint: str, change: str
) -> None:
    visit = a_visit(clinic.same_day, now)
    refused(
        constraint,
        f"UPDATE appointments_patient SET {change} WHERE id = %(pk)s",
        pk=visit.patient_id,
    )


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("visit_type_has_a_name", "name = ''"),
        ("visit_type_modality_is_known", "modality = 'fax'"),
        ("visit_type_confirmation_is_known", "confirmation = 'maybe'"),
        ("visit_type_lengths_are_bounded", "minutes = 0"),
        ("visit_type_lengths_are_bounded", "minutes = 481"),
        ("visit_type_lengths_are_bounded", "start_interval_minutes = 0"),
        ("visit_type_lengths_are_bounded", "horizon_days = 731"),
    ],
)
def test_a_visit_type_that_cannot_be_kept_is_refused(
    clinic: Clinic, constraint: str, change: str
) -> None:
    refused(constraint, f"UPDATE appointments_visittype SET {change}")


def test_working_hours_have_days_and_dates_in_order(clinic: Clinic) -> None:
    hours = "UPDATE appointments_workinghours SET "
    refused("working_hours_days_are_real", hours + "days = '{}'")
    refused("working_hours_days_are_real", hours + "days = '{mon,someday}'")
    backwards = "from_date = '2026-12-02', until_date = '2026-12-01'"
    refused("working_hours_dates_in_order", hours + backwards)


@pytest.mark.parametrize("status", Status)
def test_a_status_that_holds_time_has_some_and_no_other_has(
    clinic: Clinic, now: dt.datetime, status: Status
) -> None:
    visit = a_visit(clinic.same_day, now)
    wrong = "occupancy_id = NULL" if status in HOLDS_TIME else "occupancy_id = occupancy_id"
    side = "practice" if status == Status.CANCELLED else ""
    change = f"status = '{status}', cancelled_by = '{side}', {wrong}"
    refused("appointment_holds_time_by_status", APPOINTMENT.format(change), pk=visit.pk)


def test_taking_time_raises_the_version_of_that_person_only(
    clinic: Clinic, now: dt.datetime
) -> None:
    before = dict(CalendarVersion.objects.values_list("practitioner", "version"))
    a_visit(clinic.same_day, now)
    after = dict(CalendarVersion.objects.values_list("practitioner", "version"))
    assert after[clinic.assistant.pk] > before[clinic.assistant.pk]
    assert after[clinic.doctor.pk] == before[clinic.doctor.pk]


def test_a_change_of_rules_raises_every_version_and_that_of_the_pages(
    clinic: Clinic, now: dt.datetime
) -> None:
    def numbers() -> tuple[set[int], int]:
        versions = set(CalendarVersion.objects.values_list("version", flat=True))
        return versions, ContentVersion.objects.values_list("version", flat=True)[0]

    before = numbers()
    Closure.objects.create(during=(now, now + dt.timedelta(hours=1)))
    after = numbers()
    assert min(after[0]) > max(before[0])
    assert after[1] > before[1]
