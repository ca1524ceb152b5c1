"""The launch check stays red until a person has done what no program can."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from appointments.models import Appointment
from clinic_site import launch
from correspondence.models import Agreement, MessageRules, OutboxMessage
from practice import clock as practice_clock
from practice import notices
from practice.models import PlainPage
from practice.roles import Role
from tests import people
from tests.conftest import Clock
from tests.content import a_plain_page, the_practice
from tests.staff import a_member, signed_in

pytestmark = pytest.mark.django_db


def red() -> dict[str, list[str]]:
    return {point.name: point.faults for point in launch.points() if point.faults}


def test_a_demo_is_red_and_each_point_says_what_to_do(sample_site: None) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="points are red"):
        call_command("launch_check", stdout=out)
    said = out.getvalue()
    assert "CLINIC_MODE is demo." in said
    assert "is a sample." in said
    assert "has no second factor." in said
    assert "/complaint-notice/: missing." in said
    assert "/privacy/: has a gap." in said
    assert said.count("To do:") == len(red())


def test_a_notice_is_red_until_the_official_words_are_public() -> None:
    the_practice()
    name = "notice: How to file a complaint"
    assert red()[name] == ["/complaint-notice/: missing."]
    assert len(notices.make_missing()) == len(notices.NOTICES)
    assert notices.make_missing() == []
    assert red()[name] == ["/complaint-notice/: not public."]
    page = PlainPage.objects.get(slug="complaint-notice")
    page.save_revision().publish()
    assert red()[name] == ["/complaint-notice/: has a gap."]
    page = PlainPage.objects.get(slug="complaint-notice")
    page.body = "The words of the board."
    page.save_revision().publish()
    assert name not in red()


def test_a_draft_of_a_notice_is_read_by_nobody(client: Any) -> None:
    the_practice()
    notices.make_missing()
    assert client.get("/good-faith-estimate/").status_code == 404


def test_a_second_factor_turns_its_point_green_for_that_person_alone() -> None:
    the_practice()
    one = a_member(Role.MANAGER, "one@clinic.test")
    a_member(Role.MANAGER, "two@clinic.test")
    Authenticator.objects.create(user=one, type=Authenticator.Type.TOTP, data={})
    assert red()["a second factor for everybody"] == ["two@clinic.test has no second factor."]


def test_somebody_who_edits_and_sees_patients_is_named() -> None:
    the_practice()
    a_member(Role.EDITOR, "eve@clinic.test")
    a_member(Role.DOCTOR, "dan@clinic.test")
    assert red()["the editor apart from patients"] == [
        "dan@clinic.test edits pages and sees patients."
    ]


def test_a_finished_notice_of_one_s_own_is_green() -> None:
    a_plain_page("privacy", body="Our whole notice.")
    assert notices.state(notices.NOTICES[0]) == notices.State.COMPLETE


def test_the_manager_reads_the_same_on_a_screen() -> None:
    the_practice()
    maria = a_member(Role.MANAGER, "maria@clinic.test")
    said = signed_in(maria).get("/admin/launch/").content.decode()
    assert "points are red" in said
    assert "maria@clinic.test has no second factor." in said
    assert "Stage: pages only." in said


def test_a_request_past_its_promise_and_mail_that_never_came_are_red(now: dt.datetime) -> None:
    clinic = people.a_clinic()
    visit = people.a_visit(clinic.same_day, now)
    assert "no request waits too long" not in red()
    assert red()["mail arrives"] == ["No message was delivered in the last seven days."]
    Appointment.objects.filter(pk=visit.pk).update(answer_due_at=practice_clock.now())
    OutboxMessage.objects.update(state="failed")
    assert red()["no request waits too long"] == ["1 requests wait longer than was promised."]
    assert "were not delivered" in red()["mail arrives"][0]


def test_a_way_without_an_agreement_in_force_is_red() -> None:
    name = "agreements with who carries messages"
    people.a_clinic()
    assert red()[name] == ["No agreement for e-mail is recorded, so no message leaves."]
    mail, text = (
        Agreement.objects.create(
            way=way, provider="A provider", signed_on=dt.date(2026, 1, 5), kept_at="the safe"
        )
        for way in ("email", "text")
    )
    MessageRules.objects.create(texts=text)
    assert name not in red()
    Agreement.objects.filter(pk=text.pk).update(ended_on=dt.date(2026, 2, 1))
    assert red()[name] == ["The agreement for text messages is not in force, so none leaves."]
    Agreement.objects.filter(pk=mail.pk).update(ended_on=dt.date(2026, 2, 1))
    assert len(red()[name]) == 2


def test_the_stage_says_how_far_the_practice_has_gone() -> None:
    clinic = people.a_clinic()
    assert launch.stage() == "Stage: booking at once, for some kinds of visit."
    clinic.office_visit.delete()
    assert launch.stage() == "Stage: requests. The desk answers each."


def test_a_backup_that_nobody_restored_within_a_day_is_red(
    settings: Any, tmp_path: Path, clock: Clock, now: dt.datetime
) -> None:
    the_practice()
    settings.CLINIC_HOME = tmp_path
    name = "a backup restored within a day"
    assert red()[name] == ["No restore drill is recorded."]
    with pytest.raises(CommandError):
        call_command("launch_check", restored=True, stdout=StringIO())
    assert name not in red()
    clock.at(now + dt.timedelta(hours=25))
    assert red()[name][0].startswith("The last restore drill was at 2026-11-24")


def test_a_sample_that_patients_can_book_is_red() -> None:
    clinic = people.a_clinic()
    assert not any("Office visit" in fault for fault in red().get("no sample is public", ()))
    type(clinic.office_visit).objects.update(is_sample=True)
    type(clinic.office).objects.update(is_sample=True)
    faults = red()["no sample is public"]
    assert "Office visit is a sample." in faults
    assert "Main Street office is a sample." in faults


def test_the_default_zone_and_addresses_for_examples_are_red() -> None:
    clinic = people.a_clinic()
    assert "time zone" not in red()
    clinic.practice.time_zone = "UTC"
    clinic.practice.save()
    assert red()["time zone"] == ["The practice's time zone is not set."]
    assert "The practice's e-mail is frontdesk@example.com." in red()["addresses of your own"]
