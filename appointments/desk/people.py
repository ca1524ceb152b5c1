"""One person: what we know of them, correcting it, and two records of one person made one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appointments import access, booking, patients, wording
from appointments.desk import search
from appointments.desk.merging import chart_taken, language_of
from appointments.desk.pages import Here, here_now, needs, page
from appointments.fields import PatientDateField, TelephoneField
from appointments.models import Appointment, Consent, Patient, PatientChange, Status
from practice.roles import May

MOST_FOUND = 50
VISITS_SHOWN = 50
OVER = (Status.FULFILLED, Status.NOSHOW, Status.CANCELLED, Status.ENTERED_IN_ERROR)
TEXT = {"class": "form-control", "autocomplete": "off"}
CHECK = {"class": "form-check-input"}
CHOICE = {"class": "form-select"}


class PeopleForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Name, last digits of the telephone, date of birth or chart number"),
        max_length=100,
        widget=forms.TextInput(attrs=TEXT | {"type": "search"}),
    )


class PersonForm(forms.ModelForm[Patient]):
    """What staff may correct. The telephone and the date of birth are read as people write them."""

    birth_date = PatientDateField(
        label=gettext_lazy("Date of birth"),
        help_text=gettext_lazy("The patient's second check: ask, and read it back."),
        max_length=40,
        widget=forms.TextInput(attrs=TEXT),
    )
    phone = TelephoneField(
        label=gettext_lazy("Telephone"), max_length=40, widget=forms.TextInput(attrs=TEXT)
    )
    preferred_language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("en", gettext_lazy("English")), ("es", gettext_lazy("Spanish"))],
        widget=forms.Select(attrs=CHOICE),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Patient
        fields = (
            *("given_name", "family_name", "birth_date", "phone", "email", "contact_by"),
            *("voicemail_ok", "preferred_language", "needs", "reminders", "chart_number"),
        )
        labels = {
            "given_name": gettext_lazy("First name"),
            "family_name": gettext_lazy("Last name"),
            "email": gettext_lazy("E-mail"),
            "contact_by": gettext_lazy("How to be reached"),
            "voicemail_ok": gettext_lazy("We may leave a voicemail"),
            "needs": gettext_lazy("Needs"),
            "reminders": gettext_lazy("Reminders"),
            "chart_number": gettext_lazy("Chart number"),
        }
        help_texts = {
            "chart_number": gettext_lazy("This person's number in your EHR. Nobody else has it."),
            "needs": gettext_lazy("A wheelchair, an interpreter, somebody who comes along."),
        }
        widgets = {
            **{name: forms.TextInput(attrs=TEXT) for name in ("given_name", "family_name")},
            **{name: forms.TextInput(attrs=TEXT) for name in ("needs", "chart_number")},
            "email": forms.EmailInput(attrs=TEXT),
            "contact_by": forms.Select(attrs=CHOICE),
            "reminders": forms.Select(attrs=CHOICE),
            "voicemail_ok": forms.CheckboxInput(attrs=CHECK),
        }

    def __init__(self, data: Any = None, *, patient: Patient) -> None:
        initial = {
            "birth_date": patient.birth_date.strftime("%m/%d/%Y"),
            "phone": wording.phone(str(patient.phone)),
            "seen": patients.version_of(patient),
        }
        # A copy: what was typed is never half in the record that the page shows.
        super().__init__(data, instance=Patient.objects.get(pk=patient.pk), initial=initial)
        known = dict(self.fields["preferred_language"].choices)  # type: ignore[attr-defined]
        if patient.preferred_language not in known:
            language = cast(forms.ChoiceField, self.fields["preferred_language"])
            language.choices = [*known.items(), (patient.preferred_language, language_of(patient))]

    def clean_birth_date(self) -> dt.date:
        born = cast(dt.date, self.cleaned_data["birth_date"])
        if born.year < 1880 or born > here_now().today:
            raise forms.ValidationError(_("That day cannot be a date of birth. Ask again."))
        return born

    def clean_chart_number(self) -> str:
        return " ".join(str(self.cleaned_data["chart_number"]).split()).upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("contact_by") == Patient.ContactBy.EMAIL and not cleaned.get("email"):
            self.add_error("email", _("Write the address, or choose another way to be reached."))
        return cleaned

    def _post_clean(self) -> None:
        """The verb writes; the form's own copy of the row is left alone."""

    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


