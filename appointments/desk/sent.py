"""What we wrote to whom, by which way, and whether it arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from appointments import wording
from appointments.desk.pages import Here, here_now, needs, page
from appointments.fields import TelephoneField
from appointments.models import Appointment
from correspondence import outbox, texts, undelivered
from correspondence.kinds import KINDS
from correspondence.models import OutboxMessage
from practice import access_log, limits
from practice.roles import May

SHOWN = 100
WHY = {
    "too late": gettext_lazy("it would have come too late"),
    "texts are off": gettext_lazy("text messages are off"),
    "stop": gettext_lazy("this number wants no text messages"),
    "quiet hours": gettext_lazy("quiet hours"),
    "one a day": gettext_lazy("one text message a day"),
    "undone": gettext_lazy("the desk took back what it told of"),
    "over": gettext_lazy("the visit is not at that time any more"),
    "no agreement": gettext_lazy("no agreement is recorded"),
}


class NumberForm(forms.Form):
    phone = TelephoneField(
        label=gettext_lazy("Number"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "form-control w-short", "autocomplete": "off"}),
    )


class CopyForm(forms.Form):
    """The message as its button was drawn for."""

    copy = forms.IntegerField(min_value=0)


@dataclass(frozen=True)
class Line:
    message: OutboxMessage
    here: Here

    @property
    def title(self) -> str:
        return str(KINDS[self.message.kind].title)

    @property
    def address(self) -> str:
        """Where what it is about stands."""
        about = "inquiry" if self.message.subject.startswith("inquiry:") else "appointment"
        return reverse(f"admin:{about}", args=[self.message.context["reference"]])

    @property
    def to(self) -> str:
        is_text = self.message.way == OutboxMessage.Way.TEXT
        return wording.phone(self.message.to) if is_text else self.message.to

    @property
    def written(self) -> str:
        return self.here.soon(self.message.created_at)

    @property
    def sent(self) -> str:
        return self.here.soon(self.message.sent_at) if self.message.sent_at else ""

    @property
    def why(self) -> str:
        return str(WHY.get(self.message.trouble, self.message.trouble))

    @property
    def may_go_again(self) -> bool:
        return self.message.state in outbox.RESENDABLE


@needs(May.SEE_EVERY_CALENDAR)
@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """The latest first; or only what did not arrive; or all about one visit."""
    here = here_now()
    reference = request.GET.get("reference", "").strip().upper()[:20]
    only_undelivered = "undelivered" in request.GET
    wanted = undelivered.messages(now=here.now) if only_undelivered else OutboxMessage.objects.all()
    if reference:
        wanted = wanted.filter(context__reference=reference)
    found = list(wanted.order_by("-pk")[:SHOWN])
    _log(request, found, action="sent", here=here)
    return page(
        request,
        "sent",
        here=here,
        lines=[Line(one, here) for one in found],
        reference=reference,
        only_undelivered=only_undelivered,
        number_form=NumberForm(),
        at_most=SHOWN if len(found) == SHOWN else 0,
    )


@needs(May.SEE_EVERY_CALENDAR)
@require_POST
def send_again(request: HttpRequest, message: int) -> HttpResponse:
    """One more copy for each press; a press on an older page does nothing."""
    here = here_now()
    wanted = get_object_or_404(OutboxMessage, pk=message)
    _log(request, [wanted], action="send_again", here=here)
    form = CopyForm(request.POST)
    try:
        if not form.is_valid() or form.cleaned_data["copy"] != wanted.copy:
            raise outbox.StillOnItsWay
        outbox.resend(wanted, by=cast(User, request.user), now=here.now)
    except outbox.StillOnItsWay:
        messages.info(request, _("That one is on its way already. Nothing was changed."))
    else:
        messages.success(request, _("It goes out again."))
    return redirect("admin:sent")


@needs(May.SEE_EVERY_CALENDAR)
@require_POST
def text_word(request: HttpRequest) -> HttpResponse:
    """Somebody told us that a number wants no text messages, or wants them again."""
    here = here_now()
    form = NumberForm(request.POST)
    access_log.record(
        actor=request.user,
        action="text_word",
        patients=(),
        source=limits.address_of(request),
        now=here.now,
    )
    if not form.is_valid():
        messages.error(request, _("That is not a telephone number. Nothing was changed."))
        return redirect("admin:sent")
    stop = "start" not in request.POST
    texts.keep(form.cleaned_data["phone"], stop=stop, by=cast(User, request.user), now=here.now)
    said = _("Noted: no text message goes to this number.")
    messages.success(request, said if stop else _("Noted: this number wants text messages again."))
    return redirect("admin:sent")


def _log(request: HttpRequest, found: list[OutboxMessage], *, action: str, here: Here) -> None:
    """Whose messages were looked at. Reviews name no patient, and neither do their messages."""
    visits = [
        int(number)
        for kind, _colon, number in (one.subject.partition(":") for one in found)
        if kind == "appointment"
    ]
    patients = Appointment.objects.filter(pk__in=visits).order_by().values_list("patient")
    access_log.record(
        actor=request.user,
        action=action,
        patients=(pk for (pk,) in patients),
        source=limits.address_of(request),
        now=here.now,
    )
