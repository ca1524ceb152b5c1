"""What the front desk sees and does.

Rows come from `appointments.access`, which writes the access log; a status changes through the
verbs of `appointments.booking` alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appointments import access, booking, wording
from appointments.desk import lists, search
from appointments.desk.forms import DayForm, RefusalForm, SearchForm, SeenForm
from appointments.desk.rows import Row
from appointments.models import Appointment, StatusChange
from practice import access_log, clock, limits
from practice.models import Practice
from practice.roles import May

P = ParamSpec("P")
ONE_DAY = dt.timedelta(days=1)
MOST_FOUND = 50
DeskView = Callable[Concatenate[HttpRequest, P], HttpResponse]


def needs(may: May) -> Callable[[DeskView[P]], DeskView[P]]:
    """Refuse whoever lacks the permission, and write that down."""

    def decorate(view: DeskView[P]) -> DeskView[P]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.has_perm(may):
                access_log.record(
                    actor=request.user,
                    action=view.__name__,
                    patients=(),
                    source=limits.address_of(request),
                    now=clock.now(),
                    refused=True,
                )
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast(DeskView[P], checked)

    return decorate


@dataclass(frozen=True)
class Here:
    """This moment at this practice."""

    now: dt.datetime
    practice: Practice

    @property
    def zone(self) -> ZoneInfo:
        return self.practice.zone

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    def row(self, appointment: Appointment) -> Row:
        return Row(appointment, self.zone, self.now)

    def soon(self, instant: dt.datetime) -> str:
        return wording.soon(instant, self.zone, now=self.now)


def _here() -> Here:
    return Here(clock.now(), Practice.objects.current())


def front(request: HttpRequest) -> HttpResponse:
    """/admin/ itself: the inbox; who has no desk goes to the pages they edit."""
    if not request.user.has_perm(May.SEE_DESK) and request.user.has_perm(May.EDIT_PAGES):
        return redirect("wagtailadmin_home")
    return inbox(request)


@needs(May.SEE_DESK)
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Who waits for an answer, the earliest requested time first, and who comes today."""
    here = _here()
    rows = _rows(request, lists.waiting_or_coming(here.today, here.zone), action="inbox", here=here)
    waiting = [row for row in rows if row.waits]
    return _page(
        request,
        "inbox",
        here=here,
        waiting=waiting,
        overdue=sum(row.urgency == "overdue" for row in waiting),
        coming=[row for row in rows if not row.waits],
        after_action=bool(messages.get_messages(request)),
        search_form=SearchForm(),
    )


@needs(May.SEE_DESK)
@require_GET
def appointments(request: HttpRequest) -> HttpResponse:
    """One day's visits; or, with `found`, the visits that a sealed search means."""
    here = _here()
    if sealed := request.GET.get("found"):
        words = search.unseal(sealed)
        if words is None:
            messages.info(request, _("This search is too old. Please type it again."))
            return redirect("admin:appointments")
        rows = _rows(request, search.find(words), action="search", here=here, at_most=MOST_FOUND)
        return _page(
            request,
            "found",
            here=here,
            rows=rows,
            words=words,
            many=len(rows) == MOST_FOUND,
            search_form=SearchForm(initial={"words": words}),
        )
    form = DayForm(request.GET)
    day = (form.cleaned_data["day"] if form.is_valid() else None) or here.today
    rows = _rows(request, lists.on_day(day, here.zone), action="appointments", here=here)
    return _page(
        request,
        "appointments",
        here=here,
        day=day,
        day_in_words=wording.day_from(day, today=here.today),
        is_today=day == here.today,
        before=day - ONE_DAY,
        after=day + ONE_DAY,
        rows=[row for row in rows if not row.is_off],
        off=[row for row in rows if row.is_off],
        search_form=SearchForm(),
    )


