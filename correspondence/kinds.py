"""The kinds of message there are, and the only things each may say.

A message can be read by whoever holds the telephone or shares the mailbox. So it may carry the
practice's name, a reference, a time once one is booked, our telephone number and a link: a key
that is not listed here is refused, whatever it holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from correspondence.models import OutboxMessage

LONGEST_VALUE = 200


@dataclass(frozen=True)
class Kind:
    title: str | Promise  # neutral: it shows on locked screens
    required: frozenset[str]
    optional: frozenset[str] = frozenset()
    by_text: bool = False  # worth the one text message of a day
    links: bool = True  # carries a private address


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split())


KINDS: dict[str, Kind] = {
    OutboxMessage.Kind.REQUEST_RECEIVED: Kind(
        _("We have your request"), _keys("practice reference phone"), _keys("answer_by")
    ),
    OutboxMessage.Kind.BOOKED: Kind(
        _("Your time with us is booked"),
        _keys("practice reference phone when"),
        by_text=True,
    ),
    OutboxMessage.Kind.REFUSED: Kind(
        _("About your request"), _keys("practice reference phone"), by_text=True
    ),
    OutboxMessage.Kind.CANCELLED: Kind(
        _("Your time with us is cancelled"),
        _keys("practice reference phone cancelled_by"),
        _keys("when"),
        by_text=True,
    ),
    OutboxMessage.Kind.STAFF_NEW_REQUEST: Kind(
        _("A new request is waiting"), _keys("practice reference"), _keys("answer_by"), links=False
    ),
    # Nothing in these says that anybody was seen by us.
    OutboxMessage.Kind.REVIEW_INVITATION: Kind(
        _("Would you tell others about us?"), _keys("practice phone")
    ),
    OutboxMessage.Kind.REVIEW_RECEIVED: Kind(_("We have your review"), _keys("practice phone")),
    OutboxMessage.Kind.REVIEW_REFUSED: Kind(_("About your review"), _keys("practice phone")),
    OutboxMessage.Kind.STAFF_REVIEW_ALARM: Kind(
        _("Please look at how reviews are refused"), _keys("practice"), links=False
    ),
    OutboxMessage.Kind.RESCHEDULED: Kind(
        _("Your time with us has moved"),
        _keys("practice reference phone when"),
        by_text=True,
    ),
    OutboxMessage.Kind.TIMES_OFFERED: Kind(
        _("We have a time for you"),
        _keys("practice reference phone answer_by"),
        by_text=True,
    ),
    OutboxMessage.Kind.OFFER_ENDED: Kind(
        _("The times are no longer kept"), _keys("practice reference phone")
    ),
    OutboxMessage.Kind.REQUEST_LAPSED: Kind(
        _("About your request"),
        _keys("practice reference phone"),
        by_text=True,
    ),
    OutboxMessage.Kind.WAITING: Kind(
        _("You are on our waiting list"), _keys("practice reference phone"), _keys("until")
    ),
    OutboxMessage.Kind.WAITING_ENDED: Kind(
        _("Your wait has ended"), _keys("practice reference phone")
    ),
    OutboxMessage.Kind.CALL_MISSED: Kind(
        _("We tried to call you"),
        _keys("practice reference phone"),
        _keys("try_again"),
        by_text=True,
    ),
    OutboxMessage.Kind.DETAILS_CORRECTED: Kind(
        _("Your details are changed"), _keys("practice reference phone")
    ),
    OutboxMessage.Kind.STAFF_REQUEST_LAPSED: Kind(
        _("A request was not answered in time"), _keys("practice reference"), links=False
    ),
    OutboxMessage.Kind.STAFF_WAITING: Kind(
        _("Somebody waits for a time"), _keys("practice reference"), links=False
    ),
    OutboxMessage.Kind.STAFF_LINK_LOCKED: Kind(
        _("Somebody guessed at a private address"), _keys("practice reference"), links=False
    ),
    OutboxMessage.Kind.RUNNING_LATE: Kind(
        _("About your time with us today"),
        _keys("practice reference phone"),
        _keys("minutes"),
        by_text=True,
    ),
    OutboxMessage.Kind.REQUEST_SEEN: Kind(
        _("We are reading your request"), _keys("practice reference phone"), _keys("answer_by")
    ),
    OutboxMessage.Kind.REMINDER_TWO_DAYS: Kind(
        _("Your time with us is near"), _keys("practice reference phone when"), by_text=True
    ),
    OutboxMessage.Kind.REMINDER_TWO_HOURS: Kind(
        _("Your time with us is near"), _keys("practice reference phone when"), by_text=True
    ),
    OutboxMessage.Kind.WAITING_OFFER: Kind(
        _("A time has opened up for you"),
        _keys("practice reference phone answer_by"),
        by_text=True,
    ),
    OutboxMessage.Kind.STAFF_PROMISE_AT_RISK: Kind(
        _("A promise is at risk"), _keys("practice reference answer_by"), links=False
    ),
    OutboxMessage.Kind.STAFF_ON_CALL: Kind(
        _("A request still waits: you are on call"),
        _keys("practice reference answer_by"),
        links=False,
    ),
    OutboxMessage.Kind.STAFF_UNDELIVERED: Kind(
        _("A message did not arrive"), _keys("practice"), _keys("reference"), links=False
    ),
    # Nothing says what was written, nor whether it is about records, a bill or medicine.
    OutboxMessage.Kind.INQUIRY_RECEIVED: Kind(
        _("We have your message"),
        _keys("practice reference phone"),
        _keys("answer_by"),
        links=False,
    ),
    OutboxMessage.Kind.INQUIRY_ANSWERED: Kind(
        _("About your message"), _keys("practice reference phone"), links=False
    ),
    OutboxMessage.Kind.STAFF_NEW_INQUIRY: Kind(
        _("A new message is waiting"), _keys("practice reference"), _keys("answer_by"), links=False
    ),
    # To a physician who signs pages; which ones stands behind the sign-in.
    OutboxMessage.Kind.STAFF_PAGES_DUE: Kind(
        _("Your pages want to be read again soon"), _keys("practice until"), links=False
    ),
    OutboxMessage.Kind.STAFF_PAGES_OVERDUE: Kind(
        _("Your pages are overdue for review"), _keys("practice until"), links=False
    ),
}


class NotForAMessage(ValueError):
    """A message was given something that it must not carry, or lacks what it must."""


def checked(kind: str, context: dict[str, str]) -> dict[str, str]:
    """The context as it will be kept: known keys, plain one-line strings. Raises NotForAMessage."""
    spec = KINDS[kind]
    if unknown := context.keys() - spec.required - spec.optional:
        raise NotForAMessage(f"{kind} must not say: {', '.join(sorted(unknown))}")
    if missing := spec.required - context.keys():
        raise NotForAMessage(f"{kind} needs: {', '.join(sorted(missing))}")
    return {key: one_line(value) for key, value in context.items()}


def one_line(value: str) -> str:
    """Text without line ends and other control characters, cut to a sane length."""
    if not isinstance(value, str):
        raise NotForAMessage(f"expected text, not {type(value).__name__}")
    printable = "".join(c if c.isprintable() else " " for c in value)
    return " ".join(printable.split())[:LONGEST_VALUE]
