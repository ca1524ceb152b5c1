"""Busy times of the EHR come in from a file or an address, and break nothing that is booked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from appointments import booking, busy, busy_files
from appointments.busy_times import LARGEST, Unreadable
from appointments.models import BusyReading, BusyTime
from practice.models import AccessLog
from practice.roles import Role
from tests.people import Clinic, a_visit, free_times
from tests.staff import a_member, signed_in

HOUR = dt.timedelta(hours=1)
ZONE = ZoneInfo("America/Chicago")


def ics(*events: str) -> bytes:
    inside = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}@ehr\r\n{event}\r\nEND:VEVENT\r\n"
        for number, event in enumerate(events, 1)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//EHR\r\n{inside}END:VCALENDAR\r\n".encode()


def at(start: dt.datetime, hours: float = 1.0, more: str = "") -> str:
    end = start + hours * HOUR
    return f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDTEND:{end:%Y%m%dT%H%M%SZ}" + more


def read(clinic: Clinic, now: dt.datetime, data: bytes) -> busy.Outcome:
    return busy.read(data, practitioner=clinic.doctor, now=now)


def kept() -> list[str]:
    return [shown(one.during.lower, one.during.upper) for one in BusyTime.objects.all()]


def shown(start: dt.datetime, end: dt.datetime) -> str:
    return f"{start:%m-%d %H:%M}/{end:%m-%d %H:%M}"


def said(data: bytes, now: dt.datetime) -> list[str]:
    """What a file says of two months, in Chicago."""
    found = busy_files.read(data, zone=ZONE, first=now - 24 * HOUR, last=now + 60 * 24 * HOUR)
    return sorted(shown(one.during.start, one.during.end) for one in found)


def test_a_busy_time_cannot_be_booked_and_says_neither_what_nor_who(
    clinic: Clinic, now: dt.datetime
) -> None:
    slot = free_times(clinic.office_visit, now)[4]
    event = at(slot.start, more="\r\nSUMMARY:Surgery of Pat Jones\r\nLOCATION:Theatre 2")
    assert read(clinic, now, ics(event)) == busy.Outcome(1, 0, 0, 0)
    assert slot not in free_times(clinic.office_visit, now)
    with pytest.raises(booking.SlotTaken):
        a_visit(clinic.office_visit, now, slot=slot)
    row = BusyTime.objects.values().get()
    assert "Jones" not in str(row)
    assert "ehr" not in row["uid"]


def test_read_again_it_is_the_same_and_what_moved_or_went_follows(
    clinic: Clinic, now: dt.datetime
) -> None:
    first, second = at(now + 5 * HOUR), at(now + 8 * HOUR)
    read(clinic, now, ics(first, second))
    pks = set(BusyTime.objects.values_list("pk", flat=True))
    assert read(clinic, now, ics(first, second)) == busy.Outcome(0, 0, 0, 2)
    assert read(clinic, now, ics(first, at(now + 9 * HOUR))) == busy.Outcome(0, 1, 0, 1)
    assert set(BusyTime.objects.values_list("pk", flat=True)) == pks
    assert read(clinic, now, ics(first)) == busy.Outcome(0, 0, 1, 1)
    other = busy.read(ics(), practitioner=clinic.assistant, now=now)
    assert other == busy.Outcome(0, 0, 0, 0)
    assert BusyTime.objects.count() == 1, "another person's calendar is another calendar"


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        # 9 o'clock here is 15:00 UTC in November; a whole day is midnight to midnight here.
        ("DTSTART:20261125T090000\r\nDURATION:PT30M", ["11-25 15:00/11-25 15:30"]),
        ("DTSTART;TZID=America/New_York:20261125T090000\r\nDURATION:PT1H",
         ["11-25 14:00/11-25 15:00"]),
        ("DTSTART;VALUE=DATE:20261126", ["11-26 06:00/11-27 06:00"]),
        ("DTSTART;VALUE=DATE:20261126\r\nDTEND;VALUE=DATE:20261128", ["11-26 06:00/11-28 06:00"]),
        ("DTSTART:20261125T150000Z\r\nDURATION:PT1H\r\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20261125T150000Z\r\nDURATION:PT1H\r\nSTATUS:CANCELLED", []),
        ("DTSTART:20261125T150000Z\r\nDURATION:PT1H\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", []),
        ("DTSTART:20250101T150000Z\r\nDURATION:PT1H", []),
        ("DTSTART:20401125T150000Z\r\nDURATION:PT1H", []),
        ("DTSTART:20261125T150000Z", []),
        (
            "DTSTART:20261102T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=11"
            "\r\nEXDATE:20261130T090000",
            [
                *("11-23 15:00/11-23 16:00", "11-25 15:00/11-25 16:00"),
                *("12-02 15:00/12-02 16:00", "12-07 15:00/12-07 16:00"),
            ],
        ),
        (
            "DTSTART;TZID=America/Chicago:20261130T090000\r\nDURATION:PT1H\r\n"
            "RRULE:FREQ=DAILY;UNTIL=20261201T150000Z\r\nRDATE;TZID=America/Chicago:20261205T100000",
            ["11-30 15:00/11-30 16:00", "12-01 15:00/12-01 16:00", "12-05 16:00/12-05 17:00"],
        ),
    ],
)  # fmt: skip
def test_zones_days_and_what_repeats_come_out_right(
    now: dt.datetime, event: str, wanted: list[str]
) -> None:
    assert said(ics(event), now) == wanted


def test_one_turn_that_was_moved_stands_at_its_new_time_alone(now: dt.datetime) -> None:
    weekly = "DTSTART:20261125T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=2"
    moved = "RECURRENCE-ID:20261202T090000\r\nDTSTART:20261203T090000\r\nDURATION:PT1H"
    data = ics(weekly, moved).replace(b"2@ehr", b"1@ehr")
    assert said(data, now) == ["11-25 15:00/11-25 16:00", "12-03 15:00/12-03 16:00"]


def test_at_nine_each_morning_stays_at_nine_when_the_clocks_change() -> None:
    event = "DTSTART;TZID=America/Chicago:20270312T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY"
    first = dt.datetime(2027, 3, 13, tzinfo=dt.UTC)
    found = busy_files.read(ics(event), zone=ZONE, first=first, last=first + 48 * HOUR)
    assert [one.during.start.hour for one in found] == [15, 14]


def test_a_zone_of_the_files_own_is_understood(now: dt.datetime) -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Our zone\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        "TZOFFSETFROM:-0500\r\nTZOFFSETTO:-0500\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT"
    )
    data = ics("DTSTART;TZID=Our zone:20261125T090000\r\nDURATION:PT1H")
    assert said(data.replace(b"BEGIN:VEVENT", zone.encode(), 1), now) == ["11-25 14:00/11-25 15:00"]


def test_a_table_does_as_well(now: dt.datetime) -> None:
    table = (
        "From,Until\r\n2026-11-25 09:00,2026-11-25 10:00\r\n\r\n"
        "11/25/2026 1:00 PM,11/25/2026 2:30 PM\r\n2026-11-26T15:00Z,2026-11-26T16:00Z\r\n"
    )
    assert said(table.encode("utf-8-sig"), now) == [
        *("11-25 15:00/11-25 16:00", "11-25 19:00/11-25 20:30"),
        "11-26 15:00/11-26 16:00",
    ]


GOOD = "DTSTART:20261125T150000Z\r\nDURATION:PT1H"


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"<html>Please sign in</html>", 1, "neither a calendar"),
        (b"", 1, "neither a calendar"),
        (ics(GOOD)[:-27], 4, "cut off"),
        (ics(GOOD, "DTSTART:soon"), 9, "no time that can be read"),
        (ics("SUMMARY:Nothing"), 4, "no time that can be read"),
        (ics(GOOD).replace(b"DURATION", b"DUR ATION"), 7, "not a line of a calendar"),
        (ics("DTSTART:20261125T150000Z\r\nDTEND:20261125T140000Z"), 4, "ends before it begins"),
        (ics("DTSTART;TZID=Mars/Base:20261125T150000\r\nDURATION:PT1H"), 4, "nobody knows"),
        (ics(f"{GOOD}\r\nRRULE:FREQ=SECONDLY"), 4, "more often than daily"),
        (ics(f"{GOOD}\r\nRRULE:FREQ=DAILY;INTERVAL=0"), 4, "repeats too often"),
        (ics(f"{GOOD}\r\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), 4, "not understood"),
        (ics(f"{GOOD}\r\nRRULE:FREQ=DAILY;BYSECOND=1,2,3"), 4, "not understood"),
        (ics(GOOD).replace(b"UID:1@ehr\r\n", b""), 4, "no UID"),
        (ics(f"RECURRENCE-ID;RANGE=THISANDFUTURE:20261125T150000Z\r\n{GOOD}"), 4, "all that foll"),
        (ics(GOOD).replace(b"PRODID", b"PR\x00DID"), 3, "byte 0"),
        (ics(f"{GOOD}\r\nSUMMARY:caf\xe9").decode().encode("latin-1"), 8, "not UTF-8"),
        (ics(f"{GOOD}\r\nSUMMARY:{'x' * 20_000}"), 8, "longer than"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 500, 5, "inside each other"),
        (b"x" * (LARGEST + 1), 0, "larger than 5 MB"),
        (b"x" * 4_000_000, 1, "longer than"),
        (b"from,until\n2026-11-25 09:00\n", 2, "1 values for 2 columns"),
        (b"from,until\n2026-11-25 09:00,=NOW()\n", 2, "write it as 2026-11-24 09:30"),
        (b"from,until\n2026-11-25 09:00,2026-11-25 08:00\n", 2, "ends before it begins"),
        (b"from,until\n0001-01-01T00:00+14:00,0001-01-01T01:00+14:00\n", 2, "not a time of ours"),
    ],
)  # fmt: skip
def test_a_broken_file_says_which_line(
    now: dt.datetime, data: bytes, line: int, words: str
) -> None:
    with pytest.raises(Unreadable, match=words) as why:
        said(data, now)
    assert why.value.line == line, str(why.value)


def test_a_broken_file_changes_nothing(clinic: Clinic, now: dt.datetime) -> None:
    read(clinic, now, ics(GOOD, at(now + 30 * HOUR)))
    before = list(BusyTime.objects.values())
    with pytest.raises(Unreadable):
        read(clinic, now, ics(GOOD, "DTSTART:soon"))
    assert list(BusyTime.objects.values()) == before
    reading = BusyReading.objects.get()
    assert (reading.times, reading.read_at) == (2, now)
    assert reading.trouble.startswith("line 9: the event that begins here has no time")


def test_a_file_with_too_many_times_is_refused(now: dt.datetime) -> None:
    many = ics(*[f"{GOOD}\r\nRRULE:FREQ=DAILY"] * 3)
    data = many.replace(b"END:VCALENDAR\r\n", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 20_001)
    with pytest.raises(Unreadable, match="more than 20000 events"):
        said(data + b"END:VCALENDAR\r\n", now)


def test_a_visit_that_it_crosses_stays_booked_and_is_flagged(
    clinic: Clinic, now: dt.datetime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    visit = a_visit(clinic.office_visit, now, slot=free_times(clinic.office_visit, now)[5])
    other = a_visit(clinic.office_visit, now, slot=free_times(clinic.office_visit, now)[9])
    file = tmp_path / "ehr.ics"
    file.write_bytes(ics(at(visit.starts_at - HOUR / 4)))
    call_command("import_busy", str(file), practitioner="ana-ortega")
    told = capsys.readouterr().out
    assert "ana-ortega: 1 new" in told
    assert visit.reference in told
    assert other.reference not in told
    for one, crossed in ((visit, True), (other, False)):
        one.refresh_from_db()
        assert (one.status, one.needs_rebooking) == ("booked", crossed)
    manager = signed_in(a_member(Role.MANAGER, "mona@clinic.test"))
    page = manager.get("/admin/ehr/busy/").content.decode()
    assert "1 booked visit crosses a time taken there" in page
    assert visit.reference in page
    assert AccessLog.objects.get(action="busy_elsewhere").patients == [visit.patient_id]


def test_a_visit_that_the_desk_wrote_into_the_ehr_does_not_cross_itself(
    clinic: Clinic, now: dt.datetime
) -> None:
    visit = a_visit(clinic.office_visit, now)
    read(clinic, now, ics(at(visit.starts_at, 0.5)))
    assert kept() == []
    read(clinic, now, ics(at(visit.starts_at, 1.0)))
    upper = visit.ends_at + 5 * HOUR / 60
    assert BusyTime.objects.get().during.lower == upper
    visit.refresh_from_db()
    assert not visit.needs_rebooking
    booking.cancel(visit, by=None, reason="", now=now)
    read(clinic, now, ics(at(visit.starts_at, 0.5)))
    assert BusyTime.objects.get().during.lower == visit.starts_at, "there it still stands"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.ics"], "Say whose file it is"),
        (["nowhere.ics", "--practitioner", "nobody"], "Nobody is called nobody"),
        (["nowhere.ics", "--practitioner", "ana-ortega"], "cannot be opened"),
        (["https://ehr.example.com/x"], "belongs into CLINIC_BUSY_CALENDARS"),
        (["address"], "No address is set"),
    ],
)
def test_the_command_says_what_is_missing(clinic: Clinic, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("import_busy", *arguments)
    assert not BusyTime.objects.exists()


def test_who_may_look_at_it(clinic: Clinic) -> None:
    def opens(role: Role) -> int:
        return (
            signed_in(a_member(role, f"{role.name}@clinic.test"))
            .get("/admin/ehr/busy/")
            .status_code
        )

    assert {role for role in Role if opens(role) == 200} == {Role.MANAGER}
