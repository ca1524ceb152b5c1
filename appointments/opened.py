"""A form that anybody may send, without an account: one sending is one row, and programs that fill
in everything at once learn nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .fields import Renderer

LEAST_SECONDS = 4  # nobody reads and writes faster
OPEN_HOURS = 24


def begin(salt: str, *, now: dt.datetime) -> str:
    """A sealed note of when a form was opened, and the key under which it is sent."""
    note = {"key": uuid.uuid4().hex, "at": now.timestamp()}
    return signing.Signer(salt=salt).sign_object(note)


class OpenedForm(forms.Form):
    """`key` is there once it is valid."""

    default_renderer = Renderer
    salt: str

    # A person does not see this field; a program fills it in.
    website = forms.CharField(required=False, max_length=200)
    opened = forms.CharField(widget=forms.HiddenInput, max_length=400)

    def __init__(self, *args: Any, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.key: uuid.UUID | None = None
        self.is_too_quick = False

    @property
    def is_a_trap(self) -> bool:
        """A field was filled in that no person sees."""
        return bool(str(self.data.get("website", "")).strip())

    def open_again(self) -> None:
        """Note the time anew where the old note is of no use, so that the next try can be right."""
        if not self.is_too_quick:
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["opened"] = begin(self.salt, now=self.now)  # type: ignore[index]

    def clean_opened(self) -> str:
        value = str(self.cleaned_data["opened"])
        try:
            said = signing.Signer(salt=self.salt).unsign_object(value)
        except (signing.BadSignature, ValueError):
            raise ValidationError(
                _("This page was open for too long. Please send it again")
            ) from None
        age = self.now.timestamp() - said["at"]
        if age < LEAST_SECONDS:
            self.is_too_quick = True
            raise ValidationError(_("That was very quick. Please read it again, then send it"))
        if age > OPEN_HOURS * 3600:
            raise ValidationError(_("This page was open for too long. Please send it again"))
        self.key = uuid.UUID(said["key"])
        return value
