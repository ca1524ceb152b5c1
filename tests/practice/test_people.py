"""Who is called what, and what the database itself refuses to believe about people."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from practice.models import BoardCertification, License, Practice, Practitioner
from tests.content import a_page_about, a_physician, an_assistant

pytestmark = pytest.mark.django_db


def test_a_physician_is_spoken_of_as_doctor_and_written_with_the_licence_after_the_name() -> None:
    ana = a_physician()
    assert ana.spoken_name == "Dr. Ortega"
    assert ana.name_with_credentials == "Ana Ortega, M.D."


def test_a_junior_is_called_by_the_family_s_name() -> None:
    assert a_physician(name="Sam Lindqvist Jr.").spoken_name == "Dr. Lindqvist"


def test_a_physician_assistant_is_never_called_doctor() -> None:
    ben = an_assistant()
    assert ben.spoken_name == "Ben Whitfield"
    assert ben.name_with_credentials == "Ben Whitfield, P.A."


@pytest.mark.parametrize(
    "fields",
    [
        {"honorific": "Dr."},
        {"honorific": "dr"},
        {"honorific": "Doctor"},
        {"name": "Dr. Ben Whitfield"},
        {"name": "Doc Whitfield"},
    ],
)
def test_nobody_can_make_a_physician_assistant_a_doctor(fields: dict[str, str]) -> None:
    ben = an_assistant()
    with pytest.raises(IntegrityError, match="not_called_doctor"), transaction.atomic():
        Practitioner.objects.filter(pk=ben.pk).update(**fields)
    for name, value in fields.items():
        setattr(ben, name, value)
    with pytest.raises(ValidationError, match="never called"):
        ben.full_clean()
    assert Practitioner.objects.get(pk=ben.pk).spoken_name == "Ben Whitfield"


def test_a_physician_assistant_may_be_named_drew() -> None:
    assert an_assistant(name="Drew Docherty").spoken_name == "Drew Docherty"


def test_nobody_has_a_role_that_we_do_not_know() -> None:
    ana = a_physician()
    with pytest.raises(IntegrityError, match="role_is_known"), transaction.atomic():
        Practitioner.objects.filter(pk=ana.pk).update(role="wizard")


def test_a_license_names_a_state_and_each_state_once() -> None:
    ana, ben = a_physician(), an_assistant()
    License.objects.create(practitioner=ana, state="TX", number="A1")
    License.objects.create(practitioner=ben, state="TX", number="B1")
    with pytest.raises(IntegrityError, match="one_per_state"), transaction.atomic():
        License.objects.create(practitioner=ana, state="TX", number="A2")
    with pytest.raises(IntegrityError, match="two_letters"), transaction.atomic():
        License.objects.create(practitioner=ana, state="Texas"[:2])
    assert ana.licenses.count() == 1


def test_board_certified_is_said_until_the_day_it_expires_and_never_without_a_date() -> None:
    ana = a_physician()
    today = dt.date(2026, 11, 24)
    last_day = BoardCertification(practitioner=ana, board="B", specialty="S", expires=today)
    assert last_day.holds_on(today)
    assert not last_day.holds_on(today + dt.timedelta(days=1))
    assert not BoardCertification(practitioner=ana, board="B", specialty="S").holds_on(today)


def test_a_reader_sees_a_valid_certification_and_not_an_expired_one(client: Client) -> None:
    ana = a_physician()
    for board, expires in (("Board of Bones", 2027), ("Board of Backs", 2025)):
        BoardCertification.objects.create(
            practitioner=ana, board=board, specialty="Surgery", expires=dt.date(expires, 1, 1)
        )
    BoardCertification.objects.create(
        practitioner=ana, board="Board of Years", specialty="Surgery", expires=None
    )
    a_page_about(ana, "She **listens**.")
    html = client.get("/team/ana-ortega/").content.decode()
    assert "Board of Years" not in html  # in the data for search engines neither
    assert "Board of Bones" in html
    assert "Board of Backs" not in html
    assert "She <strong>listens</strong>." in html


def test_there_is_one_practice_and_it_promises_some_minutes() -> None:
    Practice.objects.create(name="Harbor Spine Clinic")
    with pytest.raises(IntegrityError), transaction.atomic():
        Practice.objects.create(pk=2, name="Another")
    with pytest.raises(IntegrityError, match="some_minutes"), transaction.atomic():
        Practice.objects.update(reply_promise_minutes=0)
    assert Practice.objects.current().name == "Harbor Spine Clinic"


def test_a_site_that_nobody_filled_in_has_a_practice_to_show() -> None:
    assert Practice.objects.current().zone.key == "America/Chicago"
    assert not Practice.objects.exists()


def test_a_time_zone_must_exist() -> None:
    with pytest.raises(ValidationError, match="not a time zone"):
        Practice(name="X", time_zone="America/Nowhere").full_clean()
