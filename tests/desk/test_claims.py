"""Two staff and one inbox: who has which request, and what came while somebody was away."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import booking, claims
from appointments.models import Appointment, Call, Claim, LastLook, Mark, Status
from clinic_site import staff
from practice.models import AccessLog
from practice.roles import Role
from tests import people
from tests.conftest import Clock
from tests.desk.crowd import a_crowd
from tests.staff import a_member, signed_in

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def alice(clinic: people.Clinic, now: dt.datetime) -> Appointment:
    return people.a_visit(clinic.same_day, now, slot=people.free_times(clinic.same_day, now)[0])


@pytest.fixture
def mo(clinic: people.Clinic) -> User:
    return a_member(Role.MANAGER, "mo@clinic.test", "Mo", "Manager")


def press(client: Client, visit: Appointment, action: str, **answers: object) -> Any:
    return client.post(
        f"/admin/appointments/{visit.reference}/{action}/",
        {"seen_version": visit.version, **answers},
    )


def test_the_second_of_two_is_told_who_has_it_and_changes_nothing(
    desk: Client, alice: Appointment, mo: User
) -> None:
    assert press(signed_in(mo), alice, "claim").status_code == 302
    page = desk.get("/admin/").content.decode()
    assert "Mo Manager has this since" in page
    assert "Take it over" in page
    for action in ("claim", "confirm", "refuse", "call", "offer"):
        answer = press(desk, alice, action, reason="no-time", outcome="reached")
        assert answer.status_code == 409, action
        assert "Mo Manager has this request since" in answer.content.decode()
    alice.refresh_from_db()
    assert (alice.status, alice.version) == (Status.PENDING, 1)
    assert Claim.objects.get().user == mo
    assert not Call.objects.exists()


def test_a_colleague_takes_over_knowingly_and_answers(
    desk: Client, alice: Appointment, mo: User, frances: User
) -> None:
    press(signed_in(mo), alice, "claim")
    answer = press(desk, alice, "claim", over=mo.pk)
    assert answer.headers["Location"] == f"/admin/?at={alice.reference}"
    assert Claim.objects.get().user == frances
    assert press(signed_in(mo), alice, "confirm").status_code == 409
    assert press(desk, alice, "confirm").status_code == 302
    alice.refresh_from_db()
    assert alice.status == Status.BOOKED


def test_who_takes_over_from_somebody_who_has_it_no_more_is_told(
    desk: Client, alice: Appointment, mo: User, now: dt.datetime
) -> None:
    """Compare and swap: Frances saw Mo's claim; meanwhile Nia took it."""
    nia = a_member(Role.FRONT_DESK, "nia@clinic.test", "Nia", "Night")
    claims.claim(alice, by=mo, now=now)
    claims.claim(alice, by=nia, now=now, over=mo.pk)
    answer = press(desk, alice, "claim", over=mo.pk)
    assert answer.status_code == 409
    assert "Nia Night has this request" in answer.content.decode()
    assert Claim.objects.get().user == nia


def test_a_claim_ends_after_ten_minutes_and_with_the_call(
    alice: Appointment, mo: User, frances: User, now: dt.datetime, clock: Clock
) -> None:
    claims.claim(alice, by=mo, now=now)
    clock.at(now + 11 * MINUTE)
    desk = signed_in(frances)
    assert "Mo Manager has this" not in desk.get("/admin/").content.decode()
    assert press(desk, alice, "claim").status_code == 302
    answer = press(desk, alice, "call", outcome="voicemail", back="inbox")
    assert answer.headers["Location"] == f"/admin/?done={alice.reference}"
    assert not Claim.objects.exists()
    assert "Left a voicemail" in desk.get("/admin/").content.decode()


def test_after_an_answer_out_of_order_the_request_after_it_is_in_focus(
    clinic: people.Clinic, desk: Client, alice: Appointment, now: dt.datetime
) -> None:
    later = people.free_times(clinic.same_day, now)
    second, third = (
        people.a_visit(clinic.same_day, now, details=people.bob(), slot=later[at]) for at in (2, 5)
    )
    back = press(desk, second, "confirm").headers["Location"]
    page = desk.get(back).content.decode()
    assert f'/{third.reference}/" autofocus' in page
    assert f'/{alice.reference}/" autofocus' not in page
    third.refresh_from_db()
    last = press(desk, third, "refuse", reason="no-time").headers["Location"]
    assert f'/{alice.reference}/" autofocus' in desk.get(last).content.decode()
    assert desk.get("/admin/?from=2026-13-99T99:00Z").status_code == 200


