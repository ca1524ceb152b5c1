"""The calendar: who is where when, in words as well as in patterns; booking and moving from it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from appointments import booking
from appointments.models import Appointment, BusyTime, Occupancy
from correspondence.models import OutboxMessage
from practice.models import AccessLog, Closure
from practice.roles import Role
from tests import people
from tests.conftest import Clock
from tests.desk.crowd import a_crowd
from tests.staff import signed_in

PAGE = "/admin/calendar/"
HOUR = dt.timedelta(hours=1)


def at(clinic: people.Clinic, text: str) -> dt.datetime:
    """`2026-11-24 13:00` on the practice's clock."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=clinic.practice.zone)


def stretch(clinic: people.Clinic, begins: str, ends: str) -> DateTimeTZRange:
    return DateTimeTZRange(at(clinic, begins), at(clinic, ends))


def blocks(desk: Client, address: str = PAGE) -> list[tuple[str, str]]:
    """(kind, words) of everything in the columns, in their order."""
    page = desk.get(address)
    assert page.status_code == 200
    found = re.findall(
        r'<li class="cal-block cal-(\w+) [^"]*">(.*?)</li>', page.content.decode(), re.S
    )
    return [(kind, " ".join(unescape(strip_tags(words)).split())) for kind, words in found]


def kinds(desk: Client, address: str = PAGE) -> set[str]:
    return {kind for kind, _words in blocks(desk, address)}


def words(desk: Client, kind: str, address: str = PAGE) -> list[str]:
    return [said for one, said in blocks(desk, address) if one == kind]


