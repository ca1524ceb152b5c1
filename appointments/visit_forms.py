"""What a patient is asked on the page of a visit, and on the way to the waiting list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from . import consents, states
from .fields import PatientDateField, Renderer, style
from .forms import DetailsForm, RedFlag
from .models import Appointment, Patient

LONGEST_WAIT = dt.timedelta(days=60)


class CorrectionForm(forms.Form):
    """What can be put right without asking again who somebody is: not the date of birth."""

    default_renderer = Renderer
    optional = DetailsForm.optional
    given_name = DetailsForm.base_fields["given_name"]
    family_name = DetailsForm.base_fields["family_name"]
    phone = DetailsForm.base_fields["phone"]
    voicemail_ok = DetailsForm.base_fields["voicemail_ok"]
    email = DetailsForm.base_fields["email"]
    contact_by = DetailsForm.base_fields["contact_by"]
    consent_texts = DetailsForm.base_fields["consent_texts"]
    reminders = DetailsForm.base_fields["reminders"]
    needs = DetailsForm.base_fields["needs"]
    preferred_language = DetailsForm.base_fields["preferred_language"]

    def __init__(
        self, data: dict[str, str] | None = None, *, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        texts = self.fields["consent_texts"]
        texts.label, texts.help_text = consents.shown(consents.Subject.TEXTS)
        for field in self.fields.values():
            style(field.widget)

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or self.cleaned_data)
        if (
            cleaned.get("contact_by") == Patient.ContactBy.EMAIL
            and not cleaned.get("email")
            and "email" not in self.errors
        ):
            self.add_error("email", _("Write an e-mail address, or choose a phone call or a text"))
        cleaned["preferred_language"] = cleaned.get("preferred_language") or "en"
        return cleaned


class JoinForm(forms.Form):
    """Where the patient is at this moment: whoever sends help has to know."""

    default_renderer = Renderer

    present_address = forms.CharField(
        label=_("Where is the patient right now?"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
        help_text=_(
            "Street, number and city. If something happens during the call, we send help there."
        ),
        error_messages={"required": _("Write where the patient is right now")},
    )
    state = forms.ChoiceField(
        label=_("In which state is that?"),
        choices=states.choices,
        widget=forms.Select(attrs={"autocomplete": "off", "class": "w-medium"}),
        help_text=_("The law lets us treat by video only where we hold a license."),
        error_messages={
            "required": _("Choose the state where the patient is"),
            "invalid_choice": _("Choose the state where the patient is"),
        },
    )

    def __init__(
        self,
        data: dict[str, str] | None = None,
        *,
        initial: dict[str, str] | None = None,
        licensed: frozenset[str],
    ) -> None:
        super().__init__(data, initial=initial)
        self.licensed, self.wrong_state = licensed, False
        for field in self.fields.values():
            style(field.widget)

    def clean_state(self) -> str:
        state = str(self.cleaned_data["state"])
        if state not in self.licensed:
            self.wrong_state = True
            raise ValidationError(
                _("We may not treat by video in %(state)s. Please call us"),
                params={"state": states.name_of(state)},
            )
        return state


class EarlierForm(forms.Form):
    """What somebody with a booked visit would rather have."""

    default_renderer = Renderer
    optional = frozenset({"wanted_part"})

    wanted_part = forms.ChoiceField(
        label=_("At which time of day?"),
        required=False,
        choices=[("", _("Any time")), *Appointment.PartOfDay.choices],
        widget=forms.RadioSelect,
    )
    any_practitioner = forms.ChoiceField(
        label=_("With whom?"),
        choices=[("no", _("The same person")), ("yes", _("Anyone who can see me earlier"))],
        initial="no",
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose with whom"),
            "invalid_choice": _("Choose with whom"),
        },
    )

    def __init__(self, data: dict[str, str] | None = None) -> None:
        super().__init__(data)
        for field in self.fields.values():
            style(field.widget)


class PeriodForm(forms.Form):
    """When somebody could come, when no time that is free fits."""

    default_renderer = Renderer
    optional = frozenset({"wanted_from", "wanted_until", "wanted_part"})

    red_flag = forms.ChoiceField(
        choices=[(value, value) for value in (*RedFlag.KEPT, RedFlag.EMERGENCY)],
        error_messages={
            "required": _("Say whether you have any of these signs"),
            "invalid_choice": _("Say whether you have any of these signs"),
        },
    )
    wanted_from = PatientDateField(
        label=_("From which day could you come?"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-short"}),
        help_text=_("Month, day, year, such as 11/24/2026. Empty means from now on."),
    )
    wanted_until = PatientDateField(
        label=_("Until which day?"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-short"}),
        help_text=_("Empty means two weeks later."),
    )
    wanted_part = forms.ChoiceField(
        label=_("At which time of day?"),
        required=False,
        choices=[("", _("Any time")), *Appointment.PartOfDay.choices],
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        data: dict[str, str] | None = None,
        *,
        initial: dict[str, str] | None = None,
        today: dt.date,
    ) -> None:
        super().__init__(data, initial=initial)
        self.today = today
        for field in self.fields.values():
            style(field.widget)

    def clean_wanted_from(self) -> dt.date:
        first: dt.date = self.cleaned_data["wanted_from"] or self.today
        if first < self.today:
            raise ValidationError(_("That day is over. Write today or a later day"))
        if first > self.today + LONGEST_WAIT:
            raise ValidationError(_("Write a day within the next 60 days"))
        return first

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or self.cleaned_data)
        first = cleaned.get("wanted_from")
        if first and "wanted_until" not in self.errors:
            last = cleaned.get("wanted_until") or first + dt.timedelta(days=14)
            if last < first:
                self.add_error("wanted_until", _("The last day comes before the first"))
            elif last > self.today + LONGEST_WAIT + dt.timedelta(days=14):
                self.add_error("wanted_until", _("Write a day within the next 60 days"))
            cleaned["wanted_until"] = last
        return cleaned
