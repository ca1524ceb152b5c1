"""Where the desk can go: the head of each page of the staff is drawn from this table.

To add a screen: one `Entry` in `DAILY` (what is used every hour; five or six at most) or in one of
the groups of `MORE`. Its first word is the name of its URL in the admin (`admin:<screen>`) and of
the screen (`page(request, "<screen>", …)`), so that it is marked while one is there; `may` names
the permissions of which one is enough, the same as at the view's `@needs`. Who may none of a group
does not see the group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from practice.roles import May

if TYPE_CHECKING:  # exists in the types only
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Entry:
    screen: str
    words: _StrPromise
    may: tuple[str, ...]

    @property
    def address(self) -> str:
        if self.screen == "pages":
            return settings.CMS_ADDRESS
        return reverse("admin:index" if self.screen == "inbox" else f"admin:{self.screen}")

    def is_for(self, user: User | AnonymousUser) -> bool:
        return any(user.has_perm(one) for one in self.may)


@dataclass(frozen=True)
class Group:
    words: _StrPromise
    entries: tuple[Entry, ...]


DAILY = (
    Entry("inbox", _("Inbox"), (May.SEE_DESK,)),
    Entry("today", _("Today"), (May.SEE_DESK,)),
    Entry("my_visits", _("My visits"), (May.READ_REASONS,)),
    Entry("calendar", _("Calendar"), (May.SEE_DESK,)),
    Entry("book", _("Book"), (May.ANSWER_REQUESTS,)),
    Entry("inquiries", _("Inquiries"), (May.SEE_EVERY_CALENDAR,)),
)
MORE = (
    Group(
        _("Visits"),
        (
            Entry("appointments", _("Appointments"), (May.SEE_DESK,)),
            Entry("day_sheet", _("Day sheet"), (May.READ_NOTES,)),
            Entry("people", _("Patients"), (May.SEE_DESK,)),
            Entry("not_in_ehr", _("Not yet in the EHR"), (May.SEE_EVERY_CALENDAR,)),
            Entry("busy_elsewhere", _("Busy elsewhere"), (May.SET_SCHEDULES,)),
            Entry("schedules", _("Schedules"), (May.SET_SCHEDULES,)),
        ),
    ),
    Group(
        _("Messages"),
        (
            Entry("sent", _("Messages"), (May.SEE_EVERY_CALENDAR,)),
            Entry("wordings", _("Words of messages"), (May.SET_SCHEDULES,)),
            Entry("reviews", _("Reviews"), (May.MODERATE_REVIEWS,)),
        ),
    ),
    Group(
        _("Practice"),
        (
            Entry("warning_signs", _("Warning signs"), (May.SEE_DESK,)),
            Entry("reports", _("Reports"), (May.SEE_REPORTS,)),
            Entry("staff", _("Staff"), (May.MANAGE_STAFF,)),
            Entry("launch_check", _("Launch check"), (May.MANAGE_STAFF,)),
            Entry("pages", _("Pages"), (May.EDIT_PAGES,)),
            Entry("lists", _("Lists"), (May.SET_SCHEDULES, May.READ_ACCESS_LOG)),
        ),
    ),
)


@dataclass(frozen=True)
class Ways:
    """What one person may open, and which of it is open now."""

    daily: list[Entry]
    more: list[tuple[_StrPromise, list[Entry]]]
    here: Entry | None  # only when it stands under "More"


def ways_of(user: User | AnonymousUser, screen: str) -> Ways:
    more = [
        (group.words, own)
        for group in MORE
        if (own := [entry for entry in group.entries if entry.is_for(user)])
    ]
    return Ways(
        daily=[entry for entry in DAILY if entry.is_for(user)],
        more=more,
        here=next((one for _words, own in more for one in own if one.screen == screen), None),
    )
