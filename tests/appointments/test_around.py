"""The visit's own page, step by step as the desk and the patient do things."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from appointments import booking, marks
from appointments.models import Appointment, Consent, Joining, Mark, Occupancy, VideoRoom
from correspondence.models import OutboxMessage
from practice import clock as the_clock
from practice.roles import Role
from tests.appointments.visitor import Visitor
from tests.people import Clinic, a_visit, bob, free_times
from tests.staff import a_member


def now() -> dt.datetime:
    return the_clock.now()


@pytest.fixture
def frances(clinic: Clinic) -> Any:
    return a_member(Role.FRONT_DESK, "frances@clinic.test", "Frances", "Field")


def the_page(visitor: Visitor) -> Visitor:
    """Their visit's page, wherever it is now."""
    last = Appointment.objects.filter(patient__given_name="Alice").latest("pk")
    return visitor.open(f"/a/visit/{last.reference}/")


def back(address: str) -> Visitor:
    return Visitor().open(address).send(birth_date="03/09/1948")


def test_a_patient_reads_who_saw_the_request_and_how_the_calls_went(
    clinic: Clinic, frances: Any
) -> None:
    visitor = Visitor().ask()
    asked = Appointment.objects.get()
    booking.mark_seen(asked, by=frances, now=now())
    booking.mark_seen(asked, by=frances, now=now() + dt.timedelta(minutes=5))
    assert the_page(visitor).text.count("Seen by our front desk.") == 1
    again = dt.datetime(2026, 11, 24, 21, tzinfo=dt.UTC)
    booking.log_call(asked, outcome="no-answer", try_again_at=again, by=frances, now=now())
    assert "We called. Nobody answered. We try again at 3:00 PM today." in the_page(visitor).text
    assert "Frances" not in visitor.response.content.decode()


def test_one_of_three_offered_times_is_taken_and_the_others_are_free_again(
    clinic: Clinic, frances: Any
) -> None:
    visitor = Visitor().ask()
    theirs = a_visit(clinic.same_day, now(), details=bob())
    free = free_times(clinic.same_day, now())
    times = [free[1], free[2], free[-1]]
    booking.offer(
        Appointment.objects.exclude(pk=theirs.pk).get(), slots=times, by=frances, now=now()
    )
    page = the_page(visitor)
    assert page.heading == "Choose one of these times"
    assert page.slots() == [slot.value for slot in times]
    assert page.send().problems == ["Choose one of the times"]
    assert page.send(slot=free_times(clinic.same_day, now())[0].value).problems == [
        "That time is no longer kept for you"
    ]
    assert the_page(visitor).send(slot=times[1].value).heading == "Your visit is booked"
    mine = Appointment.objects.get(patient__given_name="Alice")
    assert (mine.status, mine.starts_at) == ("booked", times[1].start)
    assert Occupancy.objects.filter(kind="offer").count() == 0
    theirs.refresh_from_db()
    assert theirs.status == "pending"


def test_none_of_the_offered_times_puts_a_patient_on_the_waiting_list(
    clinic: Clinic, frances: Any
) -> None:
    visitor = Visitor().ask()
    times = free_times(clinic.same_day, now())[:2]
    booking.offer(Appointment.objects.get(), slots=times, by=frances, now=now())
    page = the_page(visitor).send(button="none")
    assert page.heading == "You are on our waiting list"
    assert "Leave the list" in page.text
    assert Occupancy.objects.count() == 0


def test_a_visit_moves_and_its_first_address_leads_to_the_new_time(clinic: Clinic) -> None:
    visitor = Visitor().ask("office-visit")
    address = visitor.private_address
    first = Appointment.objects.get()
    page = visitor.open(f"/a/visit/{first.reference}/move/")
    assert "It stays yours until you have the new one." in page.text
    assert page.send().problems == ["Choose a time for your visit"]
    later = page.slots()[3]
    page.send(slot=later)
    new = Appointment.objects.get(status="booked")
    assert page.url == f"/a/visit/{new.reference}/"
    assert (new.replaces, page.heading) == (first, "Your visit is booked")
    assert "You moved your visit to this time." in page.text
    assert back(address).url == f"/a/visit/{new.reference}/"
    assert Occupancy.objects.count() == 1


