"""Clinical sign-off: what makes a version of a topic public, and how a page stands.

Nothing else publishes a topic. Each verb writes a `Release` for one revision and publishes exactly
that one, in one transaction. The revision is new and says what the seen one says, with the dates
of the review: Wagtail's autosave may go on writing over the one that was seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from wagtail.models import Page, Revision

from practice import clock
from practice.models import Practice, Practitioner, Role
from practice.roles import May
from procedures import corrections
from procedures.models import Ground, Release, Topic
from procedures.publication import missing_for_publication

REVIEW_AFTER = dt.timedelta(days=365)
LATEST_REVIEW = dt.timedelta(days=3 * 365)


class Refused(Exception):
    """The page may not become public. `reasons` are words for the person who tried."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


class Incomplete(Refused):
    """`reasons` are what `missing_for_publication` says."""


class NotACorrection(Refused):
    """`reasons` are what `corrections.why_not` says."""


class OwnText(Refused):
    """Another physician has to sign: this one wrote it."""


class SomebodyChangedIt(Exception):
    """There is a newer version than the one that was seen."""


@dataclass(frozen=True)
class Standing:
    """How a topic stands with its readers, on one day of the practice."""

    live: bool
    release: Release | None = None  # of the live version
    signature: Release | None = None  # that the live version rests on
    corrections: list[Release] = field(default_factory=list)  # since then, newest first
    is_overdue: bool = False

    @property
    def is_signed(self) -> bool:
        return self.signature is not None

    @property
    def next_review(self) -> dt.date | None:
        return self.signature.next_review if self.signature else None


def today() -> dt.date:
    return clock.today(Practice.objects.current().zone)


def standing(topic: Topic, *, day: dt.date | None = None) -> Standing:
    return standings([topic], day=day)[topic.pk]


def standings(topics: Iterable[Topic], *, day: dt.date | None = None) -> dict[int, Standing]:
    """By the topics' numbers. One query, whatever their number."""
    topics = list(topics)
    day = day or today()
    rows = Release.objects.filter(topic__in=[topic.pk for topic in topics]).select_related(
        "signed_by"
    )
    by_topic: dict[int, list[Release]] = {}
    for row in rows:
        by_topic.setdefault(row.topic_id, []).append(row)
    return {topic.pk: _standing(topic, by_topic.get(topic.pk, []), day) for topic in topics}


def _standing(topic: Topic, rows: list[Release], day: dt.date) -> Standing:
    """`rows`: newest first."""
    release = next((row for row in rows if row.revision_id == topic.live_revision_id), None)
    if not topic.live or release is None:
        return Standing(live=topic.live)
    rests_on = release
    if release.corrects_id:
        rests_on = next((row for row in rows if row.pk == release.corrects_id), release)
    signature = rests_on if rests_on.ground == Ground.SIGNED else None
    return Standing(
        live=True,
        release=release,
        signature=signature,
        corrections=[
            row for row in rows if row.corrects_id == rests_on.pk and row.at <= release.at
        ],
        is_overdue=bool(signature and signature.next_review and signature.next_review < day),
    )


def physician(user: User | AnonymousUser) -> Practitioner | None:
    """Who this person signs as; None for anybody who is not a physician with the right to."""
    if not isinstance(user, User) or not user.has_perm(May.SIGN_TOPICS):
        return None
    return Practitioner.objects.filter(user=user, role=Role.PHYSICIAN).first()


def who_sign() -> list[Practitioner]:
    rows = Practitioner.objects.filter(role=Role.PHYSICIAN, user__is_active=True)
    return [
        row
        for row in rows.select_related("user")
        if row.user and row.user.has_perm(May.SIGN_TOPICS)
    ]


def others_who_sign(one: Practitioner) -> list[Practitioner]:
    return [row for row in who_sign() if row.pk != one.pk]


def is_own_text(topic: Topic, one: Practitioner) -> bool:
    """Whether they are its author, or wrote at it since it was last signed or imported."""
    if topic.author_id == one.pk:
        return True
    last = topic.releases.exclude(ground=Ground.CORRECTION).first()
    since = topic.revisions.filter(pk__gt=last.revision_id) if last else topic.revisions.all()
    return one.user_id is not None and since.filter(user=one.user_id).exists()


