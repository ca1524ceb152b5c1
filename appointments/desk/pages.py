"""What the desk's screens share: who may, this moment, and how a screen is answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments import access, claims, undoing, wording
from appointments.desk.rows import Row
from appointments.models import Act, Appointment, Claim, StatusChange
from practice import access_log, clock, limits
from practice.models import Practice
from practice.roles import May

P = ParamSpec("P")
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


def here_now() -> Here:
    return Here(clock.now(), Practice.objects.current())


def rows(
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


def appointment_page(
    request: HttpRequest, shown: Appointment, *, here: Here, status: int = 200, said: str = ""
) -> HttpResponse:
    changes = shown.status_changes.select_related("user")
    reads_notes = request.user.has_perm(May.READ_NOTES)
    return page(
        request,
        "appointment",
        here=here,
        row=here.row(shown),
        changes=[(change, here.soon(change.at), who(change)) for change in changes],
        said=said,
        in_calendar=access.has_in_calendar(request.user, shown),
        reads_notes=reads_notes,
        reads_reason=request.user.has_perm(May.READ_REASONS),
        status=status,
    )


def already_changed(request: HttpRequest, current: Appointment, *, here: Here) -> HttpResponse:
    """Somebody else was first: say who, when and what; change nothing."""
    change = current.status_changes.select_related("user").last()
    said = _("This request has been answered already. Nothing was changed.")
    if change is not None:
        said = _("%(who)s was first: “%(status)s” since %(when)s. Nothing was changed.") % {
            "who": who(change),
            "status": change.get_to_status_display(),
            "when": here.soon(change.at),
        }
    return appointment_page(request, current, here=here, status=409, said=said)


def is_held(request: HttpRequest, wanted: Appointment, claim: Claim, *, here: Here) -> HttpResponse:
    """A colleague answers this request just now: say who and since when; change nothing. The page
    has the button to take it over."""
    said = _("%(who)s has this request since %(when)s. Nothing was changed.") % {
        "who": claim.user.get_full_name() or claim.user.get_username(),
        "when": here.soon(claim.at),
    }
    return appointment_page(request, wanted, here=here, status=409, said=said)


def held_by_another(
    request: HttpRequest, wanted: Appointment, *, here: Here
) -> HttpResponse | None:
    """What stands in the way of an action, if a colleague has claimed the request."""
    claim = claims.by_another(wanted, cast(User, request.user), now=here.now)
    return is_held(request, wanted, claim, here=here) if claim and here.row(wanted).waits else None


def from_the_inbox(request: HttpRequest) -> bool:
    return "inbox" in (request.POST.get("back"), request.GET.get("back"))


def to_the_inbox(
    *, at: str = "", done: str = "", answered: Appointment | None = None
) -> HttpResponse:
    """Back to the inbox, with the focus on that request, or on the one after what is done; one
    that is answered stands there no longer, so its time says where it stood."""
    start = answered.starts_at.isoformat() if answered and answered.starts_at else ""
    given = (("at", at), ("done", done), ("from", start))
    where = urlencode({name: one for name, one in given if one})
    return redirect(f"{reverse('admin:index')}?{where}")


def busy(request: HttpRequest, shown: Appointment, *, here: Here) -> HttpResponse:
    said = _("The calendar is busy. Nothing was changed; please try again in a moment.")
    return appointment_page(request, shown, here=here, status=503, said=said)


def from_my_visits(request: HttpRequest) -> bool:
    """Whether the button stood on the practitioner's own list: then one goes back there."""
    return request.POST.get("back") == "my_visits"


def who(change: StatusChange) -> str:
    if change.user is not None:
        return change.user.get_full_name() or change.user.get_username()
    return str(change.get_actor_display())


def page(
    request: HttpRequest, name: str, *, here: Here, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {
        "practice": here.practice,
        "now_stamp": int(here.now.timestamp()),
        "now_in_words": wording.when(here.now, here.zone),
        "zone_name": here.now.astimezone(here.zone).tzname(),
        "screen": name,
        # Asked for by the template only when there is something to say.
        "undoable": lambda: _undoable(cast(User, request.user), here),
    }
    return render(request, f"admin/desk/{name}.html", context, status=status)


def _undoable(user: User, here: Here) -> Act | None:
    """What was done on call for a colleague's patient stands: it is out of reach by then."""
    act = undoing.latest(user, now=here.now)
    return act if act and access.has_in_calendar(user, act.appointment) else None
