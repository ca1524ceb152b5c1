"""What has to be written into the EHR: a list that empties by tick."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from appointments import access, booking, ehr, wording
from appointments.desk.pages import Here, here_now, needs, page
from appointments.desk.rows import Row
from appointments.models import VisitType
from practice.models import Location, Practitioner
from practice.roles import May

A_PAGE = 50
WHAT = {
    "patient": gettext_lazy("Name"),
    "birth_date": gettext_lazy("Date of birth"),
    "phone": gettext_lazy("Telephone"),
    "starts_at": gettext_lazy("Time"),
    "ends_at": gettext_lazy("Until"),
    "practitioner": gettext_lazy("With"),
    "location": gettext_lazy("Where"),
    "visit_type": gettext_lazy("Kind"),
}


@dataclass(frozen=True)
class Line:
    """One visit, and what is to be done with it there."""

    row: Row
    here: Here
    names: dict[str, dict[str, str]]

    @property
    def value(self) -> str:
        entry = self.row.appointment.ehr
        return f"{entry.pk}.{entry.version}"

    @property
    def todo(self) -> str:
        """`add`, `change` or `remove`."""
        if self.row.appointment.ehr.facts is None:
            return "add"
        return "change" if ehr.facts(self.row.appointment) else "remove"

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What stands there, and what it is now."""
        was, now = self.row.appointment.ehr.facts or {}, ehr.facts(self.row.appointment) or {}
        moved_on = {"ends_at"} if was.get("starts_at") != now.get("starts_at") else set[str]()
        return [
            (str(WHAT[name]), self._said(name, was.get(name)), self._said(name, now[name]))
            for name in WHAT
            if name in now and name not in moved_on and was.get(name) != now[name]
        ]

    @property
    def moved_from(self) -> str:
        before = self.row.appointment.replaces
        return wording.when(before.starts_at, self.here.zone) if before else ""

    @property
    def since(self) -> str:
        return self.here.soon(self.row.appointment.ehr.since)

    def _said(self, name: str, value: str | None) -> str:
        if not value:
            return _("nothing")
        if name in ("starts_at", "ends_at"):
            return wording.when(dt.datetime.fromisoformat(value), self.here.zone)
        if name == "phone":
            return wording.phone(value)
        if name == "birth_date":
            born = dt.date.fromisoformat(value)
            return f"{born:%B} {born.day}, {born.year}"
        return self.names.get(name, {}).get(value, value)


@needs(May.SEE_EVERY_CALENDAR)
@require_http_methods(["GET", "POST"])
def not_in_ehr(request: HttpRequest) -> HttpResponse:
    here = here_now()
    if request.method == "POST":
        return _tick(request, here)
    waiting = ehr.due()
    pages = Paginator(waiting, A_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    rows = access.for_staff(
        request,
        waiting.select_related("ehr", "replaces")[shown.start_index() - 1 : shown.end_index()]
        if pages.count
        else waiting.none(),
        action="not_in_ehr",
        now=here.now,
        permission=May.SEE_EVERY_CALENDAR,
    )
    names = {
        "practitioner": dict(Practitioner.objects.values_list("slug", "name")),
        "location": dict(Location.objects.values_list("slug", "name")),
        "visit_type": dict(VisitType.objects.values_list("slug", "name")),
    }
    return page(
        request,
        "not_in_ehr",
        here=here,
        lines=[Line(here.row(one), here, names) for one in rows],
        shown=shown,
        count=pages.count,
    )


@needs(May.ANSWER_REQUESTS)
def _tick(request: HttpRequest, here: Here) -> HttpResponse:
    seen = []
    for value in request.POST.getlist("visit")[:A_PAGE]:
        pk, _dot, version = value.partition(".")
        if pk.isdecimal() and version.isdecimal() and len(value) < 40:
            seen.append((int(pk), int(version)))
    access.for_staff(
        request,
        ehr.due().filter(pk__in=[pk for pk, _version in seen]),
        action="tick",
        now=here.now,
        permission=May.ANSWER_REQUESTS,
    )
    if not seen:
        messages.info(request, _("Tick the visits that are in the EHR now."))
        return redirect("admin:not_in_ehr")
    try:
        done = ehr.tick(seen, by=cast(User, request.user), now=here.now)
    except booking.Busy:
        messages.error(request, _("The list is busy. Nothing was ticked; please try again."))
        return redirect("admin:not_in_ehr")
    said = ngettext("%(n)d visit is in the EHR.", "%(n)d visits are in the EHR.", done)
    messages.success(request, said % {"n": done})
    if left := len(set(seen)) - done:
        said = ngettext(
            "%(n)d has changed meanwhile and stays on the list.",
            "%(n)d have changed meanwhile and stay on the list.",
            left,
        )
        messages.info(request, said % {"n": left})
    return redirect("admin:not_in_ehr")
