"""Only a physician's signature makes a topic public, and only the version they saw."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from wagtail.actions.publish_page_revision import PublishPagePermissionError
from wagtail.models import Page

from practice.models import Picture, Practitioner
from practice.roles import Role
from procedures import signing
from procedures.models import (
    Ground,
    Procedure,
    ProcedureIndexPage,
    Release,
    Topic,
    TopicPicture,
)
from tests.content import a_physician, a_procedure, an_assistant, the_practice, with_everything
from tests.staff import a_member

pytestmark = pytest.mark.django_db

NEXT = dt.date(2027, 11, 24)


@pytest.fixture
def ana(db: None) -> Practitioner:
    the_practice()
    return a_physician(user=a_member(Role.DOCTOR, "ana@clinic.test", "Ana", "Ortega"))


@pytest.fixture
def topic(ana: Practitioner) -> Procedure:
    """Complete, written by an editor, not public."""
    topic = with_everything(a_procedure(live=False))
    fresh(topic).save_revision()
    return fresh(topic)


def fresh(topic: Topic) -> Procedure:
    return Procedure.objects.get(pk=topic.pk)


def sign(topic: Topic, by: Practitioner, now: dt.datetime, **facts: Any) -> Release:
    seen = facts.pop("seen_revision", fresh(topic).latest_revision_id)
    return signing.sign(topic, seen_revision=seen, by=by, next_review=NEXT, now=now, **facts)


def draft(topic: Topic, user: User | None = None, **words: Any) -> int:
    """Somebody's newer words, saved; returns the number of their revision."""
    newest = topic.get_latest_revision_as_object()
    for name, value in words.items():
        setattr(newest, name, value)
    return int(newest.save_revision(user=user).pk)


def read(client: Client) -> str:
    return client.get("/procedures/kyphoplasty/").content.decode()


def test_a_signature_publishes_exactly_what_the_physician_saw(
    topic: Procedure, ana: Practitioner, now: dt.datetime, client: Client
) -> None:
    seen = topic.get_latest_revision()
    release = sign(topic, ana, now)
    live = fresh(topic)
    assert live.live
    assert live.live_revision_id == release.revision_id
    dates = {"reviewed", "reviewed_by", "next_review", "published", "modified"}
    kept = {"latest_revision", "latest_revision_created_at", "draft_title", "live_revision"}
    moved = {
        key for key, value in release.revision.content.items() if seen.content.get(key) != value
    }
    assert moved - kept - {"has_unpublished_changes"} == dates
    html = read(client)
    assert "Ana Ortega, M.D." in html
    assert "November 24, 2026" in html
    assert "has not yet reviewed" not in html


def test_a_version_that_changed_since_it_was_read_is_not_signed(
    topic: Procedure, ana: Practitioner, now: dt.datetime
) -> None:
    seen = topic.latest_revision_id
    draft(topic, summary="Words that nobody showed the doctor.")
    with pytest.raises(signing.SomebodyChangedIt):
        sign(topic, ana, now, seen_revision=seen)
    assert not fresh(topic).live
    assert not Release.objects.exists()


def test_the_signed_version_stays_while_a_newer_one_is_written(
    topic: Procedure, ana: Practitioner, now: dt.datetime, client: Client
) -> None:
    sign(topic, ana, now)
    draft(topic, summary="It always works and takes 5 minutes.")
    assert "takes 5 minutes" not in read(client)
    assert "A balloon lifts the broken bone" in read(client)


def test_still_right_signs_the_live_version_again_and_keeps_the_draft(
    topic: Procedure, ana: Practitioner, now: dt.datetime, client: Client
) -> None:
    first = sign(topic, ana, now)
    draft(topic, summary="A draft for later.")
    second = signing.sign(
        topic,
        seen_revision=first.revision_id,
        by=ana,
        next_review=dt.date(2028, 1, 5),
        now=now + dt.timedelta(days=300),
    )
    live = fresh(topic)
    assert live.live_revision_id == second.revision_id
    assert live.next_review == dt.date(2028, 1, 5)
    assert live.get_latest_revision_as_object().summary == "A draft for later."
    assert live.has_unpublished_changes
    assert "A draft for later." not in read(client)


@pytest.mark.parametrize(
    "what", ["risks", "alternatives", "red_flags", "sources", "summary", "alt"]
)
def test_what_lacks_something_patients_need_is_refused_but_stays_a_draft(
    topic: Procedure, ana: Practitioner, now: dt.datetime, what: str
) -> None:
    newest = topic.get_latest_revision_as_object()
    if what == "summary":
        newest.summary = ""
    elif what == "alt":
        picture = Picture.objects.create(title="x", file="x.png", width=1, height=1)
        newest.images.set([TopicPicture(image=picture, alt=" ")])
    else:
        getattr(newest, what).set([])
        kinds = {"risks", "alternatives"}
        newest.sections = [one for one in newest.sections.all() if one.kind not in kinds]
    newest.save_revision()
    with pytest.raises(signing.Incomplete):
        sign(topic, ana, now)
    assert not fresh(topic).live
    assert not Release.objects.exists()


def test_a_sole_physician_signs_their_own_text_and_the_page_says_so(
    topic: Procedure, ana: Practitioner, now: dt.datetime, client: Client
) -> None:
    draft(topic, ana.user, author=ana)
    assert sign(topic, ana, now).is_own_text
    assert "The same physician wrote and signed this page" in read(client)


