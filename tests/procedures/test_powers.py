"""What Wagtail's editor can do, done by a doctor to a page that only a signature makes public:
draft, preview, compare, go back, publish later, lock, comment."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from wagtail.models import Comment

from practice.models import Practitioner
from practice.roles import Role
from procedures import signing, tasks
from procedures.models import Procedure, Release
from tests.content import a_physician, a_procedure, the_practice, with_everything
from tests.procedures.test_editing import edit, fields_of
from tests.staff import a_member, signed_in

pytestmark = pytest.mark.django_db

FIRST, SECOND = "What was signed first.", "What was written afterwards."
PUBLIC = "/procedures/kyphoplasty/"


@pytest.fixture
def ana(db: None) -> Practitioner:
    the_practice()
    return a_physician(user=a_member(Role.DOCTOR, "ana@clinic.test", "Ana", "Ortega"))


@pytest.fixture
def doctor(ana: Practitioner) -> Client:
    assert ana.user is not None
    return signed_in(ana.user)


@pytest.fixture
def topic(doctor: Client, ana: Practitioner, now: dt.datetime) -> Procedure:
    """Signed and public, with a newer draft."""
    page = with_everything(a_procedure(live=False, lead=FIRST))
    fresh(page).save_revision()
    sign(page, ana, now)
    edit(doctor, page, lead=SECOND)
    return fresh(page)


def fresh(page: Procedure) -> Procedure:
    return Procedure.objects.get(pk=page.pk)


def sign(
    page: Procedure, ana: Practitioner, now: dt.datetime, later: dt.datetime | None = None
) -> Release:
    seen = fresh(page).latest_revision_id
    assert seen is not None
    day = now.date() + dt.timedelta(days=300)
    return signing.sign(
        fresh(page), seen_revision=seen, by=ana, next_review=day, now=now, go_live_at=later
    )


def wagtail(name: str, *args: object) -> str:
    return reverse(f"wagtailadmin_pages:{name}", args=args)


def html(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def test_a_draft_is_saved_and_patients_go_on_reading_what_was_signed(
    doctor: Client, topic: Procedure, client: Client
) -> None:
    assert topic.has_unpublished_changes
    assert FIRST in html(client, PUBLIC)
    assert SECOND not in html(client, PUBLIC)


@pytest.mark.parametrize(("mode", "on_paper"), [("", False), ("print", True)])
def test_what_is_being_written_is_previewed_before_it_is_saved(
    doctor: Client, topic: Procedure, mode: str, on_paper: bool
) -> None:
    data = fields_of(html(doctor, wagtail("edit", topic.pk)))
    preview = wagtail("preview_on_edit", topic.pk)
    assert doctor.post(preview, {**data, "lead": "Not saved yet."}).json()["is_valid"]
    shown = html(doctor, f"{preview}?mode={mode}")
    assert "Not saved yet." in shown
    assert ("/cms/print.css" in shown) is on_paper
    assert fresh(topic).get_latest_revision_as_object().lead == SECOND


def test_the_preview_has_the_width_of_a_phone_too(doctor: Client, topic: Procedure) -> None:
    page = html(doctor, wagtail("edit", topic.pk))
    assert 'data-device-width="375"' in page
    assert '<option value="print"' in page


def test_two_versions_are_compared_word_by_word(doctor: Client, topic: Procedure) -> None:
    before, after = topic.live_revision_id, topic.latest_revision_id
    page = html(doctor, wagtail("revisions_compare", topic.pk, before, after))
    assert "deletion" in page
    assert "addition" in page
    for word in ("signed first", "written afterwards"):
        assert word in page


def test_going_back_makes_a_draft_and_publishes_nothing(
    doctor: Client, topic: Procedure, ana: Practitioner, client: Client, now: dt.datetime
) -> None:
    sign(topic, ana, now)
    assert SECOND in html(client, PUBLIC)
    old = topic.live_revision_id
    before = Release.objects.count()
    data = fields_of(html(doctor, wagtail("revisions_revert", topic.pk, old)))
    assert data["lead"] == FIRST
    doctor.post(wagtail("edit", topic.pk), {**data, "action-publish": "1"})
    assert fresh(topic).get_latest_revision_as_object().lead == FIRST
    assert SECOND in html(client, PUBLIC)
    assert Release.objects.count() == before
    sign(topic, ana, now)
    assert FIRST in html(client, PUBLIC)


def test_a_day_to_come_is_set_by_a_signature_and_by_nothing_else(
    doctor: Client,
    topic: Procedure,
    ana: Practitioner,
    client: Client,
    now: dt.datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later = now + dt.timedelta(days=3)
    assert 'name="go_live_at"' not in html(doctor, wagtail("edit", topic.pk))
    typed = {"go_live_at": "2026-11-24 15:05", "action-publish": "1"}
    edit(doctor, topic, **typed, lead="Smuggled in.")
    assert fresh(topic).get_latest_revision().approved_go_live_at is None
    edit(doctor, topic, lead="Signed for later.")
    sign(topic, ana, now, later)
    # Until then nobody writes in it: what goes out is what was signed.
    edit(doctor, topic, lead="Written after the signature.")
    assert fresh(topic).get_latest_revision_as_object().lead == "Signed for later."
    tasks.publish_due(0)
    assert FIRST in html(client, PUBLIC)

    # Wagtail reads the machine's clock, not ours.
    monkeypatch.setattr("django.utils.timezone.now", lambda: later + dt.timedelta(minutes=1))
    tasks.publish_due(0)
    tasks.publish_due(0)
    assert "Signed for later." in html(client, PUBLIC)


def test_a_locked_page_is_written_by_whoever_locked_it_alone(
    doctor: Client, topic: Procedure, ana: Practitioner
) -> None:
    eve = signed_in(a_member(Role.EDITOR, "eve@clinic.test"))
    doctor.post(wagtail("lock", topic.pk))
    assert fresh(topic).locked_by == ana.user
    edit(eve, topic, lead="The editor's words.")
    assert eve.post(wagtail("unlock", topic.pk)).status_code in {302, 403}
    assert fresh(topic).locked
    assert fresh(topic).get_latest_revision_as_object().lead == SECOND
    edit(doctor, topic, lead="The doctor's words.")
    assert fresh(topic).get_latest_revision_as_object().lead == "The doctor's words."
    manager = signed_in(a_member(Role.MANAGER, "mia@clinic.test"))
    manager.post(wagtail("unlock", topic.pk))
    edit(eve, topic, lead="The editor's words.")
    assert fresh(topic).get_latest_revision_as_object().lead == "The editor's words."


def comment(browser: Client, topic: Procedure, text: str) -> None:
    edit(
        browser,
        topic,
        **{
            "comments-TOTAL_FORMS": "1",
            "comments-INITIAL_FORMS": "0",
            "comments-0-text": text,
            "comments-0-contentpath": "lead",
            "comments-0-position": "",
            "comments-0-id": "",
            "comments-0-DELETE": "",
            "comments-0-resolved": "",
            "comments-0-replies-TOTAL_FORMS": "0",
            "comments-0-replies-INITIAL_FORMS": "0",
        },
    )


def test_a_comment_beside_a_field_is_read_by_who_edits_and_never_by_patients(
    topic: Procedure, ana: Practitioner, client: Client, now: dt.datetime
) -> None:
    eve = a_member(Role.EDITOR, "eve@clinic.test")
    comment(signed_in(eve), topic, "Is this number still right?")
    (written,) = Comment.objects.all()
    assert (written.user, written.contentpath) == (eve, "lead")
    assert ana.user is not None
    assert "Is this number still right?" in html(signed_in(ana.user), wagtail("edit", topic.pk))
    sign(topic, ana, now)
    assert SECOND in html(client, PUBLIC)
    assert "Is this number still right?" not in html(client, PUBLIC)
    frances: User = a_member(Role.FRONT_DESK, "frances@clinic.test")
    assert signed_in(frances).get(wagtail("edit", topic.pk)).status_code == 403


def test_a_comment_makes_a_correction_no_less_a_correction(
    topic: Procedure, doctor: Client
) -> None:
    edit(doctor, topic, lead="What was signed at first.")
    comment(doctor, topic, "A better word.")
    rests_on, reasons = signing.compared(fresh(topic))
    assert rests_on is not None
    assert reasons == []
