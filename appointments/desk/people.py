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
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appointments import access, booking, patients, wording
from appointments.desk import search
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
            language.choices = [*known.items(), (patient.preferred_language, _language(patient))]

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
        speaks=_language(who),
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
            form.add_error("chart_number", _taken(taken.patient, but=who))
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


@dataclass(frozen=True)
class Pair:
    """One value that the two records say differently (or alike)."""

    name: str
    label: str
    left: str
    right: str
    picked: str

    @property
    def differs(self) -> bool:
        return self.left != self.right


@needs(May.SEE_EVERY_CALENDAR)
@needs(May.ANSWER_REQUESTS)
@require_http_methods(["GET", "POST"])
def merge_people(request: HttpRequest, patient: int, other: int) -> HttpResponse:
    """Side by side; for each value that differs, which one stays. `patient` is kept."""
    here = here_now()
    found = access.patients_for_staff(
        request,
        Patient.objects.filter(pk__in=(patient, other)),
        action="merge_people",
        now=here.now,
        permission=May.ANSWER_REQUESTS,
    )
    both = {one.pk: one for one in found}
    if len(both) < 2 or any(one.merged_into_id for one in found):
        messages.info(request, _("These records are one already, or one of them is not there."))
        kept = both.get(patient) or both.get(other)
        return (
            redirect("admin:person", patients.living(kept).pk) if kept else redirect("admin:people")
        )
    keep, drop = both[patient], both[other]
    said, missing = _chosen(keep, drop, request.POST)
    problem = ""
    doubts = patients.Doubts(keep, drop)
    if request.method == "POST":
        try:
            seen = (int(request.POST.get("seen", "0")), int(request.POST.get("seen_other", "0")))
        except ValueError:
            seen = (0, 0)
        if missing:
            problem = _("Choose one value in each line.")
        else:
            try:
                patients.merge(
                    keep,
                    drop,
                    said=said,
                    seen=seen,
                    by=cast(User, request.user),
                    now=here.now,
                    asked="asked" in request.POST,
                )
            except patients.AskFirst:
                problem = _("They may be two people. Ask, and tick that you have asked.")
            except patients.ChangedMeanwhile:
                problem = _("One of them has changed meanwhile. Nothing was merged: look again.")
            except patients.ChartNumberTaken as taken:
                problem = _taken(taken.patient, but=keep)
            except booking.Busy:
                problem = _("The records are busy. Nothing was merged; please try again.")
            else:
                messages.success(request, _("Merged. All visits are on this page now."))
                return redirect("admin:person", keep.pk)
    pairs = _pairs(keep, drop, request.POST)
    visits = {
        one.pk: [
            here.row(visit)
            for visit in Appointment.objects.filter(patient=one)
            .with_people()
            .order_by("-starts_at", "pk")[:10]
        ]
        for one in (keep, drop)
    }
    return page(
        request,
        "merge_people",
        here=here,
        keep=keep,
        drop=drop,
        differing=[pair for pair in pairs if pair.differs],
        alike=[pair for pair in pairs if not pair.differs and pair.left],
        keep_visits=visits[keep.pk],
        drop_visits=visits[drop.pk],
        crossing=[(here.row(one), here.row(two)) for one, two in doubts.crossing],
        doubts=doubts,
        asked="asked" in request.POST,
        seen=patients.version_of(keep),
        seen_other=patients.version_of(drop),
        problem=problem,
        status=400 if problem else 200,
    )


def _chosen(keep: Patient, drop: Patient, typed: Any) -> tuple[dict[str, Any], list[str]]:
    """The value of each field that differs, and which of them nobody chose."""
    said, missing = {}, []
    for name in patients.FIELDS:
        here, there = getattr(keep, name), getattr(drop, name)
        if here == there:
            continue
        match typed.get(name, ""):
            case "keep":
                said[name] = here
            case "drop":
                said[name] = there
            case _:
                missing.append(name)
    if said.get("contact_by", keep.contact_by) == "email" and not said.get("email", keep.email):
        said["email"] = keep.email or drop.email  # who is written to has an address
    return said, missing


def _pairs(keep: Patient, drop: Patient, typed: Any) -> list[Pair]:
    """What is picked before anybody chose: what the kept record says, where it says anything."""
    found = []
    for name in patients.FIELDS:
        left, right = _shown(keep, name), _shown(drop, name)
        picked = typed.get(name) or ("drop" if right and not getattr(keep, name) else "keep")
        label = str(Patient._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        found.append(Pair(name, label, left, right, picked))
    return found


def _shown(patient: Patient, name: str) -> str:
    value = getattr(patient, name)
    if name == "birth_date":
        return f"{value:%B} {value.day}, {value.year}"
    if name == "phone":
        return wording.phone(str(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    display = getattr(patient, f"get_{name}_display", None)
    return str(display() if display else value)


def _taken(other: Patient, *, but: Patient) -> str:
    if other.pk == but.pk:
        return _("Somebody else was given this chart number at this moment. Check it.")
    return _("%(name)s, born %(day)s, has this chart number. Check it, or merge the two.") % {
        "name": other,
        "day": _shown(other, "birth_date"),
    }


def _age(who: Patient, here: Here) -> str:
    born, today = who.birth_date, here.today
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}


def _language(who: Patient) -> str:
    try:
        return str(get_language_info(who.preferred_language)["name_translated"])
    except KeyError:
        return who.preferred_language
