"""What the desk types."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from appointments.models import LATE_AT_MOST

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Refusal(models.TextChoices):
    """Why a request is refused, in the desk's words: a closed list, so that it can be counted and
    never says much. The patient's sentence for each is in models/statuses.py."""

    NO_TIME = "no-time", _("That time does not work for us")
    NOT_OURS = "not-ours", _("We do not treat this")
    NO_LICENSE = "no-license", _("We have no license in the patient's state")
    OTHER_CARE = "other-care", _("Sent to an emergency room or another doctor")
    NOT_REACHED = "not-reached", _("We could not reach the patient")
    TWICE = "twice", _("Asked twice")
    OTHER = "other", _("Something else")


class Cancellation(models.TextChoices):
    """Why the desk cancels a visit."""

    ASKED = "asked", _("The patient asked for it")
    CANNOT = "cannot", _("We cannot keep this time")
    NOT_REACHED = "not-reached", _("We could not reach the patient")
    TWICE = "twice", _("Booked twice")
    OTHER = "other", _("Something else")


class ReasonForm(forms.Form):
    """One of a closed list, and words for staff alone."""

    reason = forms.ChoiceField(
        label=_("Why?"), widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("Only staff can read this. Needed for “Something else”."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    reasons: type[models.TextChoices]
    missing: _StrPromise

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        reason = cast(forms.ChoiceField, self.fields["reason"])
        reason.choices = self.reasons.choices
        reason.error_messages["required"] = self.missing

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == "other" and not cleaned.get("words"):
            self.add_error("words", _("Say in a few words why."))
        return cleaned

    def said(self) -> str:
        """The reason as one line, for the history."""
        label = str(self.reasons(self.cleaned_data["reason"]).label)
        words = self.cleaned_data["words"].strip()
        return f"{label}: {words}" if words else label


class RefusalForm(ReasonForm):
    reasons = Refusal
    missing = _("Choose why you refuse.")


class CancellationForm(ReasonForm):
    reasons = Cancellation
    missing = _("Choose why you cancel.")

    @property
    def as_asked(self) -> bool:
        """Whether it is the patient who cancels, through us."""
        return bool(self.cleaned_data["reason"] == Cancellation.ASKED)


class LateForm(forms.Form):
    """`minutes` is the whole of it, not what is added: pressed twice is pressed once."""

    practitioner = forms.SlugField()
    minutes = forms.IntegerField(min_value=0, max_value=LATE_AT_MOST)
    tell = forms.BooleanField(required=False)


class SeenForm(forms.Form):
    """Which version of the row was on the screen when the button was pressed."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)


class TakeOverForm(forms.Form):
    """Who was seen to have the request; empty when nobody had it."""

    over = forms.IntegerField(required=False, min_value=1)


class LookedForm(forms.Form):
    until = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"])


class NewsForm(forms.Form):
    """What the page shows: how many wait, and the latest of them."""

    as_of = forms.RegexField(r"^[0-9]{1,6}-[0-9]{1,18}$", required=False)

    def seen(self) -> tuple[int, int]:
        waiting, latest = (self.cleaned_data["as_of"] or "0-0").split("-")
        return int(waiting), int(latest)


class SearchForm(forms.Form):
    words = forms.CharField(
        label=_("Name, telephone or reference"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "off", "type": "search"}
        ),
    )


# Years that a calendar can be asked about: each day has one before and one after.
WITHIN_YEARS = [
    MinValueValidator(dt.date(2000, 1, 1)),
    MaxValueValidator(dt.date(2999, 12, 1)),
]


class DayForm(forms.Form):
    day = forms.DateField(required=False, validators=WITHIN_YEARS)
