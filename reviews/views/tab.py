"""What pages with a form share."""

from __future__ import annotations

from django import forms


def problems_of(form: forms.Form) -> list[tuple[str, str]]:
    """Each error with the place on the page where it is put right, in the order of the page."""
    names = [*form.fields, "__all__"]
    return [
        (_place(form, name), str(error))
        for name in sorted(form.errors, key=names.index)
        for error in form.errors[name]
    ]


def _place(form: forms.Form, name: str) -> str:
    if name in ("__all__", "opened"):
        return "#main"
    field = form[name]
    return f"#{field.auto_id}_0" if field.use_fieldset else f"#{field.id_for_label}"