@needs(May.SEE_DESK)
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Seal what was typed and go to an address that does not show it."""
    form = SearchForm(request.POST)
    if not form.is_valid():
        return redirect("admin:appointments")
    sealed = search.seal(form.cleaned_data["words"])
    return redirect(f"{reverse('admin:appointments')}?{urlencode({'found': sealed})}")


@needs(May.SEE_DESK)
@require_GET
def appointment(request: HttpRequest, reference: str) -> HttpResponse:
    here = _here()
    shown = access.one_for_staff(
        request, reference, action="appointment", now=here.now, permission=May.SEE_DESK
    )
    return _appointment_page(request, shown, here=here)


@needs(May.ANSWER_REQUESTS)
@require_POST
def confirm(request: HttpRequest, reference: str) -> HttpResponse:
    here = _here()
    wanted = access.one_for_staff(
        request, reference, action="confirm", now=here.now, permission=May.ANSWER_REQUESTS
    )
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        booked = booking.confirm(
            wanted,
            seen_version=form.cleaned_data["seen_version"],
            by=cast(User, request.user),
            now=here.now,
        )
    except booking.AlreadyChanged as changed:
        return _already_changed(request, changed.appointment, here=here)
    except booking.NotAllowed:
        return _already_changed(request, wanted, here=here)
    except booking.Busy:
        return _busy(request, wanted, here=here)
    messages.success(
        request,
        _("Confirmed: %(name)s, %(when)s.")
        % {"name": booked.patient, "when": here.row(booked).when},
    )
    return redirect("admin:index")


@needs(May.ANSWER_REQUESTS)
@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, reference: str) -> HttpResponse:
    here = _here()
    wanted = access.one_for_staff(
        request, reference, action="refuse", now=here.now, permission=May.ANSWER_REQUESTS
    )
    row = here.row(wanted)
    if request.method == "GET" and "refuse" not in row.verbs:
        return _already_changed(request, wanted, here=here)
    form = RefusalForm(request.POST or None, initial={"seen_version": wanted.version})
    if not form.is_valid():
        return _page(
            request, "refuse", here=here, row=row, form=form, status=400 if form.is_bound else 200
        )
    try:
        booking.refuse(
            wanted,
            seen_version=form.cleaned_data["seen_version"],
            by=cast(User, request.user),
            reason=form.said(),
            now=here.now,
        )
    except booking.AlreadyChanged as changed:
        return _already_changed(request, changed.appointment, here=here)
    except booking.NotAllowed:
        return _already_changed(request, wanted, here=here)
    except booking.Busy:
        return _busy(request, wanted, here=here)
    messages.success(
        request, _("Refused: %(name)s. The time is free again.") % {"name": row.patient}
    )
    return redirect("admin:index")


# --- parts of pages ------------------------------------------------------------------------------


def _rows(
    request: HttpRequest,
    wanted: QuerySet[Appointment],
    *,
    action: str,
    here: Here,
    at_most: int | None = None,
) -> list[Row]:
    found = access.for_staff(
        request,
        wanted,
        action=action,
        now=here.now,
        permission=May.SEE_DESK,
        at_most=at_most,
    )
    return [here.row(one) for one in found]


def _appointment_page(
    request: HttpRequest, shown: Appointment, *, here: Here, status: int = 200, said: str = ""
) -> HttpResponse:
    changes = shown.status_changes.select_related("user")
    return _page(
        request,
        "appointment",
        here=here,
        row=here.row(shown),
        changes=[(change, here.soon(change.at), _who(change)) for change in changes],
        said=said,
        reads_reason=request.user.has_perm(May.READ_REASONS),
        status=status,
    )


def _already_changed(request: HttpRequest, current: Appointment, *, here: Here) -> HttpResponse:
    """Somebody else was first: say who, when and what; change nothing."""
    change = current.status_changes.select_related("user").last()
    said = _("This request has been answered already. Nothing was changed.")
    if change is not None:
        said = _("%(who)s was first: “%(status)s” since %(when)s. Nothing was changed.") % {
            "who": _who(change),
            "status": change.get_to_status_display(),
            "when": here.soon(change.at),
        }
    return _appointment_page(request, current, here=here, status=409, said=said)


def _busy(request: HttpRequest, shown: Appointment, *, here: Here) -> HttpResponse:
    said = _("The calendar is busy. Nothing was changed; please try again in a moment.")
    return _appointment_page(request, shown, here=here, status=503, said=said)


def _who(change: StatusChange) -> str:
    if change.user is not None:
        return change.user.get_full_name() or change.user.get_username()
    return str(change.get_actor_display())


def _page(
    request: HttpRequest, name: str, *, here: Here, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {
        "practice": here.practice,
        "now_in_words": wording.when(here.now, here.zone),
        "zone_name": here.now.astimezone(here.zone).tzname(),
        "screen": name,
    }
    return render(request, f"admin/desk/{name}.html", context, status=status)
