from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from practice import clock

from .. import access, booking, calendars, chosen, drafts, keys, limited, shown, states, wording
from ..availability import Slot
from ..forms import DetailsForm
from ..models import VisitType
from . import details as details_page
from .tab import at, first_input, problems_of

CONSENT_VERSION = "2026-11"


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, visit_type: str) -> HttpResponse:
    """Everything typed, to be read once more. Sending it twice is the same as once."""
    now = clock.now()
    kind = get_object_or_404(VisitType, slug=visit_type, active=True)
    posted = request.method == "POST"
    key = keys.parse(request.POST.get("key", "")) if posted else keys.in_tab(request)
    if sent := access.by_key(request, key):
        return redirect(at("appointments:received", sent.key))
    if key is None or not keys.is_ours(request, key):
        if not posted:
            return redirect("appointments:times", visit_type)
        key = keys.new()
    typed = drafts.load(key, now=now)
    if posted:
        typed |= {name: value for name, value in details_page.answers(request).items() if value}
    the_time = chosen.under(key, kind, typed.get("slot", ""), now=now)
    if the_time is None:
        return redirect(at("appointments:times", key, visit_type))
    form = details_page.a_form(the_time, data=typed, now=now)
    if not form.is_valid() or "red_flag" not in typed:
        return details_page.page(request, key, the_time, form, typed, now=now)
    if not posted:
        return _page(request, key, the_time, form, typed, now=now)

    drafts.save(key, typed, now=now)
    if not limited.may_request(request, phone=form.cleaned_data["phone"], now=now):
        return limited.page(request, now=now)
    try:
        appointment = booking.request(
            key=key,
            details=_details(form, typed),
            source=limited.source(request),
            slot=Slot.parse(typed["slot"]),
            now=now,
        )
    except booking.SlotGone as gone:
        return _page(request, key, the_time, form, typed, now=now, nearest=gone.nearest)
    drafts.forget(key)
    response = redirect(at("appointments:received", appointment.key))
    keys.give(response, appointment.key)
    return response


def _details(form: DetailsForm, typed: dict[str, str]) -> booking.RequestDetails:
    said = form.cleaned_data
    return booking.RequestDetails(
        given_name=said["given_name"],
        family_name=said["family_name"],
        birth_date=said["birth_date"],
        phone=said["phone"],
        email=said["email"],
        contact_by=said["contact_by"],
        voicemail_ok=said["voicemail_ok"],
        patient_status=said["patient_status"],
        preferred_language=said["preferred_language"],
        needs=said["needs"],
        booking_for=said["booking_for"],
        contact_name=said["contact_name"],
        contact_relationship=said["contact_relationship"],
        red_flag=typed["red_flag"],
        reason=said["reason"],
        onset_date=said["onset_date"],
        located_in=said.get("located_in", ""),
        pay_by=said["pay_by"],
        consent=said["consent"],
        consent_version=CONSENT_VERSION,
        language=get_language() or "en",
    )


def _page(
    request: HttpRequest,
    key: uuid.UUID,
    the_time: chosen.Chosen,
    form: DetailsForm,
    typed: dict[str, str],
    *,
    now: dt.datetime,
    nearest: Sequence[Slot] | None = None,
) -> HttpResponse:
    rules = calendars.rules_from(now)
    problems = problems_of(form)
    if nearest is not None:
        problems.insert(0, ("#id_slot" if nearest else "#main", details_page.words_for_gone(nearest)))
    return render(
        request,
        "appointments/check.html",
        {
            "visit_type": the_time.visit_type,
            "chosen": the_time,
            "key": key.hex,
            "slot": typed["slot"],
            "typed": {name: value for name, value in typed.items() if name != "slot"},
            "rows": _rows(form, the_time, now=now),
            "details_url": at("appointments:details", key, the_time.visit_type.slug),
            "times_url": at("appointments:times", key, the_time.visit_type.slug),
            "problems": problems,
            "was_taken": nearest is not None,
            "nearest": shown.by_day(nearest or (), the_time.zone, now=now),
            "promise": shown.promise(the_time.visit_type, rules, now=now),
            "number": shown.number(rules, now=now),
        },
    )


def _rows(
    form: DetailsForm, the_time: chosen.Chosen, *, now: dt.datetime
) -> list[tuple[str, str, str]]:
    """(question, answer, where to change it); what was left open says so, where it matters."""
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
            case "voicemail_ok":
                answer = _("Yes") if value else _("No")
            case _ if getattr(field, "choices", None):
                answer = str(dict(field.choices)[value])  # type: ignore[attr-defined]
            case _:
                answer = str(value)
        rows.append(
            (form.short_label(name), answer or _("Not given"), first_input(form, name))
        )
    return rows
