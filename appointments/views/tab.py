"""What the pages of one booking share: their addresses and how errors are listed."""

from __future__ import annotations

import uuid

from django import forms
from django.urls import reverse

from .. import keys


def at(name: str, key: uuid.UUID, *args: str) -> str:
    """The address of a page for the tab that has `key`."""
    return f"{reverse(name, args=args)}?tab={keys.tab_of(key)}"


def problems_of(form: forms.Form) -> list[tuple[str, str]]:
    """Each error with the place on the page where it is put right, in the order of the page."""
    found = []
    for name, errors in form.errors.items():
        href = "#main" if name == "__all__" else f"#{first_input(form, name)}"
        found.extend((href, str(error)) for error in errors)
    order = {f"#{first_input(form, name)}": at for at, name in enumerate(form.fields)}
    return sorted(found, key=lambda problem: order.get(problem[0], -1))


def first_input(form: forms.Form, name: str) -> str:
    field = form[name]
    return f"{field.auto_id}_0" if field.use_fieldset else str(field.id_for_label)
