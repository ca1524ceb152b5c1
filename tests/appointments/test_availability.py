"""Free times, one rule after the other. November 24, 2026 is a Tuesday."""

from __future__ import annotations

import datetime as dt

import pytest

from appointments.availability import BadSlot, Slot
from appointments.rules import Closed
from tests.appointments.schedules import (
    ANA,
    BEN,
    OFFICE,
    between,
    clock,
    free,
    hours,
    local,
    rules,
    visit,
    works,
)

TUESDAY = {"first": "2026-11-24", "days": 1}


# --- the grid -----------------------------------------------------------------------------------
def test_times_start_at_the_opening_and_end_by_the_closing() -> None:
    assert clock(free(rules(works("09:00", "10:30")), **TUESDAY)) == ["09:00", "09:30", "10:00"]


def test_without_an_interval_the_next_time_starts_after_visit_and_buffers() -> None:
    kind = visit(minutes=20, buffer_before=5, buffer_after=10)
    assert clock(free(rules(works("09:00", "10:35"), kind=kind), **TUESDAY)) == [
        "09:00",
        "09:35",
        "10:10",
    ]


def test_with_an_interval_times_start_that_often() -> None:
    kind = visit(minutes=30, start_interval=15)
    assert clock(free(rules(works("09:00", "10:00"), kind=kind), **TUESDAY)) == [
        "09:00",
        "09:15",
        "09:30",
    ]


def test_buffers_may_pass_the_closing_and_the_opening() -> None:
    kind = visit(minutes=30, buffer_before=30, buffer_after=30, start_interval=30)
    assert clock(free(rules(works("09:00", "10:00"), kind=kind), **TUESDAY)) == ["09:00", "09:30"]


def test_what_is_taken_does_not_move_the_grid() -> None:
    taken = {ANA.id: [between("2026-11-24 09:00", "2026-11-24 09:40")]}
    found = free(rules(works("09:00", "11:00")), taken=taken, **TUESDAY)
    assert clock(found) == ["10:00", "10:30"]


def test_the_buffers_of_two_visits_do_not_cross() -> None:
    kind = visit(minutes=30, buffer_before=10, buffer_after=10, start_interval=10)
    taken = {ANA.id: [between("2026-11-24 09:40", "2026-11-24 10:00")]}
    found = free(rules(works("09:00", "11:00"), kind=kind), taken=taken, **TUESDAY)
    assert clock(found) == ["09:00", "10:10", "10:20", "10:30"]


def test_somebody_elses_time_takes_nothing_of_mine() -> None:
    taken = {BEN.id: [between("2026-11-24 09:00", "2026-11-24 12:00")]}
    assert len(free(rules(works("09:00", "10:00")), taken=taken, **TUESDAY)) == 2


def test_the_same_time_in_two_windows_is_offered_once() -> None:
    laid_down = rules(works("09:00", "10:00"), works("09:00", "10:30"))
    assert clock(free(laid_down, **TUESDAY)) == ["09:00", "09:30", "10:00"]


def test_two_people_at_one_time_are_two_times() -> None:
    laid_down = rules(works("09:00", "09:30", practitioner=BEN.id), works("09:00", "09:30"))
    assert [slot.practitioner for slot in free(laid_down, **TUESDAY)] == [ANA.slug, BEN.slug]
    only_ben = free(laid_down, practitioner=BEN.slug, **TUESDAY)
    assert [slot.practitioner for slot in only_ben] == [BEN.slug]


# --- working hours ------------------------------------------------------------------------------
def test_hours_hold_on_their_days_and_between_their_dates() -> None:
    laid_down = rules(
        works("09:00", "09:30", "tue thu"),
        works("13:00", "13:30", from_date=dt.date(2026, 11, 25), until_date=dt.date(2026, 11, 26)),
    )
    found = free(laid_down, first="2026-11-24", days=4)
    assert [f"{slot.local:%a %H:%M}" for slot in found] == [
        "Tue 09:00",
        "Wed 13:00",
        "Thu 09:00",
        "Thu 13:00",
    ]


