"""What is typed about somebody's hours: a line of the week, a first day, one extra session."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.desk.pages import Here
from appointments.models import VisitType
from appointments.rules import ONE_DAY, Hours
from appointments.working import Shift
from practice.models import Location, Practitioner
from practice.models.fields import Weekday

BY_VIDEO = "video"
FURTHEST = 366 * ONE_DAY
CONTROL = {"class": "form-control"}


class MidnightField(forms.TimeField):
    """A time; `24:00` is midnight at the end of the day."""

    def to_python(self, value: Any) -> dt.time | None:
        return super().to_python("00:00" if str(value).strip() == "24:00" else value)


@dataclass(frozen=True)
class Choices:
    """What every line offers, read once for all of them."""

    places: list[tuple[str, str]]
    kinds: list[tuple[int, str]]

    @classmethod
    def read(cls) -> Choices:
        places = [(str(pk), name) for pk, name in Location.objects.values_list("pk", "name")]
        kinds = VisitType.objects.filter(active=True).values_list("pk", "name")
        return cls([(BY_VIDEO, _("By video")), *places], list(kinds))


class SpanForm(forms.Form):
    """One line of a week: days, from, until. A line without days and times is none."""

    days = forms.MultipleChoiceField(
        label=gettext_lazy("Days"),
        choices=Weekday.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    opens = MidnightField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.TimeInput(attrs=CONTROL | {"type": "time"}, format="%H:%M"),
    )
    closes = MidnightField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.TimeInput(attrs=CONTROL | {"type": "time"}, format="%H:%M"),
    )
    every_day = False  # an extra session has its one day

    @property
    def is_none(self) -> bool:
        said = self.cleaned_data
        return not (said.get("days") or said.get("opens") or said.get("closes"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors or (self.is_none and not self.every_day):
            return cleaned
        opens, closes = cleaned["opens"], cleaned["closes"]
        if not self.every_day and not cleaned["days"]:
            self.add_error("days", _("Tick the days of these hours."))
        if opens is None:
            self.add_error("opens", _("Write when these hours begin."))
        if closes is None:
            self.add_error("closes", _("Write when these hours end."))
        if opens is not None and opens == closes != dt.time():  # midnight to midnight is a day
            self.add_error("closes", _("These hours end when they begin. Write another time."))
        return cleaned

    def hours(self) -> Hours:
        said = self.cleaned_data
        return Hours(frozenset(said["days"]), said["opens"], said["closes"])


class ShiftForm(SpanForm):
    """One line of somebody's week: where, and for which kinds of visit."""

    where = forms.ChoiceField(
        label=gettext_lazy("Where"), widget=forms.Select(attrs={"class": "form-select"})
    )
    visit_types = forms.ModelMultipleChoiceField(
        VisitType.objects.none(),
        label=gettext_lazy("Kinds of visit"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    same_day_from = forms.TimeField(
        label=gettext_lazy("Kept for the same day, open from"),
        required=False,
        widget=forms.TimeInput(attrs=CONTROL | {"type": "time"}, format="%H:%M"),
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["where"]).choices = choices.places
        types = cast("forms.ModelMultipleChoiceField[VisitType]", self.fields["visit_types"])
        types.queryset = VisitType.objects.filter(active=True)
        types.choices = choices.kinds

    def clean(self) -> dict[str, Any]:
        faulty = bool(self.errors)
        cleaned = super().clean()
        if faulty or (self.is_none and not self.every_day):
            return cleaned
        kinds = cleaned["visit_types"]
        fitting = [one for one in kinds if one.is_virtual == (cleaned["where"] == BY_VIDEO)]
        if not fitting or len(fitting) < len(kinds):
            self.add_error(
                "visit_types",
                _("Choose kinds of visit that fit the place: by video, or in person at an office."),
            )
        return cleaned

    def shift(self) -> Shift:
        said = self.cleaned_data
        where = said["where"]
        return Shift(
            days=tuple(said["days"]) or tuple(Weekday.values),
            opens=said["opens"],
            closes=said["closes"],
            location=None if where == BY_VIDEO else Location.objects.get(pk=where),
            visit_types=tuple(said["visit_types"]),
            same_day_from=said.get("same_day_from"),
        )


class FirstDayForm(forms.Form):
    first = forms.DateField(
        label=gettext_lazy("From which day on"),
        widget=forms.DateInput(attrs=CONTROL | {"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, here: Here, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.here = here

    def clean_first(self) -> dt.date:
        first = cast(dt.date, self.cleaned_data["first"])
        if not self.here.today < first <= self.here.today + FURTHEST:
            raise forms.ValidationError(
                _(
                    "A change begins tomorrow or later, within a year. Today is changed by an "
                    "extra session or a closure."
                )
            )
        return first


class SessionForm(ShiftForm):
    """Hours of one person on one day."""

    every_day = True
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.bookable(),
        label=gettext_lazy("Who"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    day = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs=CONTROL | {"type": "date"})
    )
    field_order = ("practitioner", "day", "opens", "closes", "where", "visit_types")

    def __init__(self, *args: Any, here: Here, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.here = here
        del self.fields["days"], self.fields["same_day_from"]

    @property
    def is_none(self) -> bool:
        return False

    def clean_day(self) -> dt.date:
        day = cast(dt.date, self.cleaned_data["day"])
        if not self.here.today <= day <= self.here.today + FURTHEST:
            raise forms.ValidationError(_("Choose today or a later day, within a year."))
        return day

    def shift(self) -> Shift:
        self.cleaned_data |= {"days": [], "same_day_from": None}
        return super().shift()