def test_each_person_has_a_column_with_their_visits_requests_and_free_times(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    people.a_visit(clinic.office_visit, now)
    people.a_visit(clinic.same_day, now, details=people.bob())
    page = desk.get(PAGE).content.decode()
    assert page.index("Ana Ortega, M.D.</h2>") < page.index("Ben Cole, PA-C</h2>")
    (visit,) = words(desk, "visit")
    assert visit.startswith("10:15–10:45 AM Alice Adams Office visit, Main Street office Booked")
    (request,) = words(desk, "request")
    assert "Bob Baker" in request
    assert "Waiting for an answer" in request
    free = words(desk, "free")
    assert "Free: 10:50 AM Main Street office" in free
    assert not any("10:15 AM" in one for one in free), "what is taken is not free"
    assert "All times are Chicago (CST)." in unescape(page)


def test_what_stands_in_the_way_is_told_by_words_and_not_by_colour_alone(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    Closure.objects.create(
        during=stretch(clinic, "2026-11-24 13:00", "2026-11-24 14:00"), reason="Fire drill"
    )
    Closure.objects.create(
        during=stretch(clinic, "2026-11-24 15:00", "2026-11-24 17:00"),
        reason="sick child",
        practitioner=clinic.doctor,
    )
    BusyTime.objects.create(
        practitioner=clinic.doctor,
        during=stretch(clinic, "2026-11-24 11:00", "2026-11-24 11:30"),
        source="ehr",
        uid="1",
    )
    slot = people.free_times(clinic.office_visit, now)[0]
    booking.hold(key=uuid.uuid4(), slot=slot, source="", now=now)
    address = f"{PAGE}?person=ana-ortega"
    assert words(desk, "closed", address) == ["1:00–2:00 PM Closed (Fire drill)"]
    assert words(desk, "off", address) == ["3:00–5:00 PM Time off"], "not why"
    assert words(desk, "busy", address) == ["11:00–11:30 AM Busy elsewhere"]
    (held,) = words(desk, "hold", address)
    assert held == "10:15–10:45 AM Held until 9:10 AM: somebody is filling in the form"
    legend = desk.get(address).content.decode().split("cal-legend")[1].split("</ul>")[0]
    for word in ("Booked", "Waiting", "Held", "Free", "Time off", "Closed", "Busy elsewhere"):
        assert word in legend
    for kind in ("closed", "off", "busy", "hold"):
        assert not {"11:00 AM", "1:00 PM", "3:00 PM"} & set(words(desk, kind, address))
    assert not any("1:15 PM" in one for one in words(desk, "free", address))


def test_a_hold_that_ran_out_is_free_again(
    desk: Client, clinic: people.Clinic, now: dt.datetime, clock: Clock, frances: User
) -> None:
    slot = people.free_times(clinic.office_visit, now)[0]
    booking.hold(key=uuid.uuid4(), slot=slot, source="", now=now)
    assert "hold" in kinds(desk)
    clock.at(now + 11 * dt.timedelta(minutes=1))
    assert "hold" not in kinds(signed_in(frances))


def test_a_visit_that_something_strands_says_so_itself(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    people.a_visit(clinic.office_visit, now)
    Closure.objects.create(
        during=stretch(clinic, "2026-11-24 10:00", "2026-11-24 12:00"),
        practitioner=clinic.doctor,
    )
    (visit,) = words(desk, "visit")
    assert "Time off" in visit
    assert words(desk, "off") == ["10:00–10:15 AM Time off", "10:45 AM–12:00 PM Time off"]


def test_the_place_and_the_person_narrow_it(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    people.a_visit(clinic.office_visit, now)
    people.a_visit(clinic.same_day, now, details=people.bob())

    def names(address: str) -> tuple[bool, bool]:
        page = desk.get(address).content.decode()
        return "Alice Adams" in page, "Bob Baker" in page

    assert names(PAGE) == (True, True)
    assert names(f"{PAGE}?place=main-street") == (True, False)
    assert names(f"{PAGE}?place=video") == (False, True)
    assert names(f"{PAGE}?person=ben-cole") == (False, True)
    assert names(f"{PAGE}?person=nobody&place=nowhere&view=year&kind=x") == (True, True)
    assert names(f"{PAGE}?day=2026-11-25") == (False, False)
    only = words(desk, "free", f"{PAGE}?kind=same-day-virtual")
    assert only
    assert all("By video" in one for one in only)


def test_a_week_is_one_persons_with_a_column_for_each_day(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    people.a_visit(clinic.office_visit, now)
    page = desk.get(f"{PAGE}?view=week").content.decode()
    days = re.findall(r'<h2 id="ana-ortega-[\d-]+">(.*?)</h2>', page)
    assert days == [
        *("Mon, Nov 23", "Tue, Nov 24", "Wed, Nov 25", "Thu, Nov 26"),
        *("Fri, Nov 27", "Sat, Nov 28", "Sun, Nov 29"),
    ]
    assert "Alice Adams" in page
    assert page.count("Does not work on this day.") == 2
    assert "day=2026-12-01&amp;view=week" in page
    assert "day=2026-11-17&amp;view=week" in page


def test_a_click_on_a_free_time_books_that_time_for_whoever_is_on_the_telephone(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    page = desk.get(f"{PAGE}?day=2026-12-14").content.decode()
    address = unescape(re.findall(r'href="(/admin/book/[^"]+)"', page)[5])
    form = desk.get(address).content.decode()
    (chosen,) = re.findall(r'value="([^"]+)" id="slot-[\d-]+" checked', form)
    assert f"slot={chosen}" in address
    said = {"given_name": "Carla", "family_name": "Cruz", "birth_date": "02/11/1950"}
    said |= {"phone": "214 555 0103", "preferred_language": "en"}
    desk.post(address, said | {"key": uuid.uuid4().hex, "slot": chosen})
    visit = Appointment.objects.get()
    assert visit.starts_at.astimezone(clinic.practice.zone) == at(clinic, "2026-12-14 11:25")
    assert visit.status == "booked"
    late = desk.get(address).content.decode()
    assert "That time has just been taken" in late
    assert f'value="{chosen}" id="slot' not in late
    assert Appointment.objects.count() == 1


def test_the_desk_gives_a_time_that_is_too_near_for_who_books_online(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    online = people.free_times(clinic.office_visit, now)
    assert online[0].start == at(clinic, "2026-11-24 10:15")
    page = desk.get(PAGE).content.decode()
    near = unescape(re.findall(r'href="(/admin/book/[^"]+)"', page)[0])
    assert 'id="slot-0-0-0" checked' in desk.get(near).content.decode()
    assert words(desk, "free")[0] == "Free: 9:05 AM Main Street office"


def test_nothing_that_is_over_is_free(desk: Client, clinic: people.Clinic) -> None:
    assert kinds(desk, f"{PAGE}?day=2026-11-20") == set()
    assert not any("8:30 AM" in one for one in words(desk, "free"))


# --- nights ------------------------------------------------------------------------------------
def test_a_session_past_midnight_stands_on_both_days(desk: Client, clinic: people.Clinic) -> None:
    late = people.a_visit_type(slug="late", name="Late visit", minutes=60)
    people.works(clinic.doctor, late, dt.time(21, 30), dt.time(1, 30), days=["tue"])
    tuesday = words(desk, "free", f"{PAGE}?kind=late")
    wednesday = words(desk, "free", f"{PAGE}?kind=late&day=2026-11-25")
    assert tuesday == [
        *("Free: 9:30 PM By video", "Free: 10:30 PM By video", "Free: 11:30 PM By video")
    ]
    assert wednesday == ["Free: 12:30 AM By video"]
    slot = people.free_times(late, at(clinic, "2026-11-24 09:00").astimezone(dt.UTC))[2]
    people.a_visit(late, at(clinic, "2026-11-24 09:00").astimezone(dt.UTC), slot=slot)
    for day, said in (("24", "goes on after midnight"), ("25", "since the day before")):
        (visit,) = words(desk, "visit", f"{PAGE}?day=2026-11-{day}")
        assert visit.startswith("11:30 PM–12:30 AM Alice Adams")
        assert said in visit


def test_the_hour_that_comes_twice_stands_there_twice_and_is_named(
    clinic: people.Clinic, clock: Clock, frances: User
) -> None:
    """November 1, 2026: 2 AM CDT is 1 AM CST."""
    clock.at(at(clinic, "2026-10-31 12:00").astimezone(dt.UTC))
    desk = signed_in(frances)
    begins = at(clinic, "2026-11-01 00:30").astimezone(dt.UTC)
    BusyTime.objects.create(
        practitioner=clinic.doctor,
        during=DateTimeTZRange(begins, begins + 2 * HOUR),
        source="ehr",
        uid="1",
    )
    night = people.a_visit_type(slug="night", name="Night visit", minutes=30)
    people.works(clinic.doctor, night, dt.time(0), dt.time(4), days=["sun"])
    address = f"{PAGE}?day=2026-11-01"
    assert words(desk, "busy", address) == ["12:30 AM–1:30 AM CST Busy elsewhere"]
    page = unescape(desk.get(address).content.decode())
    axis = re.findall(r'<li class="(at-\d+)">([^<]+)</li>', page)
    assert axis == [
        ("at-0", "12:00 AM"),
        ("at-12", "1:00 AM CDT"),
        ("at-24", "1:00 AM CST"),
        ("at-36", "2:00 AM"),
        ("at-48", "3:00 AM"),
    ]
    assert 'cal-busy at-6 for-24"' in page, "two hours long"
    assert "one hour comes twice" in page
    assert "Chicago (CDT, CST)" in page


def test_the_night_that_leaves_an_hour_out_has_no_such_hour(
    clinic: people.Clinic, clock: Clock, frances: User
) -> None:
    """March 14, 2027: after 1:59 AM CST comes 3 AM CDT."""
    clock.at(at(clinic, "2027-03-13 12:00").astimezone(dt.UTC))
    desk = signed_in(frances)
    night = people.a_visit_type(slug="night", name="Night visit", minutes=30)
    people.works(clinic.doctor, night, dt.time(0), dt.time(4), days=["sun"])
    page = unescape(desk.get(f"{PAGE}?day=2027-03-14").content.decode())
    axis = re.findall(r'<li class="at-\d+">([^<]+)</li>', page)
    assert axis == ["12:00 AM", "1:00 AM", "3:00 AM"]
    assert words(desk, "free", f"{PAGE}?day=2027-03-14")[3:5] == [
        "Free: 1:30 AM By video",
        "Free: 3:00 AM By video",
    ]
    assert "one hour is left out" in page


# --- who ---------------------------------------------------------------------------------------
def test_who_sees_patients_sees_their_own_column_alone(
    clinic: people.Clinic, now: dt.datetime, as_role: Callable[[Role], Client]
) -> None:
    people.a_visit(clinic.office_visit, now)
    bob = people.a_visit(clinic.same_day, now, details=people.bob())
    doctor = as_role(Role.DOCTOR)
    clinic.doctor.user = User.objects.get(username="doctor@clinic.test")
    clinic.doctor.save()
    for address in (PAGE, f"{PAGE}?person=ben-cole", f"{PAGE}?view=week&person=ben-cole"):
        page = doctor.get(address).content.decode()
        assert "Alice Adams" in page
        assert "Bob Baker" not in page
        assert "Ben Cole" not in page
    assert doctor.get(f"/admin/appointments/{bob.reference}/move/").status_code == 403
    nobody = as_role(Role.ASSISTANT)
    assert "Nobody works on this day" in nobody.get(PAGE).content.decode()


def test_each_look_at_the_calendar_is_in_the_access_log(
    desk: Client, clinic: people.Clinic, now: dt.datetime
) -> None:
    alice = people.a_visit(clinic.office_visit, now)
    desk.get(PAGE)
    desk.get(f"/admin/appointments/{alice.reference}/move/")
    assert list(AccessLog.objects.order_by("pk").values_list("action", "patients")) == [
        ("calendar", [alice.patient_id]),
        ("move", [alice.patient_id]),
    ]


@pytest.mark.parametrize("view", ["day", "week"])
def test_the_calendar_asks_the_database_equally_often_for_one_and_for_a_thousand(
    desk: Client, clinic: people.Clinic, now: dt.datetime, view: str
) -> None:
    people.a_visit(clinic.office_visit, now)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(f"{PAGE}?view={view}").status_code == 200
        return len(asked)

    desk.get(PAGE)
    with_one = queries()
    a_crowd(clinic, now, count=999)
    assert queries() == with_one
    assert with_one <= 12


# --- moving ------------------------------------------------------------------------------------
@pytest.fixture
def alice(clinic: people.Clinic, now: dt.datetime) -> Appointment:
    return people.a_visit(clinic.office_visit, now)


def moving(visit: Appointment, slot: str, **said: object) -> dict[str, object]:
    return {"key": uuid.uuid4().hex, "seen_version": visit.version, "slot": slot, **said}


def test_a_visit_is_moved_by_choosing_a_time_and_the_patient_is_told(
    desk: Client, clinic: people.Clinic, now: dt.datetime, alice: Appointment
) -> None:
    address = f"/admin/appointments/{alice.reference}/move/"
    assert address in desk.get(PAGE).content.decode()
    slot = people.free_times(clinic.office_visit, now)[20]
    assert f'value="{slot.value}"' in desk.get(address).content.decode()
    said = moving(alice, slot.value)
    answer = desk.post(address, said, follow=True)
    new = Appointment.objects.get(replaces=alice)
    assert (new.status, new.starts_at) == ("booked", slot.start)
    assert "We have written to the patient." in answer.content.decode()
    alice.refresh_from_db()
    assert alice.status == "cancelled"
    assert [one.key for one in Occupancy.objects.all()] == [new.key]
    assert OutboxMessage.objects.filter(kind="rescheduled", to="alice@example.com").count() == 1
    desk.post(address, said)  # pressed twice
    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("slot", ["", "nonsense"])
def test_without_a_time_nothing_moves(desk: Client, alice: Appointment, slot: str) -> None:
    answer = desk.post(f"/admin/appointments/{alice.reference}/move/", moving(alice, slot))
    assert answer.status_code == 400
    assert "Choose a time." in answer.content.decode()
    alice.refresh_from_db()
    assert alice.status == "booked"


def test_a_time_that_is_taken_is_refused_and_the_old_one_stands(
    desk: Client, clinic: people.Clinic, now: dt.datetime, alice: Appointment
) -> None:
    slot = people.free_times(clinic.office_visit, now)[20]
    bob = people.a_visit(clinic.office_visit, now, slot=slot, details=people.bob())
    address = f"/admin/appointments/{alice.reference}/move/"
    answer = desk.post(address, moving(alice, slot.value))
    assert answer.status_code == 400
    assert "The visit stays on Tuesday, November 24, 10:15 AM." in answer.content.decode()
    other_kind = people.free_times(clinic.same_day, now)[0]
    assert desk.post(address, moving(alice, other_kind.value)).status_code == 400
    alice.refresh_from_db()
    assert alice.status == "booked"
    assert {one.key for one in Occupancy.objects.all()} == {alice.key, bob.key}
    assert not OutboxMessage.objects.filter(kind="rescheduled").exists()


def test_who_moves_what_a_colleague_has_changed_is_told_and_moves_nothing(
    desk: Client, clinic: people.Clinic, now: dt.datetime, alice: Appointment, frances: User
) -> None:
    slot = people.free_times(clinic.office_visit, now)[20]
    said = moving(alice, slot.value)
    booking.cancel(alice, by=frances, reason="asked", now=now)
    address = f"/admin/appointments/{alice.reference}/move/"
    assert desk.post(address, said).status_code == 409
    assert desk.get(address).status_code == 409
    assert Appointment.objects.count() == 1
    assert not Occupancy.objects.exists()
