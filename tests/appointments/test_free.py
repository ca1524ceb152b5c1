from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import fragments
from practice import clock
from practice.models import DeskHours, Location
from tests.appointments.visitor import Visitor
from tests.people import Clinic, a_visit, bob, free_times

URL = "/appointments/"


def times_under(visitor: Visitor, stretch: str) -> list[str]:
    return [
        " ".join(link.get_text().split())
        for link in visitor.soup.select(f'section[aria-labelledby="{stretch}"] .time-link')
    ]


def test_it_opens_with_everything_left_today_then_tonight_and_tomorrow(clinic: Clinic) -> None:
    visitor = Visitor().open(URL)
    today = times_under(visitor, "today")
    assert "Tuesday, November 24, 10:15 AM with Ana Ortega, M.D., in Springfield" in today
    assert "Tuesday, November 24, 3:00 PM with Ben Cole, PA-C, by video" in today
    assert times_under(visitor, "tonight")[0].startswith("Tuesday, November 24, 5:00 PM")
    assert times_under(visitor, "tomorrow")[0].startswith("Wednesday, November 25, 8:30 AM")
    headings = [heading.get_text() for heading in visitor.soup.select("main h2")]
    assert headings[:2] == ["Today, Tuesday, November 24", "Tonight"]
    assert headings[2] == "Tomorrow, Wednesday, November 25"


def test_each_way_says_truly_what_is_promised(clinic: Clinic) -> None:
    text = Visitor().open(URL).text
    assert "Your visit is booked at once." in text
    assert (
        "This is a request, not yet an appointment. Our front desk answers by 11:00 AM today."
        in text
    )


def test_a_promise_is_counted_in_desk_hours(clinic: Clinic, clock: Any) -> None:
    clock.at(dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC))  # 9 PM, the desk closed at 8:30
    assert "Our front desk answers by 9:30 AM tomorrow." in Visitor().open(URL).text


def test_a_time_that_is_given_away_is_shown_to_nobody_else(clinic: Clinic) -> None:
    first = free_times(clinic.same_day, clock.now())[0]
    assert first.value in Visitor().open(URL).response.content.decode()
    a_visit(clinic.same_day, clock.now(), details=bob(), slot=first)
    assert first.value not in Visitor().open(URL).response.content.decode()


def test_it_can_be_narrowed_to_a_city_or_a_person(clinic: Clinic) -> None:
    assert times_under(Visitor().open(f"{URL}?place=main-street"), "tonight") == []
    by_video = times_under(Visitor().open(f"{URL}?place=video"), "today")
    assert by_video
    assert all(time.endswith("by video") for time in by_video)
    with_ana = times_under(Visitor().open(f"{URL}?person=ana-ortega"), "today")
    assert with_ana
    assert all("Ana Ortega" in time for time in with_ana)


def test_nothing_free_is_said_honestly_with_the_number(clinic: Clinic) -> None:
    visitor = Visitor().open(f"{URL}?place=nowhere")
    assert "No free time fits" in visitor.text
    assert "(214) 555-0142" in visitor.text


@pytest.mark.parametrize("evening_number", [False, True])
def test_the_number_is_the_one_that_is_answered_now(
    clinic: Clinic, clock: Any, evening_number: bool
) -> None:
    assert "(214) 555-0142 We answer this number now." in Visitor().open(URL).text
    clock.at(dt.datetime(2026, 11, 25, 4, 0, tzinfo=dt.UTC))
    if evening_number:
        Location.objects.update(after_hours_phone="+12145550177")
        expected = "(214) 555-0177 We answer this number now."
    else:
        expected = "(214) 555-0142 We answer again from 7:30 AM tomorrow."
    assert expected in Visitor().open(URL).text


def test_it_sets_no_cookie(clinic: Clinic) -> None:
    assert Client().get(URL).cookies == {}


def test_more_visits_on_file_ask_the_database_no_more_often(clinic: Clinic) -> None:
    counts = []
    for number in (1, 3):
        for _visit in range(number):
            a_visit(clinic.same_day, clock.now())
        with CaptureQueriesContext(connection) as queries:
            Client().get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_front_page_shows_the_next_real_times_as_links(clinic: Clinic) -> None:
    html = fragments.next_times()
    first = free_times(clinic.same_day, clock.now())[0]
    assert f"/appointments/same-day-virtual/?slot={first.value}" in html
    visitor = Visitor().open(f"/appointments/same-day-virtual/?slot={first.value}")
    assert "Go on with 3:00 PM" in visitor.text
    a_visit(clinic.same_day, clock.now(), slot=first)
    assert first.value not in fragments.next_times()
    old_link = Visitor().open(f"/appointments/same-day-virtual/?slot={first.value}")
    assert old_link.problems == ["That time has just been taken. Choose another"]


def test_a_time_nobody_can_answer_for_is_only_offered_by_telephone(
    clinic: Clinic, clock: Any
) -> None:
    DeskHours.objects.update(opens=dt.time(18), closes=dt.time(20))
    visitor = Visitor().open(URL)
    assert "3:00 PM only by phone" in visitor.text
    assert "Tuesday, November 24, 3:00 PM with" not in visitor.text
