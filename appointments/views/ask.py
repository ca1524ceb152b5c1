from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from practice import clock
from practice.models import License, Practice

from .. import access, booking, calendars, consents, drafts, emergency, keys, limited, shown, signs
from ..forms import DetailsForm, RedFlag
from ..models import VisitType
from ..visit_forms import PeriodForm
from .call import call_us_today
from .tab import go, go_on_in, other_language, problems_of

NOT_ASKED = ("reason", "onset_date", "pay_by")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, visit_type: str) -> HttpResponse:
    """Ask us anyway: nothing that is free fits. When somebody could come, and who they are."""
    if emergency.is_one(request):
        return emergency.page()
    return _ask(request, visit_type)


@csrf_protect
def _ask(request: HttpRequest, slug: str) -> HttpResponse:
    kind = get_object_or_404(VisitType, slug=slug, active=True)
    return _send(request, kind) if request.method == "POST" else _show(request, kind)


def _show(request: HttpRequest, kind: VisitType) -> HttpResponse:
    now = clock.now()
    key = keys.in_tab(request) if "tab" in request.GET else None
    if key and access.was_sent(request, key):
        return go("received", key)
    typed = drafts.load(key, now=now) if key else {}
    period, form = _forms(kind, typed, bound="missing" in request.GET, now=now)
    problems = problems_of(period) + problems_of(form) if form.is_bound else []
    rules = calendars.at(now).rules
    return render(
        request,
        "appointments/ask.html",
        {
            "visit_type": kind,
            "name": kind.said("name"),
            "key": (key or keys.new()).hex,
            "red_flag": typed.get("red_flag", ""),
            "signs": signs.signed(),
            "period": period,
            "form": form,
            "problems": problems,
            "number": shown.number(rules, now=now),
        },
    )


def _send(request: HttpRequest, kind: VisitType) -> HttpResponse:
    """Sending it twice is the same as once: the key always answers the first."""
    now = clock.now()
    key = keys.parse(request.POST.get("key", "")) or keys.new()
    if key and access.was_sent(request, key):
        return go("received", key)
    if not access.may_use(request, key, now=now):
        key = keys.new()
    if not limited.may_keep(request, now=now):
        return limited.page(request, now=now)
    names = [*PeriodForm.base_fields, *DetailsForm.base_fields]
    typed = drafts.load(key, now=now) | {name: request.POST.get(name, "")[:2000] for name in names}
    drafts.save(key, typed, now=now)
    if language := other_language(request):
        return go_on_in(language, "ask", key, kind.slug)
    period, form = _forms(kind, typed, bound=True, now=now)
    if not (period.is_valid() and form.is_valid()):
        return go("ask", key, kind.slug, missing="yes")
    said, wanted = form.cleaned_data, period.cleaned_data
    if wanted["red_flag"] == RedFlag.TODAY and "go_on" not in request.POST:
        return call_us_today(request, kind, key, "ask", now=now)
    if not limited.may_request(request, phone=said["phone"], now=now):
        return limited.page(request, now=now)
    answers = {name: value for name, value in said.items() if name != "consent_texts"}
    sent = booking.join_waitlist(
        key=key,
        visit_type=kind.slug,
        details=booking.RequestDetails(
            **answers,
            red_flag=wanted["red_flag"],
            consent_version=consents.VERSION,
            consents=form.consents,
            language=get_language() or "en",
        ),
        period=booking.Period(
            first=wanted["wanted_from"],
            last=wanted["wanted_until"],
            part=wanted["wanted_part"],
        ),
        by=None,
        now=now,
    )
    drafts.forget(key)
    return go("received", sent.key)


def _forms(
    kind: VisitType, typed: dict[str, str], *, bound: bool, now: dt.datetime
) -> tuple[PeriodForm, DetailsForm]:
    practice = Practice.objects.current()
    today = now.astimezone(practice.zone).date()
    held = License.objects.filter(
        practitioner__bookable=True, practitioner__working_hours__visit_types=kind
    ).values_list("state", flat=True)
    form = DetailsForm(
        typed if bound else None,
        initial=typed,
        virtual=kind.is_virtual,
        licensed=set(held) or set(practice.licensed_states),
        seen_by=practice.called,
        today=today,
    )
    for name in NOT_ASKED:  # the desk asks when there is a time to prepare
        del form.fields[name]
    return PeriodForm(typed if bound else None, initial=typed, today=today), form
