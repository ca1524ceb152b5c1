"""What moderators choose and type."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews import replies
from reviews.models import Redaction, Refusal, ReviewRules

RADIO = {"class": "form-check-input"}
TEXT = {"class": "form-control", "autocomplete": "off"}


class RefusalForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why is it refused?"),
        choices=Refusal.choices,
        widget=forms.RadioSelect(attrs=RADIO),
        error_messages={"required": _("Choose the reason"), "invalid_choice": _("Choose a reason")},
    )


class SecondForm(forms.Form):
    """The second person's answer."""

    agree = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


class RedactionForm(forms.Form):
    words = forms.CharField(
        label=_("The words to hide, exactly as they stand"),
        max_length=500,
        strip=True,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Copy the words to hide")},
    )
    reason = forms.ChoiceField(
        label=_("Why are they hidden?"),
        choices=Redaction.Reason.choices,
        widget=forms.RadioSelect(attrs=RADIO),
        error_messages={"required": _("Choose why")},
    )


class ReplyForm(forms.Form):
    template = forms.ChoiceField(
        label=_("An approved reply"),
        choices=lambda: [*replies.TEMPLATES.items(), ("", _("My own words (below)"))],
        required=False,
        widget=forms.RadioSelect(attrs=RADIO),
    )
    words = forms.CharField(
        label=_("Your own words"),
        help_text=_(
            "No names, dates, treatments or parts of the body, and nothing that says that "
            "somebody was here. A second person has to agree before anybody sees it."
        ),
        required=False,
        max_length=replies.LONGEST,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
    )

    def __init__(self, *args: Any, author: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.author = author

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        words = cleaned.get("words", "")
        if cleaned.get("template"):
            return cleaned
        if not words:
            self.add_error("words", _("Choose an approved reply, or write your own"))
        elif found := replies.found_in(words, author=self.author):
            self.add_error(
                "words",
                _("This may say something about somebody. Leave out: %(words)s")
                % {"words": ", ".join(found[:12])},
            )
        return cleaned


class AuthorizationsForm(forms.Form):
    """Which reviews, when their writers signed, and where the papers lie."""

    reviews = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": _("Choose at least one review")}
    )
    signed_on = forms.DateField(
        label=_("Signed on"),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control w-medium"}),
        error_messages={"required": _("Write the day on which they signed")},
    )
    kept_at = forms.CharField(
        label=_("Where the papers lie"),
        help_text=_("Such as “Binder 3, front office”."),
        max_length=200,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Write where the signed papers can be found")},
    )

    def __init__(self, *args: Any, waiting: list[int], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        chosen = self.fields["reviews"]
        assert isinstance(chosen, forms.TypedMultipleChoiceField)  # noqa: S101 for the type checker
        chosen.choices = [(pk, str(pk)) for pk in waiting]

    def clean_signed_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["signed_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day has not come yet"))
        return day


class WithdrawForm(forms.Form):
    sure = forms.BooleanField()


class NumberForm(forms.Form):
    """Which row of the review is meant."""

    number = forms.IntegerField(min_value=1)


class StopForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail of somebody who wants no invitations"),
        max_length=254,
        widget=forms.EmailInput(attrs=TEXT),
    )


class RulesForm(forms.ModelForm[ReviewRules]):
    class Meta:
        model = ReviewRules
        fields = (
            "shown",
            "invites",
            "enough_for_average",
            "days_to_decide",
            "archive_after_months",
        )
        widgets = {
            "shown": forms.CheckboxInput(attrs=RADIO),
            "invites": forms.CheckboxInput(attrs=RADIO),
            **{
                name: forms.NumberInput(attrs={"class": "form-control w-short"})
                for name in ("enough_for_average", "days_to_decide", "archive_after_months")
            },
        }
