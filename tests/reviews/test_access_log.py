"""Whoever on the staff sees what patients wrote leaves one row in the access log each time."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client

from practice.models import AccessLog
from practice.roles import Role
from reviews import authorizations, moderation, replies
from reviews.models import Invitation, Report, Review
from tests.content import a_review, the_practice, written
from tests.reviews.pages import invitation_path, sends
from tests.staff import a_member, signed_in

TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def alices(client: Client, invited: Invitation, now: dt.datetime) -> Review:
    """A review with Alice's visit behind it; the others name no patient of ours."""
    written(author="Nobody we know")
    client.get(invitation_path(invited))
    return sends(client, now)


@pytest.fixture
def alice(invited: Invitation) -> int:
    return invited.appointment.patient_id


def the_row(user: User, action: str, patients: list[int], before: int) -> None:
    assert AccessLog.objects.count() == before + 1, action
    row = AccessLog.objects.order_by("pk").last()
    assert row is not None
    assert (row.actor, row.action, row.patients, row.refused) == (user, action, patients, False)


def test_each_screen_that_shows_reviews_writes_one_row(
    desk: Client, frances: User, morgan: User, alices: Review, alice: int, now: dt.datetime
) -> None:
    def opens(path: str, action: str, patients: list[int]) -> None:
        before = AccessLog.objects.count()
        assert desk.get(path).status_code == 200
        the_row(frances, action, patients, before)

    opens("/admin/reviews/", "reviews", [alice])
    opens(f"/admin/reviews/{alices.pk}/", "review", [alice])
    opens("/admin/reviews/authorizations/", "review_authorizations", [])
    # Proposed to be refused, reported, replied to: the queue still is one screen, and one row.
    moderation.propose_refusal(alices, reason="abuse", by=morgan, now=now)
    opens("/admin/reviews/", "reviews", [alice])
    moderation.reject_refusal(Review.objects.get(pk=alices.pk), by=frances, now=now)
    opens("/admin/reviews/decided/", "decided", [alice])
    opens("/admin/reviews/", "reviews", [])
    Report.objects.create(review=alices, reason="other", words="Oh.", at=now)
    opens("/admin/reviews/", "reviews", [alice])
    Report.objects.update(closed_at=now)
    alices.refresh_from_db()
    authorizations.sign(alices, signature="Alice", today=TODAY, now=now)
    alices.refresh_from_db()
    replies.in_free_words(alices, words="Please call us.", by=morgan, now=now)
    opens("/admin/reviews/", "reviews", [alice])


def test_each_step_with_a_review_writes_one_row(
    desk: Client, frances: User, alices: Review, alice: int
) -> None:
    steps: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("redact", "review_redact", {"words": "an hour", "reason": "private"}),
        ("accept", "review_accept", {}),
        ("refuse", "review", {"reason": "negative"}),  # not taken, but the review was shown
        ("refuse", "review_refuse", {"reason": "abuse"}),
        ("withdraw", "review_withdraw", {"sure": "on"}),
    )
    for name, action, said in steps:
        before = AccessLog.objects.count()
        desk.post(f"/admin/reviews/{alices.pk}/{name}/", said)
        the_row(frances, action, [alice], before)


def test_screens_of_numbers_and_pages_that_everybody_reads_write_none(
    desk: Client, manager: Client, client: Client, alices: Review
) -> None:
    the_practice()
    a_review()
    before = AccessLog.objects.count()
    assert desk.get("/admin/reviews/report/").status_code == 200
    assert manager.get("/admin/reviews/rules/").status_code == 200
    assert client.get("/reviews/").status_code == 200
    assert AccessLog.objects.count() == before


def test_whoever_may_not_look_is_refused_and_written_down(alices: Review) -> None:
    editor = a_member(Role.EDITOR, "ed@clinic.test", "Ed", "Editor")
    answer = signed_in(editor).get(f"/admin/reviews/{alices.pk}/")
    assert answer.status_code == 403
    assert alices.body not in answer.content.decode()
    row = AccessLog.objects.get()
    assert (row.actor, row.action, row.refused) == (editor, "review", True)
