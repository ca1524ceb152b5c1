"""Who works when, week by week; a change has a first day, and whom it strands is shown first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appointments import calendars, stranded, wording, working
from appointments.desk import weeks
from appointments.desk.hour_forms import (
    BY_VIDEO,
    FURTHEST,
    Choices,
    FirstDayForm,
    SessionForm,
    ShiftForm,
)
from appointments.desk.pages import Here, here_now, needs, page, rows
from appointments.intervals import Interval
from appointments.models import Appointment, ExtraSession
from appointments.rules import ONE_DAY, Rules, instant
from appointments.transactions import Busy
from practice import holidays
from practice.models import Practitioner
from practice.roles import May

SPARE_ROWS = 2


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
        weeks=weeks.weeks(rules, monday, dict(choices.kinds), here),
        monday=monday,
        monday_in_words=wording.date(monday),
        before=monday - 7 * ONE_DAY,
        after=monday + 7 * ONE_DAY,
        is_this_week=monday <= here.today < monday + 7 * ONE_DAY,
        closed=weeks.closed_in(rules, monday),
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
