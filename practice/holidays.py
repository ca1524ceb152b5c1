"""The days on which the federal offices of the United States are closed (5 U.S.C. 6103)."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

MONDAY, THURSDAY = 0, 3
ONE_DAY = dt.timedelta(days=1)
FIXED = (
    (1, 1, _("New Year's Day")),
    (6, 19, _("Juneteenth")),
    (7, 4, _("Independence Day")),
    (11, 11, _("Veterans Day")),
    (12, 25, _("Christmas Day")),
)
# Month, day of the week, which one of the month (-1: the last).
MOVING = (
    (1, MONDAY, 3, _("Birthday of Martin Luther King, Jr.")),
    (2, MONDAY, 3, _("Washington's Birthday")),
    (5, MONDAY, -1, _("Memorial Day")),
    (9, MONDAY, 1, _("Labor Day")),
    (10, MONDAY, 2, _("Columbus Day")),
    (11, THURSDAY, 4, _("Thanksgiving Day")),
)


def federal(year: int) -> list[tuple[dt.date, str]]:
    """The working day that is off for each holiday of `year`, in order: one on a Saturday is kept
    the Friday before (for New Year's Day in the year before), one on a Sunday the Monday after."""
    days = [(_kept(dt.date(year, month, day)), str(name)) for month, day, name in FIXED]
    days += [(_nth(year, month, day, n), str(name)) for month, day, n, name in MOVING]
    return sorted(days)


def _kept(day: dt.date) -> dt.date:
    match day.weekday():
        case 5:
            return day - ONE_DAY
        case 6:
            return day + ONE_DAY
        case _weekday:
            return day


def _nth(year: int, month: int, weekday: int, n: int) -> dt.date:
    first = dt.date(year, month, 1)
    day = first + (weekday - first.weekday()) % 7 * ONE_DAY + 7 * (max(n, 1) - 1) * ONE_DAY
    while n == -1 and (day + 7 * ONE_DAY).month == month:
        day += 7 * ONE_DAY
    return day
