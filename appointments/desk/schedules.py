"""When nobody can come: closures and time off, what they strand, and online booking paused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from appointments import pausing, stranded, wording, working
from appointments.desk.pages import Here, here_now, needs, page, rows
from appointments.intervals import Interval
from appointments.models import Appointment, Pause, VisitType
from appointments.rules import ONE_DAY, instant
from appointments.transactions import Busy
from practice.models import Closure, Location, Practitioner
from practice.roles import May

MIDNIGHT = dt.time()
LONGEST_CLOSURE = 366 * ONE_DAY


def _field(kind: str) -> dict[str, str]:
    return {"class": "form-control", "type": kind}


class StretchForm(forms.Form):
    """Days and times on the practice's wall clock; `during` is what they come to."""

    first_day = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs=_field("date"))
    )
    from_time = forms.TimeField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("Empty: from midnight."),
        required=False,
        widget=forms.TimeInput(attrs=_field("time")),
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Empty: the same day."),
        required=False,
        widget=forms.DateInput(attrs=_field("date")),
    )
    until_time = forms.TimeField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("Empty: to the end of that day."),
        required=False,
        widget=forms.TimeInput(attrs=_field("time")),
    )

    def __init__(self, *args: Any, zone: ZoneInfo, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now = zone, now

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first = cleaned.get("first_day")
        if first is None or self.errors:
            return cleaned
        last = cleaned.get("last_day") or first
        if not dt.date(2000, 1, 1) <= first <= last <= first + LONGEST_CLOSURE:
            self.add_error(
                "last_day", _("The last day comes after the first, at most a year later.")
            )
            return cleaned
        start = instant(first, cleaned.get("from_time") or MIDNIGHT, self.zone)
        if cleaned.get("until_time"):
            end = instant(last, cleaned["until_time"], self.zone)
        else:
            end = instant(last + ONE_DAY, MIDNIGHT, self.zone)
        if end <= start:
            self.add_error("until_time", _("It ends before it begins. Write a later time or day."))
        elif end <= self.now:
            self.add_error("first_day", _("This is over already. Write a day that is to come."))
        else:
            cleaned["during"] = Interval(start, end)
        return cleaned


class ClosureForm(StretchForm):
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.bookable(),
        label=gettext_lazy("Who"),
        empty_label=gettext_lazy("Everybody"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    location = forms.ModelChoiceField(
        Location.objects.all(),
        label=gettext_lazy("Where"),
        empty_label=gettext_lazy("Everywhere, by video too"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Only staff read this: holiday, training, snow."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    field_order = (
        "practitioner",
        "location",
        "first_day",
        "from_time",
        "last_day",
        "until_time",
        "reason",
    )


class PauseForm(forms.Form):
    what = forms.ChoiceField(
        label=gettext_lazy("What"), widget=forms.Select(attrs={"class": "form-select"})
    )
    until = forms.ChoiceField(
        label=gettext_lazy("Until"),
        choices=(
            ("1", gettext_lazy("in one hour")),
            ("3", gettext_lazy("in three hours")),
            ("today", gettext_lazy("the end of today")),
            ("tomorrow", gettext_lazy("the end of tomorrow")),
            ("week", gettext_lazy("a week from now")),
        ),
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, here: Here, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.here = here
        self.visits = {f"visit-{one.slug}": one for one in VisitType.objects.filter(active=True)}
        people = Practitioner.objects.bookable()
        self.people = {f"person-{one.slug}": one for one in people}
        cast(forms.ChoiceField, self.fields["what"]).choices = [
            ("all", _("All online booking")),
            *((key, one.name) for key, one in self.visits.items()),
            *((key, one.name_with_credentials) for key, one in self.people.items()),
        ]

    def chosen(self) -> tuple[VisitType | None, Practitioner | None, dt.datetime]:
        what, until = self.cleaned_data["what"], self.cleaned_data["until"]
        here = self.here
        match until:
            case "today" | "tomorrow":
                days = 1 if until == "today" else 2
                end = instant(here.today + days * ONE_DAY, MIDNIGHT, here.zone)
            case "week":
                end = here.now + 7 * ONE_DAY
            case hours:
                end = here.now + dt.timedelta(hours=int(hours))
        return self.visits.get(what), self.people.get(what), end


@dataclass(frozen=True)
class Shut:
    """One closure in words."""

    closure: Closure
    who: str
    begins: str
    ends: str


@needs(May.SET_SCHEDULES)
@require_GET
def schedules(request: HttpRequest) -> HttpResponse:
    return _screen(request, here_now())


@needs(May.SET_SCHEDULES)
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Write a closure. Where it strands visits they are shown first; `sure` says they were seen."""
    here = here_now()
    form = ClosureForm(request.POST, zone=here.zone, now=here.now)
    if not form.is_valid():
        return _screen(request, here, closure_form=form, status=400)
    said = form.cleaned_data
    who, where, during = said["practitioner"], said["location"], said["during"]
    hit = stranded.by_closing(
        during,
        practitioner=who.pk if who else None,
        location=where.pk if where else None,
        now=here.now,
    )
    seen = set(request.POST.getlist("seen"))
    if not {str(pk) for pk in hit.values_list("pk", flat=True)} <= seen:
        would = rows(request, hit, action="closure", here=here)
        return _screen(request, here, closure_form=form, would_strand=would)
    try:
        working.close(
            during,
            practitioner=who,
            location=where,
            reason=said["reason"],
            by=cast(User, request.user),
            now=here.now,
        )
    except Busy:
        form.add_error(None, _("The calendar is busy. Nothing was saved; please try again."))
        return _screen(request, here, closure_form=form, status=503)
    stranded.flag_stranded(now=here.now)
    messages.success(request, _("Closed. Nobody can book this time any more."))
    return redirect("admin:schedules")


@needs(May.SET_SCHEDULES)
@require_POST
def open_again(request: HttpRequest, closure: int) -> HttpResponse:
    """Take a closure back; visits that it had stranded stand again."""
    here = here_now()
    shut = get_object_or_404(Closure, pk=closure)
    working.open_again(shut, by=cast(User, request.user), now=here.now)
    stands = stranded.flag_stranded(now=here.now)
    said = _("Open again.")
    if stands:
        said += " " + ngettext("%d visit stands again.", "%d visits stand again.", stands) % stands
    messages.success(request, said)
    return redirect("admin:schedules")


@needs(May.SET_SCHEDULES)
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    here = here_now()
    form = PauseForm(request.POST, here=here)
    if not form.is_valid():
        return _screen(request, here, pause_form=form, status=400)
    visit_type, practitioner, until = form.chosen()
    running = pausing.pause(
        until=until,
        visit_type=visit_type,
        practitioner=practitioner,
        by=cast(User, request.user),
        now=here.now,
    )
    messages.success(request, pausing.sentence(running, here.zone, now=here.now))
    return redirect("admin:schedules")


@needs(May.SET_SCHEDULES)
@require_POST
def resume(request: HttpRequest, running: int) -> HttpResponse:
    here = here_now()
    if pausing.resume(get_object_or_404(Pause, pk=running), now=here.now):
        messages.success(request, _("Online booking goes on."))
    else:
        messages.info(request, _("This pause was over already."))
    return redirect("admin:schedules")


def _screen(
    request: HttpRequest,
    here: Here,
    *,
    closure_form: ClosureForm | None = None,
    pause_form: PauseForm | None = None,
    would_strand: Any = (),
    status: int = 200,
) -> HttpResponse:
    waiting = Appointment.objects.holding_time().filter(
        needs_rebooking=True, starts_at__gt=here.now
    )
    return page(
        request,
        "schedules",
        here=here,
        closure_form=closure_form or ClosureForm(zone=here.zone, now=here.now),
        pause_form=pause_form or PauseForm(here=here),
        would_strand=would_strand,
        stranded=rows(request, waiting.order_by("starts_at"), action="stranded", here=here),
        shut=list(_shut(here)),
        paused=[
            (one, pausing.sentence(one, here.zone, now=here.now))
            for one in pausing.in_force(here.now)
        ],
        status=status,
    )


def _shut(here: Here) -> Iterator[Shut]:
    coming = Closure.objects.filter(during__endswith__gt=here.now)
    for closure in coming.select_related("practitioner", "location"):
        who = closure.practitioner.name_with_credentials if closure.practitioner else _("Everybody")
        if closure.location:
            who = f"{who}, {closure.location.name}"
        yield Shut(
            closure,
            who,
            wording.when(closure.during.lower, here.zone),
            _end(closure.during.upper, here.zone),
        )


def _end(upper: dt.datetime, zone: ZoneInfo) -> str:
    """Midnight is the end of the day before, as people say it."""
    local = upper.astimezone(zone)
    if local.time() == MIDNIGHT:
        return _("the end of %(day)s") % {"day": wording.day(local.date() - ONE_DAY)}
    return wording.when(upper, zone)
