"""The inbox: who waits for an answer, who of the staff has whom, and what came meanwhile."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Count, Max, OuterRef, Q, Subquery, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from appointments import access, booking, claims, window
from appointments.desk import lists
from appointments.desk.forms import LookedForm, NewsForm, SearchForm, TakeOverForm
from appointments.desk.pages import (
    Here,
    already_changed,
    busy,
    here_now,
    is_held,
    needs,
    page,
    to_the_inbox,
)
from appointments.desk.pages import rows as rows_of
from appointments.desk.rows import Row
from appointments.models import Appointment, Inquiry, LastLook, Status
from practice.roles import May

FIRST_LOOK = dt.timedelta(days=1)
LONGEST_AWAY = dt.timedelta(days=7)


def front(request: HttpRequest) -> HttpResponse:
    """/admin/ itself: the inbox; who has no desk goes to the pages they edit."""
    if not request.user.has_perm(May.SEE_DESK) and request.user.has_perm(May.EDIT_PAGES):
        return redirect(settings.CMS_ADDRESS)
    return inbox(request)


@dataclass(frozen=True)
class SinceYouLeft:
    """What came in while this member of staff was away."""

    since: str
    until: str  # what "I have seen these" says
    asked: int
    inquiries: int
    booked: list[Row]
    cancelled: list[tuple[str, Row]]

    @property
    def is_empty(self) -> bool:
        return not (self.asked or self.inquiries or self.booked or self.cancelled)


@needs(May.SEE_DESK)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Who waits for an answer, the earliest requested time first, and who comes today."""
    here = here_now()
    since, inquiries = _since(request, here)
    rows = rows_of(
        request, lists.for_the_inbox(here.now, here.zone, since), action="inbox", here=here
    )
    windows = window.in_force() if any(row.appointment.onset_date for row in rows) else []
    for row in rows:
        row.__dict__["windows"] = windows  # read once for all of them
    waiting = lists.in_answering_order(row for row in rows if row.waits)
    return page(
        request,
        "inbox",
        here=here,
        waiting=waiting,
        groups=lists.together(waiting),
        focused=_in_focus(request, waiting),
        news=_token(len(waiting), max((row.appointment.pk for row in waiting), default=0)),
        overdue=sum(row.urgency == "overdue" for row in waiting),
        listed=[
            (here.row(one), booking.why_here(one))
            for one in lists.in_waiting_order(
                row.appointment for row in rows if row.appointment.status in lists.NO_TIME_YET
            )
        ],
        coming=[row for row in rows if row.appointment.status in lists.COMING and row.is_today],
        locked=[row for row in rows if getattr(row.appointment, "is_locked", False)],
        meanwhile=_meanwhile(rows, since, here, inquiries=inquiries),
        after_action=bool(messages.get_messages(request)),
        search_form=SearchForm(),
    )


def _since(request: HttpRequest, here: Here) -> tuple[dt.datetime, int]:
    """Up to when this person has seen all, and how many inquiries came since."""
    came = Inquiry.objects.filter(received_at__gt=OuterRef("until")).order_by()
    everything = came.values(all=Value(1)).annotate(n=Count("pk")).values("n")
    looks = LastLook.objects.annotate(inquiries=Subquery(everything))
    look = looks.filter(user=cast(User, request.user)).first()
    if look is None:
        return here.now - FIRST_LOOK, 0
    sees = request.user.has_perm(May.SEE_EVERY_CALENDAR)
    return max(look.until, here.now - LONGEST_AWAY), look.inquiries or 0 if sees else 0


def _meanwhile(rows: list[Row], since: dt.datetime, here: Here, *, inquiries: int) -> SinceYouLeft:
    new = [
        row
        for row in rows
        if row.appointment.created_at > since
        and row.appointment.source == Appointment.Source.WEB
        and row.appointment.replaces_id is None
    ]
    gone = [
        (here.soon(at), row)
        for row in rows
        if (at := getattr(row.appointment, "cancelled_at", None)) is not None
    ]
    return SinceYouLeft(
        since=here.soon(since),
        until=here.now.isoformat(),
        asked=sum(row.waits for row in new),
        inquiries=inquiries,
        booked=[row for row in new if row.appointment.status in lists.COMING],
        cancelled=gone,
    )


def _in_focus(request: HttpRequest, waiting: list[Row]) -> str:
    """After an action the next request: the one after `done`, the first that wants a time `from`
    that of the one answered, or `at` itself; else the first."""
    if not messages.get_messages(request) or not waiting:
        return ""
    references = [row.appointment.reference for row in waiting]
    at, done = request.GET.get("at"), request.GET.get("done")
    if at in references:
        return str(at)
    if done in references:
        return references[(references.index(done) + 1) % len(references)]
    if start := _instant(request.GET.get("from", "")):
        later = (row.appointment for row in waiting if row.appointment.starts_at)
        return next((one.reference for one in later if one.starts_at >= start), references[0])
    return references[0]


def _instant(text: str) -> dt.datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _token(waiting: int, latest: int) -> str:
    return f"{waiting}-{latest}"


@needs(May.SEE_DESK)
@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """Whether the inbox is as `seen` says (204); else how many are new. Nobody's name is in it,
    and a page that asks by itself keeps no session alive."""
    form = NewsForm(request.GET)
    if not form.is_valid():
        raise Http404
    count, latest = form.seen()
    waiting = Appointment.objects.filter(status=Status.PENDING)
    if not request.user.has_perm(May.SEE_EVERY_CALENDAR):
        waiting = waiting.filter(practitioner__user=request.user.pk)
    now_ = waiting.aggregate(
        waiting=Count("pk"), latest=Max("pk"), new=Count("pk", filter=Q(pk__gt=latest))
    )
    if (now_["waiting"], now_["latest"] or 0) == (count, latest):
        return HttpResponse(status=204)
    answer = render(request, "admin/desk/news.html", now_)
    answer.headers["X-News"] = str(now_["waiting"])
    return answer


@needs(May.SEE_DESK)
@require_POST
def looked(request: HttpRequest) -> HttpResponse:
    """I have seen what came in until then."""
    here = here_now()
    form = LookedForm(request.POST)
    if not form.is_valid() or form.cleaned_data["until"] > here.now:
        raise Http404
    LastLook.objects.update_or_create(
        user=cast(User, request.user), defaults={"until": form.cleaned_data["until"]}
    )
    messages.success(request, _("From here on, only what comes in now is shown as new."))
    return redirect("admin:index")


@needs(May.ANSWER_REQUESTS)
@require_POST
def claim(request: HttpRequest, reference: str) -> HttpResponse:
    """I answer this one; `over` names the colleague it is taken over from."""
    here = here_now()
    form = TakeOverForm(request.POST)
    if not form.is_valid():
        raise Http404
    wanted = access.one_for_staff(
        request, reference, action="claim", now=here.now, permission=May.ANSWER_REQUESTS
    )
    try:
        claims.claim(
            wanted, by=cast(User, request.user), now=here.now, over=form.cleaned_data["over"]
        )
    except claims.Claimed as taken:
        return is_held(request, wanted, taken.claim, here=here)
    except booking.AlreadyChanged as changed:
        return already_changed(request, changed.appointment, here=here)
    except booking.Busy:
        return busy(request, wanted, here=here)
    messages.success(request, _("You have %(name)s for ten minutes.") % {"name": wanted.patient})
    return to_the_inbox(at=reference)