def test_where_there_is_a_second_physician_nobody_signs_their_own_text(
    topic: Procedure, ana: Practitioner, now: dt.datetime, client: Client
) -> None:
    other = a_physician(
        "carla-diaz", name="Carla Diaz", user=a_member(Role.DOCTOR, "carla@clinic.test")
    )
    draft(topic, ana.user, lead="Ana wrote this.")
    with pytest.raises(signing.OwnText):
        sign(topic, ana, now)
    assert not fresh(topic).live
    assert not sign(topic, other, now).is_own_text
    assert "The same physician" not in read(client)


def test_only_a_physician_with_the_right_is_asked_to_sign(ana: Practitioner) -> None:
    assert ana.user is not None
    assert signing.physician(ana.user) == ana
    assistant = an_assistant(user=a_member(Role.DOCTOR, "ben@clinic.test"))
    assert signing.physician(assistant.user) is None
    editor = a_physician("eve", user=a_member(Role.EDITOR, "eve@clinic.test"))
    assert signing.physician(editor.user) is None
    manager = a_physician("max", user=a_member(Role.MANAGER, "max@clinic.test"))
    assert signing.physician(manager.user) is None


@pytest.mark.parametrize("role", Role)
def test_no_role_may_publish_a_topic_through_wagtail(topic: Procedure, role: Role) -> None:
    somebody = a_member(role, f"{role.name.lower()}@clinic.test")
    boss = User.objects.create_superuser("boss", "boss@clinic.test", "x")
    for user in (somebody, boss):
        assert not topic.permissions_for_user(user).can_publish()
        plain = Page.objects.get(pk=topic.pk)
        assert not plain.permissions_for_user(user).can_publish()
        assert not ProcedureIndexPage.objects.get().permissions_for_user(user).can_publish_subpage()
        with pytest.raises(PublishPagePermissionError):
            topic.get_latest_revision().publish(user=user)
    assert not fresh(topic).live


def test_the_database_refuses_a_version_that_nobody_released(
    topic: Procedure, ana: Practitioner, now: dt.datetime
) -> None:
    with pytest.raises(IntegrityError, match="nobody released"), transaction.atomic():
        topic.get_latest_revision().publish()
    with pytest.raises(IntegrityError), transaction.atomic():
        Page.objects.filter(pk=topic.pk).update(live=True)
    assert not fresh(topic).live
    signed = sign(topic, ana, now)
    later = draft(topic, summary="Other words.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Page.objects.filter(pk=topic.pk).update(live_revision_id=later)
    assert fresh(topic).live_revision_id == signed.revision_id


def test_the_words_of_a_signed_version_never_change(
    topic: Procedure, ana: Practitioner, now: dt.datetime
) -> None:
    revision = sign(topic, ana, now).revision
    before = dict(revision.content)
    revision.content = {**before, "summary": "Something else."}
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
        revision.save()
    revision.refresh_from_db()
    assert revision.content["summary"] == before["summary"]


def test_a_signature_is_only_ever_added(
    topic: Procedure, ana: Practitioner, now: dt.datetime
) -> None:
    release = sign(topic, ana, now)
    for statement in (
        "UPDATE procedures_release SET signer = 'Somebody'",
        "DELETE FROM procedures_release",
    ):
        with (
            pytest.raises(ProgrammingError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    release.refresh_from_db()
    assert release.signer == "Ana Ortega, M.D."


def test_the_database_takes_no_signature_of_an_assistant(
    topic: Procedure, now: dt.datetime
) -> None:
    with pytest.raises(IntegrityError, match="only a physician signs"), transaction.atomic():
        Release.objects.create(
            topic=topic,
            revision=topic.get_latest_revision(),
            ground=Ground.SIGNED,
            at=now,
            signed_by=an_assistant(),
            signer="Ben Whitfield, P.A.",
            next_review=NEXT,
        )


def test_a_time_to_come_keeps_the_page_as_it_is_until_then(
    topic: Procedure, ana: Practitioner, now: dt.datetime
) -> None:
    then = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    sign(topic, ana, now, go_live_at=then)
    assert not fresh(topic).live
    due = topic.revisions.get(approved_go_live_at__isnull=False)
    assert due.pk == fresh(topic).latest_revision_id


def test_an_overdue_review_is_said_on_the_page_and_not_a_day_early(
    topic: Procedure, ana: Practitioner, now: dt.datetime, client: Client, clock: Any
) -> None:
    sign(topic, ana, now)
    clock.at(dt.datetime(2027, 11, 24, 12, tzinfo=dt.UTC))
    assert "was due for review" not in read(client)
    clock.at(dt.datetime(2027, 11, 25, 12, tzinfo=dt.UTC))
    html = read(client)
    assert "This page was due for review on November 24, 2027." in html
    assert "Overdue. It was due on" in html


def test_an_imported_page_never_passes_as_reviewed(
    topic: Procedure, ana: Practitioner, now: dt.datetime, client: Client
) -> None:
    draft(topic, reviewed=dt.date(2026, 1, 1), reviewed_by=ana, next_review=dt.date(2030, 1, 1))
    signing.release_imported(topic, now=now)
    html = read(client)
    assert "A physician of this practice has not yet reviewed this page." in html
    assert "Not yet reviewed by a physician of this practice" in html
    assert "Ana Ortega" not in html
    assert "lastReviewed" not in html
    sign(topic, ana, now)
    assert "lastReviewed" in read(client)
