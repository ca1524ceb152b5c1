from __future__ import annotations

import pytest

from appointments.models import Appointment
from tests.appointments.visitor import Visitor
from tests.people import Clinic

URL = "/appointments/find/"


def test_three_things_a_patient_knows_open_the_visit_again(clinic: Clinic) -> None:
    reference = Visitor().ask().reference
    Visitor().ask(number=1, given_name="Bob", phone="214-555-0102")
    visitor = Visitor().open(URL)
    visitor.send(reference=reference.lower(), birth_date="1948-03-09", phone="(214) 555 0101")
    assert visitor.url == f"/a/visit/{reference}/"
    assert "Visit for Alice Adams" in visitor.text


@pytest.mark.parametrize(
    "wrong",
    [{"birth_date": "03/10/1948"}, {"phone": "214-555-0102"}, {"reference": "2222-3333"}],
)
def test_one_wrong_thing_finds_nothing_and_does_not_say_which(
    clinic: Clinic, wrong: dict[str, str]
) -> None:
    reference = Visitor().ask().reference
    visitor = Visitor().open(URL)
    right = {"reference": reference, "birth_date": "03/09/1948", "phone": "214-555-0101"}
    visitor.send(**{**right, **wrong})
    assert "We find no visit with these three" in visitor.text
    assert "Alice" not in visitor.text
    assert f"pass-{reference}" not in visitor.client.cookies


def test_five_tries_at_one_reference_are_a_pause_whether_it_exists_or_not(clinic: Clinic) -> None:
    real = Visitor().ask().reference
    pages = []
    for reference in (real, "2222-3333"):
        visitor = Visitor().open(URL)
        for day in range(1, 7):
            said = {"birth_date": f"01/0{day}/1950", "phone": "214-555-0101"}
            visitor.send(reference=reference, **said)
        pages.append(visitor.text.replace(reference, "*"))
    assert "Please wait half an hour" in pages[0]
    assert pages[0] == pages[1]
    visitor.send(reference=real, birth_date="03/09/1948", phone="214-555-0101")
    assert "Please wait half an hour" in visitor.text
    assert Appointment.objects.count() == 1


def test_what_is_missing_is_said(clinic: Clinic) -> None:
    assert Visitor().open(URL).send().problems == [
        "Write your reference",
        "Write the patient’s date of birth",
        "Write the phone number you gave us",
    ]