def test_nobody_claims_what_has_been_answered(
    desk: Client, alice: Appointment, mo: User, now: dt.datetime
) -> None:
    booking.confirm(alice, seen_version=1, by=mo, now=now)
    assert press(desk, alice, "claim").status_code == 409
    assert not Claim.objects.exists()


def test_one_press_tells_the_patient_that_we_saw_it(desk: Client, alice: Appointment) -> None:
    assert 'data-key="s"' in desk.get("/admin/").content.decode()
    answer = press(desk, alice, "seen", back="inbox")
    assert answer.headers["Location"] == f"/admin/?done={alice.reference}"
    assert Mark.objects.get().kind == Mark.Kind.SEEN
    assert 'data-key="s"' not in desk.get("/admin/").content.decode()


def test_requests_of_likely_one_patient_stand_together(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    """Bob asks between the two of Alice; a third of hers has another telephone."""
    times = people.free_times(clinic.same_day, now)
    people.a_visit(clinic.same_day, now, slot=times[0])
    people.a_visit(clinic.same_day, now, slot=times[1], details=people.bob())
    people.a_visit(clinic.same_day, now, slot=times[2])
    other = people.alice(phone="+12145550188", given_name="ALICE")
    people.a_visit(clinic.same_day, now, slot=times[3], details=other)
    page = desk.get("/admin/").content.decode()
    assert "Likely the same patient: 3 requests" in page
    assert page.find("Alice Adams") < page.find("ALICE Adams") < page.find("Bob Baker")


def test_since_you_left_shows_what_came_and_what_patients_cancelled(
    clinic: people.Clinic, frances: User, now: dt.datetime, clock: Clock
) -> None:
    desk = signed_in(frances)
    times = people.free_times(clinic.office_visit, now)
    old = people.a_visit(clinic.office_visit, now, slot=times[0])
    LastLook.objects.create(user=frances, until=now)
    later = now + 5 * MINUTE
    booking.cancel(old, by=None, reason="", now=later)
    people.a_visit(clinic.office_visit, later, slot=times[1], details=people.bob())
    people.a_visit(clinic.same_day, later)
    clock.at(now + 10 * MINUTE)
    page = desk.get("/admin/").content.decode()
    assert "Since you left" in page
    assert "1 of the requests above is new." in page
    assert "<strong>Booked</strong>" in page
    assert "Cancelled by the patient" in page
    row = AccessLog.objects.order_by("pk").last()
    assert row is not None
    assert (row.action, len(row.patients)) == ("inbox", 3)
    until = (now + 10 * MINUTE).isoformat()
    assert desk.post("/admin/inbox/looked/", {"until": until}).status_code == 302
    assert "Since you left" not in desk.get("/admin/").content.decode()


def test_nobody_has_seen_what_is_yet_to_come(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    until = (now + MINUTE).isoformat()
    assert desk.post("/admin/inbox/looked/", {"until": until}).status_code == 404
    assert desk.post("/admin/inbox/looked/", {"until": "soon"}).status_code == 404
    assert not LastLook.objects.exists()


def test_the_page_asks_what_is_new_and_names_nobody(
    desk: Client, clinic: people.Clinic, alice: Appointment, now: dt.datetime
) -> None:
    as_of = f"1-{alice.pk}"
    assert as_of in desk.get("/admin/").content.decode()
    logged = AccessLog.objects.count()
    with CaptureQueriesContext(connection) as asked:
        quiet = desk.get(
            "/admin/inbox/news/", {"as_of": as_of}, headers={staff.ASKS_BY_ITSELF: "1"}
        )
    assert (quiet.status_code, quiet.content) == (204, b"")
    assert len(asked) <= 6
    people.a_visit(clinic.same_day, now, details=people.bob())
    answer = desk.get("/admin/inbox/news/", {"as_of": as_of})
    assert answer.headers["X-News"] == "2"
    said = answer.content.decode()
    assert "1 new request has come in." in said
    assert "Bob" not in said
    assert AccessLog.objects.count() == logged
    assert desk.get("/admin/inbox/news/", {"as_of": "x"}).status_code == 404


def test_the_inbox_asks_the_database_equally_often_with_a_thousand_visits(
    desk: Client, clinic: people.Clinic, alice: Appointment, now: dt.datetime
) -> None:
    Appointment.objects.update(onset_date=now.date())

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get("/admin/").status_code == 200
        return len(asked)

    desk.get("/admin/")
    few = queries()
    a_crowd(clinic, now, count=1000)
    assert queries() == few <= 12
