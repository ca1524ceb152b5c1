"""Book while the patient is on the telephone: a kind, the next free time, who it is, done."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from appointments import access, booking, calendars, chosen, keys, patients, shown, states, wording
from appointments.availability import BadSlot, Slot
from appointments.desk import staff_times
from appointments.desk.pages import Here, here_now, needs, page
from appointments.fields import PatientDateField, TelephoneField
from appointments.models import Appointment, Patient, VisitType
from practice.roles import May

SHOWN = 24
HEARD = ("phone", "email", "voicemail_ok", "preferred_language")
TEXT = {"class": "form-control", "autocomplete": "off"}
CHOICE = {"class": "form-select"}


class CallerForm(forms.Form):
    """What the counter needs to know of somebody on the telephone, and no more."""

    given_name = forms.CharField(
        label=gettext_lazy("First name"), max_length=80, widget=forms.TextInput(attrs=TEXT)
    )
    family_name = forms.CharField(
        label=gettext_lazy("Last name"), max_length=80, widget=forms.TextInput(attrs=TEXT)
    )
    birth_date = PatientDateField(
        label=gettext_lazy("Date of birth"),
        help_text=gettext_lazy("Month, day, year."),
        max_length=40,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": gettext_lazy("Ask for the date of birth.")},
    )
    phone = TelephoneField(
        label=gettext_lazy("Telephone"), max_length=40, widget=forms.TextInput(attrs=TEXT)
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("Only for a written answer."),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs=TEXT),
    )
    voicemail_ok = forms.BooleanField(
        label=gettext_lazy("We may leave a voicemail"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    preferred_language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("en", gettext_lazy("English")), ("es", gettext_lazy("Spanish"))],
        widget=forms.Select(attrs=CHOICE),
    )
    located_in = forms.ChoiceField(
        label=gettext_lazy("Where the patient will be"),
        help_text=gettext_lazy("For a visit by video."),
        required=False,
        widget=forms.Select(attrs=CHOICE),
    )
    reason = forms.CharField(
        label=gettext_lazy("About"),
        help_text=gettext_lazy("A few words; only who treats the patient reads them."),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs=TEXT),
    )

    def __init__(self, *args: Any, kind: VisitType, picked: chosen.Chosen | None, **kw: Any):
        super().__init__(*args, **kw)
        self.licensed = picked.licensed if picked else None
        if kind.is_virtual:
            field = cast(forms.ChoiceField, self.fields["located_in"])
            field.choices = states.choices()
            field.required = True
        else:
            del self.fields["located_in"]

    def clean_located_in(self) -> str:
        state = str(self.cleaned_data["located_in"])
        if self.licensed is not None and state not in self.licensed:
            raise forms.ValidationError(
                _("We hold no license there. Offer a visit in the office, or another person.")
            )
        return state

    def facts(self) -> set[str]:
        """The fields that say who it is and what it is about."""
        return set(self.fields)

    def details(self) -> booking.RequestDetails:
        said = self.cleaned_data
        return booking.RequestDetails(
            **{name: said[name] for name in self.facts()},
            contact_by=Patient.ContactBy.PHONE,
            language=said["preferred_language"],
        )


@needs(May.ANSWER_REQUESTS)
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """`?kind=` the kind of visit, `?slot=` the time chosen in the calendar, `?after=` the visit
    that it follows up, `?who=` the record of whoever calls. What is booked for somebody on file
    lies with that record."""
    here = here_now()
    kinds = list(VisitType.objects.filter(active=True))
    kind = next((one for one in kinds if one.slug == request.GET.get("kind")), None)
    previous = None
    if reference := request.GET.get("after"):
        previous = access.one_for_staff(request, reference, action="book", now=here.now)
    who = previous.patient if previous else None
    if previous is None and (number := request.GET.get("who", "")).isdecimal():
        who = access.one_patient_for_staff(request, int(number[:18]), action="book", now=here.now)
    if kind is None:
        return page(request, "book", here=here, kinds=kinds, previous=previous, who=who)
    key = keys.parse(request.POST.get("key", "")) or keys.new()
    wish = _wish(request.GET.get("slot", ""), kind, now=here.now)
    value = request.POST.get("slot") or (wish.value if wish else "")
    problem, near = _gone(wish, now=here.now) if request.method == "GET" else ("", [])
    picked = chosen.under(key, kind, value, now=here.now)
    form = CallerForm(
        request.POST or None, kind=kind, picked=picked, initial=known_of(who, previous)
    )
    if request.method == "POST":
        if picked is None:
            problem = _("Choose a time.")
        elif form.is_valid():
            try:
                made = booking.request(
                    key=key,
                    slot=picked.time.slot,
                    details=on_file(who, form.details(), by=request.user, now=here.now),
                    source="",
                    by=cast(User, request.user),
                    previous=previous,
                    now=here.now,
                )
            except booking.SlotGone as gone:
                problem = _("That time has just been taken. Choose another.")
                near = gone.nearest
            except booking.Busy:
                problem = _("The calendar is busy. Nothing was booked; please try again.")
            else:
                messages.success(request, _said(made, here))
                return _after(request, made)
    return page(
        request,
        "book",
        here=here,
        kinds=kinds,
        kind=kind,
        previous=previous,
        who=who,
        form=form,
        key=key.hex,
        slot=value,
        wish=request.GET.get("slot", ""),
        days=shown.by_day(
            near or _times(kind, None if problem else wish, now=here.now),
            here.zone,
            now=here.now,
        ),
        problem=problem,
        status=400 if request.method == "POST" else 200,
    )


def _wish(value: str, kind: VisitType, *, now: dt.datetime) -> Slot | None:
    """The time that the address names; for another kind of visit the same start, if it can be
    had."""
    try:
        slot = Slot.parse(value)
    except BadSlot:
        return None
    if slot.visit_type == kind.slug:
        return slot
    return staff_times.same_time(slot, kind.slug, now=now)


def _gone(wish: Slot | None, *, now: dt.datetime) -> tuple[str, list[Slot]]:
    """What is said when the calendar's time cannot be had any more, and what is near."""
    if wish is None or staff_times.is_free(wish, now=now):
        return "", []
    return _("That time has just been taken. Choose another."), calendars.nearest(wish, now=now)


