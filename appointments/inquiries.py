"""The verbs of inquiries: messages about records, bills and refills that staff answer.

Each is one transaction, compares the version that was on the screen, and leaves a step. What was
written goes into no message: neither the words nor what they are about.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import translation

from correspondence import outbox
from correspondence.models import MessageRules, OutboxMessage
from practice.models import Practice

from . import calendars, on_call, wording
from .models import Call, Inquiry, InquiryStep
from .rules import Desk
from .transactions import one_transaction

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MailKind = OutboxMessage.Kind
Step = InquiryStep.Kind


class AlreadyChanged(Exception):
    """Somebody was quicker; `inquiry` is how it stands now. Nothing was changed."""

    def __init__(self, inquiry: Inquiry) -> None:
        super().__init__(inquiry.reference)
        self.inquiry = inquiry


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the form asks, checked. `phone` is E.164."""

    topic: str
    name: str
    contact_by: str
    words: str
    phone: str = ""
    email: str = ""
    language: str = "en"


@one_transaction
def receive(*, key: uuid.UUID, said: Said, now: dt.datetime) -> Inquiry:
    """The same key always answers the first inquiry, whatever it says later. Raises Busy."""
    if first := Inquiry.objects.filter(key=key).first():
        return first
    inquiry = Inquiry.objects.create(
        key=key,
        received_at=now,
        answer_due_at=Desk.at(now, calendars.rules_from(now)).promise,
        **asdict(said),
    )
    InquiryStep.objects.create(inquiry=inquiry, kind=Step.RECEIVED, at=now)
    _tell_sender(inquiry, MailKind.INQUIRY_RECEIVED, version=1, now=now)
    _tell_desk(inquiry, MailKind.STAFF_NEW_INQUIRY, version=1, now=now)
    return inquiry


@one_transaction
def claim(inquiry: Inquiry, *, seen_version: int, by: User, now: dt.datetime) -> Inquiry:
    """From now on colleagues are told who has it; by the same person again, it is given back.

    Here and below: raises AlreadyChanged, Busy.
    """
    is_mine = inquiry.claimed_by_id == by.pk
    touched = _touch(inquiry, seen_version, claimed_by=None if is_mine else by)
    kind = Step.RELEASED if is_mine else Step.CLAIMED
    InquiryStep.objects.create(inquiry=touched, kind=kind, at=now, user=by)
    return touched


@one_transaction
def log_call(
    inquiry: Inquiry,
    *,
    outcome: str,
    seen_version: int,
    by: User,
    now: dt.datetime,
    try_again_at: dt.datetime | None = None,
) -> Inquiry:
    """One try to reach the sender; who was not reached is told, and the promise moves to when we
    try again. ValueError for a time that is past or that no one needs."""
    if try_again_at and (outcome == Call.Outcome.REACHED or try_again_at <= now):
        raise ValueError("we try again later, and only when nobody was reached")
    due = inquiry.answer_due_at
    if due and try_again_at:
        due = max(due, try_again_at)
    touched = _touch(inquiry, seen_version, answer_due_at=due, claimed_by=by)
    InquiryStep.objects.create(
        inquiry=touched,
        kind=Step.CALLED,
        at=now,
        user=by,
        outcome=outcome,
        try_again_at=try_again_at,
    )
    if outcome != Call.Outcome.REACHED:
        extra = _spoken(touched, "try_again", try_again_at, now=now)
        _tell_sender(
            touched, MailKind.CALL_MISSED, extra, version=touched.version, by_staff=True, now=now
        )
    return touched


@one_transaction
def ask_to_call(inquiry: Inquiry, *, seen_version: int, by: User, now: dt.datetime) -> Inquiry:
    """An e-mail that we have an answer. The answer itself is said on the telephone: a mailbox may
    be shared. ValueError without an address."""
    if not inquiry.email:
        raise ValueError("there is no address to write to")
    touched = _touch(inquiry, seen_version, claimed_by=by)
    InquiryStep.objects.create(inquiry=touched, kind=Step.WROTE, at=now, user=by)
    _tell_sender(
        touched, MailKind.INQUIRY_ANSWERED, version=touched.version, by_staff=True, now=now
    )
    return touched


@one_transaction
def close(
    inquiry: Inquiry, *, result: str, words: str, seen_version: int, by: User, now: dt.datetime
) -> Inquiry:
    touched = _touch(inquiry, seen_version, result=Inquiry.Result(result))
    InquiryStep.objects.create(
        inquiry=touched, kind=Step.CLOSED, at=now, user=by, result=result, words=words
    )
    return touched


