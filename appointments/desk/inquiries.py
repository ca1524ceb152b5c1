"""Inquiries: messages about records, bills and refills, each with who has it and until when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from appointments import inquiries, wording
from appointments.desk import search
from appointments.desk.forms import SearchForm, SeenForm
from appointments.desk.pages import Here, here_now, needs, page
from appointments.desk.reaching import CallForm
from appointments.desk.rows import span
from appointments.models import Inquiry, InquiryStep
from practice import access_log, limits
from practice.roles import May

PAGE = 50
SOON = dt.timedelta(minutes=30)


class CloseForm(SeenForm):
    result = forms.ChoiceField(
        label=gettext_lazy("How did it end?"),
        choices=Inquiry.Result.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": gettext_lazy("Choose how it ended")},
    )
    words = forms.CharField(
        label=gettext_lazy("In your own words"),
        help_text=gettext_lazy("Only staff can read this. May be empty."),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )


@dataclass(frozen=True)
class Row:
    inquiry: Inquiry
    here: Here

    @property
    def left(self) -> str:
        due = self.inquiry.answer_due_at
        if due is None:
            return _("no promise")
        minutes = int((due - self.here.now).total_seconds() // 60)
        if minutes < 0:
            return _("%(span)s late") % {"span": span(-minutes)}
        return span(minutes)

    @property
    def urgency(self) -> str:
        due = self.inquiry.answer_due_at
        if due is None or self.inquiry.result:
            return "later"
        if due <= self.here.now:
            return "overdue"
        return "soon" if due - self.here.now <= SOON else "later"

    @property
    def answer_by(self) -> str:
        due = self.inquiry.answer_due_at
        return self.here.soon(due) if due else ""

    @property
    def received(self) -> str:
        return self.here.soon(self.inquiry.received_at)

    @property
    def phone(self) -> str:
        return wording.phone(self.inquiry.phone) if self.inquiry.phone else ""

    @property
    def language(self) -> str:
        code = self.inquiry.language
        return "" if code == "en" else str(get_language_info(code)["name_translated"])

    @property
    def has_it(self) -> str:
        who = self.inquiry.claimed_by
        return (who.get_full_name() or who.get_username()) if who else ""


@dataclass(frozen=True)
class Line:
    """One step, as the history shows it."""

    step: InquiryStep
    here: Here

    @property
    def at(self) -> str:
        return self.here.soon(self.step.at)

    @property
    def who(self) -> str:
        user = self.step.user
        return (user.get_full_name() or user.get_username()) if user else _("The sender")

    @property
    def what(self) -> str:
        said = str(self.step.get_kind_display())
        if self.step.outcome:
            said += f": {self.step.get_outcome_display()}"
        if self.step.result:
            said += f": {self.step.get_result_display()}"
        if self.step.try_again_at:
            said += ", " + _("again at %(time)s") % {"time": self.here.soon(self.step.try_again_at)}
        return said


@needs(May.SEE_EVERY_CALENDAR)
@require_GET
def inquiries_list(request: HttpRequest) -> HttpResponse:
    """Who waits, the most pressing first; with `settled`, what is done; or what a search means."""
    here = here_now()
    words, settled = None, "settled" in request.GET
    if sealed := request.GET.get("found"):
        words = search.unseal(sealed)
        if words is None:
            messages.info(request, _("This search is too old. Please type it again."))
            return redirect("admin:inquiries")
        wanted = _meant(words)
    elif settled:
        wanted = Inquiry.objects.exclude(result="")
    else:
        wanted = Inquiry.objects.waiting()
    _log(request, "inquiries", here)
    shown = Paginator(wanted.select_related("claimed_by"), PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "inquiries",
        here=here,
        rows=[Row(one, here) for one in shown],
        shown=shown,
        settled=settled,
        words=words,
        found=request.GET.get("found", ""),
        search_form=SearchForm(initial={"words": words or ""}),
    )


def _meant(words: str) -> QuerySet[Inquiry]:
    """By reference, telephone, e-mail or name; nothing for no words."""
    digits = re.sub(r"\D", "", words)
    compact = re.sub(r"[\s-]", "", words).upper()
    meant = Q(name__icontains=words.strip()) | Q(email__iexact=words.strip())
    if len(digits) >= 4:
        meant |= Q(phone__endswith=digits[-10:])
    if len(compact) == 8:
        meant |= Q(reference=f"{compact[:4]}-{compact[4:]}")
    return Inquiry.objects.filter(meant) if words.strip() else Inquiry.objects.none()


@needs(May.SEE_EVERY_CALENDAR)
@require_POST
def find_inquiry(request: HttpRequest) -> HttpResponse:
    """Seal what was typed and go to an address that does not show it."""
    form = SearchForm(request.POST)
    if not form.is_valid():
        return redirect("admin:inquiries")
    sealed = search.seal(form.cleaned_data["words"])
    return redirect(f"{reverse('admin:inquiries')}?{urlencode({'found': sealed})}")


@needs(May.SEE_EVERY_CALENDAR)
@require_GET
def inquiry(request: HttpRequest, reference: str) -> HttpResponse:
    here = here_now()
    return _show(request, _one(request, reference, "inquiry", here), here)


@needs(May.SEE_EVERY_CALENDAR)
@require_POST
def claim_inquiry(request: HttpRequest, reference: str) -> HttpResponse:
    here = here_now()
    wanted = _one(request, reference, "claim_inquiry", here)
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Http404
    by, seen = cast(User, request.user), form.cleaned_data["seen_version"]
    return _do(
        request,
        here,
        lambda: inquiries.claim(wanted, seen_version=seen, by=by, now=here.now),
        lambda now: _("You have it.") if now.claimed_by_id else _("Nobody has it now."),
    )


@needs(May.SEE_EVERY_CALENDAR)
@require_POST
def call_inquiry(request: HttpRequest, reference: str) -> HttpResponse:
    """How a call went, and when we try again."""
    here = here_now()
    wanted = _one(request, reference, "call_inquiry", here)
    form = CallForm(request.POST)
    again = form.again(here)
    if not form.is_valid():
        return _show(request, wanted, here, call=form, status=400)
    said, by = form.cleaned_data, cast(User, request.user)
    return _do(
        request,
        here,
        lambda: inquiries.log_call(
            wanted,
            outcome=said["outcome"],
            try_again_at=again,
            seen_version=said["seen_version"],
            by=by,
            now=here.now,
        ),
        lambda now: _("The call is written down."),
    )


@needs(May.SEE_EVERY_CALENDAR)
@require_POST
def write_inquiry(request: HttpRequest, reference: str) -> HttpResponse:
    """An e-mail that we have an answer; the answer itself is said on the telephone."""
    here = here_now()
    wanted = _one(request, reference, "write_inquiry", here)
    form = SeenForm(request.POST)
    if not form.is_valid() or not wanted.email:
        raise Http404
    by, seen = cast(User, request.user), form.cleaned_data["seen_version"]
    return _do(
        request,
        here,
        lambda: inquiries.ask_to_call(wanted, seen_version=seen, by=by, now=here.now),
        lambda now: _("The e-mail leaves in ten seconds: “please call us”, and nothing more."),
    )


@needs(May.SEE_EVERY_CALENDAR)
@require_POST
def close_inquiry(request: HttpRequest, reference: str) -> HttpResponse:
    here = here_now()
    wanted = _one(request, reference, "close_inquiry", here)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _show(request, wanted, here, close=form, status=400)
    said, by = form.cleaned_data, cast(User, request.user)
    return _do(
        request,
        here,
        lambda: inquiries.close(
            wanted,
            result=said["result"],
            words=said["words"].strip(),
            seen_version=said["seen_version"],
            by=by,
            now=here.now,
        ),
        lambda now: _("Settled: %(name)s.") % {"name": now.name},
        to="admin:inquiries",
    )


@needs(May.SEE_EVERY_CALENDAR)
@require_POST
def reopen_inquiry(request: HttpRequest, reference: str) -> HttpResponse:
    here = here_now()
    wanted = _one(request, reference, "reopen_inquiry", here)
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Http404
    by, seen = cast(User, request.user), form.cleaned_data["seen_version"]
    return _do(
        request,
        here,
        lambda: inquiries.reopen(wanted, seen_version=seen, by=by, now=here.now),
        lambda now: _("It waits again."),
    )


def _do(
    request: HttpRequest,
    here: Here,
    verb: Callable[[], Inquiry],
    said: Callable[[Inquiry], str],
    *,
    to: str = "",
) -> HttpResponse:
    """One verb, and how it is answered: to the inquiry's own page, or on."""
    try:
        changed = verb()
    except inquiries.AlreadyChanged as first:
        step = first.inquiry.steps.select_related("user").last()
        words = _("Somebody was first. Nothing was changed.")
        if step is not None:
            line = Line(step, here)
            words = _("%(who)s was first: “%(what)s”, %(when)s. Nothing was changed.") % {
                "who": line.who,
                "what": line.what,
                "when": line.at,
            }
        return _show(request, first.inquiry, here, said=words, status=409)
    messages.success(request, said(changed))
    return redirect(to) if to else redirect("admin:inquiry", changed.reference)


