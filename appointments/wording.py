"""Times as sentences say them: on the wall clock of the practice."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import phonenumbers
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def day(date: dt.date) -> str:
    """`Tuesday, November 24`."""
    return date_format(date, pgettext("format of a day", "l, F j"), use_l10n=False)


def time(instant: dt.datetime, zone: ZoneInfo) -> str:
    """`3:20 PM`."""
    return date_format(
        instant.astimezone(zone), pgettext("format of a time", "g:i A"), use_l10n=False
    )


def exact_time(instant: dt.datetime, zone: ZoneInfo) -> str:
    """As `time`; in an hour that comes twice, with the zone's name: `1:20 AM CDT`."""
    local = instant.astimezone(zone)
    if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
        return time(instant, zone)
    return f"{time(instant, zone)} {local.tzname()}"


def from_until(start: dt.datetime, end: dt.datetime, zone: ZoneInfo) -> str:
    """`3:20–3:50 PM`, `11:50 AM–12:20 PM`, `1:40 AM CDT–1:10 AM CST`."""
    begins, ends = exact_time(start, zone), exact_time(end, zone)
    if begins.split(" ")[1:] == ends.split(" ")[1:]:
        begins = begins.split(" ")[0]
    return f"{begins}–{ends}"


def when(instant: dt.datetime, zone: ZoneInfo) -> str:
    """`Tuesday, November 24, 3:20 PM`."""
    return _("%(day)s, %(time)s") % {
        "day": day(instant.astimezone(zone).date()),
        "time": time(instant, zone),
    }


def soon(instant: dt.datetime, zone: ZoneInfo, *, now: dt.datetime) -> str:
    """As near as one would say it: `3:20 PM today`, `9:00 AM tomorrow`, else with the day."""
    days = (instant.astimezone(zone).date() - now.astimezone(zone).date()).days
    if days == 0:
        return _("%(time)s today") % {"time": time(instant, zone)}
    if days == 1:
        return _("%(time)s tomorrow") % {"time": time(instant, zone)}
    return when(instant, zone)


def day_from(date: dt.date, *, today: dt.date) -> str:
    """`Today, Tuesday, November 24`; further away only the day."""
    match (date - today).days:
        case 0:
            return _("Today, %(day)s") % {"day": day(date)}
        case 1:
            return _("Tomorrow, %(day)s") % {"day": day(date)}
        case _other:
            return day(date)


def date(day: dt.date) -> str:
    """`March 31, 1948`."""
    return date_format(day, pgettext("format of a date", "F j, Y"), use_l10n=False)


def phone(e164: str) -> str:
    """`(214) 555-0142`; a number of another country with its code."""
    number = phonenumbers.parse(e164)
    at_home = number.country_code == 1
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if at_home else form.INTERNATIONAL)


def near_day(date: dt.date, *, today: dt.date) -> str:
    """`tomorrow`, else `Tue, Nov 24`: for a small label."""
    if date == today + dt.timedelta(days=1):
        return _("tomorrow")
    return date_format(date, pgettext("format of a short day", "D, M j"), use_l10n=False)
