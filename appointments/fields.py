"""Fields as patients fill them in, and how a question looks. Nothing here knows about visits."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from .models import E164, Patient
from .onset import parse_date


class Question(forms.BoundField):
    @property
    def optional(self) -> bool:
        return self.name in getattr(self.form, "optional", ())

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        if self.errors:
            own = (widget or self.field.widget).attrs.get("class", "")
            attrs["class"] = f"{own} is-invalid"
        return attrs


class Renderer(TemplatesSetting):
    field_template_name = "appointments/includes/field.html"
    bound_field_class = Question


class PatientDateField(forms.CharField):
    """A day as people write it: 03/31/1948, 1948-03-31, March 31, 1948."""

    default_error_messages = {
        "not_a_date": _("Write the date as month, day and year, such as 03/31/1948"),
    }

    def clean(self, value: Any) -> dt.date | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_date(text)
        except ValueError:
            raise ValidationError(self.error_messages["not_a_date"], code="not_a_date") from None


class TelephoneField(forms.CharField):
    """A number somebody can be called at, as E.164. A doubtful one is let through, not refused:
    the desk can ask, and nobody is turned away by a numbering plan that we do not know."""

    default_error_messages = {
        "not_a_number": _("Write a phone number with its area code, such as 214-555-0142"),
    }

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, settings.PHONENUMBER_DEFAULT_REGION)
        except phonenumbers.NumberParseException:
            number = None
        reason = phonenumbers.is_possible_number_with_reason(number) if number else None
        if number is not None and reason == phonenumbers.ValidationResult.IS_POSSIBLE:
            written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            # Some plans call numbers possible that no network carries and no row may hold.
            if re.match(E164, written):
                return written
        raise ValidationError(self.error_messages["not_a_number"], code="not_a_number")


class SaidYes(forms.CheckboxInput):
    """A ticked box; words for no are no, whoever sends them."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> bool:
        return str(data.get(name, "")).strip().lower() not in {"", "no", "false", "off", "0"}


class RemindersField(forms.ChoiceField):
    """When we remind somebody of a booked visit; who says nothing is reminded twice."""

    def __init__(self) -> None:
        super().__init__(
            label=_("When should we remind you?"),
            choices=Patient.Reminders.choices,
            initial=Patient.Reminders.BOTH,
            required=False,
            widget=forms.Select(attrs={"autocomplete": "off", "class": "w-medium"}),
            help_text=_("By e-mail; by text message too if you allow those. It names no illness."),
        )

    def clean(self, value: Any) -> str:
        return str(super().clean(value) or Patient.Reminders.BOTH)


def style(widget: forms.Widget) -> None:
    """The look's class for this kind of field; safe to do twice."""
    match widget:
        case forms.RadioSelect() | forms.CheckboxInput():
            kind = "form-check-input"
        case forms.Select():
            kind = "form-select"
        case _:
            kind = "form-control"
    said = widget.attrs.get("class", "")
    if kind not in said.split():
        widget.attrs["class"] = f"{kind} {said}".strip()