def _one(request: HttpRequest, reference: str, action: str, here: Here) -> Inquiry:
    found = get_object_or_404(
        Inquiry.objects.select_related("claimed_by"), reference=reference.upper()
    )
    _log(request, action, here)
    return found


def _show(
    request: HttpRequest,
    shown: Inquiry,
    here: Here,
    *,
    call: CallForm | None = None,
    close: CloseForm | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    initial = {"seen_version": shown.version}
    return page(
        request,
        "inquiry",
        here=here,
        row=Row(shown, here),
        lines=[Line(step, here) for step in shown.steps.select_related("user")],
        call=call or CallForm(initial=initial, auto_id="call_%s"),
        close=close or CloseForm(initial=initial, auto_id="close_%s"),
        problems=[
            (f"#{form[name].auto_id}{'_0' if form[name].use_fieldset else ''}", str(error))
            for form in (call, close)
            if form is not None
            for name, errors in form.errors.items()
            for error in errors
        ],
        said=said,
        reads_notes=request.user.has_perm(May.READ_NOTES),
        is_mine=shown.claimed_by_id == request.user.pk,
        status=status,
    )


def _log(request: HttpRequest, action: str, here: Here) -> None:
    """An inquiry names no patient of ours; that it was looked at is written down all the same."""
    access_log.record(
        actor=request.user,
        action=action,
        patients=(),
        source=limits.address_of(request),
        now=here.now,
    )