def _times(kind: VisitType, wish: Slot | None, *, now: dt.datetime) -> list[Slot]:
    """The next free times; with a time from the calendar, that one and those after it."""
    free = list(calendars.free_times(visit_type=kind.slug, now=now))
    if wish and wish not in free[:SHOWN]:
        free = [wish, *(one for one in free if one.start > wish.start)]
    return free[:SHOWN]


def _after(request: HttpRequest, made: Appointment) -> HttpResponse:
    """To the new visit; who booked it on a colleague's calendar goes back to their own."""
    own = made.practitioner.user_id == request.user.pk
    if own or request.user.has_perm(May.SEE_EVERY_CALENDAR):
        return redirect("admin:appointment", made.reference)
    return redirect("admin:my_visits")


def on_file(
    who: Patient | None, said: booking.RequestDetails, *, by: Any, now: dt.datetime
) -> booking.RequestDetails:
    """For the person on file, who may have a new number; for anybody else as it was typed."""
    if who is None or _name(who) != _name(said):
        return said
    heard = {name: getattr(said, name) for name in HEARD}
    try:
        patients.correct(who, said=heard, seen=patients.version_of(who), by=by, now=now)
    except patients.ChangedMeanwhile as changed:
        who = patients.living(changed.patient)
    return replace(said, patient=who.pk)


def _name(one: Patient | booking.RequestDetails) -> tuple[str, str, dt.date]:
    return one.given_name.casefold(), one.family_name.casefold(), one.birth_date


def known_of(who: Patient | None, previous: Appointment | None) -> dict[str, Any]:
    """What is on file, so that nobody asks twice."""
    if who is None:
        return {}
    return {
        "given_name": who.given_name,
        "family_name": who.family_name,
        "birth_date": who.birth_date.strftime("%m/%d/%Y"),
        "phone": wording.phone(str(who.phone)),
        "email": who.email,
        "voicemail_ok": who.voicemail_ok,
        "preferred_language": who.preferred_language,
        "located_in": previous.located_in if previous else "",
    }


def _said(made: Appointment, here: Here) -> str:
    return _("Booked: %(name)s, %(when)s. The reference is %(reference)s.") % {
        "name": made.patient,
        "when": wording.when(made.starts_at, here.zone),
        "reference": made.reference,
    }
