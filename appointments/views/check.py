from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from practice import clock

from .. import (
    access,
    booking,
    calendars,
    chosen,
    consents,
    drafts,
    emergency,
    keys,
    limited,
    shown,
    states,
    wording,
)
from ..availability import Slot
from ..forms import DetailsForm, RedFlag
from ..models import VisitType
from .details import a_form, answers
from .tab import at, first_input, go, go_on_in, other_language, problem_with


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, visit_type: str) -> HttpResponse:
    """Everything typed, to be read once more."""
    kind = get_object_or_404(VisitType, slug=visit_type, active=True)
    if emergency.is_one(request):
        return emergency.page()
    return _send(request, kind) if request.method == "POST" else _show(request, kind)


def _show(request: HttpRequest, kind: VisitType) -> HttpResponse:
    now = clock.now()
    key = keys.in_tab(request)
    if key and access.was_sent(request, key):
        return go("received", key)
    typed = drafts.load(key, now=now) if key else {}
    the_time = chosen.under(key, kind, typed.get("slot", ""), now=now) if key else None
    if key is None or the_time is None or typed.get("red_flag") not in RedFlag.KEPT:
        return redirect("appointments:times", kind.slug)
    form = a_form(the_time, typed, bound=True, now=now)
    if not form.is_valid():
        return go("details", key, kind.slug, missing="yes")
    rules = calendars.at(now).rules
    return render(
        request,
        "appointments/check.html",
        {
            "visit_type": kind,
            "chosen": the_time,
            "key": key.hex,
            "slot": typed["slot"],
            "typed": {name: value for name, value in typed.items() if name != "slot"},
            "rows": _rows(form),
            "details_url": at("details", key, kind.slug),
            "times_url": at("times", key, kind.slug),
            "problems": problem_with(the_time),
            "promise": shown.promise(kind, rules, now=now, start=the_time.time.start),
            "number": shown.number(rules, now=now),
        },
    )


def _send(request: HttpRequest, kind: VisitType) -> HttpResponse:  # noqa: C901 (one way out each)
    """Sending it twice is the same as once: the key always answers the first visit."""
    now = clock.now()
    key = keys.parse(request.POST.get("key", ""))
    if key and access.was_sent(request, key):
        return go("received", key)
    if key is None or not keys.is_ours(request, key):
        key = keys.new()
    if not limited.may_keep(request, now=now):
        return limited.page(request, now=now)
    kept = drafts.load(key, now=now)
    typed = kept | {name: value for name, value in answers(request).items() if value}
    if typed != kept:
        drafts.save(key, typed, now=now)
    if language := other_language(request):
        return go_on_in(language, "check", key, kind.slug)
    the_time = chosen.under(key, kind, typed.get("slot", ""), now=now)
    if the_time is None or typed.get("red_flag") not in RedFlag.KEPT:
        return go("times", key, kind.slug)
    form = a_form(the_time, typed, bound=True, now=now)
    if not form.is_valid():
        return go("details", key, kind.slug, missing="yes")
    phone = form.cleaned_data["phone"]
    if not limited.may_request(request, phone=phone, now=now):
        return limited.page(request, now=now)
    try:
        sent = booking.request(
            key=key,
            slot=Slot.parse(typed["slot"]),
            details=_details(form, typed),
            source=limited.source(request),
            now=now,
        )
    except booking.SlotGone:
        limited.came_to_nothing(phone=phone, at=now)
        return go("check", key, kind.slug)  # which says so, and what is free near it
    except booking.Busy:
        limited.came_to_nothing(phone=phone, at=now)
        raise
    drafts.forget(key)
    return go("received", sent.key)


def _details(form: DetailsForm, typed: dict[str, str]) -> booking.RequestDetails:
    said = {"located_in": "", **form.cleaned_data}
    said.pop("consent_texts")
    return booking.RequestDetails(
        **said,
        red_flag=typed["red_flag"],
        consent_version=consents.VERSION,
        consents=form.consents,
        language=get_language() or "en",
    )


def _rows(form: DetailsForm) -> list[tuple[str, str, str]]:
    """(question, answer, where to change it); what was left open says so."""
    said = form.cleaned_data
    rows = []
    for name, field in form.fields.items():
        value = said[name]
        match name:
            case "consent":
                continue
            case "contact_name" | "contact_relationship" if not value:
                continue
            case "birth_date":
                answer = wording.date(value)
            case "onset_date":
                answer = wording.date(value) if value else ""
            case "phone":
                answer = wording.phone(value)
            case "located_in":
                answer = states.name_of(value)
            case "voicemail_ok" | "consent_texts" | "wants_no_invitation":
                answer = _("Yes") if value else _("No")
            case _ if choices := dict(getattr(field, "choices", ())):
                answer = str(choices[value])
            case _:
                answer = str(value)
        rows.append((form.short_label(name), answer or _("Not given"), first_input(form, name)))
    return rows
