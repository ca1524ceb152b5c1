"""What has to be so before real patients come: each point red or green, and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from wagtail.models import Page

from appointments.models import Appointment, VisitType
from correspondence import texts, ways
from correspondence.models import MessageRules, OutboxMessage
from practice import clock, notices
from practice.models import Location, Practice, Practitioner
from practice.roles import May
from procedures import signing
from procedures.models import Condition, Procedure, Topic

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
A_DAY = dt.timedelta(days=1)
INVENTED = ("example.com", "example.org", "example.net")


@dataclass(frozen=True)
class Point:
    name: str
    faults: list[str]  # empty: green
    to_do: str

    @property
    def is_green(self) -> bool:
        return not self.faults


def points() -> Iterator[Point]:
    yield live_mode()
    yield addresses()
    yield time_zone()
    yield second_factors()
    yield samples()
    yield from legal_notices()
    yield unreviewed()
    yield two_hats()
    yield restore_drill()
    yield mail_delivered()
    yield agreements()
    yield promises_kept()


def live_mode() -> Point:
    faults = [] if not settings.DEMO else ["CLINIC_MODE is demo."]
    if not settings.HTTPS:
        faults.append(f"CLINIC_URL is {settings.CLINIC_URL}: not https.")
    return Point("live mode over TLS", faults, "Set CLINIC_MODE=live and an https:// CLINIC_URL.")


def addresses() -> Point:
    practice = Practice.objects.current()
    faults = []
    if settings.DEFAULT_FROM_EMAIL.endswith(INVENTED):
        faults.append(f"Mail is sent as {settings.DEFAULT_FROM_EMAIL}.")
    if practice.email.endswith(INVENTED) or not practice.email:
        faults.append(f"The practice's e-mail is {practice.email or 'empty'}.")
    if not practice.phone or "555" in str(practice.phone)[-8:-4]:
        faults.append(f"The practice's telephone is {practice.phone or 'empty'}.")
    if not Location.objects.exists():
        faults.append("There is no location.")
    return Point(
        "addresses of your own",
        faults,
        "Set CLINIC_FROM_EMAIL; enter the rest at /cms/ under Settings and The practice.",
    )


def time_zone() -> Point:
    faults = []
    if Practice.objects.current().time_zone in ("", "UTC"):
        faults.append("The practice's time zone is not set.")
    return Point("time zone", faults, "Choose it at /cms/ under Settings, Practice.")


def second_factors() -> Point:
    with_one = Authenticator.objects.filter(type__in=SECOND_FACTORS).values("user")
    without = User.objects.filter(is_active=True, is_staff=True).exclude(pk__in=with_one)
    faults = [f"{user.email or user.username} has no second factor." for user in without]
    return Point(
        "a second factor for everybody", faults, "Each signs in once and follows the steps shown."
    )


def samples() -> Point:
    faults = []
    if Practice.objects.current().is_sample:
        faults.append("The practice itself is the sample.")
    live = Page.objects.live().specific()
    faults += [f"{page.title} is a sample." for page in live if getattr(page, "is_sample", False)]
    for rows in (
        Practitioner.objects.filter(is_sample=True),
        Location.objects.filter(is_sample=True),
        VisitType.objects.filter(is_sample=True, active=True),
    ):
        faults += [f"{row} is a sample." for row in rows]
    return Point("no sample is public", faults, "Import your own content, or change and untick it.")


def legal_notices() -> Iterator[Point]:
    for notice in notices.NOTICES:
        state = notices.state(notice)
        faults = [] if state == notices.State.COMPLETE else [f"/{notice.slug}/: {state.value}."]
        yield Point(
            f"notice: {notice.title}",
            faults,
            f"At /cms/, paste in {notice.paste}; take out the heading GAP; publish. "
            "`launch_check --make-notices` makes drafts of the missing ones.",
        )


def unreviewed() -> Point:
    topics: list[Topic] = [*Procedure.objects.live(), *Condition.objects.live()]
    standings = signing.standings(topics)
    faults = [f"{one.title}: not signed." for one in topics if not standings[one.pk].is_signed]
    faults += [f"{one.title}: review overdue." for one in topics if standings[one.pk].is_overdue]
    return Point("every page signed", faults, "A physician signs it at /cms/, My pages.")


def restore_drill() -> Point:
    """Whether a backup was restored and looked at within a day: one never tried is none."""
    path, faults = _drill_kept_in(), []
    try:
        done_at = dt.datetime.fromisoformat(path.read_text(encoding="utf-8").strip())
        if clock.now() - done_at > A_DAY:
            faults.append(f"The last restore drill was at {done_at:%Y-%m-%d %H:%M} UTC.")
    except (OSError, ValueError):
        faults.append("No restore drill is recorded.")
    return Point(
        "a backup restored within a day",
        faults,
        "Restore the last backup into a spare database, sign in there and find a visit of today; "
        "then run `launch_check --restored`.",
    )


def note_restore_drill() -> None:
    """The operator has restored a backup just now and found in it what should be there."""
    path = _drill_kept_in()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(clock.now().astimezone(dt.UTC).isoformat() + "\n", encoding="utf-8")


def _drill_kept_in() -> Path:
    return Path(settings.CLINIC_HOME) / "restore-drill.txt"


def mail_delivered() -> Point:
    """Whether what we sent in the last seven days arrived, as far as the other side says."""
    since = clock.now() - dt.timedelta(days=7)
    recent = OutboxMessage.objects.filter(created_at__gte=since)
    faults = []
    if lost := recent.filter(state=OutboxMessage.State.FAILED).count():
        faults.append(f"{lost} messages of the last seven days were not delivered.")
    if not recent.filter(state=OutboxMessage.State.SENT).exists():
        faults.append("No message was delivered in the last seven days.")
    return Point(
        "mail arrives",
        faults,
        "Book a visit yourself with an address of your own, and look whether the letter comes.",
    )


def agreements() -> Point:
    """Whoever carries our messages has signed that they keep them to themselves."""
    today, rules = clock.today(Practice.objects.current().zone), MessageRules.current()
    faults = []
    if not ways.agreements(OutboxMessage.Way.EMAIL, today).exists():
        faults.append("No agreement for e-mail is recorded, so no message leaves.")
    if rules.texts is not None and not ways.texts_are_on(rules, today):
        faults.append("The agreement for text messages is not in force, so none leaves.")
    if rules.texts is not None and texts.provider() is None:
        faults.append("Text messages are on and TEXT_URL names no provider.")
    return Point(
        "agreements with who carries messages",
        faults,
        "Record each in the admin under Schedules and lists, Business-associate agreements.",
    )


def promises_kept() -> Point:
    late = Appointment.objects.overdue(clock.now()).count()
    faults = [f"{late} requests wait longer than was promised."] if late else []
    return Point("no request waits too long", faults, "Answer them in the inbox.")


def stage() -> str:
    """How far the practice has gone: pages only, requests, or booking at once."""
    active = VisitType.objects.filter(active=True)
    if not active.exists():
        return "Stage: pages only. Nothing can be booked online."
    if active.filter(confirmation=VisitType.Confirmation.INSTANT).exists():
        return "Stage: booking at once, for some kinds of visit."
    return "Stage: requests. The desk answers each."


def two_hats() -> Point:
    """Who edits pages and sees patients: a script in the editor could reach both, on one host."""
    faults = (
        []
        if settings.CMS_HOST
        else [
            f"{user.email or user.username} edits pages and sees patients."
            for user in User.objects.filter(is_active=True, is_staff=True)
            if user.has_perm(May.EDIT_PAGES) and user.has_perm(May.SEE_DESK)
        ]
    )
    return Point(
        "the editor apart from patients",
        faults,
        "Give the editor a host of its own: set CLINIC_CMS_URL (docs/operator.md). Or give these "
        "people one account to edit and another for the desk.",
    )