def test_a_time_that_was_just_taken_leaves_the_old_one_where_it_is(clinic: Clinic) -> None:
    visitor = Visitor().ask("office-visit")
    mine = Appointment.objects.get()
    page = visitor.open(f"/a/visit/{mine.reference}/move/")
    wanted = page.slots()[2]
    slot = next(one for one in free_times(clinic.office_visit, now()) if one.value == wanted)
    a_visit(clinic.office_visit, now(), details=bob(), slot=slot)
    page.send(slot=wanted)
    assert page.problems == ["That time has just been taken. Choose another"]
    assert "These are the nearest times:" in page.text
    mine.refresh_from_db()
    assert mine.status == "booked"
    assert Appointment.objects.count() == 2


def test_corrected_details_keep_the_birth_date_and_leave_a_mark(clinic: Clinic) -> None:
    visitor = Visitor().ask()
    other = a_visit(clinic.same_day, now(), details=bob())
    page = visitor.open(f"/a/visit/{visitor.reference}/details/")
    page.send(phone="call me")
    assert page.status == 400
    page.send(
        family_name="Adamson", phone="214-555-0177", consent_texts="on", birth_date="01/01/1990"
    )
    assert page.heading == "We have your request"
    assert "You corrected your details." in page.text
    mine = Appointment.objects.get(patient__given_name="Alice")
    assert (str(mine.patient), str(mine.patient.phone)) == ("Alice Adamson", "+12145550177")
    assert mine.patient.birth_date == dt.date(1948, 3, 9)
    given = list(mine.consents.filter(subject="texts").values_list("given", flat=True))
    assert given == [False, True]
    other.patient.refresh_from_db()
    assert str(other.patient.phone) == "+12145550102"


def test_i_am_here_from_an_hour_before_and_once(clinic: Clinic, clock: Any) -> None:
    visitor = Visitor().ask("office-visit")
    mine, address = Appointment.objects.get(), visitor.private_address
    assert "I’m here" not in " ".join(
        button.get_text() for button in the_page(visitor).soup.select("button")
    )
    clock.at(mine.starts_at - dt.timedelta(minutes=20))
    page = back(address)
    page.send()
    assert page.heading == "You are here"
    page.client.handler.enforce_csrf_checks = False
    page.client.post(f"/a/visit/{mine.reference}/here/")
    mine.refresh_from_db()
    assert mine.status == "arrived"
    assert mine.status_changes.filter(to_status="arrived").count() == 1


@pytest.fixture
def a_video_visit(clinic: Clinic, frances: Any) -> Visitor:
    VideoRoom.objects.create(
        practitioner=clinic.assistant, address="https://video.example.com/spine-{visit}"
    )
    visitor = Visitor().ask()
    booking.confirm(Appointment.objects.get(), seen_version=1, by=frances, now=now())
    return visitor


def test_the_way_into_the_video_opens_ten_minutes_before_and_asks_where_the_patient_is(
    a_video_visit: Visitor, clock: Any
) -> None:
    address = a_video_visit.private_address
    mine = Appointment.objects.get()
    join = f"/a/visit/{mine.reference}/join/"
    clock.at(mine.starts_at - dt.timedelta(minutes=11))
    early = back(address)
    assert "You can join from 2:50 PM today." in early.text
    assert early.open(join).url == f"/a/visit/{mine.reference}/"

    clock.at(mine.starts_at - dt.timedelta(minutes=9))
    page = back(address)
    assert "video.example.com" not in page.response.content.decode()
    page.open(join)
    assert page.send(present_address="", state="TX").problems == [
        "Write where the patient is right now"
    ]
    assert "license" in page.send(present_address="5 Elm Street", state="OK").text
    assert Joining.objects.count() == 0
    page.send(present_address="5 Elm Street, Springfield", state="TX")
    link = page.soup.select_one('a[href^="https://video.example.com/spine-"]')
    assert link is not None
    assert "{" not in str(link["href"])
    assert Joining.objects.get().present_address == "5 Elm Street, Springfield"
    mine.refresh_from_db()
    assert mine.status == "arrived"
    assert Client().get(join).status_code == 404


