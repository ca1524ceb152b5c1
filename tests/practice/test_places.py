"""Where we are, when somebody is there, and what the database refuses to believe about it."""

from __future__ import annotations

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError, transaction
from django.test import Client
from psycopg.types.range import Range

from practice import moving
from practice.fragments import open_now
from practice.models import Closure, DeskHours, Location, OpeningHours
from tests.content import WEEK, an_office, the_practice

pytestmark = pytest.mark.django_db

NIGHT = dt.time(1)
NINE, FIVE = dt.time(9), dt.time(17)


@pytest.mark.parametrize("days", [[], ["monday"], ["mon", "xyz"]])
def test_hours_need_at_least_one_real_day(days: list[str]) -> None:
    office = an_office()
    practice = the_practice()
    with pytest.raises(IntegrityError, match="days_are_real"), transaction.atomic():
        OpeningHours.objects.create(location=office, days=days, opens=NINE, closes=FIVE)
    with pytest.raises(IntegrityError, match="days_are_real"), transaction.atomic():
        DeskHours.objects.create(practice=practice, days=days, opens=NINE, closes=FIVE)
    assert office.hours.count() == 1
    assert not DeskHours.objects.exists()


def test_a_state_is_two_letters() -> None:
    office, other = an_office(), an_office("south")
    with pytest.raises(IntegrityError, match="two_letters"), transaction.atomic():
        Location.objects.filter(pk=office.pk).update(state="tx")
    assert set(Location.objects.values_list("state", flat=True)) == {"TX"}
    assert other.address == "1 Harbor Street, Portville, TX 75001"


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        (dt.datetime(2026, 11, 26, tzinfo=dt.UTC), None),
        (None, dt.datetime(2026, 11, 26, tzinfo=dt.UTC)),
        (dt.datetime(2026, 11, 26, tzinfo=dt.UTC), dt.datetime(2026, 11, 26, tzinfo=dt.UTC)),
    ],
)
def test_a_closure_begins_and_ends(lower: dt.datetime | None, upper: dt.datetime | None) -> None:
    with pytest.raises(IntegrityError, match="begins_and_ends"), transaction.atomic():
        Closure.objects.create(during=Range(lower, upper))
    assert not Closure.objects.exists()


def test_a_patient_reads_open_now_for_one_office_and_closed_for_the_other() -> None:
    the_practice()
    an_office("north")
    an_office("south", hours=[(["thu"], NINE, FIVE)])
    html = open_now()  # Tuesday, 9:00 AM
    assert '<li class="open-now"><strong>North office</strong> Open now, until 5:00 PM</li>' in html
    assert "<strong>South office</strong> Closed. Opens Thursday, November 26, 9:00 AM" in html


def test_the_page_of_an_office_says_whether_that_one_is_open_and_speaks_of_no_other(
    client: Client,
) -> None:
    the_practice()
    an_office("north")
    an_office("south", hours=[(["thu"], NINE, FIVE)])
    for path, words in [
        ("/locations/north/", ["North office Open now, until 5:00 PM"]),
        ("/locations/south/", ["South office Closed. Opens Thursday, November 26, 9:00 AM"]),
        (
            "/locations/",
            [
                "North office Open now, until 5:00 PM",
                "South office Closed. Opens Thursday, November 26, 9:00 AM",
            ],
        ),
    ]:
        soup = BeautifulSoup(client.get(path).content, "html.parser")
        assert [" ".join(row.get_text().split()) for row in soup.select(".opening li")] == words


def test_a_kept_page_of_an_office_gets_the_newest_words_about_that_office() -> None:
    the_practice()
    an_office("north")
    keeper = moving.Keeper()
    keeper.refresh()
    assert "North office" in keeper.spliced("open_now/north", "en")
    assert "Abierto ahora" in keeper.spliced("open_now/north", "es")
    an_office("south")
    keeper.refresh()
    assert "South office" in keeper.spliced("open_now/south", "en")
    assert "South" not in keeper.spliced("open_now/north", "en")
    assert keeper.spliced("open_now/west", "en") == ""
    [(name, language)] = moving.MARK.findall(moving.place("open_now/north", "es").encode())
    assert (name, language) == (b"open_now/north", b"es")


def test_a_holiday_in_one_office_closes_only_that_one() -> None:
    the_practice()
    north, _ = an_office("north"), an_office("south")
    day = dt.datetime(2026, 11, 24, 6, tzinfo=dt.UTC)
    Closure.objects.create(during=Range(day, day + dt.timedelta(days=1)), location=north)
    html = open_now()
    assert "<strong>North office</strong> Closed. Opens tomorrow, 8:00 AM" in html
    assert "<strong>South office</strong> Open now" in html


def test_open_until_midnight_and_past_it_are_said_as_people_say_them() -> None:
    the_practice()
    an_office("north", hours=[(WEEK, NINE, dt.time(0))])
    an_office("south", hours=[(WEEK, NINE, NIGHT)])
    html = open_now()
    assert "<strong>North office</strong> Open now, until midnight" in html
    assert "<strong>South office</strong> Open now, until tomorrow, 1:00 AM" in html


def test_a_patient_finds_both_offices_and_the_page_of_each(client: Client) -> None:
    the_practice()
    an_office("north", parking="Behind the house."), an_office("south")
    html = client.get("/locations/").content.decode()
    assert "North office" in html
    assert "South office" in html
    html = client.get("/locations/north/").content.decode()
    assert "Behind the house." in html
    assert "(214) 555-0101" in html
    assert client.get("/locations/west/").status_code == 404


def test_a_patient_finds_the_telephone_number_on_the_contact_page(client: Client) -> None:
    the_practice()
    an_office()
    assert "(214) 555-0100" in client.get("/contact/").content.decode()
