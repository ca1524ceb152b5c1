"""The message that somebody writes to us about paper, money or medicine."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from . import opened
from .fields import TelephoneField
from .inquiries import Said
from .models import Inquiry

LONGEST = 2000


class InquiryForm(opened.OpenedForm):
    salt = "appointments.inquiry"

    topic = forms.ChoiceField(
        label=_("What is it about?"),
        choices=Inquiry.Topic.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Choose what it is about")},
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"class": "form-control w-medium", "autocomplete": "name"}),
        error_messages={"required": _("Write your name")},
    )
    contact_by = forms.ChoiceField(
        label=_("How should we answer?"),
        choices=Inquiry.ContactBy.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Choose how we should answer")},
    )
    phone = TelephoneField(
        label=_("Your phone number"),
        help_text=_("Needed if we should call you."),
        required=False,
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "class": "form-control w-medium",
                "type": "tel",
                "inputmode": "tel",
                "autocomplete": "tel",
            }
        ),
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        help_text=_("Needed if we should write to you. Our e-mails never repeat what you wrote."),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "form-control w-medium", "autocomplete": "email"}),
        error_messages={"invalid": _("Write an e-mail address such as name@example.com")},
    )
    answer_in = forms.ChoiceField(
        label=_("In which language should we answer?"),
        choices=[("en", "English"), ("es", "Español")],
        widget=forms.Select(attrs={"class": "form-select w-medium", "autocomplete": "off"}),
    )
    words = forms.CharField(
        label=_("Your message"),
        help_text=_(
            "Please do not write symptoms here. A few words are enough, such as which bill, which "
            "records, or which pharmacy."
        ),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 7, "maxlength": LONGEST}),
        error_messages={
            "required": _("Write your message"),
            "max_length": _("Please use at most 2,000 characters"),
        },
    )

    optional = frozenset({"phone", "email"})
    field_order = (
        *("topic", "name", "contact_by", "phone", "email", "answer_in", "words"),
        *("website", "opened"),
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        wanted = cleaned.get("contact_by")
        if wanted == Inquiry.ContactBy.PHONE and cleaned.get("phone") == "":
            self.add_error("phone", _("Write the number at which we should call you"))
        if wanted == Inquiry.ContactBy.EMAIL and cleaned.get("email") == "":
            self.add_error("email", _("Write the address to which we should write"))
        return cleaned

    def said(self) -> Said:
        """Call it on a valid form."""
        data = self.cleaned_data
        languages = dict(settings.LANGUAGES)
        return Said(
            topic=data["topic"],
            name=data["name"],
            contact_by=data["contact_by"],
            phone=data["phone"],
            email=data["email"],
            language=data["answer_in"] if data["answer_in"] in languages else "en",
            words=data["words"].strip(),
        )
