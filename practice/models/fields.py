"""Two fields that hold lists, with forms a person can use."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class Weekday(models.TextChoices):
    MON = "mon", _("Monday")
    TUE = "tue", _("Tuesday")
    WED = "wed", _("Wednesday")
    THU = "thu", _("Thursday")
    FRI = "fri", _("Friday")
    SAT = "sat", _("Saturday")
    SUN = "sun", _("Sunday")


class LinesFormField(SimpleArrayField):
    """One entry on each line; empty lines are left out."""

    def __init__(self, base_field: forms.Field, **kwargs: Any) -> None:
        kwargs["delimiter"] = "\n"
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(base_field, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = "\n".join(line for line in value.splitlines() if line.strip())
        return super().to_python(value)


class LinesField(ArrayField):  # type: ignore[type-arg]
    """A list of short texts, typed one to a line. Never null; empty is an empty list."""

    def __init__(self, base_field: models.Field[Any, Any] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", list)
        super().__init__(base_field or models.CharField(max_length=300), **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        kwargs["form_class"] = LinesFormField
        kwargs.setdefault("help_text", self.help_text or _("One on each line."))
        return super().formfield(**kwargs)


class DaysField(ArrayField):  # type: ignore[type-arg]
    """Days of the week, `mon` to `sun`, chosen with check boxes."""

    def __init__(self, base_field: models.Field[Any, Any] | None = None, **kwargs: Any) -> None:
        # Longer than a day's name: PostgreSQL cuts what is too long for an array, silently.
        super().__init__(
            base_field or models.CharField(max_length=20, choices=Weekday.choices), **kwargs
        )

    def formfield(self, **kwargs: Any) -> Any:
        return forms.MultipleChoiceField(
            choices=Weekday.choices,
            widget=forms.CheckboxSelectMultiple,
            required=not self.blank,
            label=kwargs.get("label", capfirst(self.verbose_name)),
            help_text=self.help_text,
        )


def days_are_real(field: str = "days") -> models.Q:
    """For a CHECK: at least one day, and only days of the week."""
    return models.Q(
        (f"{field}__len__gt", 0), (f"{field}__contained_by", [str(day) for day in Weekday.values])
    )
