from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from appointments import booking, marks, status
from appointments.desk.forms import Refusal as DeskRefusal
from appointments.models import Appointment, Occupancy, Refusal, Status, StatusChange
from correspondence.models import OutboxMessage
from practice.models import AccessLog
from practice.roles import Role
from tests import people
from tests.conftest import Clock
from tests.staff import a_member, signed_in


@pytest.fixture
def asked(clinic: people.Clinic, now: dt.datetime) -> list[Appointment]:
    """Alice asks first for a later time, Bob second for an earlier one."""
    times = people.free_times(clinic.same_day, now)
    return [
        people.a_visit(clinic.same_day, now, slot=times[2]),
        people.a_visit(clinic.same_day, now, slot=times[0], details=people.bob()),
    ]


def order_on(page: str, *words: str) -> list[int]:
    places = [page.find(word) for word in words]
    assert -1 not in places
    return places


def press(client: Client, visit: Appointment, action: str, **answers: object) -> Any:
    return client.post(
        f"/admin/appointments/{visit.reference}/{action}/",
        {"seen_version": visit.version, **answers},
    )


def test_the_desk_lands_on_its_inbox_with_the_earliest_time_first(
    desk: Client, asked: list[Appointment]
) -> None:
    page = desk.get("/admin/").content.decode()
    bob, alice = order_on(page, "Bob Baker", "Alice Adams")
    assert bob < alice
    assert "2 requests wait" in page
    assert "(214) 555-0102" in page
    assert "Answer by" in page


def test_a_request_past_its_promise_is_the_strongest_thing_on_the_page(
    frances: User, asked: list[Appointment], clock: Clock, now: dt.datetime
) -> None:
    assert "request-overdue" not in signed_in(frances).get("/admin/").content.decode()
    clock.at(now + dt.timedelta(hours=3))
    page = signed_in(frances).get("/admin/").content.decode()
    assert page.count("request request-overdue") == 2
    assert "2 late" in page


def test_one_press_confirms_alice_and_leaves_bob_waiting(
    desk: Client, asked: list[Appointment], frances: User
) -> None:
    alice, bob = asked
    answer = press(desk, alice, "confirm")
    assert answer.status_code == 302
    alice.refresh_from_db()
    bob.refresh_from_db()
    assert (alice.status, bob.status) == (Status.BOOKED, Status.PENDING)
    assert StatusChange.objects.filter(appointment=alice).last().user == frances
    page = desk.get("/admin/").content.decode()
    assert "Confirmed: Alice Adams" in page
    assert "1 request waits" in page


def test_looking_at_the_address_of_confirm_changes_nothing(
    desk: Client, asked: list[Appointment]
) -> None:
    answer = desk.get(f"/admin/appointments/{asked[0].reference}/confirm/")
    assert answer.status_code == 405
    assert Appointment.objects.filter(status=Status.PENDING).count() == 2


def test_a_refusal_needs_a_reason(desk: Client, asked: list[Appointment]) -> None:
    alice = asked[0]
    answer = press(desk, alice, "refuse")
    assert answer.status_code == 400
    assert press(desk, alice, "refuse", reason="other", words="").status_code == 400
    assert press(desk, alice, "refuse", reason="made-up").status_code == 400
    assert Appointment.objects.filter(status=Status.PENDING).count() == 2
    assert Occupancy.objects.count() == 2


def test_a_refused_time_is_free_again_and_says_why_only_to_staff(
    desk: Client, asked: list[Appointment]
) -> None:
    alice, bob = asked
    press(desk, alice, "refuse", reason="not-reached", words="called three times")
    alice.refresh_from_db()
    assert alice.status == Status.CANCELLED
    assert alice.cancellation_reason == "We could not reach the patient: called three times"
    assert list(Occupancy.objects.values_list("key", flat=True)) == [bob.key]
    page = desk.get(f"/admin/appointments/{alice.reference}/").content.decode()
    assert "called three times" in page