@one_transaction
def reopen(inquiry: Inquiry, *, seen_version: int, by: User, now: dt.datetime) -> Inquiry:
    """It was not settled after all; it waits again, with a new promise."""
    due = Desk.at(now, calendars.rules_from(now)).promise
    touched = _touch(inquiry, seen_version, was_open=False, result="", answer_due_at=due)
    InquiryStep.objects.create(inquiry=touched, kind=Step.OPENED, at=now, user=by)
    return touched


def warn(*, now: dt.datetime) -> int:
    """Tell the desk of promises that are about to be broken, then the person on call, as
    `promises.warn` does for requests. Late or twice makes no difference."""
    rules = MessageRules.current()
    soon = now + dt.timedelta(minutes=rules.at_risk_minutes)
    at_risk = Inquiry.objects.waiting().filter(answer_due_at__gt=now, answer_due_at__lte=soon)
    return sum(_warn(inquiry, rules, now=now) for inquiry in at_risk)


@one_transaction
def _warn(inquiry: Inquiry, rules: MessageRules, *, now: dt.datetime) -> bool:
    due = inquiry.answer_due_at
    if due is None:
        return False
    begins = due - min(dt.timedelta(minutes=rules.at_risk_minutes), (due - inquiry.received_at) / 2)
    if now < begins:
        return False
    version = int(due.timestamp()) // 60
    _tell_desk(inquiry, MailKind.STAFF_PROMISE_AT_RISK, version=version, now=now)
    later = min(dt.timedelta(minutes=rules.escalate_minutes), (due - begins) / 2)
    if now >= begins + later and (person := on_call.whom(rules, now=now)):
        name, email = person
        _tell_desk(
            inquiry,
            MailKind.STAFF_ON_CALL,
            version=1,
            to=(email, name),
            now=now,
        )
    return True


def _touch(
    inquiry: Inquiry, seen_version: int, *, was_open: bool = True, **changes: object
) -> Inquiry:
    as_seen = Inquiry.objects.filter(pk=inquiry.pk, version=seen_version)
    as_seen = as_seen.filter(result="") if was_open else as_seen.exclude(result="")
    swapped = as_seen.update(version=F("version") + 1, **changes)
    current = Inquiry.objects.select_related("claimed_by").get(pk=inquiry.pk)
    if not swapped:
        raise AlreadyChanged(current)
    return current


def _spoken(
    inquiry: Inquiry, key: str, instant: dt.datetime | None, *, now: dt.datetime
) -> dict[str, str]:
    if instant is None:
        return {}
    with translation.override(inquiry.language):
        return {key: wording.soon(instant, Practice.objects.current().zone, now=now)}


def _tell_sender(
    inquiry: Inquiry,
    kind: str,
    extra: dict[str, str] | None = None,
    *,
    version: int,
    now: dt.datetime,
    by_staff: bool = False,
) -> None:
    """By e-mail, where there is an address."""
    if not inquiry.email:
        return
    practice = Practice.objects.current()
    if kind == MailKind.INQUIRY_RECEIVED:
        extra = _spoken(inquiry, "answer_by", inquiry.answer_due_at, now=now)
    outbox.put(
        subject=f"inquiry:{inquiry.pk}",
        kind=kind,
        version=version,
        to=inquiry.email,
        to_name=inquiry.name,
        locale=inquiry.language,
        context={
            "practice": practice.called,
            "reference": inquiry.reference,
            "phone": practice.phone.as_national if practice.phone else "",
            **(extra or {}),
        },
        link=None,
        now=now,
        by_staff=by_staff,
    )


def _tell_desk(
    inquiry: Inquiry,
    kind: str,
    *,
    version: int,
    now: dt.datetime,
    to: tuple[str, str] | None = None,
) -> None:
    practice, due = Practice.objects.current(), inquiry.answer_due_at
    address, name = to or (practice.email, practice.called)
    if not address:
        return
    extra = {"answer_by": wording.soon(due, practice.zone, now=now)} if due else {}
    outbox.put(
        subject=f"inquiry:{inquiry.pk}",
        kind=kind,
        version=version,
        to=address,
        to_name=name,
        locale=practice.language,
        context={"practice": practice.called, "reference": inquiry.reference, **extra},
        link=None,
        now=now,
    )
