"""What the desk types."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Refusal(models.TextChoices):
    """Why a request is refused: a closed list, so that it can be counted and never says much."""

    NO_TIME = "no-time", _("That time does not work for us")
    NOT_OURS = "not-ours", _("We do not treat this")
    NO_LICENSE = "no-license", _("We have no license in the patient's state")
    OTHER_CARE = "other-care", _("Sent to an emergency room or another doctor")
    NOT_REACHED = "not-reached", _("We could not reach the patient")
    TWICE = "twice", _("Asked twice")
    OTHER = "other", _("Something else")


class RefusalForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why?"),
        choices=Refusal.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Choose why you refuse.")},
    )
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("Only staff can read this. Needed for “Something else”."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == Refusal.OTHER and not cleaned.get("words"):
            self.add_error("words", _("Say in a few words why."))
        return cleaned

    def said(self) -> str:
        """The reason as one line, for the history."""
        label = str(Refusal(self.cleaned_data["reason"]).label)
        words = self.cleaned_data["words"].strip()
        return f"{label}: {words}" if words else label


class SeenForm(forms.Form):
    """Which version of the row was on the screen when the button was pressed."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)


class SearchForm(forms.Form):
    words = forms.CharField(
        label=_("Name, telephone or reference"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "off", "type": "search"}
        ),
    )


class DayForm(forms.Form):
    # Within years that a calendar can be asked about: each day has one before and one after.
    day = forms.DateField(
        required=False,
        validators=[
            MinValueValidator(dt.date(2000, 1, 1)),
            MaxValueValidator(dt.date(2999, 12, 31)),
        ],
    )
