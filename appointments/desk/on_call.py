"""Who is on call: the roster, added to and ended from Schedules."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from phonenumber_field.formfields import PhoneNumberField

from appointments import on_call, wording, working
from appointments.desk.pages import Here, here_now, needs, page
from appointments.desk.schedules import StretchForm
from appointments.models import OnCall
from appointments.transactions import Busy
from correspondence.models import MessageRules
from practice.roles import May


class WhoField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Of the staff who may answer a request."""

    def label_from_instance(self, account: User) -> str:
        return account.get_full_name() or account.get_username()


class OnCallForm(StretchForm):
    user = WhoField(
        User.objects.none(),
        label=gettext_lazy("Who"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    phone = PhoneNumberField(
        label=gettext_lazy("Telephone"),
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "type": "tel"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("Empty: the address they sign in with."),
        required=False,
        widget=forms.EmailInput(attrs={"class": "form-control"}),
    )
    field_order = ("user", "first_day", "from_time", "last_day", "until_time", "phone", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answering = User.objects.with_perm(May.ANSWER_REQUESTS).filter(is_staff=True)
        cast(WhoField, self.fields["user"]).queryset = answering.order_by("first_name", "last_name")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        user: User | None = cleaned.get("user")
        if user and not user.email and not cleaned.get("email") and "email" not in self.errors:
            self.add_error(
                "email", _("This account has no address. Write where to send the warning.")
            )
        return cleaned


@needs(May.SET_SCHEDULES)
@require_http_methods(["GET", "HEAD", "POST"])
def on_call_roster(request: HttpRequest) -> HttpResponse:
    here = here_now()
    if request.method != "POST":
        return _screen(request, here, _form(None, here))
    form = _form(request, here)
    if not form.is_valid():
        return _screen(request, here, form, status=400)
    said = form.cleaned_data
    try:
        one = on_call.put_on_call(
            said["user"],
            said["during"],
            email=said["email"],
            phone=said["phone"],
            by=cast(User, request.user),
            now=here.now,
        )
    except on_call.Overlaps:
        form.add_error(
            "first_day", _("Somebody is on call in that time. End theirs first, or choose another.")
        )
        return _screen(request, here, form, status=400)
    except Busy:
        form.add_error(None, _("The calendar is busy. Nothing was saved; please try again."))
        return _screen(request, here, form, status=503)
    messages.success(
        request,
        _("%(name)s is on call from %(from)s until %(until)s.")
        % {
            "name": one.name,
            "from": wording.when(said["during"].start, here.zone),
            "until": wording.when(said["during"].end, here.zone),
        },
    )
    return redirect("admin:on_call")


@needs(May.SET_SCHEDULES)
@require_POST
def end_on_call(request: HttpRequest, one: int) -> HttpResponse:
    here = here_now()
    ended = get_object_or_404(OnCall.objects.select_related("user"), pk=one)
    try:
        on_call.end(ended, by=cast(User, request.user), now=here.now)
    except on_call.IsOver:
        messages.info(request, _("This was over already. Nothing was changed."))
    except Busy:
        messages.error(request, _("The calendar is busy. Nothing was saved; please try again."))
    else:
        messages.success(request, _("%(name)s is not on call any more.") % {"name": ended.name})
    return redirect("admin:on_call")


def _form(request: HttpRequest | None, here: Here) -> OnCallForm:
    return OnCallForm(request.POST if request else None, zone=here.zone, now=here.now)


def _screen(
    request: HttpRequest, here: Here, form: OnCallForm, *, status: int = 200
) -> HttpResponse:
    rules = MessageRules.current()
    return page(
        request,
        "on_call",
        here=here,
        form=form,
        roster=[
            (
                one,
                wording.when(one.during.lower, here.zone),
                wording.when(one.during.upper, here.zone),
                one.during.lower <= here.now,
            )
            for one in OnCall.objects.not_over(here.now)
        ],
        answers=on_call.whom(rules, now=here.now),
        otherwise=(rules.on_call_name or rules.on_call_email) if rules.on_call_email else "",
        changes=[
            (here.soon(one.action_time), one.user.get_full_name() or one.user, one.change_message)
            for one in working.history([OnCall])[:8]
        ],
        status=status,
    )
