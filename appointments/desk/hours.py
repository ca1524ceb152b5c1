"""Who works when, week by week; a change has a first day, and whom it strands is shown first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appointments import calendars, stranded, wording, working
from appointments.desk.pages import Here, here_now, needs, page, rows
from appointments.intervals import Interval, subtract
from appointments.models import Appointment, ExtraSession, VisitType
from appointments.rules import ONE_DAY, Person, Rules, instant
from appointments.transactions import Busy
from appointments.working import Shift
from practice import holidays
from practice.models import Location, Practitioner
from practice.models.fields import Weekday
from practice.roles import May

BY_VIDEO = "video"
FURTHEST = 366 * ONE_DAY
A_DAY = 24 * 60  # the width of a day's strip
SPARE_ROWS = 2
CONTROL = {"class": "form-control"}


class MidnightField(forms.TimeField):
    """A time; `24:00` is midnight at the end of the day."""

    def to_python(self, value: Any) -> dt.time | None:
        return super().to_python("00:00" if str(value).strip() == "24:00" else value)


@dataclass(frozen=True)
class Choices:
    """What every line offers, read once for all of them."""

    places: list[tuple[str, str]]
    kinds: list[tuple[int, str]]

    @classmethod
    def read(cls) -> Choices:
        places = [(str(pk), name) for pk, name in Location.objects.values_list("pk", "name")]
        kinds = VisitType.objects.filter(active=True).values_list("pk", "name")
        return cls([(BY_VIDEO, _("By video")), *places], list(kinds))


class ShiftForm(forms.Form):
    """One line of somebody's week. A line without days and times is none."""

    days = forms.MultipleChoiceField(
        label=gettext_lazy("Days"),
        choices=Weekday.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    opens = MidnightField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.TimeInput(attrs=CONTROL | {"type": "time"}, format="%H:%M"),
    )
    closes = MidnightField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.TimeInput(attrs=CONTROL | {"type": "time"}, format="%H:%M"),
    )
    where = forms.ChoiceField(
        label=gettext_lazy("Where"), widget=forms.Select(attrs={"class": "form-select"})
    )
    visit_types = forms.ModelMultipleChoiceField(
        VisitType.objects.none(),
        label=gettext_lazy("Kinds of visit"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    same_day_from = forms.TimeField(
        label=gettext_lazy("Kept for the same day, open from"),
        required=False,
        widget=forms.TimeInput(attrs=CONTROL | {"type": "time"}, format="%H:%M"),
    )
    every_day = False  # an extra session has its one day

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["where"]).choices = choices.places
        types = cast("forms.ModelMultipleChoiceField[VisitType]", self.fields["visit_types"])
        types.queryset = VisitType.objects.filter(active=True)
        types.choices = choices.kinds

    @property
    def is_none(self) -> bool:
        said = self.cleaned_data
        return not (said.get("days") or said.get("opens") or said.get("closes"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors or (self.is_none and not self.every_day):
            return cleaned
        kinds = cleaned["visit_types"]
        opens, closes = cleaned["opens"], cleaned["closes"]
        if not self.every_day and not cleaned["days"]:
            self.add_error("days", _("Tick the days of these hours."))
        if opens is None:
            self.add_error("opens", _("Write when these hours begin."))
        if closes is None:
            self.add_error("closes", _("Write when these hours end."))
        if opens is not None and opens == closes:
            self.add_error("closes", _("These hours end when they begin. Write another time."))
        fitting = [one for one in kinds if one.is_virtual == (cleaned["where"] == BY_VIDEO)]
        if not fitting or len(fitting) < len(kinds):
            self.add_error(
                "visit_types",
                _("Choose kinds of visit that fit the place: by video, or in person at an office."),
            )
        return cleaned

    def shift(self) -> Shift:
        said = self.cleaned_data
        where = said["where"]
        return Shift(
            days=tuple(said["days"]) or tuple(Weekday.values),
            opens=said["opens"],
            closes=said["closes"],
            location=None if where == BY_VIDEO else Location.objects.get(pk=where),
            visit_types=tuple(said["visit_types"]),
            same_day_from=said.get("same_day_from"),
        )


class FirstDayForm(forms.Form):
    first = forms.DateField(
        label=gettext_lazy("From which day on"),
        widget=forms.DateInput(attrs=CONTROL | {"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, here: Here, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.here = here

    def clean_first(self) -> dt.date:
        first = cast(dt.date, self.cleaned_data["first"])
        if not self.here.today < first <= self.here.today + FURTHEST:
            raise forms.ValidationError(
                _(
                    "A change begins tomorrow or later, within a year. Today is changed by an "
                    "extra session or a closure."
                )
            )
        return first


class SessionForm(ShiftForm):
    """Hours of one person on one day."""

    every_day = True
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.bookable(),
        label=gettext_lazy("Who"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    day = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs=CONTROL | {"type": "date"})
    )
    field_order = ("practitioner", "day", "opens", "closes", "where", "visit_types")

    def __init__(self, *args: Any, here: Here, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.here = here
        del self.fields["days"], self.fields["same_day_from"]

    @property
    def is_none(self) -> bool:
        return False

    def clean_day(self) -> dt.date:
        day = cast(dt.date, self.cleaned_data["day"])
        if not self.here.today <= day <= self.here.today + FURTHEST:
            raise forms.ValidationError(_("Choose today or a later day, within a year."))
        return day

    def shift(self) -> Shift:
        self.cleaned_data |= {"days": [], "same_day_from": None}
        return super().shift()


# --- one week in pictures ------------------------------------------------------------------------
@dataclass(frozen=True)
class Stretch:
    """Some hours of one day: in words, and where they stand on a strip of 1440 minutes."""

    words: str
    where: str
    kinds: str
    x: int
    width: int
    is_video: bool
    session: int | None


@dataclass(frozen=True)
class Day:
    words: str
    date: dt.date
    stretches: list[Stretch]


@dataclass(frozen=True)
class Week:
    who: Person
    days: list[Day]
    changes: list[str]


def urlpatterns_in(site: AdminSite) -> list[URLPattern]:
    return [
        path("hours/", site.admin_view(hours), name="hours"),
        path("hours/<slug:slug>/", site.admin_view(change_hours), name="change_hours"),
        path("schedules/session/", site.admin_view(add_session), name="add_session"),
        path(
            "schedules/session/<int:session>/", site.admin_view(drop_session), name="drop_session"
        ),
        path("schedules/holidays/", site.admin_view(keep_holidays), name="keep_holidays"),
    ]


@needs(May.SET_SCHEDULES)
@require_GET
def hours(request: HttpRequest) -> HttpResponse:
    return _screen(request, here_now())


@needs(May.SET_SCHEDULES)
@require_http_methods(["GET", "HEAD", "POST"])
def change_hours(request: HttpRequest, slug: str) -> HttpResponse:
    """A new week from a first day on. Where it strands visits they are listed, and it is saved
    once they were seen."""
    here = here_now()
    who = get_object_or_404(Practitioner.objects.bookable(), slug=slug)
    monday = here.today + (7 - here.today.weekday()) * ONE_DAY
    posted = request.POST if request.method == "POST" else None
    first_form = FirstDayForm(posted, here=here, initial={"first": monday})
    lines = forms.formset_factory(ShiftForm, extra=0, max_num=30, absolute_max=40)(
        posted, prefix="line", initial=_lines(who, monday), form_kwargs={"choices": Choices.read()}
    )
    would: Sequence[Any] = ()
    if posted is not None and all((first_form.is_valid(), lines.is_valid())):
        first = first_form.cleaned_data["first"]
        shifts = [line.shift() for line in lines if not line.is_none]
        works = [shift.works(who.pk, first) for shift in shifts]
        hit = stranded.by_hours(who.pk, works, first=first, now=here.now)
        seen = set(request.POST.getlist("seen"))
        if {str(pk) for pk in hit.values_list("pk", flat=True)} <= seen:
            return _do(
                request,
                lambda by: working.change_hours(
                    who, shifts, first=first, by=by, today=here.today, now=here.now
                ),
                _("%(name)s has new hours from %(day)s.")
                % {"name": who.name_with_credentials, "day": wording.day(first)},
                here=here,
            )
        would = rows(request, hit, action="change_hours", here=here)
    return page(
        request,
        "change_hours",
        here=here,
        who=who,
        first_form=first_form,
        lines=lines,
        would_strand=would,
        status=400 if posted is not None and not would else 200,
    )


@needs(May.SET_SCHEDULES)
@require_POST
def add_session(request: HttpRequest) -> HttpResponse:
    here = here_now()
    form = SessionForm(request.POST, here=here, choices=Choices.read())
    if not form.is_valid():
        return _screen(request, here, session_form=form, status=400)
    said = form.cleaned_data
    return _do(
        request,
        lambda by: working.add_session(
            said["practitioner"],
            form.shift(),
            day=said["day"],
            by=by,
            today=here.today,
            now=here.now,
        ),
        _("%(name)s has more time on %(day)s.")
        % {"name": said["practitioner"].name_with_credentials, "day": wording.day(said["day"])},
        here=here,
    )


@needs(May.SET_SCHEDULES)
@require_POST
def drop_session(request: HttpRequest, session: int) -> HttpResponse:
    here = here_now()
    dropped = get_object_or_404(ExtraSession, pk=session)
    hit = stranded.by_dropping(dropped, now=here.now)
    if not {str(pk) for pk in hit.values_list("pk", flat=True)} <= set(
        request.POST.getlist("seen")
    ):
        would = rows(request, hit, action="drop_session", here=here)
        return _screen(request, here, would_strand=would, dropped=dropped)
    return _do(
        request,
        lambda by: working.drop_session(dropped, by=by, now=here.now),
        _("The extra session is taken back."),
        here=here,
    )


@needs(May.SET_SCHEDULES)
@require_POST
def keep_holidays(request: HttpRequest) -> HttpResponse:
    """Close the whole practice on the holidays that are ticked; whom it strands is shown first."""
    here = here_now()
    wanted = set(request.POST.getlist("day"))
    days = [(day, name) for day, name in _holidays(here) if day.isoformat() in wanted]
    if not days:
        messages.info(request, _("No holiday was ticked. Nothing was changed."))
        return redirect("admin:hours")
    hit = {
        row.pk: row
        for day, _name in days
        for row in stranded.by_closing(
            _whole(day, here), practitioner=None, location=None, now=here.now
        )
    }
    if not {str(pk) for pk in hit} <= set(request.POST.getlist("seen")):
        would = rows(
            request,
            Appointment.objects.filter(pk__in=hit).order_by("starts_at"),
            action="keep_holidays",
            here=here,
        )
        return _screen(request, here, would_strand=would, kept=days)

    def keep(by: User) -> None:
        for day, name in days:
            working.close(_whole(day, here), reason=name, by=by, now=here.now)

    return _do(request, keep, _("Closed on the holidays that were ticked."), here=here)


def _do(
    request: HttpRequest, act: Callable[[User], object], said: str, *, here: Here
) -> HttpResponse:
    """The verb; then who it strands is flagged."""
    try:
        act(cast(User, request.user))
        stranded.flag_stranded(now=here.now)
    except Busy:
        messages.error(
            request, _("The calendar is busy. Please look what was saved, and try again.")
        )
    else:
        messages.success(request, said)
    return redirect("admin:hours")


def _screen(
    request: HttpRequest,
    here: Here,
    *,
    session_form: SessionForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    monday, choices = _monday(request, here), Choices.read()
    rules = calendars.rules_from(min(instant(monday, dt.time(), here.zone), here.now))
    return page(
        request,
        "hours",
        here=here,
        weeks=_weeks(rules, monday, dict(choices.kinds), here),
        monday=monday,
        monday_in_words=wording.date(monday),
        before=monday - 7 * ONE_DAY,
        after=monday + 7 * ONE_DAY,
        is_this_week=monday <= here.today < monday + 7 * ONE_DAY,
        closed=_closed_in(rules, monday),
        session_form=session_form or SessionForm(here=here, choices=choices),
        holidays=[
            (day, wording.day(day), day.year, name, is_kept)
            for day, name, is_kept in _holidays_and_kept(rules, here)
        ],
        changes=[
            (here.soon(one.action_time), one.user.get_full_name() or one.user, one.change_message)
            for one in working.history()[:8]
        ],
        status=status,
        **more,
    )


def _monday(request: HttpRequest, here: Here) -> dt.date:
    """The Monday of the week that is asked for, else of this one."""
    try:
        day = dt.date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        day = here.today
    if abs(day - here.today) > 2 * FURTHEST:
        day = here.today
    return day - day.weekday() * ONE_DAY


def _lines(who: Practitioner, first: dt.date) -> list[dict[str, Any]]:
    """The week as it would be on `first`, and a line or two to fill in."""
    found = [
        {
            "days": row.days,
            "opens": row.opens,
            "closes": row.closes,
            "where": str(row.location_id or BY_VIDEO),
            "visit_types": [one.pk for one in row.visit_types.all()],
            "same_day_from": row.same_day_from,
        }
        for row in working.in_force(who, first)
    ]
    return found + [{} for _n in range(SPARE_ROWS)]


def _weeks(rules: Rules, monday: dt.date, names: dict[int, str], here: Here) -> list[Week]:
    sessions = {
        (one.practitioner_id, one.location_id, one.day, one.opens): one.pk
        for one in ExtraSession.objects.filter(day__range=(monday, monday + 6 * ONE_DAY))
    }
    return [
        Week(
            who,
            [_day(rules, who.id, monday + n * ONE_DAY, names, sessions) for n in range(7)],
            [wording.day(first) for first in _planned(rules, who.id, here.today)],
        )
        for who in rules.people
    ]


def _planned(rules: Rules, person: int, today: dt.date) -> list[dt.date]:
    """The first days of changes to come; an extra session is none."""
    firsts = {
        one.from_date
        for one in rules.works
        if one.practitioner == person and one.from_date and one.from_date != one.until_date
    }
    return sorted(first for first in firsts if first > today)


def _day(
    rules: Rules,
    person: int,
    day: dt.date,
    names: dict[int, str],
    sessions: dict[tuple[int, int | None, dt.date, dt.time], int],
) -> Day:
    stretches = []
    places = {place.id: place.name for place in rules.places}
    midnight = instant(day, dt.time(), rules.zone)
    for works in rules.works:
        window = works.on(day, rules.zone) if works.practitioner == person else None
        if window is None:
            continue
        shut = [one.during for one in rules.closed if one.shuts(person, works.location)]
        for piece in subtract([window], shut):
            x = round((piece.start - midnight).total_seconds() / 60)
            key = (person, works.location, day, works.hours.opens)
            stretches.append(
                Stretch(
                    _("%(from)s to %(until)s")
                    % {
                        "from": wording.time(piece.start, rules.zone),
                        "until": wording.time(piece.end, rules.zone),
                    },
                    places.get(works.location, "") if works.location else _("By video"),
                    ", ".join(names[one] for one in names if one in works.visit_types),
                    x,
                    min(round(piece.length.total_seconds() / 60), A_DAY - x),
                    works.location is None,
                    sessions.get(key) if works.from_date == works.until_date == day else None,
                )
            )
    return Day(wording.day(day), day, sorted(stretches, key=lambda one: one.x))


def _closed_in(rules: Rules, monday: dt.date) -> list[str]:
    week = Interval(
        instant(monday, dt.time(), rules.zone), instant(monday + 7 * ONE_DAY, dt.time(), rules.zone)
    )
    people = {one.id: one.name for one in rules.people}
    places = {one.id: one.name for one in rules.places}
    lines = []
    for one in sorted(rules.closed, key=lambda closed: closed.during):
        if one.during.overlaps(week):
            who = people.get(one.practitioner, "") if one.practitioner else _("Everybody")
            where = places.get(one.location, "") if one.location else ""
            lines.append(
                _("%(who)s: closed from %(from)s until %(until)s")
                % {
                    "who": ", ".join(word for word in (who, where) if word),
                    "from": wording.when(one.during.start, rules.zone),
                    "until": wording.when(one.during.end, rules.zone),
                }
            )
    return lines


def _holidays(here: Here) -> Iterable[tuple[dt.date, str]]:
    """This year's that are to come, and next year's."""
    for year in (here.today.year, here.today.year + 1):
        yield from ((day, name) for day, name in holidays.federal(year) if day > here.today)


def _holidays_and_kept(rules: Rules, here: Here) -> list[tuple[dt.date, str, bool]]:
    closed = [one.during for one in rules.closed if one.everywhere]
    return [
        (day, name, any(one.covers(_whole(day, here)) for one in closed))
        for day, name in _holidays(here)
    ]


def _whole(day: dt.date, here: Here) -> Interval:
    midnight = dt.time()
    return Interval(instant(day, midnight, here.zone), instant(day + ONE_DAY, midnight, here.zone))