def test_two_visits_never_share_a_room_unless_the_practice_vouches_for_it(clinic: Clinic) -> None:
    first, second = a_visit(clinic.same_day, now()), a_visit(clinic.same_day, now(), details=bob())
    room = VideoRoom.objects.create(
        practitioner=clinic.assistant, address="https://video.example.com/{visit}"
    )
    assert room.address_for(first) != room.address_for(second)
    for wrong in ("https://video.example.com/dr-cole", "http://video.example.com/{visit}"):
        with pytest.raises(IntegrityError), transaction.atomic():
            VideoRoom.objects.filter(pk=room.pk).update(address=wrong)
    VideoRoom.objects.filter(pk=room.pk).update(
        address="https://video.example.com/dr-cole", one_at_a_time=True
    )


def test_five_wrong_birth_dates_are_a_word_to_the_desk_once(clinic: Clinic) -> None:
    address = Visitor().ask().private_address
    visitor = Visitor().open(address)
    for day in range(1, 9):
        visitor.send(birth_date=f"01/0{day}/1950") if visitor.soup.select("main form") else None
    assert visitor.status == 429
    Visitor().open(address).send(birth_date="03/09/1948")
    assert Mark.objects.filter(kind="locked").count() == 1


def test_a_new_private_address_ends_those_of_the_times_before_it(
    clinic: Clinic, frances: Any
) -> None:
    visitor = Visitor().ask("office-visit")
    address, first = visitor.private_address, Appointment.objects.get()
    page = visitor.open(f"/a/visit/{first.reference}/move/")
    page.send(slot=page.slots()[3])
    marks.new_link(Appointment.objects.get(status="booked"), by=frances, now=now())
    assert Client().get(address).status_code == 404
    assert visitor.client.get(page.url).status_code == 404


def test_each_consent_is_a_row_of_its_own_with_words_language_and_giver(clinic: Clinic) -> None:
    Visitor().ask(
        booking_for="other",
        contact_name="Dora Adams",
        contact_relationship="daughter",
        contact_by="text",
    )
    rows = list(
        Consent.objects.order_by("subject").values_list(
            "subject", "given", "version", "language", "giver", "relationship"
        )
    )
    assert rows == [
        ("telehealth", True, "2026-11", "en", "Dora Adams", "daughter"),
        ("texts", False, "2026-11", "en", "Dora Adams", "daughter"),
    ]


@pytest.mark.parametrize("name", ["choose", "move", "details", "here", "join"])
def test_without_the_birth_date_nothing_of_a_visit_opens_or_changes(
    clinic: Clinic, name: str
) -> None:
    address = Visitor().ask("office-visit").private_address
    mine = Appointment.objects.get()
    visitor = Visitor().open(address)
    client, url = Client(), f"/a/visit/{mine.reference}/{name}/"
    client.cookies = visitor.client.cookies
    answers = {client.post(url, {"slot": "x", "phone": "214-555-0166"}).status_code}
    if name not in {"choose", "here"}:
        answers |= {client.get(url).status_code, Client().get(url).status_code}
    assert answers == {404}
    mine.refresh_from_db()
    assert (mine.status, mine.version) == ("booked", 1)


def test_a_locked_address_is_told_to_the_desk_by_mail_once_for_each_pause(
    clinic: Clinic, clock: Any
) -> None:
    address = Visitor().ask().private_address
    mine, begins = Appointment.objects.get(), now()
    for pause in (0, 1):
        clock.at(begins + pause * dt.timedelta(minutes=31))
        visitor = Visitor().open(address)
        for day in range(1, 9):
            if visitor.soup.select("main form"):
                visitor.send(birth_date=f"01/0{day}/1950")
        told = OutboxMessage.objects.filter(kind="staff_link_locked")
        assert told.count() == pause + 1
    message = told.latest("pk")
    assert message.to == "frontdesk@example.com"
    assert message.context["reference"] == mine.reference
    assert "Adams" not in str(message.context)
    assert message.link_purpose == ""


def test_the_page_says_late_checked_in_and_done(clinic: Clinic, frances: Any, clock: Any) -> None:
    visitor = Visitor().ask("office-visit")
    mine = Appointment.objects.get()
    booking.run_late(clinic.doctor, minutes=20, tell=False, by=frances, now=now())
    assert "We are running about 20 minutes late today" in the_page(visitor).text
    arrived = booking.arrive(mine, by=frances, now=now())
    ready = booking.check_in(arrived, by=frances, now=now())
    assert the_page(visitor).heading == "You are checked in"
    booking.fulfil(ready, by=frances, now=now())
    assert the_page(visitor).heading == "Your visit is done"
    assert "minutes late" not in visitor.text
