from __future__ import annotations

from typing import Any

import pytest

from appointments import booking
from appointments.models import Appointment, Draft, Occupancy, Patient
from correspondence.models import OutboxMessage
from practice import moving
from tests.appointments.visitor import Visitor, fields
from tests.people import Clinic


def test_every_answer_is_shown_once_more_with_a_way_to_change_it(clinic: Clinic) -> None:
    visitor = Visitor().choose().tell()
    rows = {
        row.dt.get_text(" ", strip=True): row.dd.get_text(" ", strip=True)
        for row in visitor.soup.select(".summary-list > div")
    }
    assert rows["Date of birth"] == "March 9, 1948"
    assert rows["Phone number"] == "(214) 555-0101"
    assert rows["State during the video visit"] == "Texas"
    assert rows["Began"] == "November 10, 2026"
    assert rows["Voicemail allowed"] == "Yes"
    change = visitor.soup.select_one(".summary-list .change a")
    assert change is not None
    visitor.open(str(change["href"]).split("#")[0])
    assert visitor.soup.select_one("#id_family_name")["value"] == "Adams"  # type: ignore[index]


def test_sending_makes_one_visit_one_patient_and_forgets_the_draft(clinic: Clinic) -> None:
    visitor = Visitor().ask()
    assert visitor.heading == "We have your request"
    appointment = Appointment.objects.get()
    assert appointment.status == "pending"
    assert appointment.reference == visitor.reference
    assert appointment.reason == "canary: a crack when lifting"
    assert appointment.consented_at is not None
    assert appointment.patient.phone.as_e164 == "+12145550101"
    assert Draft.objects.count() == 0
    assert Occupancy.objects.get().kind == "request"


def test_an_instant_visit_is_booked_at_once(clinic: Clinic) -> None:
    visitor = Visitor().choose("office-visit").tell()
    assert "Your visit is booked at once." in visitor.text
    assert visitor.send().heading == "Your visit is booked"
    assert Appointment.objects.get().status == "booked"


def test_sending_it_again_is_the_same_visit_the_same_page_and_one_message(clinic: Clinic) -> None:
    visitor = Visitor().choose().tell()
    said, url = fields(visitor.form()), str(visitor.form()["action"])
    pages = [visitor.client.post(url, said, follow=True) for _click in range(3)]
    assert {page.request["PATH_INFO"] for page in pages} == {"/appointments/received/"}
    assert len({page.request["QUERY_STRING"] for page in pages}) == 1
    assert (Appointment.objects.count(), Patient.objects.count()) == (1, 1)
    kinds = sorted(OutboxMessage.objects.values_list("kind", flat=True))
    assert kinds == ["request_received", "staff_new_request"]
    # Back to an earlier page, and sent from there:
    details = visitor.open("/appointments/same-day-virtual/details/?" + url_tab(pages[0]))
    assert details.heading == "We have your request"


def url_tab(response: Any) -> str:
    return str(response.request["QUERY_STRING"])


def test_two_tabs_are_two_bookings(clinic: Clinic) -> None:
    visitor = Visitor()
    first, second = Visitor(), Visitor()
    first.client = second.client = visitor.client
    first.choose(number=0).tell(reason="first tab")
    second.choose(number=1).tell(reason="second tab")
    first.send()
    second.send()
    assert first.reference != second.reference
    assert sorted(Appointment.objects.values_list("reason", flat=True)) == [
        "first tab",
        "second tab",
    ]
    assert first.open(first.url).reference != second.open(second.url).reference


def test_a_time_that_is_taken_at_the_last_moment_offers_three_others(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor().choose().tell()
    Occupancy.objects.all().delete()
    quicker = Visitor().choose()  # somebody else gets this very time
    assert Occupancy.objects.count() == 1
    visitor.send()
    assert visitor.problems == ["That time has just been taken. Choose one of the times near it"]
    assert Appointment.objects.count() == 0
    assert "canary" in visitor.text
    visitor.send(slot=visitor.slots()[0])
    assert visitor.heading == "We have your request"
    assert quicker.tell().send().heading == "We have your request"
    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("verb", ["hold", "request"])
def test_a_busy_database_is_a_503_that_keeps_every_word(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr(moving, "keeper", moving.Keeper())
    moving.keeper.refresh()  # as every process does each second; it remembers the number
    visitor = Visitor().choose()
    if verb == "request":
        visitor.tell()

    def busy(**_details: object) -> None:
        raise booking.Busy

    with monkeypatch.context() as patched:
        patched.setattr(booking, verb, busy)
        visitor.tell() if verb == "hold" else visitor.send()
    assert visitor.status == 503
    assert "(214) 555-0142" in visitor.response.content.decode()
    assert visitor.response.headers["Cache-Control"] == "private, no-store"
    assert fields(visitor.form())["reason"] == "canary: a crack when lifting"
    assert Appointment.objects.count() == 0
    visitor.send()
    assert visitor.heading == ("Check your answers" if verb == "hold" else "We have your request")


def test_the_sixth_request_of_a_day_for_one_telephone_is_asked_to_call(clinic: Clinic) -> None:
    for number in range(5):
        Visitor().ask(number=0, reason=f"visit {number}")
    sixth = Visitor().ask()
    assert sixth.status == 429
    assert "(214) 555-0142" in sixth.text
    assert Appointment.objects.count() == 5
    assert Visitor().ask(phone="214-555-0102").heading == "We have your request"


def test_nothing_typed_is_in_an_address_a_cookie_or_a_log(
    clinic: Clinic, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = Visitor()
    urls = [visitor.choose().url, visitor.tell().url, visitor.send().url]
    logged = caplog.text + "".join(capsys.readouterr())
    for secret in ("canary", "Adams", "1948", "5550101", "alice@"):
        assert secret not in " ".join(urls)
        assert secret not in str(visitor.client.cookies)
        assert secret not in logged


def test_every_page_of_the_way_is_kept_by_no_cache(clinic: Clinic) -> None:
    visitor = Visitor()
    for page in (visitor.choose(), visitor.tell(), visitor.send()):
        assert page.response.headers["Cache-Control"] == "private, no-store"
        assert page.response.headers["Referrer-Policy"] == "same-origin"
        assert "sessionid" not in page.client.cookies