def is_done(topic: Topic, *, seen_revision: int, user: User) -> bool:
    """Whether this person has made the version they saw public, and nobody wrote since: their
    button came twice."""
    newest = topic.releases.filter(user=user, revision=topic.latest_revision_id)
    before = topic.revisions.filter(pk__lt=topic.latest_revision_id).order_by("-pk")
    seen: bool = before.values_list("pk", flat=True).first() == seen_revision
    return seen and newest.exists()


@transaction.atomic
def sign(
    topic: Topic,
    *,
    seen_revision: int,
    by: Practitioner,
    next_review: dt.date,
    now: dt.datetime,
    go_live_at: dt.datetime | None = None,
) -> Release:
    """Sign the version that was seen, and publish it: now, or at `go_live_at` (aware).

    Raises SomebodyChangedIt, Incomplete, OwnText. A newer draft stays one when the live version
    is signed again.
    """
    row = _locked(topic)
    again = row.live and row.live_revision_id == seen_revision
    if not again and row.latest_revision_id != seen_revision:
        raise SomebodyChangedIt
    _check_complete(row, seen_revision)
    own = is_own_text(row, by)
    if own and (others := others_who_sign(by)):
        raise OwnText([str(other) for other in others])
    draft = None
    if again and row.latest_revision_id != seen_revision:
        draft = row.get_latest_revision()
    page = _content(seen_revision)
    day = now.astimezone(Practice.objects.current().zone).date()
    page.reviewed, page.reviewed_by, page.next_review = day, by, next_review
    page.published = page.published or day
    if not again:
        page.modified = day
    page.go_live_at = go_live_at
    release = _publish(
        page,
        user=by.user,
        ground=Ground.SIGNED,
        at=now,
        signed_by=by,
        signer=by.name_with_credentials,
        is_own_text=own,
        next_review=next_review,
    )
    if draft is not None:
        kept = cast(Topic, draft.as_object())
        kept.reviewed, kept.reviewed_by, kept.next_review = day, by, next_review
        kept.save_revision(user=draft.user, clean=False)
    return release


@transaction.atomic
def correct(topic: Topic, *, seen_revision: int, user: User, now: dt.datetime) -> Release:
    """Publish the newest version as a correction of the live one.

    Raises SomebodyChangedIt, Incomplete, NotACorrection.
    """
    row = _locked(topic)
    if row.latest_revision_id != seen_revision:
        raise SomebodyChangedIt
    rests_on, reasons = compared(row)
    if rests_on is None or reasons:
        raise NotACorrection(reasons)
    _check_complete(row, seen_revision)
    return _publish(
        _content(seen_revision), user=user, ground=Ground.CORRECTION, at=now, corrects=rests_on
    )


def compared(topic: Topic) -> tuple[Release | None, list[str]]:
    """The version that the newest draft would correct, and why it is more than a correction.

    Compared with what was signed or imported, never with an earlier correction: many small steps
    are one large one.
    """
    now = standing(topic)
    if now.release is None:
        return None, []
    rests_on = now.release.corrects or now.release
    before, after = rests_on.revision, topic.get_latest_revision()
    return rests_on, corrections.why_not(before.content, after.content)


@transaction.atomic
def release_imported(topic: Topic, *, now: dt.datetime) -> Release:
    """Publish the newest version as it came from a bundle: not yet reviewed by anybody here."""
    row = _locked(topic)
    revision = row.get_latest_revision()
    release = Release.objects.create(
        topic=row, revision=revision, ground=Ground.IMPORTED, at=now, user=None
    )
    revision.publish(log_action=True)
    return release


def _locked(topic: Topic) -> Topic:
    Page.objects.select_for_update().get(pk=topic.pk)
    return cast(Topic, Page.objects.get(pk=topic.pk).specific)


def _content(revision: int) -> Any:
    return Revision.objects.get(pk=revision).as_object()


def _check_complete(topic: Topic, revision: int) -> None:
    if missing := missing_for_publication(_content(revision)):
        raise Incomplete(missing)


def _publish(page: Topic, *, user: User | None, **facts: Any) -> Release:
    revision = page.save_revision(user=user, log_action=True)
    release = Release.objects.create(topic_id=page.pk, revision=revision, user=user, **facts)
    revision.publish(user=user, log_action=True, skip_permission_checks=True)
    return release
