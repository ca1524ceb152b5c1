"""The warning signs: everybody at the desk reads them, a physician writes and signs them."""

from __future__ import annotations

from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from appointments import consents, signs
from appointments.desk.pages import here_now, needs, page
from appointments.models import WarningSigns
from practice.languages import ORIGINAL
from practice.roles import May
from procedures.signing import physician

LINES = {"rows": 6, "class": "form-control"}


class SignsForm(forms.Form):
    emergency = forms.CharField(
        label=gettext_lazy("Call 911 for any of these"),
        max_length=2000,
        widget=forms.Textarea(attrs=LINES),
        help_text=gettext_lazy("One sign a line, in the patient's words."),
    )
    today = forms.CharField(
        label=gettext_lazy("Call us today for any of these"),
        max_length=2000,
        widget=forms.Textarea(attrs=LINES),
        help_text=gettext_lazy("One sign a line, in the patient's words."),
    )


@needs(May.SEE_DESK)
@require_http_methods(["GET", "POST"])
def warning_signs(request: HttpRequest) -> HttpResponse:
    """To change a word is to sign again; what was signed before stays on record."""
    here = here_now()
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else "en"
    signer = physician(request.user)
    latest = WarningSigns.objects.filter(language=language).last()
    form = SignsForm(
        request.POST or None,
        initial={"emergency": latest.emergency, "today": latest.today} if latest else None,
    )
    if request.method == "POST" and signer is None:
        raise PermissionDenied
    if signer is not None and form.is_valid():
        WarningSigns.objects.create(
            language=language,
            emergency="\n".join(signs.lines(form.cleaned_data["emergency"])),
            today="\n".join(signs.lines(form.cleaned_data["today"])),
            signed_by=signer,
            signer=signer.name_with_credentials,
            user=cast(User, request.user),
            at=here.now,
        )
        messages.success(request, _("Signed. Patients read these words from now on."))
        return redirect(f"{request.path}?language={language}")
    return page(
        request,
        "warning_signs",
        here=here,
        form=form,
        signer=signer,
        latest=latest,
        signed_at=here.soon(latest.at) if latest else "",
        shown=signs.signed(language),
        consents=consents.both(language) if language != ORIGINAL else [],
        consents_check=consents.check_of(language) if consents.is_checked(language) else None,
        language=language,
        languages=settings.LANGUAGES,
        status=400 if form.is_bound else 200,
    )


@needs(May.ANSWER_REQUESTS)
@require_POST
def check_consents(request: HttpRequest) -> HttpResponse:
    """Somebody says with their name that the consents read the same in both languages."""
    here = here_now()
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES) or language == ORIGINAL:
        raise Http404
    user = cast(User, request.user)
    consents.check(language, by=user.get_full_name() or user.get_username(), on=here.today)
    messages.success(request, _("Checked. Patients read these words in their language now."))
    return redirect(f"{reverse('admin:warning_signs')}?language={language}")
