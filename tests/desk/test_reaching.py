from __future__ import annotations

import datetime as dt

from django.test import Client

from appointments.models import Appointment, Call, Mark, Occupancy, WarningSigns
from practice.roles import Role
from tests import people
from tests.staff import a_member, signed_in


def address(visit: Appointment, name: str) -> str:
    return f"/admin/appointments/{visit.reference}/{name}/"


def test_the_desk_says_that_it_saw_a_request(
    clinic: people.Clinic, desk: Client, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    assert desk.get(address(visit, "seen")).status_code == 405
    page = desk.post(address(visit, "seen"), follow=True).content.decode()
    assert "Opened by staff" in page
    assert Mark.objects.get().role == "Front desk"


def test_a_call_that_nobody_took_is_tried_again_at_a_time_to_come(
    clinic: people.Clinic, desk: Client, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    said = {"outcome": "no-answer", "seen_version": "1", "try_again": "6:00 AM"}
    assert desk.post(address(visit, "call"), said).status_code == 400
    assert Call.objects.count() == 0
    desk.post(address(visit, "call"), said | {"try_again": "3 PM"})
    assert Call.objects.get().try_again_at == dt.datetime(2026, 11, 24, 21, tzinfo=dt.UTC)
    assert desk.post(address(visit, "call"), said | {"try_again": ""}).status_code == 409


def test_up_to_three_times_are_offered_and_a_fourth_is_not(
    clinic: people.Clinic, desk: Client, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    times = [slot.value for slot in people.free_times(clinic.same_day, now)]
    said = {"seen_version": "1", "slot": times[:4]}
    assert desk.post(address(visit, "offer"), said).status_code == 400
    visit.refresh_from_db()
    assert visit.status == "pending"
    page = desk.post(address(visit, "offer"), said | {"slot": times[:2]}, follow=True)
    assert "We keep these times until Alice Adams has chosen." in page.content.decode()
    assert Occupancy.objects.filter(kind="offer", key=visit.key).count() == 2
    assert "Waiting for a time" in desk.get("/admin/").content.decode()


def test_a_new_private_address_is_made_by_a_press_and_shown_once(
    clinic: people.Clinic, desk: Client, now: dt.datetime
) -> None:
    visit = people.a_visit(clinic.same_day, now)
    desk.get(address(visit, "new-link"))
    visit.refresh_from_db()
    assert visit.link_generation == 1
    page = desk.post(address(visit, "new-link")).content.decode()
    assert "/a/" in page
    visit.refresh_from_db()
    assert visit.link_generation == 2


def test_somebody_who_asks_twice_is_shown_as_likely_the_same(
    clinic: people.Clinic, desk: Client, now: dt.datetime
) -> None:
    first, second = people.a_visit(clinic.same_day, now), people.a_visit(clinic.office_visit, now)
    people.a_visit(clinic.same_day, now, details=people.bob())
    page = desk.get(f"/admin/appointments/{first.reference}/").content.decode()
    assert "Likely the same patient" in page
    assert second.reference in page
    bobs = Appointment.objects.get(patient__given_name="Bob").reference
    assert (
        "Likely the same patient" not in desk.get(f"/admin/appointments/{bobs}/").content.decode()
    )


def test_a_physician_signs_the_warning_signs_and_nobody_else_can(
    clinic: people.Clinic, desk: Client
) -> None:
    words = {"emergency": "You cannot feel your legs\n\n", "today": "You have a fever"}
    assert desk.post("/admin/warning-signs/", words).status_code == 403
    booking_page = "/appointments/office-visit/"
    assert "New weakness or numbness in your legs" in Client().get(booking_page).content.decode()
    clinic.doctor.user = a_member(Role.DOCTOR, "ana@clinic.test")
    clinic.doctor.save()
    doctor = signed_in(clinic.doctor.user)
    assert doctor.post("/admin/warning-signs/", {**words, "today": ""}).status_code == 400
    page = doctor.post("/admin/warning-signs/", words, follow=True).content.decode()
    assert "Signed by Ana Ortega, M.D." in page
    patients_read = Client().get(booking_page).content.decode()
    assert "You cannot feel your legs" in patients_read
    assert "New weakness or numbness in your legs" not in patients_read
    assert WarningSigns.objects.get().emergency == "You cannot feel your legs"
