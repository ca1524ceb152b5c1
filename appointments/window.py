"""How long there is to treat: only where a page that a physician signed says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from procedures import signing
from procedures.models import Procedure


@dataclass(frozen=True)
class Window:
    procedure: str
    weeks: int

    def days_left(self, onset: dt.date, *, today: dt.date) -> int:
        """Negative once it is over."""
        return (onset + dt.timedelta(weeks=self.weeks) - today).days


def in_force() -> list[Window]:
    """Counted from when it began; the shortest first."""
    found = list(
        Procedure.objects.live()
        .only("title", "live", "live_revision", "treatment_window_weeks")
        .filter(treatment_window_weeks__isnull=False, treatment_window_from__in=("injury", "onset"))
        .order_by("treatment_window_weeks", "title")
    )
    if not found:
        return []
    standing = signing.standings(found)
    return [
        Window(one.title, one.treatment_window_weeks)
        for one in found
        if one.treatment_window_weeks and standing[one.pk].is_signed
    ]
