"""The day of the visit: who is here, who is with us, who did not come, and who runs late."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appointments import access, booking, late, wording
from appointments.desk import lists
from appointments.desk.forms import CancellationForm, LateForm, SeenForm
from appointments.desk.pages import (
    Here,
    already_changed,
    busy,
    from_my_visits,
    here_now,
    needs,
    page,
)
from appointments.desk.pages import rows as rows_of
from appointments.desk.rows import Row
from appointments.models import LATE_AT_MOST, Appointment
from practice.models import Practitioner
from practice.roles import May

# The verbs of the day, and what is said when one is done.
DONE = {
    "arrive": gettext_lazy("%(name)s is here."),
    "check_in": gettext_lazy("%(name)s is checked in."),
    "fulfil": gettext_lazy("The visit of %(name)s is done."),
    "mark_no_show": gettext_lazy("%(name)s did not come."),
}
VERBS: dict[str, Callable[..., Appointment]] = {
    "arrive": booking.arrive,
    "check_in": booking.check_in,
    "fulfil": booking.fulfil,
    "mark_no_show": booking.mark_no_show,
}
MORE = (10, 20)  # minutes


@dataclass(frozen=True)
class Board:
    """One person's day, place by place, then who is worked in; `late` in minutes."""

    practitioner: Practitioner
    late: int
    places: list[tuple[str, list[Row]]]

    @property
    def later(self) -> list[tuple[int, int]]:
        """What a button adds, and what it comes to."""
        return [(more, self.late + more) for more in MORE if self.late + more <= LATE_AT_MOST]


@needs(May.SEE_DESK)
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Everybody of today, by person and place; what can be done next is a button on each line."""
    here = here_now()
    rows = rows_of(request, lists.on_day(here.today, here.zone), action="today", here=here)
    open_rows = [row for row in rows if not row.is_off]
    return page(
        request,
        "today",
        here=here,
        day_in_words=wording.day(here.today),
        boards=_boards(open_rows, here),
        here_now=sum(row.is_here for row in open_rows),
        to_come=sum(row.is_to_come for row in open_rows),
    )


def _boards(rows: Iterable[Row], here: Here) -> list[Board]:
    minutes = late.minutes_on(here.today)

    def person(row: Row) -> tuple[int, str, int]:
        seen_by = row.appointment.practitioner
        return seen_by.position, seen_by.name, seen_by.pk

    boards = []
    for _person, own in groupby(sorted(rows, key=person), key=person):
        lines = sorted(
            own,
            key=lambda row: (row.appointment.is_work_in, _queue(row), row.appointment.starts_at),
        )
        practitioner = lines[0].appointment.practitioner
        boards.append(
            Board(
                practitioner,
                minutes.get(practitioner.pk, 0),
                [(queue, list(some)) for queue, some in groupby(lines, key=_queue)],
            )
        )
    return boards


def _queue(row: Row) -> str:
    return _("Worked in, in the order they came") if row.appointment.is_work_in else row.place


def _back(request: HttpRequest, appointment: Appointment, here: Here) -> HttpResponse:
    """To the line one came from; a visit of another day has its own page."""
    if from_my_visits(request):
        return redirect(f"{reverse('admin:my_visits')}#visit-{appointment.reference}")
    if appointment.starts_at.astimezone(here.zone).date() != here.today:
        return redirect("admin:appointment", appointment.reference)
    return redirect(f"{reverse('admin:today')}#visit-{appointment.reference}")


@needs(May.ANSWER_REQUESTS)
@require_POST
def step(request: HttpRequest, reference: str) -> HttpResponse:
    """Here, checked in, done, did not come."""
    here = here_now()
    verb, form = request.POST.get("verb", ""), SeenForm(request.POST)
    wanted = access.one_for_staff(
        request, reference, action="step", now=here.now, permission=May.ANSWER_REQUESTS
    )
    if verb not in VERBS or not form.is_valid():
        raise Http404
    try:
        moved = VERBS[verb](
            wanted,
            seen_version=form.cleaned_data["seen_version"],
            by=cast(User, request.user),
            now=here.now,
        )
    except booking.AlreadyChanged as changed:
        return already_changed(request, changed.appointment, here=here)
    except booking.NotAllowed:
        return already_changed(request, wanted, here=here)
    except booking.Busy:
        return busy(request, wanted, here=here)
    messages.success(request, str(DONE[verb]) % {"name": moved.patient})
    return _back(request, moved, here)


@needs(May.ANSWER_REQUESTS)
@require_POST
def running_late(request: HttpRequest) -> HttpResponse:
    """One person runs late today: their visits' pages say so, and the patients are told if the
    desk wants it."""
    here = here_now()
    form = LateForm(request.POST)
    if not form.is_valid():
        raise Http404
    said = form.cleaned_data
    visits = access.for_staff(
        request,
        lists.on_day(here.today, here.zone).filter(practitioner__slug=said["practitioner"]),
        action="running_late",
        now=here.now,
        permission=May.ANSWER_REQUESTS,
    )
    if not visits:
        raise Http404
    who = visits[0].practitioner
    try:
        booking.run_late(
            who,
            minutes=said["minutes"],
            tell=said["tell"],
            by=cast(User, request.user),
            now=here.now,
        )
    except booking.Busy:
        messages.error(request, _("The calendar is busy. Nothing was changed; please try again."))
    else:
        messages.success(request, _said_of(who, said))
    if from_my_visits(request):
        return redirect("admin:my_visits")
    return redirect(f"{reverse('admin:today')}#{who.slug}")


def _said_of(who: Practitioner, said: dict[str, Any]) -> str:
    if said["minutes"]:
        words = _("%(who)s runs %(minutes)d minutes late.")
    else:
        words = _("%(who)s is on time again.")
    told = _("Patients with an e-mail address are told.") if said["tell"] else ""
    return f"{words % {'who': who.name, 'minutes': said['minutes']}} {told}".strip()


@needs(May.ANSWER_REQUESTS)
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """A visit that will not take place: why, and whether it is the patient who asked."""
    here = here_now()
    wanted = access.one_for_staff(
        request, reference, action="cancel", now=here.now, permission=May.ANSWER_REQUESTS
    )
    row = here.row(wanted)
    if request.method == "GET" and "cancel" not in row.verbs:
        return already_changed(request, wanted, here=here)
    form = CancellationForm(request.POST or None, initial={"seen_version": wanted.version})
    if not form.is_valid():
        status = 400 if form.is_bound else 200
        return page(request, "cancel", here=here, row=row, form=form, status=status)
    try:
        gone = booking.cancel(
            wanted,
            seen_version=form.cleaned_data["seen_version"],
            by=cast(User, request.user),
            reason=form.said(),
            as_asked=form.as_asked,
            now=here.now,
        )
    except booking.AlreadyChanged as changed:
        return already_changed(request, changed.appointment, here=here)
    except booking.NotAllowed:
        return already_changed(request, wanted, here=here)
    except booking.Busy:
        return busy(request, wanted, here=here)
    messages.success(
        request, _("Cancelled: %(name)s. The time is free again.") % {"name": gone.patient}
    )
    return redirect("admin:appointment", reference)
