from __future__ import annotations

import datetime as dt

from appointments import window
from appointments.models import Appointment
from practice.roles import Role
from procedures import signing
from procedures.models import Procedure
from tests.appointments.visitor import Visitor
from tests.content import a_physician, a_procedure, with_everything
from tests.people import Clinic
from tests.staff import a_member, signed_in

SOONER = "Some treatments work best in the first weeks, so sooner is better."


def test_only_a_window_that_a_physician_signed_is_counted_and_spoken_of(
    clinic: Clinic, now: dt.datetime
) -> None:
    window_of = {"treatment_window_weeks": 6, "treatment_window_from": "onset"}
    topic = with_everything(a_procedure(live=False, **window_of))
    revision = Procedure.objects.get(pk=topic.pk).save_revision()
    assert window.in_force() == []
    assert SOONER not in Visitor().choose().text

    ana = a_physician(slug="ana-two", user=a_member(Role.DOCTOR, "ana@clinic.test"))
    signing.sign(
        topic, seen_revision=revision.pk, by=ana, next_review=dt.date(2027, 11, 1), now=now
    )
    (one,) = window.in_force()
    assert one.days_left(dt.date(2026, 11, 10), today=dt.date(2026, 11, 24)) == 28
    visitor = Visitor().choose()
    assert SOONER in visitor.text
    visitor.tell().send()
    assert "An earlier time is better than a later one" in visitor.text
    desk = signed_in(a_member(Role.FRONT_DESK, "frances@clinic.test"))
    page = desk.get(f"/admin/appointments/{Appointment.objects.get().reference}/")
    assert f"{one.procedure}: 28 days left" in page.content.decode()