def test_hours_without_a_place_are_for_video_and_with_one_for_the_office() -> None:
    in_office, by_video = works("09:00", "10:00", location=OFFICE.id), works("13:00", "13:30")
    at_office = free(rules(in_office, by_video, kind=visit(modality="in-person")), **TUESDAY)
    assert clock(at_office) == ["09:00", "09:30"]
    assert {slot.location for slot in at_office} == {OFFICE.slug}
    on_screen = free(rules(in_office, by_video), **TUESDAY)
    assert clock(on_screen) == ["13:00"]
    assert on_screen[0].location is None


def test_hours_for_other_visit_types_offer_nothing() -> None:
    assert free(rules(works("09:00", "10:00", visit_types=frozenset({2}))), **TUESDAY) == []


def test_until_24_00_is_until_midnight() -> None:
    assert clock(free(rules(works("23:00", "24:00")), **TUESDAY)) == ["23:00", "23:30"]


def test_a_window_past_midnight_is_shown_on_the_date_of_each_start() -> None:
    laid_down = rules(works("23:00", "01:00", "fri"))
    assert clock(free(laid_down, first="2026-11-27", days=1)) == ["23:00", "23:30"]
    saturday = free(laid_down, first="2026-11-28", days=1)
    assert clock(saturday) == ["00:00", "00:30"]
    assert {slot.day for slot in saturday} == {dt.date(2026, 11, 27)}


def test_a_window_that_opened_yesterday_goes_on_after_midnight() -> None:
    found = free(rules(works("23:00", "01:00", "fri")), now="2026-11-28 00:10")
    assert clock(found)[0] == "00:30"


# --- notice and horizon -------------------------------------------------------------------------
def test_notice_is_kept_to_the_minute() -> None:
    laid_down = rules(works("09:00", "11:00"), kind=visit(notice=60))
    assert clock(free(laid_down, now="2026-11-24 08:30", days=1))[0] == "09:30"
    assert clock(free(laid_down, now="2026-11-24 08:31", days=1))[0] == "10:00"


def test_the_past_is_never_offered() -> None:
    assert clock(free(rules(works("09:00", "11:00")), now="2026-11-24 10:01", days=1)) == ["10:30"]
    assert free(rules(works("09:00", "11:00")), first="2026-11-20", days=2) == []


@pytest.mark.parametrize(("horizon", "last"), [(0, "2026-11-23"), (2, "2026-11-25")])
def test_the_horizon_counts_days_after_today(horizon: int, last: str) -> None:
    found = free(rules(works("09:00", "09:30"), kind=visit(horizon_days=horizon)))
    assert found[-1].local.date() == dt.date.fromisoformat(last)


def test_a_window_past_midnight_belongs_to_the_horizon_of_its_opening_day() -> None:
    laid_down = rules(works("23:00", "01:00"), kind=visit(horizon_days=0))
    found = free(laid_down, now="2026-11-23 12:00")
    assert clock(found) == ["23:00", "23:30", "00:00", "00:30"]
    assert found[-1].local.date() == dt.date(2026, 11, 24)
    later = free(laid_down, now="2026-11-23 12:00", **TUESDAY)
    assert clock(later) == ["00:00", "00:30"]


# --- closures -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("closed", "left"),
    [
        (Closed(between("2026-11-24 09:30", "2026-11-24 10:30")), ["09:00", "10:30"]),
        (Closed(between("2026-11-24 09:45", "2026-11-24 10:15")), ["09:00", "10:30"]),
        (Closed(between("2026-11-24 00:00", "2026-11-25 00:00"), location=OFFICE.id), []),
        (
            Closed(between("2026-11-24 00:00", "2026-11-25 00:00"), location=99),
            ["09:00", "09:30", "10:00", "10:30"],
        ),
        (Closed(between("2026-11-24 00:00", "2026-11-25 00:00"), practitioner=ANA.id), []),
        (
            Closed(between("2026-11-24 00:00", "2026-11-25 00:00"), practitioner=BEN.id),
            ["09:00", "09:30", "10:00", "10:30"],
        ),
    ],
)
def test_nothing_is_offered_while_it_is_closed(closed: Closed, left: list[str]) -> None:
    laid_down = rules(
        works("09:00", "11:00", location=OFFICE.id),
        kind=visit(modality="in-person"),
        closed=(closed,),
    )
    assert clock(free(laid_down, **TUESDAY)) == left


