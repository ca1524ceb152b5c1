"""What a writer and a reader are asked. Forms turn words into values and stop there."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from appointments import opened
from appointments.fields import Renderer
from practice.models import Location
from procedures.models import Topic
from reviews import submission
from reviews.models import Report, Review

LONGEST = 5000


def begin(*, now: dt.datetime) -> str:
    return opened.begin(ReviewForm.salt, now=now)


class ReviewForm(opened.OpenedForm):
    """Asked of everybody alike. Only who came without a link is asked for an e-mail address."""

    salt = "reviews.form"
    optional = frozenset({"rating", "topic", "location"})

    rating = forms.TypedChoiceField(
        label=_("How many stars do you give?"),
        help_text=_("You may leave this out."),
        choices=[
            (5, _("5 of 5")),
            (4, _("4 of 5")),
            (3, _("3 of 5")),
            (2, _("2 of 5")),
            (1, _("1 of 5")),
            ("", _("No stars")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
        initial="",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    body = forms.CharField(
        label=_("What do you want to say?"),
        help_text=_(
            "Good or bad, in your own words. We never change them. Please leave out facts about "
            "your health that you do not want strangers to read, and other people’s names."
        ),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 8}),
        error_messages={"required": _("Write your review")},
    )
    author = forms.CharField(
        label=_("What name should stand under it?"),
        help_text=_("Your initials are enough, such as A. B. It can be any name you like."),
        max_length=60,
        widget=forms.TextInput(attrs={"class": "form-control w-medium", "autocomplete": "off"}),
        error_messages={"required": _("Write a name, or your initials")},
    )
    topic = forms.ModelChoiceField(
        label=_("What is it about?"),
        queryset=Topic.objects.none(),
        required=False,
        empty_label=_("I would rather not say"),
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text=_("If you choose something here, everybody can read it."),
    )
    location = forms.ModelChoiceField(
        label=_("Which office is it about?"),
        queryset=Location.objects.none(),
        required=False,
        empty_label=_("I would rather not say"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    language = forms.ChoiceField(
        label=_("In which language did you write?"),
        choices=[("en", "English"), ("es", "Español")],
        widget=forms.Select(attrs={"class": "form-select w-medium"}),
    )
    relation = forms.ChoiceField(
        label=_("Do you work here, or are you close to somebody who does?"),
        choices=Review.Relation.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        help_text=_("If so, this stands next to your review."),
        error_messages={"required": _("Say whether you are close to our staff")},
    )
    rewarded = forms.TypedChoiceField(
        label=_("Were you given or promised anything for this review?"),
        choices=[("no", _("No")), ("yes", _("Yes"))],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Say whether you were given anything for it")},
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        help_text=_(
            "We send you a private link to your review, so that you can take it back at any time. "
            "Nobody else sees your address."
        ),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "form-control w-medium", "autocomplete": "email"}),
        error_messages={
            "required": _("Write an e-mail address such as name@example.com"),
            "invalid": _("Write an e-mail address such as name@example.com"),
        },
    )

    def __init__(self, *args: Any, is_invited: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_invited = is_invited
        originals = Topic.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
        topics = self.fields["topic"]
        places = self.fields["location"]
        assert isinstance(topics, forms.ModelChoiceField)  # noqa: S101 for the type checker
        assert isinstance(places, forms.ModelChoiceField)  # noqa: S101
        topics.queryset = originals.live().public().order_by("title")
        places.queryset = Location.objects.all()
        if is_invited:
            del self.fields["email"]

    def clean_author(self) -> str:
        return " ".join(self.cleaned_data["author"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_staff = cleaned.get("relation") == Review.Relation.STAFF
        if not is_staff and submission.is_one_of_us(str(cleaned.get("email", ""))):
            self.add_error("relation", _("This is an address of our staff. Say that you work here"))
        return cleaned

    def said(self) -> submission.Said:
        """Call it on a valid form."""
        data = self.cleaned_data
        return submission.Said(
            body=data["body"],
            author=data["author"],
            rating=data["rating"],
            language=data["language"],
            relation=data["relation"],
            rewarded=data["rewarded"],
            email=data.get("email", ""),
            topic=data["topic"],
            location=data["location"],
        )


class SignForm(forms.Form):
    """The writer signs that we may publish."""

    default_renderer = Renderer

    signature = forms.CharField(
        label=_("Your full name, as a signature"),
        help_text=_("Only we keep it. Under your review stands the name you chose."),
        max_length=120,
        widget=forms.TextInput(attrs={"class": "form-control w-medium", "autocomplete": "name"}),
        error_messages={"required": _("Write your full name to sign")},
    )


class ReportForm(forms.Form):
    default_renderer = Renderer
    optional = frozenset({"words"})

    reason = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=Report.Reason.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Choose what is wrong")},
    )
    words = forms.CharField(
        label=_("What should we look at?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
    )
    website = forms.CharField(required=False, max_length=200)

    @property
    def is_a_trap(self) -> bool:
        return bool(str(self.data.get("website", "")).strip())
