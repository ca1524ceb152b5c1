"""The practice's own words for what patients are sent, looked at before they are saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appointments.desk.pages import Here, here_now, needs, page
from correspondence import wordings
from correspondence.kinds import KINDS
from correspondence.models import OutboxMessage, Wording
from correspondence.wordings import Words
from practice.roles import May


class WordsForm(forms.Form):
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        help_text=gettext_lazy("Neutral: it shows on locked screens."),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    body = forms.CharField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy(
            "Plain words. A line is left out when a value in it is not known. Our name and number "
            "stand under every e-mail."
        ),
        max_length=2000,
        strip=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 12}),
    )
    text = forms.CharField(
        label=gettext_lazy("Text message"),
        help_text=gettext_lazy("One line. How to end the messages is added to it."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def words(self) -> Words:
        data = self.cleaned_data
        return wordings.tidy(Words(data["subject"], data["body"], data["text"]))


@dataclass(frozen=True)
class Line:
    """One kind of message, in the list."""

    kind: str
    title: str
    occasion: str  # several kinds have the same title
    languages: list[tuple[str, str, Wording | None]]


@dataclass(frozen=True)
class Preview:
    """How it reads with invented data."""

    subject: str
    plain: str
    paragraphs: list[str]
    text: str

    @classmethod
    def of(cls, kind: str, locale: str, words: Words) -> Preview:
        values = wordings.example(kind, locale)
        return cls(
            words.subject,
            wordings.plain(words, values),
            [*wordings.paragraphs(words, values)],
            wordings.text_message(words, values, locale) if KINDS[kind].by_text else "",
        )


@needs(May.SET_SCHEDULES)
@require_GET
def wordings_list(request: HttpRequest) -> HttpResponse:
    """Every kind in both languages, and which the practice has put in its own words."""
    here = here_now()
    rows = {(row.kind, row.locale): row for row in Wording.objects.select_related("user")}
    lines = [
        Line(
            kind,
            str(KINDS[kind].title),
            OutboxMessage.Kind(kind).label.capitalize(),
            [
                (code, name, row if (row := rows.get((kind, code))) and row.subject else None)
                for code, name in settings.LANGUAGES
            ],
        )
        for kind in wordings.editable()
    ]
    return page(request, "wordings", here=here, lines=lines)


@needs(May.SET_SCHEDULES)
@require_http_methods(["GET", "POST"])
def wording(request: HttpRequest, kind: str, locale: str) -> HttpResponse:
    here = _there(kind, locale)
    row, words = wordings.latest(kind, locale), wordings.own(kind, locale)
    if request.method == "GET":
        shown = words or wordings.default(kind, locale)
        initial = {**vars(shown), "seen": row.number if row else 0}
        return _page(request, kind, locale, WordsForm(initial=initial), here, shown)
    form = WordsForm(request.POST)
    if not _is_fit(form, kind, locale):
        return _page(request, kind, locale, form, here, None, status=400)
    try:
        wordings.change(
            kind,
            locale,
            form.words(),
            seen=form.cleaned_data["seen"],
            by=cast(User, request.user),
            now=here.now,
        )
    except wordings.AlreadyChanged:
        said = _("A colleague changed these words meanwhile. Nothing was changed; compare below.")
        return _page(request, kind, locale, form, here, form.words(), status=409, said=said)
    messages.success(request, _("Saved. Messages that wait to be sent go out in these words, too."))
    return redirect("admin:wording", kind, locale)


@needs(May.SET_SCHEDULES)
@require_POST
def preview_wording(request: HttpRequest, kind: str, locale: str) -> HttpResponse:
    """How it would read; nothing is saved."""
    here = _there(kind, locale)
    form = WordsForm(request.POST)
    if not _is_fit(form, kind, locale):
        return _page(request, kind, locale, form, here, None, status=400)
    said = _("This is how it would read. Nothing is saved yet.")
    return _page(request, kind, locale, form, here, form.words(), said=said)


@needs(May.SET_SCHEDULES)
@require_POST
def restore_wording(request: HttpRequest, kind: str, locale: str) -> HttpResponse:
    here = _there(kind, locale)
    seen = request.POST.get("seen", "")
    try:
        number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
        wordings.restore(kind, locale, seen=number, by=cast(User, request.user), now=here.now)
    except wordings.AlreadyChanged:
        messages.error(
            request, _("A colleague changed these words meanwhile. Nothing was changed.")
        )
    else:
        messages.success(request, _("The words that came with the site hold again."))
    return redirect("admin:wording", kind, locale)


def _there(kind: str, locale: str) -> Here:
    if kind not in wordings.editable() or locale not in dict(settings.LANGUAGES):
        raise Http404
    return here_now()


def _is_fit(form: WordsForm, kind: str, locale: str) -> bool:
    if not form.is_valid():
        return False
    try:
        wordings.check(kind, locale, form.words())
    except wordings.Unfit as unfit:
        for field, fault in unfit.faults.items():
            form.add_error(field, fault)
        return False
    return True


def _page(
    request: HttpRequest,
    kind: str,
    locale: str,
    form: WordsForm,
    here: Here,
    shown: Words | None,
    *,
    status: int = 200,
    said: str = "",
) -> HttpResponse:
    if not KINDS[kind].by_text:
        del form.fields["text"]
    history = list(Wording.objects.filter(kind=kind, locale=locale).select_related("user"))
    latest = history[-1] if history else None
    return page(
        request,
        "wording",
        here=here,
        kind=kind,
        locale=locale,
        title=KINDS[kind].title,
        spoken=dict(settings.LANGUAGES)[locale],
        form=form,
        names=[f"{{{name}}}" for name in sorted(wordings.names_of(kind))],
        needed=[f"{{{name}}}" for name in sorted(wordings.needed(kind))],
        preview=Preview.of(kind, locale, shown) if shown else None,
        default=wordings.default(kind, locale),
        is_own=bool(latest and latest.subject),
        seen=latest.number if latest else 0,
        history=[
            (row, row.user.get_full_name() or row.user.get_username(), here.soon(row.at))
            for row in reversed(history)
        ],
        said=said,
        status=status,
    )