def test_the_second_of_two_is_told_who_was_first(
    desk: Client, asked: list[Appointment], clinic: people.Clinic
) -> None:
    alice = asked[0]
    other = signed_in(a_member(Role.MANAGER, "mo@clinic.test", "Mo", "Manager"))
    press(other, alice, "confirm")
    answer = press(desk, alice, "refuse", reason="no-time")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Mo Manager was first" in page
    alice.refresh_from_db()
    assert alice.status == Status.BOOKED
    assert alice.cancellation_reason == ""
    assert press(desk, alice, "confirm").status_code == 409
    assert StatusChange.objects.filter(appointment=alice).count() == 2


def test_a_status_cannot_be_typed_in_anywhere(desk: Client, asked: list[Appointment]) -> None:
    alice = asked[0]
    for url in (
        f"/admin/appointments/appointment/{alice.pk}/change/",
        "/admin/appointments/appointment/add/",
        f"/admin/appointments/{alice.reference}/",
    ):
        assert desk.post(url, {"status": "booked", "version": 1}).status_code in (403, 404, 405)
    press(desk, alice, "confirm", status="fulfilled", practitioner="1")
    alice.refresh_from_db()
    assert alice.status == Status.BOOKED


def test_a_doctor_sees_only_the_own_calendar(
    clinic: people.Clinic, asked: list[Appointment], now: dt.datetime
) -> None:
    """Alice and Bob asked for the assistant, Carol for the doctor."""
    carol = people.a_visit(
        clinic.office_visit, now, details=people.bob(given_name="Carol", phone="+12145550103")
    )
    doctor = a_member(Role.DOCTOR, "doc@clinic.test", "Dana", "Doctor")
    clinic.doctor.user = doctor
    clinic.doctor.save()
    browser = signed_in(doctor)
    page = browser.get("/admin/").content.decode()
    assert "Carol Baker" in page
    assert "Alice Adams" not in page
    assert browser.get(f"/admin/appointments/{carol.reference}/").status_code == 200
    assert browser.get(f"/admin/appointments/{asked[0].reference}/").status_code == 404
    assert press(browser, asked[0], "confirm").status_code == 404
    assert Appointment.objects.filter(status=Status.PENDING).count() == 2


def test_what_hurts_is_read_by_those_who_treat_and_by_nobody_else(
    desk: Client, asked: list[Appointment], clinic: people.Clinic
) -> None:
    url = f"/admin/appointments/{asked[0].reference}/"
    assistant = a_member(Role.ASSISTANT, "pa@clinic.test", "Ari", "Assistant")
    clinic.assistant.user = assistant
    clinic.assistant.save()
    assert "my back hurts" in signed_in(assistant).get(url).content.decode()
    for path in (url, "/admin/", "/admin/appointments/", f"{url}refuse/"):
        assert "my back hurts" not in desk.get(path).content.decode()


