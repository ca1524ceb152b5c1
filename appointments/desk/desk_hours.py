"""When the desk answers, week by week. Promises are counted in these hours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appointments import wording, working
from appointments.desk.hour_forms import SpanForm
from appointments.desk.pages import Here, here_now, needs, page
from appointments.desk.weeks import A_DAY
from appointments.rules import ONE_DAY, WEEKDAYS, Hours
from appointments.transactions import Busy
from practice.models import DeskHours, Practice
from practice.models.fields import Weekday
from practice.roles import May

SPARE_ROWS = 2
A_WEEK = 7 * A_DAY


class AWeek(forms.BaseFormSet[SpanForm]):
    """Lines that do not cross."""

    def clean(self) -> None:
        if self.total_error_count():
            return
        taken = [(n, _minutes(line.hours())) for n, line in enumerate(self, 1) if not line.is_none]
        for (first, minutes), (second, others) in combinations(taken, 2):
            if minutes & others:
                raise forms.ValidationError(
                    _(
                        "Hours %(first)d and hours %(second)d cross. Write each time of the week "
                        "once."
                    )
                    % {"first": first, "second": second}
                )


def _minutes(hours: Hours) -> set[int]:
    """Which minutes of the week they take; Sunday night runs into Monday."""
    opens = hours.opens.hour * 60 + hours.opens.minute
    closes = hours.closes.hour * 60 + hours.closes.minute
    if closes <= opens:
        closes += A_DAY
    days = [n for n, day in enumerate(WEEKDAYS) if day in hours.days]
    return {(n * A_DAY + minute) % A_WEEK for n in days for minute in range(opens, closes)}


@needs(May.SET_SCHEDULES)
@require_http_methods(["GET", "HEAD", "POST"])
def desk_hours(request: HttpRequest) -> HttpResponse:
    here = here_now()
    rows = DeskHours.objects.all()
    lines = forms.formset_factory(
        SpanForm, formset=AWeek, extra=0, max_num=30, absolute_max=40, validate_max=True
    )(
        request.POST if request.method == "POST" else None,
        prefix="line",
        initial=[
            *({"days": row.days, "opens": row.opens, "closes": row.closes} for row in rows),
            *({} for _n in range(SPARE_ROWS)),
        ],
    )
    status = 200
    if lines.is_bound:
        status = 400
        if lines.is_valid():
            hours = [line.hours() for line in lines if not line.is_none]
            try:
                working.change_desk_hours(hours, by=cast(User, request.user), now=here.now)
            except Busy:
                messages.error(
                    request, _("The calendar is busy. Nothing was saved; please try again.")
                )
                status = 503
            else:
                messages.success(request, _("The desk hours are changed."))
                return redirect("admin:desk_hours")
    return page(
        request,
        "desk_hours",
        here=here,
        lines=lines,
        week=_week([Hours(frozenset(row.days), row.opens, row.closes) for row in rows], here),
        changes=[
            (here.soon(one.action_time), one.user.get_full_name() or one.user, one.change_message)
            for one in working.history([Practice])[:8]
        ],
        status=status,
    )


def _week(hours: Sequence[Hours], here: Here) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """Each day's name, and its hours: in words, and where they stand on a strip of 1440 minutes."""
    monday = here.today - here.today.weekday() * ONE_DAY
    week = []
    for n, name in enumerate(Weekday.labels):
        stretches = []
        for one in hours:
            window = one.on(monday + n * ONE_DAY, here.zone)
            if window is None:
                continue
            x = one.opens.hour * 60 + one.opens.minute
            words = _("%(from)s to %(until)s") % {
                "from": wording.time(window.start, here.zone),
                "until": wording.time(window.end, here.zone),
            }
            width = round(window.length.total_seconds() / 60)
            stretches.append((words, x, min(width, A_DAY - x)))
        week.append((str(name), sorted(stretches, key=lambda stretch: stretch[1])))
    return week
