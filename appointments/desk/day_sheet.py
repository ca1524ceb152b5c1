"""The day on paper: one printed page for each person, with what the counter needs and no more."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from django import forms
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from appointments import wording
from appointments.desk import lists
from appointments.desk.forms import WITHIN_YEARS
from appointments.desk.pages import Here, here_now, needs, page
from appointments.desk.pages import rows as rows_of
from appointments.desk.rows import Row
from appointments.models import Appointment, Status
from practice.models import Practitioner
from practice.roles import May

FULL = 16
OFF = (Status.CANCELLED, Status.ENTERED_IN_ERROR)


class SheetForm(forms.Form):
    practitioner = forms.ChoiceField(
        label=gettext_lazy("Person"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    date = forms.DateField(
        label=gettext_lazy("Date"),
        validators=WITHIN_YEARS,
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Choose the day."),
            "invalid": gettext_lazy("Write the day as year, month, day: 2026-11-24."),
        },
    )

    def __init__(self, *args: Any, people: list[Practitioner], **kw: Any) -> None:
        super().__init__(*args, **kw)
        chosen = cast(forms.ChoiceField, self.fields["practitioner"])
        chosen.choices = [(one.slug, one.name_with_credentials) for one in people]
        if len(people) > 1:
            chosen.choices = [("", _("Everybody, a page each")), *chosen.choices]


@dataclass(frozen=True)
class Line:
    """One visit on paper. The date of birth stands there only where it tells two apart."""

    row: Row
    with_birth_date: bool

    @property
    def kind(self) -> str:
        said = [self.row.appointment.visit_type.name]
        if self.row.patient.patient_status:
            said.append(str(self.row.patient.get_patient_status_display()))
        if self.row.waits:
            said.append(_("not confirmed yet"))
        return ", ".join(said)

    @property
    def needs(self) -> str:
        """What to have ready: a chair, an interpreter, who speaks for the patient."""
        said = [self.row.patient.needs] if self.row.patient.needs else []
        if self.row.patient.preferred_language != "en":
            said.append(_("speaks %(language)s") % {"language": self.row.language})
        if self.row.calls_for:
            said.append(_("ask for %(name)s") % {"name": self.row.calls_for})
        return "; ".join(said)


@dataclass(frozen=True)
class Sheet:
    practitioner: Practitioner
    places: str
    lines: list[Line]

    @property
    def is_full(self) -> bool:
        """So long a day that it needs smaller type to stay on one page."""
        return len(self.lines) > FULL


@needs(May.READ_NOTES)
@require_http_methods(["GET", "POST"])
def day_sheet(request: HttpRequest) -> HttpResponse:
    """GET asks whose and which day, and shows nobody; POST is the page to print, written down in
    the access log as `print`."""
    here = here_now()
    people = _people(request, here)
    if request.method == "POST":
        form = SheetForm(request.POST, people=people)
        if form.is_valid():
            return _printed(request, form.cleaned_data, here)
    else:
        day = request.GET.get("date", "") or here.today.isoformat()
        form = SheetForm(
            initial={"practitioner": request.GET.get("practitioner", ""), "date": day},
            people=people,
        )
    return page(
        request,
        "day_sheet",
        here=here,
        form=form,
        people=people,
        status=400 if form.is_bound else 200,
    )


def _people(request: HttpRequest, here: Here) -> list[Practitioner]:
    """Whose sheets this member of staff may print, with how many come today."""
    found = Practitioner.objects.filter(bookable=True)
    if not request.user.has_perm(May.SEE_EVERY_CALENDAR):
        found = found.filter(user=request.user.pk)
    today = lists.on_day(here.today, here.zone).exclude(status__in=OFF).order_by()
    of_each = today.filter(practitioner=OuterRef("pk")).values("practitioner")
    return list(
        found.annotate(today=Coalesce(Subquery(of_each.annotate(n=Count("pk")).values("n")), 0))
    )


def _printed(request: HttpRequest, said: dict[str, Any], here: Here) -> HttpResponse:
    day: dt.date = said["date"]
    wanted = lists.on_day(day, here.zone).exclude(status__in=OFF)
    if said["practitioner"]:
        wanted = wanted.filter(practitioner__slug=said["practitioner"])
    rows = rows_of(request, wanted, action="print", here=here)
    return page(
        request,
        "day_sheet",
        here=here,
        sheets=_sheets(rows),
        day_in_words=f"{wording.day(day)}, {day.year}",
    )


def _sheets(rows: list[Row]) -> list[Sheet]:
    alike = Counter(row.patient.family_name.casefold() for row in rows)

    def person(row: Row) -> tuple[int, str, int]:
        seen_by = row.appointment.practitioner
        return seen_by.position, seen_by.name, seen_by.pk

    sheets = []
    for _person, own in groupby(sorted(rows, key=person), key=person):
        lines = [Line(row, alike[row.patient.family_name.casefold()] > 1) for row in own]
        visits: list[Appointment] = [line.row.appointment for line in lines]
        places = dict.fromkeys(line.row.place for line in lines)
        sheets.append(Sheet(visits[0].practitioner, ", ".join(places), lines))
    return sheets
