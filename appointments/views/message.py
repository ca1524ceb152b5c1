from __future__ import annotations

import datetime as dt

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from practice import clock
from practice.models import Practice

from .. import calendars, inquiries, limited, opened, shown, wording
from ..inquiry_forms import InquiryForm
from ..models import Inquiry
from .tab import problems_of

RECEIVED_SHOWN = dt.timedelta(days=7)
_signer = signing.TimestampSigner(salt="appointments.inquiry.received")


@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest) -> HttpResponse:
    """About records, a bill, a refill: nothing urgent, and nothing about a visit."""
    now = clock.now()
    if request.method != "POST":
        initial = {
            "opened": opened.begin(InquiryForm.salt, now=now),
            "answer_in": translation.get_language(),
        }
        return _page(request, InquiryForm(initial=initial, now=now), now=now)
    form = InquiryForm(request.POST, now=now)
    if form.is_a_trap:  # a program learns nothing from it
        return redirect("appointments:message_received")
    if not form.is_valid() or form.key is None:
        if "opened" in form.errors:
            form.open_again()
        return _page(request, form, now=now, status=400)
    said = form.said()
    if not limited.may_write(request, contact=said.phone or said.email, now=now):
        words = _("Many messages came from your place. Please wait an hour and send it again")
        return _page(request, form, now=now, status=429, problems=[("#main", words)])
    inquiry = inquiries.receive(key=form.key, said=said, now=now)
    note = _signer.sign(inquiry.reference)
    return redirect(f"{reverse('appointments:message_received')}?note={note}")


@require_safe
def message_received(request: HttpRequest) -> HttpResponse:
    """What we have, by when we answer, and how to ask for it: to be printed or written down."""
    now, inquiry = clock.now(), None
    if note := request.GET.get("note"):
        try:
            reference = _signer.unsign(note, max_age=RECEIVED_SHOWN)
        except signing.BadSignature:
            raise Http404 from None
        inquiry = Inquiry.objects.filter(reference=reference).first()
    due = inquiry.answer_due_at if inquiry else None
    zone = Practice.objects.current().zone
    return render(
        request,
        "appointments/message_received.html",
        {
            "inquiry": inquiry,
            "answer_by": wording.soon(due, zone, now=now) if due and due > now else "",
            "number": shown.number(calendars.at(now).rules, now=now),
        },
    )


def _page(
    request: HttpRequest,
    form: InquiryForm,
    *,
    now: dt.datetime,
    status: int = 200,
    problems: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    if problems is None:
        problems = problems_of(form) if form.is_bound else []
    number = shown.number(calendars.at(now).rules, now=now)
    return render(
        request,
        "appointments/message.html",
        {"form": form, "problems": problems, "number": number},
        status=status,
    )
