"""Patients and visits of the EHR are loaded: all of a file or nothing, and twice is once."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from appointments import access, ehr, loading, reminders, visit_files
from appointments.models import (
    Appointment,
    EhrEntry,
    Occupancy,
    Patient,
    StatusChange,
)
from correspondence.models import OutboxMessage
from tests.people import Clinic, a_visit, free_times

HEAD = [*visit_files.NEEDED, *visit_files.OPTIONAL]
CARLA = {
    "chart_number": "c-17",
    "given_name": "Carla",
    "family_name": "Cruz",
    "birth_date": "02/11/1950",
    "phone": "214 555 0103",
    "email": "carla@example.com",
    "preferred_language": "es",
    "needs": "a wheelchair",
    "visit_id": "V-1",
    "visit_type": "office-visit",
    "practitioner": "ana-ortega",
    "location": "main-street",
    "starts_at": "2026-12-01 09:00",
    "minutes": "45",
    "status": "booked",
}


def table(*rows: dict[str, str], head: list[str] = HEAD) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, head, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def line(number: int, **facts: str) -> dict[str, str]:
    """One visit of one person each, half an hour after another."""
    begins = dt.datetime(2026, 12, 1, 9) + number * dt.timedelta(hours=1)  # noqa: DTZ001
    return CARLA | {
        "chart_number": f"c-{number}",
        "visit_id": f"V-{number}",
        "starts_at": f"{begins:%Y-%m-%d %H:%M}",
        **facts,
    }


@pytest.fixture
def load(clinic: Clinic, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(data: bytes, *options: str) -> str:
        file = tmp_path / "visits.csv"
        file.write_bytes(data)
        call_command("import_appointments", str(file), *options)
        return capsys.readouterr().out

    return run


def nothing_is_here() -> bool:
    return not (
        Patient.objects.exists() or Appointment.objects.exists() or Occupancy.objects.exists()
    )


def test_a_visit_to_come_is_booked_with_its_patient_and_nobody_is_written_to(
    load: Any, now: dt.datetime
) -> None:
    said = load(table(CARLA))
    assert "Loaded: 1 people, 1 visits. Here already: 0 people, 0 visits. Messages: 0." in said
    visit = Appointment.objects.get()
    who = visit.patient
    assert (who.chart_number, str(who.phone), who.birth_date) == (
        *("C-17", "+12145550103"),
        dt.date(1950, 2, 11),
    )
    assert visit.starts_at == dt.datetime(2026, 12, 1, 15, tzinfo=dt.UTC)
    assert visit.ends_at - visit.starts_at == dt.timedelta(minutes=45)
    assert (visit.status, visit.source) == ("booked", "ehr")
    assert visit.occupancy
    change = StatusChange.objects.get()
    assert (change.from_status, change.to_status, change.reason) == ("", "booked", "loaded")
    assert not OutboxMessage.objects.exists()
    assert list(ehr.due()) == [], "it comes from there"
    entry = EhrEntry.objects.get()
    assert entry.facts
    assert entry.facts["patient"] == "Carla Cruz"
    found = access.by_what_they_know(
        reference=visit.reference, birth_date=who.birth_date, phone=str(who.phone), now=now
    )
    assert found == visit


def test_its_time_is_taken_and_a_reminder_goes_out_as_for_any_visit(
    load: Any, clinic: Clinic, now: dt.datetime
) -> None:
    load(table(CARLA))
    visit = Appointment.objects.get()
    assert not any(
        slot.start < visit.ends_at and visit.starts_at < slot.end
        for slot in free_times(clinic.office_visit, now)
    )
    assert reminders.send_due(now=visit.starts_at - dt.timedelta(days=2)) == 1
    assert OutboxMessage.objects.get().kind == "reminder_two_days"


def test_visits_that_are_over_and_people_without_a_visit_come_along(load: Any) -> None:
    load(
        table(
            line(1, starts_at="2024-03-04 09:00", status=""),
            line(2, starts_at="2024-03-05 09:00", status="noshow"),
            line(3, status="cancelled"),
            line(4, starts_at="2026-12-09T10:00-05:00", status=""),
            {name: CARLA[name] for name in visit_files.NEEDED} | {"chart_number": "c-5"},
            line(6, chart_number="c-1"),
        )
    )
    found = Appointment.objects.order_by("starts_at").values_list("status", flat=True)
    assert list(found) == ["fulfilled", "noshow", "cancelled", "booked", "booked"]
    assert Patient.objects.count() == 5
    assert Appointment.objects.filter(patient__chart_number="C-1").count() == 2
    assert not OutboxMessage.objects.exists()


def test_loaded_again_it_is_the_same_and_what_changed_since_is_left_alone(
    load: Any, clinic: Clinic
) -> None:
    load(table(line(1), line(2)))
    before = [list(one.objects.order_by("pk").values()) for one in (Patient, Appointment)]
    assert "Here already: 2 people, 2 visits" in load(table(line(1), line(2)))
    said = load(table(line(1, starts_at="2026-12-03 16:00", needs="none"), line(2), line(3)))
    assert "line 2: " in said
    assert "is here already, with another time or person" in said
    assert "Loaded: 1 people, 1 visits" in said
    after = [list(one.objects.order_by("pk").values()) for one in (Patient, Appointment)]
    assert [one[:2] for one in after] == before


def test_a_dry_run_finds_everything_and_loads_nothing(load: Any) -> None:
    assert "Would load: 2 people, 2 visits" in load(table(line(1), line(2)), "--dry-run")
    assert nothing_is_here()
    with pytest.raises(CommandError, match="line 3: this visit crosses the one of line 2"):
        load(table(line(1), line(2, starts_at=line(1)["starts_at"])), "--dry-run")


def test_who_has_a_visit_to_come_hears_of_it_only_when_asked_to(load: Any) -> None:
    data = table(line(1), line(2, email=""), line(3, starts_at="2024-03-04 09:00", status=""))
    assert "Messages: 1." in load(data, "--tell")
    letter = OutboxMessage.objects.get()
    assert (letter.kind, letter.to, letter.locale) == ("booked", "carla@example.com", "es")


def test_a_time_that_somebody_has_here_is_not_given_twice(
    load: Any, clinic: Clinic, now: dt.datetime
) -> None:
    visit = a_visit(clinic.office_visit, now)
    local = visit.starts_at.astimezone(clinic.practice.zone)
    crossing = line(2, starts_at=f"{local + dt.timedelta(minutes=10):%Y-%m-%d %H:%M}")
    with pytest.raises(CommandError, match="line 3: somebody has this time here already"):
        load(table(line(1), crossing))
    assert list(Appointment.objects.all()) == [visit]
    load(table(line(1), crossing | {"status": "cancelled"}))
    assert Appointment.objects.count() == 3


def test_charts_that_belong_to_somebody_else_are_named(load: Any, clinic: Clinic) -> None:
    with pytest.raises(CommandError, match="line 3: chart C-1 is somebody else's in line 2"):
        load(table(line(1), line(2, chart_number="c-1", given_name="Clara")))
    assert nothing_is_here()
    load(table(line(1)))
    with pytest.raises(CommandError, match="chart C-1 is here with another date of birth"):
        load(table(line(2, chart_number="c-1", birth_date="1950-02-12")))
    assert Appointment.objects.count() == 1


WRONG = [
    ({"given_name": ""}, "given_name is empty"),
    ({"given_name": "=HYPERLINK(1)"}, "given_name begins with “=” like a formula"),
    ({"family_name": "@SUM(A1)"}, "family_name begins with “@” like a formula"),
    ({"needs": "+1"}, "needs begins with"),
    ({"family_name": "C" * 81}, "longer than 80 characters"),
    ({"family_name": "Cr\x07uz"}, "cannot be printed"),
    ({"chart_number": ""}, "chart_number is empty"),
    ({"birth_date": "soon"}, "birth_date: Write the date as month, day and year"),
    ({"birth_date": "01/01/2150"}, "no day on which a patient can be born"),
    ({"phone": "12"}, "phone: Write a phone number"),
    ({"email": "nobody"}, "email: Enter a valid email"),
    ({"preferred_language": "tlh"}, "preferred_language is en or es"),
    ({"visit_id": ""}, "visit_id is empty or too long"),
    ({"visit_type": "surgery"}, "visit_type “surgery” is not known; there are: "),
    ({"practitioner": "nobody"}, "practitioner “nobody” is not known; there are: ana-ortega"),
    ({"location": ""}, "location “” is not known; there are: main-street"),
    ({"visit_type": "same-day-virtual"}, "location is left empty for a visit by video"),
    ({"starts_at": "2026-12-01"}, "starts_at is no time; write it as 2026-11-24 09:30"),
    ({"starts_at": "9 o'clock"}, "starts_at is no time"),
    ({"starts_at": "0001-01-01 00:00"}, "starts_at is no time"),
    ({"minutes": "9999"}, "minutes is a number from 5 to 480"),
    ({"minutes": "-5"}, "minutes is a number from 5 to 480"),
    ({"status": "entered-in-error"}, "status is one of booked, cancelled, fulfilled, noshow"),
    ({"status": "noshow"}, "a visit to come is booked or cancelled"),
    ({"starts_at": "2024-03-04 09:00"}, "a visit that is over is fulfilled"),
]


def test_every_wrong_line_is_named_at_once_and_nothing_is_loaded(load: Any) -> None:
    rows = [line(number, **wrong) for number, (wrong, _words) in enumerate(WRONG)]
    with pytest.raises(CommandError) as why:
        load(table(line(40), *rows, line(41)))
    said = str(why.value).splitlines()
    assert said[0] == "Nothing was loaded."
    for number, (_wrong, words) in enumerate(WRONG):
        found = [one for one in said if one.strip().startswith(f"line {number + 3}: ")]
        assert any(words in one for one in found), (words, found)
    assert len(said) == len(WRONG) + 1
    assert nothing_is_here()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "line 1: the first line names the columns; missing: chart_number"),
        (b"<html>", "nobody knows the columns <html>"),
        (table(CARLA, head=[*HEAD, "ssn"]), "nobody knows the columns ssn; take them out"),
        (table(CARLA).replace(b"needs,", b"email,"), "a column stands there twice"),
        (table(CARLA).replace(b"Cruz", b"Cr\xfcz"), "line 2: this is not UTF-8"),
        (table(CARLA).replace(b"Cruz", b"Cr\x00z"), "line 2: there is a byte 0 in it"),
        (table(CARLA).replace(b"Cruz", b"C" * 10_000_000), "line 2: longer than 10000 characters"),
        (table(CARLA).replace(b"Cruz", b'"Cruz'), "not a line of a table"),
        (table(CARLA) + b"one,two\n", "line 3: 2 values for 15 columns"),
        (b"x" * (visit_files.LARGEST + 1), "larger than 50 MB"),
        (table(CARLA, CARLA), "line 3: visit_id V-1 stands in line 2 already"),
    ],
    ids=range(11),
)
def test_a_file_of_another_kind_says_so(load: Any, data: bytes, words: str) -> None:
    with pytest.raises(CommandError) as why:
        load(data)
    assert words in str(why.value)
    assert nothing_is_here()


def test_a_file_that_is_not_there_says_so(db: None) -> None:
    with pytest.raises(CommandError, match="cannot be opened"):
        call_command("import_appointments", "/nowhere/at-all.csv")


def test_a_thousand_lines_take_as_many_questions_as_their_batches(
    clinic: Clinic, now: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    names = visit_files.Names(
        {"office-visit": clinic.office_visit},
        {"ana-ortega": clinic.doctor},
        {"main-street": clinic.office},
        clinic.practice.zone,
    )
    lines, problems = visit_files.read(
        table(*[line(number, starts_at="", visit_id="", visit_type="", practitioner="")
                for number in range(10)],
              *[line(number) for number in range(10, 600)]),
        names=names, now=now,
    )  # fmt: skip
    assert not problems.found
    with django_assert_max_num_queries(45):
        report = loading.load(lines, now=now)
    assert (report.people, report.visits) == (600, 590)