def test_lists_ask_the_database_equally_often_for_one_and_for_twelve(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    times = people.free_times(clinic.same_day, now)[:12]
    assert len(times) == 12
    people.a_visit(clinic.same_day, now, slot=times[0])

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(url).status_code == 200
        return len(asked)

    desk.get("/admin/")
    with_one = {url: queries(url) for url in ("/admin/", "/admin/appointments/")}
    for time in times[1:]:
        people.a_visit(clinic.same_day, now, slot=time, details=people.bob())
    assert {url: queries(url) for url in with_one} == with_one
    assert max(with_one.values()) <= 12


def test_each_look_is_one_row_that_says_who_looked_at_whom(
    desk: Client, asked: list[Appointment], frances: User
) -> None:
    both = sorted(visit.patient_id for visit in asked)
    alice = asked[0]
    looks = {
        "/admin/": ("inbox", both),
        "/admin/appointments/?day=2026-11-24": ("appointments", both),
        f"/admin/appointments/{alice.reference}/": ("appointment", [alice.patient_id]),
        f"/admin/appointments/{alice.reference}/refuse/": ("refuse", [alice.patient_id]),
    }
    for url, (action, patients) in looks.items():
        before = AccessLog.objects.count()
        desk.get(url)
        assert AccessLog.objects.count() == before + 1
        row = AccessLog.objects.order_by("pk").last()
        assert row is not None
        assert (row.actor, row.action, row.patients, row.refused, row.source) == (
            frances,
            action,
            patients,
            False,
            "127.0.0.1",
        )


def test_a_refused_look_is_written_down_too(
    asked: list[Appointment], clinic: people.Clinic
) -> None:
    editor = a_member(Role.EDITOR, "ed@clinic.test", "Ed", "Editor")
    browser = signed_in(editor)
    answer = browser.get(f"/admin/appointments/{asked[0].reference}/")
    assert answer.status_code == 403
    assert "Alice" not in answer.content.decode()
    row = AccessLog.objects.get()
    assert (row.actor, row.action, row.refused) == (editor, "appointment", True)


def test_two_visits_are_confirmed_in_the_time_that_the_verbs_need(
    desk: Client, asked: list[Appointment]
) -> None:
    """The desk goes through the verbs: a calendar row becomes a visit, a message is waiting."""
    alice = asked[0]
    press(desk, alice, "confirm")
    alice.refresh_from_db()
    assert alice.occupancy is not None
    assert alice.occupancy.kind == "visit"
    with pytest.raises(booking.AlreadyChanged):
        booking.confirm(
            alice,
            seen_version=1,
            by=User.objects.get(email="frances@clinic.test"),
            now=dt.datetime.now(dt.UTC),
        )


def test_a_guessed_address_stands_on_the_inbox_until_there_is_a_new_one(
    desk: Client, clinic: people.Clinic, frances: User, now: dt.datetime
) -> None:
    later = people.free_times(clinic.office_visit, now)[-1]
    visit = people.a_visit(clinic.office_visit, now, slot=later)
    said = "five wrong dates of birth on the private address of Alice Adams"
    assert said not in desk.get("/admin/").content.decode()
    marks.locked(visit, now=now, pause=dt.timedelta(minutes=30))
    page = desk.get("/admin/").content.decode()
    assert said in page
    assert "No booked visits today." in page
    marks.new_link(visit, by=frances, now=now)
    assert said not in desk.get("/admin/").content.decode()


@pytest.mark.parametrize("why", Refusal)
def test_the_patient_reads_one_plain_sentence_why_and_none_of_the_desks_words(
    desk: Client, asked: list[Appointment], now: dt.datetime, why: Refusal
) -> None:
    alice = asked[0]
    press(desk, alice, "refuse", reason=why.value, words="canary")
    alice.refresh_from_db()
    for language in ("en", "es"):
        with translation.override(language):
            said = status.of(alice, now=now, zone=ZoneInfo("America/Chicago")).next
            assert said[0] == str(why.label)
            assert "canary" not in " ".join(said)
    with translation.override("es"):
        spanish = str(why.label)
    with translation.override("en"):
        assert spanish != str(why.label)
    assert "canary" not in "".join(f"{one.context}" for one in OutboxMessage.objects.all())


def test_every_reason_of_the_desk_has_a_sentence_for_the_patient() -> None:
    assert set(DeskRefusal.values) == set(Refusal.values)


def test_a_refusal_that_is_undone_says_nothing_to_the_patient(
    desk: Client, asked: list[Appointment], frances: User, now: dt.datetime
) -> None:
    alice = asked[0]
    refused = booking.refuse(
        alice, seen_version=alice.version, by=frances, reason="full", because="twice", now=now
    )
    assert refused.refused_because == "twice"
    again = booking.undo(refused, seen_version=refused.version, by=frances, now=now)
    assert (again.status, again.refused_because) == ("pending", "")
