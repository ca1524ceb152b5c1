"""What the pages of one booking share: their addresses and how errors are listed."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from .. import chosen, keys


def at(name: str, key: uuid.UUID, *args: str, **query: str) -> str:
    """The address of a page for the tab that has `key`."""
    said = {"tab": keys.tab_of(key)} | {word: value for word, value in query.items() if value}
    return f"{reverse(f'appointments:{name}', args=args)}?{urlencode(said)}"


def go(name: str, key: uuid.UUID, *args: str, **query: str) -> HttpResponseRedirect:
    """On to a page of this tab, whose browser has the key from now on."""
    response = HttpResponseRedirect(at(name, key, *args, **query))
    keys.give(response, key)
    return response


def other_language(request: HttpRequest) -> str:
    """The language that somebody wants to go on in, when they pressed its name; else empty."""
    wanted = request.POST.get("language", "")
    return wanted if wanted in dict(settings.LANGUAGES) else ""


def go_on_in(
    language: str, name: str, key: uuid.UUID, *args: str, **query: str
) -> HttpResponseRedirect:
    """The same page in another language. What was typed waits in the draft."""
    with translation.override(language):
        return go(name, key, *args, **query)


def problems_of(form: forms.Form) -> list[tuple[str, str]]:
    """Each error with the place on the page where it is put right, in the order of the page."""
    names = [*form.fields, "__all__"]
    return [
        (f"#{first_input(form, name)}", str(error))
        for name in sorted(form.errors, key=names.index)
        for error in form.errors[name]
    ]


def problem_with(the_time: chosen.Chosen) -> list[tuple[str, str]]:
    if not the_time.gone:
        return []
    if the_time.nearest:
        words = _("That time has just been taken. Choose one of the times near it")
        return [("#slot-0-0-0", words)]
    return [("#main", _("That time has just been taken. Call us, or choose another time"))]


def first_input(form: forms.Form, name: str) -> str:
    if name == "__all__":
        return "main"
    if name == "slot":
        return "slot-0-0-0"
    field = form[name]
    return f"{field.auto_id}_0" if field.use_fieldset else str(field.id_for_label)
