"""Somebody stands at the counter without a visit: the next free time of today, or worked in between
the visits of the day."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from appointments import access, booking, chosen, keys, shown
from appointments.availability import Slot
from appointments.desk import staff_times
from appointments.desk.by_phone import CHOICE, TEXT, CallerForm, known_of, on_file
from appointments.desk.pages import Here, here_now, needs, page
from appointments.models import Appointment, VisitType
from practice.models import Location, Practitioner
from practice.roles import May

WORK_IN = "work-in"


class CameInForm(CallerForm):
    """Who came in; and for somebody without a time, with whom, where and why."""

    practitioner = forms.ModelChoiceField(
        label=gettext_lazy("Who sees them"),
        queryset=Practitioner.objects.filter(bookable=True),
        required=False,
        empty_label=None,
        widget=forms.Select(attrs=CHOICE),
    )
    location = forms.ModelChoiceField(
        label=gettext_lazy("Where"),
        queryset=Location.objects.all(),
        required=False,
        empty_label=None,
        widget=forms.Select(attrs=CHOICE),
    )
    work_in_reason = forms.CharField(
        label=gettext_lazy("Why they are worked in"),
        help_text=gettext_lazy("A few words for staff alone."),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": gettext_lazy("Say in a few words why they are worked in.")},
    )
    here = forms.BooleanField(
        label=gettext_lazy("Is here already"),
        required=False,
        initial=True,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    WITHOUT_A_TIME = ("practitioner", "location", "work_in_reason")
    AT_THE_COUNTER = (*WITHOUT_A_TIME, "here")

    def __init__(self, *args: Any, works_in: bool, **kw: Any):
        super().__init__(*args, **kw)
        for name in self.WITHOUT_A_TIME:
            self.fields[name].required = works_in

    @property
    def who_it_is(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.WITHOUT_A_TIME]

    @property
    def without_a_time(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in self.WITHOUT_A_TIME]

    def facts(self) -> set[str]:
        return super().facts() - set(self.AT_THE_COUNTER)


@needs(May.ANSWER_REQUESTS)
@require_http_methods(["GET", "POST"])
def came_in(request: HttpRequest) -> HttpResponse:
    """`?kind=` the kind of visit, `?who=` the record of whoever came."""
    here = here_now()
    kinds = list(VisitType.objects.filter(active=True, modality="in-person"))
    kind = next((one for one in kinds if one.slug == request.GET.get("kind")), None)
    who = None
    if (number := request.GET.get("who", "")).isdecimal():
        who = access.one_patient_for_staff(
            request, int(number[:18]), action="came_in", now=here.now
        )
    if kind is None:
        return page(request, "came_in", here=here, kinds=kinds, who=who)
    free = _free_today(kind, here)
    key = keys.parse(request.POST.get("key", "")) or keys.new()
    value = request.POST.get("slot") or (free[0].value if free else WORK_IN)
    picked = chosen.under(key, kind, value, now=here.now)
    form = CameInForm(
        request.POST or None,
        kind=kind,
        picked=picked,
        works_in=value == WORK_IN,
        initial=known_of(who, None),
    )
    problem = ""
    if request.method == "POST":
        if picked is None and value != WORK_IN:
            problem = _("Choose a time, or work them in.")
        elif form.is_valid():
            by = cast(User, request.user)
            said = on_file(who, form.details(), by=by, now=here.now)
            try:
                made = _taken_in(key, kind, picked, said, form.cleaned_data, by=by, now=here.now)
            except booking.SlotGone:
                problem = _("That time has just been taken. Choose another, or work them in.")
                free = _free_today(kind, here)
            except booking.Busy:
                problem = _("The calendar is busy. Nothing was booked; please try again.")
            else:
                return _answered(request, made, here=form.cleaned_data["here"], now=here.now)
    return page(
        request,
        "came_in",
        here=here,
        kinds=kinds,
        kind=kind,
        who=who,
        form=form,
        key=key.hex,
        slot=value,
        work_in=WORK_IN,
        days=shown.by_day(free, here.zone, now=here.now),
        problem=problem,
        status=400 if request.method == "POST" else 200,
    )


def _free_today(kind: VisitType, here: Here) -> list[Slot]:
    """What staff can still give today."""
    return staff_times.from_day(kind.slug, now=here.now, first=here.today, days=1)


def _taken_in(
    key: Any,
    kind: VisitType,
    picked: chosen.Chosen | None,
    details: booking.RequestDetails,
    said: dict[str, Any],
    *,
    by: User,
    now: dt.datetime,
) -> Appointment:
    if picked is not None:
        return booking.request(
            key=key, slot=picked.time.slot, details=details, source="", by=by, now=now
        )
    return booking.work_in(
        key=key,
        visit_type=kind,
        practitioner=said["practitioner"],
        location=said["location"],
        details=details,
        reason=said["work_in_reason"],
        by=by,
        now=now,
    )


def _answered(
    request: HttpRequest, made: Appointment, *, here: bool, now: dt.datetime
) -> HttpResponse:
    """To the line on Today. A visit that nobody could be marked as here for stays booked there."""
    who = {"name": made.patient}
    said = _("%(name)s is expected today.") % who
    if here:
        try:
            booking.arrive(made, by=cast(User, request.user), now=now)
        except (booking.AlreadyChanged, booking.NotAllowed, booking.Busy):
            said = _("%(name)s is on today’s list. Look there how it stands.") % who
        else:
            said = _("%(name)s is here.") % who
    messages.success(request, said)
    return redirect(f"{reverse('admin:today')}#visit-{made.reference}")
