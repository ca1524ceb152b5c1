"""Reports: how fast we answered, who did not come, how full we were, how people reached us.

No patient stands in them. A table leaves the house only after the second factor was shown again.
"""

from __future__ import annotations

import csv
import datetime as dt
import time
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from appointments import reporting, wording
from appointments.desk import charts
from appointments.desk.pages import Here, here_now, needs, page
from appointments.reporting import LONGEST, Period
from appointments.rules import ONE_DAY
from practice import access_log, limits
from practice.roles import May

LATELY = 27 * ONE_DAY
# (days before today, words): four weeks are what one sees first.
SPANS = (
    (6, gettext_lazy("7 days")),
    (27, gettext_lazy("4 weeks")),
    (90, gettext_lazy("3 months")),
    (364, gettext_lazy("1 year")),
)
# A cell that begins so is worked out by a spreadsheet instead of shown.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class PeriodForm(forms.Form):
    first = forms.DateField(
        label=gettext_lazy("First day"),
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, here: Here, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.here = here

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first is None or last is None:
            return cleaned
        if last > self.here.today:
            self.add_error("last", _("Reports go up to today. Choose today or an earlier day."))
        elif not dt.date(2000, 1, 1) <= first <= last:
            self.add_error("first", _("The first day comes before the last."))
        elif last - first > LONGEST:
            self.add_error("first", _("A report covers a year at most. Choose a later first day."))
        return cleaned

    def period(self) -> Period | None:
        """What was asked for; None when it cannot be."""
        if not self.is_valid():
            return None
        return Period(self.cleaned_data["first"], self.cleaned_data["last"], self.here.zone)


def urlpatterns_in(site: AdminSite) -> list[URLPattern]:
    return [
        path("reports/", site.admin_view(reports), name="reports"),
        path("reports/<slug:what>.csv", site.admin_view(report_file), name="report_file"),
    ]


@needs(May.SEE_REPORTS)
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    here = here_now()
    form = _form(request, here)
    period = form.period()
    if period is None:
        lately = Period(here.today - LATELY, here.today, here.zone)
        return page(request, "reports", here=here, form=form, spans=_spans(lately), status=400)
    all_answers, answers = reporting.answers(period, now=here.now)
    all_visits, by_type, by_lead = reporting.no_shows(period)
    everybody, uses = reporting.use_of_time(period)
    sources = reporting.sources(period)
    return page(
        request,
        "reports",
        here=here,
        form=form,
        period=period,
        spans=_spans(period),
        asked=urlencode({"first": period.first, "last": period.last}),
        all_answers=all_answers,
        answers=[(_begins(row.begins, period), row) for row in answers],
        half_within=_takes(all_answers.half_within),
        most_within=_takes(all_answers.most_within),
        answers_chart=charts.of_answers(answers, period),
        no_shows=[
            (caption, rows, charts.of_shares([(row.what, row.rate) for row in rows]))
            for caption, rows in ((_("By kind of visit"), by_type), (_("By when booked"), by_lead))
        ],
        all_visits=all_visits,
        everybody=everybody,
        uses=uses,
        uses_chart=charts.of_shares([(one.who, one.rate) for one in uses]),
        sources=sources,
        sources_chart=charts.of_shares([(one.what, one.rate) for one in sources]),
    )


@needs(May.SEE_REPORTS)
@require_GET
def report_file(request: HttpRequest, what: str) -> HttpResponse:
    """One table as CSV, for who has just shown the second factor again. Written down."""
    here = here_now()
    period = _form(request, here).period()
    if period is None or what not in TABLES:
        raise Http404
    if (where := _again(request)) is not None:
        return redirect(where)
    access_log.record(
        actor=request.user,
        action=f"report_file {what}",
        patients=(),
        source=limits.address_of(request),
        now=here.now,
    )
    heads, lines = TABLES[what](period, here)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{what}-{period.first}-{period.last}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(answer)
    writer.writerow(heads)
    writer.writerows([plain(cell) for cell in line] for line in lines)
    return answer


def _form(request: HttpRequest, here: Here) -> PeriodForm:
    """The period that was asked for; without one, the last four weeks."""
    lately = {"first": str(here.today - LATELY), "last": str(here.today)}
    asked = {"first", "last"} & request.GET.keys()
    return PeriodForm(request.GET if asked else lately, here=here)


def plain(cell: object) -> object:
    """What a spreadsheet shows as it stands: a number, or words that are no formula."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return cell


def _again(request: HttpRequest) -> str | None:
    """Where the second factor is shown again (in a demo: the password); None when just done."""
    factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    has_one = is_mfa_enabled(request.user, factors)
    wanted = "mfa" if has_one else "password"
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT  # allauth's own clock
    for record in get_authentication_records(request, request.user):
        if record.get("reauthenticated") and record["method"] == wanted and record["at"] > since:
            return None
    where = reverse("mfa_reauthenticate" if has_one else "account_reauthenticate")
    return f"{where}?{urlencode({'next': request.get_full_path()})}"


Table = tuple[Sequence[str], Iterable[Sequence[object]]]


def _answers_table(period: Period, here: Here) -> Table:
    heads = ("begins", "asked", "in time", "late", "never", "withdrawn", "waiting", "in time %")
    _whole, rows = reporting.answers(period, now=here.now)
    return heads, [
        (
            *(row.begins, row.asked, row.in_time, row.late, row.never),
            *(row.withdrawn, row.waiting, row.kept),
        )
        for row in rows
    ]


def _no_shows_table(period: Period, here: Here) -> Table:
    whole, by_type, by_lead = reporting.no_shows(period)
    return ("visits", "did not come", "of", "%"), [
        (row.what, row.missed, row.visits, row.rate) for row in (whole, *by_type, *by_lead)
    ]


def _use_table(period: Period, here: Here) -> Table:
    whole, uses = reporting.use_of_time(period)
    return ("who", "hours offered", "hours given", "%"), [
        (row.who, round(row.offered, 2), round(row.given, 2), row.rate) for row in (whole, *uses)
    ]


def _sources_table(period: Period, here: Here) -> Table:
    return ("came by", "visits", "%"), [
        (row.what, row.count, row.rate) for row in reporting.sources(period)
    ]


TABLES = {
    "answers": _answers_table,
    "no-shows": _no_shows_table,
    "use-of-time": _use_table,
    "sources": _sources_table,
}


def _spans(shown: Period) -> list[tuple[str, str, bool]]:
    """(words, query, is it shown) for each stretch that ends with the shown one's last day."""
    return [
        (
            str(words),
            urlencode({"first": shown.last - days * ONE_DAY, "last": shown.last}),
            (shown.last - shown.first).days == days,
        )
        for days, words in SPANS
    ]


def _begins(begins: dt.date | None, period: Period) -> str:
    if begins is None:
        return ""
    return wording.day(begins) if period.step == "day" else wording.date(begins)


def _takes(length: dt.timedelta | None) -> str:
    """`40 minutes`, `3 h 5 min`, `2 days 4 h`."""
    if length is None:
        return ""
    minutes = round(length.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return _("%(days)d days %(hours)d h") % {"days": hours // 24, "hours": hours % 24}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    return _("%(minutes)d minutes") % {"minutes": minutes}
