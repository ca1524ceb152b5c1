"""When a complaint began, in the words people use: a date, "about two weeks ago", "don't know"."""

from __future__ import annotations

import datetime as dt
import re

DATE_FORMATS = (
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%m.%d.%Y",
    "%B %d, %Y",
    "%B %d %Y",
    "%b %d, %Y",
    "%b %d %Y",
)

_NOT_KNOWN = re.compile(
    r"(i )?(do not|don'?t|dont) (know|remember|recall)|not sure|unsure|unknown|no idea|n/?a|none"
    r"|\?+|no (lo )?s[eé]|no recuerdo"
)
_AGO = re.compile(
    r"(?:(?:about|around|roughly|maybe|some|nearly|almost|over|more than) )*"
    r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|(?:a )?couple(?: of)?|(?:a )?few)"
    r" (?P<unit>day|week|month|year)s?(?: ago)?"
)
_ONE_TO_TWELVE = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_COUNTS = {word: number for number, word in enumerate(_ONE_TO_TWELVE, start=1)} | {
    "a": 1,
    "an": 1,
    "couple": 2,
    "few": 3,
}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_PLAIN = {
    "today": 0,
    "this morning": 0,
    "tonight": 0,
    "yesterday": 1,
    "last night": 1,
    "last week": 7,
    "last month": 30,
    "last year": 365,
}


def parse_date(text: str) -> dt.date:
    """A date as ISO 8601, MM/DD/YYYY or with the month's English name; else ValueError."""
    cleaned = " ".join(text.split())
    for pattern in DATE_FORMATS:
        try:
            # A day on a calendar: no clock and no zone in it.
            return dt.datetime.strptime(cleaned, pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise ValueError(text)


def parse_onset(text: str, *, today: dt.date) -> dt.date | None:
    """The day it began, as near as the words say; None when it is not known. Else ValueError."""
    words = " ".join(text.lower().replace("’", "'").split()).rstrip(".!")
    if not words or _NOT_KNOWN.fullmatch(words):
        return None
    if words in _PLAIN:
        return today - dt.timedelta(days=_PLAIN[words])
    if ago := _AGO.fullmatch(words):
        count = ago["count"].removeprefix("a ").removesuffix(" of")
        number = int(count) if count.isdigit() else _COUNTS[count]
        return today - dt.timedelta(days=number * _DAYS[ago["unit"]])
    return parse_date(text)