@dataclass(frozen=True)
class Told:
    """One line of what was changed in a record."""

    change: PatientChange
    here: Here

    @property
    def at(self) -> str:
        return self.here.soon(self.change.at)

    @property
    def who(self) -> str:
        return self.change.user.get_full_name() or self.change.user.get_username()

    @property
    def lines(self) -> list[str]:
        said = []
        for name, (was, now) in self.change.fields.items():
            if name == "visits":
                said.append(_("Visits that came along: %(visits)s") % {"visits": now or _("none")})
                continue
            if name == "phone":
                was, now = wording.phone(was), wording.phone(now)
            label = str(Patient._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            said.append(
                _("%(what)s: %(was)s, now %(now)s")
                % {"what": label, "was": was or _("nothing"), "now": now or _("nothing")}
            )
        return said


@needs(May.SEE_DESK)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """An empty search; or, with `found`, the people that a sealed search means."""
    here = here_now()
    words, found = "", []
    if sealed := request.GET.get("found"):
        opened = search.unseal(sealed)
        if opened is None:
            messages.info(request, _("This search is too old. Please type it again."))
            return redirect("admin:people")
        words = opened
    wanted = search.find_patients(words) if words else Patient.objects.none()
    found = access.patients_for_staff(
        request, wanted, action="people", now=here.now, at_most=MOST_FOUND
    )
    return page(
        request,
        "people",
        here=here,
        people=found,
        words=words,
        many=len(found) == MOST_FOUND,
        form=PeopleForm(initial={"words": words}),
    )


@needs(May.SEE_DESK)
@require_POST
def find_people(request: HttpRequest) -> HttpResponse:
    """Seal what was typed and go to an address that does not show it."""
    form = PeopleForm(request.POST)
    if not form.is_valid():
        return redirect("admin:people")
    query = urlencode({"found": search.seal(form.cleaned_data["words"])})
    return redirect(f"{reverse('admin:people')}?{query}")


@needs(May.SEE_DESK)
@require_GET
def person(request: HttpRequest, patient: int) -> HttpResponse:
    here = here_now()
    who = access.one_patient_for_staff(request, patient, action="person", now=here.now)
    if who.pk != patient:
        messages.info(request, _("That record was merged. This is the one that is kept."))
        return redirect("admin:person", who.pk)
    sees_all = request.user.has_perm(May.SEE_EVERY_CALENDAR)
    visits = Appointment.objects.filter(patient=who).with_people()
    if not sees_all:
        visits = visits.filter(practitioner__user=request.user.pk)
    rows = [here.row(one) for one in visits.order_by("-starts_at", "pk")[:VISITS_SHOWN]]
    waiting = [r for r in rows if r.appointment.status in (Status.WAITLIST, Status.PROPOSED)]
    coming = [r for r in rows if r.appointment.status not in OVER and r not in waiting]
    consents: dict[str, Consent] = {}
    for one in Consent.objects.filter(appointment__patient=who).order_by("at", "pk"):
        consents[one.subject] = one
    return page(
        request,
        "person",
        here=here,
        who=who,
        age=_age(who, here),
        speaks=language_of(who),
        coming=sorted(coming, key=lambda row: row.appointment.starts_at),
        waiting=waiting,
        past=[row for row in rows if row not in coming and row not in waiting],
        many=len(rows) == VISITS_SHOWN,
        contacts=list(dict.fromkeys(row.calls_for for row in rows if row.calls_for)),
        consents=[(one, here.soon(one.at)) for one in consents.values()],
        told=[Told(one, here) for one in who.changes.select_related("user").order_by("-pk")[:20]],
        same=list(patients.likely_same(who)[:10]) if sees_all else [],
    )


@needs(May.ANSWER_REQUESTS)
@require_http_methods(["GET", "POST"])
def correct_person(request: HttpRequest, patient: int) -> HttpResponse:
    here = here_now()
    who = access.one_patient_for_staff(
        request, patient, action="correct_person", now=here.now, permission=May.ANSWER_REQUESTS
    )
    form = PersonForm(request.POST if request.method == "POST" else None, patient=who)
    if form.is_bound and form.is_valid():
        try:
            patients.correct(
                who,
                said=form.said(),
                seen=form.cleaned_data["seen"],
                by=cast(User, request.user),
                now=here.now,
            )
        except patients.ChartNumberTaken as taken:
            form.add_error("chart_number", chart_taken(taken.patient, but=who))
        except patients.ChangedMeanwhile:
            said = _("Somebody has changed this record meanwhile. Nothing was saved: compare.")
            messages.error(request, said)
            return redirect("admin:person", patients.living(who).pk)
        except booking.Busy:
            form.add_error(None, _("The record is busy. Nothing was saved; please try again."))
        else:
            messages.success(request, _("Saved."))
            return redirect("admin:person", who.pk)
    status = 400 if form.errors else 200
    return page(request, "correct_person", here=here, who=who, form=form, status=status)


def _age(who: Patient, here: Here) -> str:
    born, today = who.birth_date, here.today
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}