def test_a_closed_office_does_not_stop_video_visits() -> None:
    closed = Closed(between("2026-11-24 00:00", "2026-11-25 00:00"), location=OFFICE.id)
    assert len(free(rules(works("09:00", "10:00"), closed=(closed,)), **TUESDAY)) == 2


# --- who answers, and by when -------------------------------------------------------------------
def asked(now: str, opens: str = "15:00", closes: str = "16:00", **facts: object) -> Slot:
    kind = visit(confirmation="request", notice=30, minutes=60)
    desk = (hours("09:00", "17:00", "mon tue wed thu fri"),)
    laid_down = rules(works(opens, closes), kind=kind, desk=desk, **facts)  # type: ignore[arg-type]
    return free(laid_down, now=now, days=2)[0]


def test_the_answer_is_due_when_the_promised_minutes_of_desk_time_have_passed() -> None:
    assert asked("2026-11-24 10:00").answer_by == local("2026-11-24 12:00")


def test_the_promise_is_counted_only_while_the_desk_is_there() -> None:
    slot = asked("2026-11-24 07:00")
    assert slot.answer_by == local("2026-11-24 11:00")
    evening = asked("2026-11-24 16:30")  # the next visit is tomorrow at 15:00
    assert evening.answer_by == local("2026-11-25 10:30")


def test_the_answer_is_due_before_the_notice_when_that_is_sooner() -> None:
    slot = asked("2026-11-24 14:00")
    assert slot.answer_by == local("2026-11-24 14:30")
    assert not slot.call_us


def test_a_time_that_nobody_can_answer_for_is_only_to_be_had_by_telephone() -> None:
    slot = asked("2026-11-24 20:00", opens="08:00", closes="09:30")
    assert slot.local.isoformat() == "2026-11-25T08:00:00-06:00"
    assert slot.call_us == "nobody-answers-before"
    assert slot.answer_by is None


def test_one_minute_of_the_desk_before_the_deadline_is_enough_and_none_is_not() -> None:
    assert not asked("2026-11-24 20:00", opens="09:31", closes="10:31").call_us
    assert asked("2026-11-24 20:00", opens="09:30", closes="10:30").call_us


def test_a_closed_practice_answers_nobody() -> None:
    holiday = Closed(between("2026-11-24 00:00", "2026-11-25 00:00"))
    wednesday = free(
        rules(
            works("15:00", "16:00"),
            kind=visit(confirmation="request", minutes=60),
            desk=(hours("09:00", "17:00"),),
            closed=(holiday,),
        ),
        now="2026-11-23 16:30",
        first="2026-11-25",
        days=1,
    )[0]
    assert wednesday.answer_by == local("2026-11-25 10:30")


def test_a_practice_whose_desk_never_answers_offers_requests_by_telephone_only() -> None:
    laid_down = rules(works("09:00", "10:00"), kind=visit(confirmation="request"), desk=())
    assert {slot.call_us for slot in free(laid_down, **TUESDAY)} == {"nobody-answers-before"}


def test_a_visit_that_is_booked_at_once_needs_no_answer() -> None:
    found = free(rules(works("09:00", "10:00"), desk=()), **TUESDAY)
    assert [(slot.call_us, slot.answer_by) for slot in found] == [("", None)] * 2


# --- what a form carries ------------------------------------------------------------------------
def test_what_a_form_carries_comes_back_as_the_same_time() -> None:
    for slot in free(rules(works("09:00", "11:00")), **TUESDAY):
        assert Slot.parse(slot.value) == slot
        assert slot.value.isascii()
        assert "/" not in slot.value


@pytest.mark.parametrize(
    "value",
    ["", "x", "é", "A" * 501, "YS92aXNpdA", "Li4vLi4v", " ", "YS9iL2MvZmZmZmZmZmZmZmZmZmZmZi8x"],
)
def test_what_is_no_slot_of_ours_is_refused_in_words(value: str) -> None:
    with pytest.raises(BadSlot, match="not one of our times"):
        Slot.parse(value)


def test_a_slot_that_was_tampered_with_is_refused() -> None:
    value = free(rules(works("09:00", "10:00")), **TUESDAY)[0].value
    for bad in (value + "=", value + "A", value.upper(), value[:-2]):
        with pytest.raises(BadSlot):
            Slot.parse(bad)
