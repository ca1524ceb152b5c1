"""What a patient is asked. Forms turn words into values and stop there; booking.py does the rest.

Every question says why it is asked (`help_text`). Nothing is asked twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from practice import languages

from . import consents, emergency, states
from .fields import PatientDateField, RemindersField, Renderer, SaidYes, TelephoneField, style
from .models import Appointment, Patient
from .onset import parse_onset

OLDEST_YEARS = 120


class RedFlag:
    NONE = "none"
    TODAY = "today"
    EMERGENCY = emergency.ANSWER
    KEPT = (NONE, TODAY)


class TimeForm(forms.Form):
    """The warning signs and the time, together on one page."""

    red_flag = forms.ChoiceField(
        choices=[
            (RedFlag.EMERGENCY, _("Yes, one of the 911 signs")),
            (RedFlag.TODAY, _("Yes, one of the signs to call us today")),
            (RedFlag.NONE, _("No, none of these")),
        ],
        error_messages={
            "required": _("Say whether you have any of these signs"),
            "invalid_choice": _("Say whether you have any of these signs"),
        },
    )
    slot = forms.CharField(
        max_length=200, error_messages={"required": _("Choose a time for your visit")}
    )


class DetailsForm(forms.Form):
    default_renderer = Renderer
    optional = frozenset({"email", "onset_date", "reason", "needs", "reminders"})
    in_short = {
        "booking_for": _("Visit for"),
        "contact_name": _("Your name"),
        "contact_relationship": _("Your relation to the patient"),
        "birth_date": _("Date of birth"),
        "voicemail_ok": _("Voicemail allowed"),
        "consent_texts": _("Text messages allowed"),
        "wants_no_invitation": _("No invitation to write a review"),
        "reminders": _("Reminders"),
        "contact_by": _("Reach you by"),
        "patient_status": _("Been here before"),
        "located_in": _("State during the video visit"),
        "onset_date": _("Began"),
        "reason": _("About"),
        "needs": _("To prepare"),
        "preferred_language": _("Language"),
        "pay_by": _("Paid by"),
    }

    booking_for = forms.ChoiceField(
        label=_("Who is the visit for?"),
        choices=[
            (Appointment.BookingFor.SELF, _("Me")),
            (Appointment.BookingFor.OTHER, _("Someone else")),
        ],
        initial=Appointment.BookingFor.SELF,
        widget=forms.RadioSelect,
        help_text=_("If you ask for someone else, we talk and write to you."),
        error_messages={"required": _("Say who the visit is for")},
    )
    contact_name = forms.CharField(
        label=_("Your name"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "w-medium"}),
        help_text=_("The person we call about this visit."),
    )
    contact_relationship = forms.CharField(
        label=_("How are you related to the patient?"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-medium"}),
        help_text=_("For example daughter, husband, caregiver."),
    )
    given_name = forms.CharField(
        label=_("First name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "given-name", "class": "w-medium"}),
        error_messages={"required": _("Write the patient’s first name")},
    )
    family_name = forms.CharField(
        label=_("Last name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "family-name", "class": "w-medium"}),
        help_text=_("As on the patient’s ID or insurance card, so that we find the right chart."),
        error_messages={"required": _("Write the patient’s last name")},
    )
    birth_date = PatientDateField(
        label=_("Date of birth"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "bday", "class": "w-short"}),
        help_text=_(
            "It tells two people of the same name apart. Month, day, year, such as 03/31/1948."
        ),
        error_messages={"required": _("Write the patient’s date of birth")},
    )
    phone = TelephoneField(
        label=_("Phone number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "w-medium"}),
        help_text=_("We call this number about this visit, and if a video call drops."),
        error_messages={"required": _("Write a phone number where we can reach you")},
    )
    voicemail_ok = forms.BooleanField(
        label=_("You may leave a voicemail at this number"),
        required=False,
        widget=SaidYes,
        help_text=_("We say only who called and our number, never why."),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "class": "w-medium"}),
        help_text=_("Only if you want our answer in writing too. It says nothing about health."),
        error_messages={"invalid": _("Write an e-mail address such as name@example.com")},
    )
    contact_by = forms.ChoiceField(
        label=_("How should we reach you?"),
        choices=[
            (Patient.ContactBy.PHONE, pgettext_lazy("reach you by", "Phone call")),
            (Patient.ContactBy.TEXT, pgettext_lazy("reach you by", "Text message")),
            (Patient.ContactBy.EMAIL, pgettext_lazy("reach you by", "E-mail")),
        ],
        initial=Patient.ContactBy.PHONE,
        widget=forms.RadioSelect,
        help_text=_(
            "We write only about this visit. Text messages need your yes below; else we call."
        ),
        error_messages={"required": _("Choose how we should reach you")},
    )
    patient_status = forms.ChoiceField(
        label=_("Has the patient been here before?"),
        choices=[
            (Patient.PatientStatus.NEW, _("No, this is the first visit")),
            (Patient.PatientStatus.RETURNING, _("Yes, the patient has been here before")),
        ],
        widget=forms.RadioSelect,
        help_text=_("A first visit needs a chart, so we prepare it before you come."),
        error_messages={"required": _("Say whether the patient has been here before")},
    )
    located_in = forms.ChoiceField(
        label=_("In which state will the patient be during the video visit?"),
        choices=states.choices,
        widget=forms.Select(attrs={"autocomplete": "off", "class": "w-medium"}),
        help_text=_("The law lets us treat by video only where we hold a license."),
        error_messages={
            "required": _("Choose the state where the patient will be"),
            "invalid_choice": _("Choose the state where the patient will be"),
        },
    )
    onset_date = forms.CharField(
        label=_("When did it begin?"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-medium"}),
        help_text=_("A date, or words such as “about two weeks ago”. “Don’t know” is fine."),
    )
    reason = forms.CharField(
        label=_("What is the visit about?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text=_("A few words help us prepare. Please write no more than needed."),
    )
    needs = forms.CharField(
        label=_("Is there anything we should prepare?"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("For example a wheelchair, an interpreter, or help with hearing."),
    )
    preferred_language = forms.ChoiceField(
        label=_("Which language do you like to speak?"),
        choices=[
            ("en", _("English")),
            ("es", _("Spanish")),
            ("vi", _("Vietnamese")),
            ("zh", _("Chinese")),
            ("ko", _("Korean")),
            ("tl", _("Tagalog")),
            ("ar", _("Arabic")),
            ("hi", _("Hindi")),
            ("fr", _("French")),
            ("ase", _("American Sign Language")),
            ("other", _("Another language")),
        ],
        initial="en",
        required=False,
        widget=forms.Select(attrs={"autocomplete": "off", "class": "w-medium"}),
        help_text=_("We bring an interpreter at no cost to you."),
    )
    pay_by = forms.ChoiceField(
        label=_("How will you pay?"),
        choices=[
            (Appointment.PayBy.INSURANCE, _("With insurance")),
            (Appointment.PayBy.SELF_PAY, _("I pay myself")),
        ],
        widget=forms.RadioSelect,
        help_text=_(
            "Without insurance, or if you do not use it, you have the right to an estimate of "
            "the cost before the visit. We send you one."
        ),
        error_messages={"required": _("Choose how you will pay")},
    )
    consent_texts = forms.BooleanField(required=False, widget=SaidYes)
    reminders = RemindersField()
    wants_no_invitation = forms.BooleanField(
        label=_("Do not ask me for a review after the visit"),
        required=False,
        widget=SaidYes,
        help_text=_("Otherwise we ask everybody once, by e-mail. You can change this later."),
    )
    consent = forms.BooleanField(
        widget=SaidYes,
        error_messages={"required": _("We need your agreement before you can go on")},
    )

    def __init__(
        self,
        data: dict[str, str] | None = None,
        *,
        initial: dict[str, str] | None = None,
        virtual: bool,
        licensed: Collection[str],
        seen_by: str,
        today: dt.date,
        treatment_windows: bool = False,
    ) -> None:
        """`licensed`: states where the practitioner (`seen_by`, as named in sentences) may treat
        by video. `today`: the date at the practice. `treatment_windows`: a physician says that some
        treatments have one."""
        super().__init__(data, initial=initial)
        self.licensed, self.seen_by, self.today = frozenset(licensed), seen_by, today
        self.wrong_state = False
        if treatment_windows:
            self.fields["onset_date"].help_text = _(
                "Some treatments work best in the first weeks, so sooner is better. A date, or "
                "words such as “about two weeks ago”. “Don’t know” is fine."
            )
        if not virtual:
            del self.fields["located_in"]
        self.fields["preferred_language"].initial = languages.current()
        about = consents.Subject.TELEHEALTH if virtual else consents.Subject.ANSWERS
        for name, subject in (("consent", about), ("consent_texts", consents.Subject.TEXTS)):
            field = self.fields[name]
            field.label, field.help_text = consents.shown(subject)
        for field in self.fields.values():
            style(field.widget)

    def clean_birth_date(self) -> dt.date:
        born: dt.date = self.cleaned_data["birth_date"]
        if born > self.today:
            raise ValidationError(_("The date of birth lies in the future. Check the year"))
        if born.year < self.today.year - OLDEST_YEARS:
            raise ValidationError(_("That is more than 120 years ago. Check the year"))
        return born

    def clean_onset_date(self) -> dt.date | None:
        try:
            began = parse_onset(self.cleaned_data["onset_date"], today=self.today)
        except (ValueError, OverflowError):
            raise ValidationError(
                _("Write a date such as 03/31/2026, or “two weeks ago”, or “don’t know”")
            ) from None
        if began is not None and began > self.today:
            raise ValidationError(_("That date lies in the future. Check it, or leave it empty"))
        return began

    def clean_located_in(self) -> str:
        state = str(self.cleaned_data["located_in"])
        if state not in self.licensed:
            self.wrong_state = True
            raise ValidationError(
                _("%(seen_by)s may not treat by video in %(state)s"),
                params={"seen_by": self.seen_by, "state": states.name_of(state)},
            )
        return state

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or self.cleaned_data)
        if cleaned.get("booking_for") == Appointment.BookingFor.OTHER:
            if not cleaned.get("contact_name") and "contact_name" not in self.errors:
                self.add_error("contact_name", _("Write your own name, so that we know who calls"))
            if (
                not cleaned.get("contact_relationship")
                and "contact_relationship" not in self.errors
            ):
                self.add_error("contact_relationship", _("Say how you are related to the patient"))
        else:
            # What a hidden or forgotten line says about someone else is not kept.
            cleaned["contact_name"] = cleaned["contact_relationship"] = ""
        if (
            cleaned.get("contact_by") == Patient.ContactBy.EMAIL
            and not cleaned.get("email")
            and "email" not in self.errors
        ):
            self.add_error("email", _("Write an e-mail address, or choose a phone call or a text"))
        cleaned["preferred_language"] = cleaned.get("preferred_language") or "en"
        return cleaned

    @property
    def consents(self) -> tuple[consents.Given, ...]:
        """Each thing that was asked, with its answer."""
        subject = consents.Subject
        first = subject.TELEHEALTH if "located_in" in self.fields else subject.ANSWERS
        return (
            consents.Given(first, self.cleaned_data["consent"]),
            consents.Given(subject.TEXTS, self.cleaned_data["consent_texts"]),
        )

    def short_label(self, name: str) -> str:
        """The question in a word or two, for the list of answers."""
        return str(self.in_short.get(name, self.fields[name].label))


class FindForm(forms.Form):
    """Three things that the patient knows, and nobody else has together."""

    default_renderer = Renderer

    reference = forms.CharField(
        label=_("Reference"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "w-short"}
        ),
        help_text=_("Eight letters and numbers, such as 7KM4-X2PD. We gave it to you at the end."),
        error_messages={"required": _("Write your reference")},
    )
    birth_date = PatientDateField(
        label=_("The patient’s date of birth"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "bday", "class": "w-short"}),
        help_text=_("Month, day, year, such as 03/31/1948."),
        error_messages={"required": _("Write the patient’s date of birth")},
    )
    phone = TelephoneField(
        label=_("Phone number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "w-medium"}),
        help_text=_("The one you gave us for this visit."),
        error_messages={"required": _("Write the phone number you gave us")},
    )

    def __init__(self, data: dict[str, str] | None = None) -> None:
        super().__init__(data)
        for field in self.fields.values():
            style(field.widget)

    def clean_reference(self) -> str:
        letters = "".join(filter(str.isalnum, self.cleaned_data["reference"].upper()))
        return f"{letters[:4]}-{letters[4:]}"


class BirthDateForm(forms.Form):
    """The second check behind a private link."""

    default_renderer = Renderer

    birth_date = PatientDateField(
        label=_("The patient’s date of birth"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "bday", "class": "w-short"}),
        help_text=_("Month, day, year, such as 03/31/1948."),
        error_messages={"required": _("Write the patient’s date of birth")},
    )

    def __init__(self, data: dict[str, str] | None = None) -> None:
        super().__init__(data)
        style(self.fields["birth_date"].widget)
