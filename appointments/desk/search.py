"""Finding somebody by what they say on the telephone: a name, digits, a date of birth, a reference.

The words are about a patient, so they are sealed before they stand in an address: neither a log,
nor a browser's history, nor a proxy can read them. What is sealed opens for a quarter of an hour.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db.models import Q, QuerySet

from appointments.models import Appointment, Patient
from appointments.onset import parse_date

OPENS_FOR = 15 * 60  # seconds
FEWEST_DIGITS = 3
MOST_PEOPLE = 500
_SHORT_YEAR = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})")
_EIGHT_DIGITS = re.compile(r"(\d{2})(\d{2})(\d{4})")
_NOT_IN_NAMES = re.compile(r"[^\w'’-]+")


def seal(words: str) -> str:
    return _lock().encrypt(words.encode()).decode()


def unseal(sealed: str) -> str | None:
    """The words again; None for anything else, or when it is too old."""
    try:
        return _lock().decrypt(sealed.encode(), ttl=OPENS_FOR).decode()
    except (InvalidToken, ValueError):
        return None


def find(words: str) -> QuerySet[Appointment]:
    """Visits that `words` could mean, the latest first. Nothing for no words."""
    people = find_patients(words).order_by().values_list("pk", flat=True)[:MOST_PEOPLE]
    found = Q(patient__in=list(people))
    compact = re.sub(r"[\s-]", "", words).upper()
    if len(compact) == 8:
        found |= Q(reference=f"{compact[:4]}-{compact[4:]}")
    return Appointment.objects.filter(found).order_by("-starts_at", "pk")


def find_patients(words: str) -> QuerySet[Patient]:
    """People that `words` could mean: names in any order, the last digits of the telephone, the
    date of birth as people write it, the chart number; or several of them. Nothing for no words.
    """
    charted = _charted(words)
    born, rest = birth_date_in(words)
    digits = re.sub(r"\D", "", rest)
    letters = [one for one in _NOT_IN_NAMES.split(rest) if one and not re.search(r"\d", one)]
    spoken = Patient.objects.living()
    if letters:
        spoken = spoken.called(letters)
    if born:
        spoken = spoken.filter(birth_date=born)
    if len(digits) >= FEWEST_DIGITS:
        spoken = spoken.filter(phone__contains=digits)
    elif digits or not (letters or born):
        return charted  # one or two digits name nobody
    # Each half by its own index: together, by OR, the database would look at everybody.
    either = spoken.order_by().values("pk").union(charted.order_by().values("pk"))
    return Patient.objects.filter(pk__in=either)


def birth_date_in(words: str) -> tuple[dt.date | None, str]:
    """A day that the words name (03/09/1948, 3/9/48, 1948-03-09, 03091948, March 9 1948), and what
    is left of them. Two figures are the latest such year; the desk's patients are born already."""
    pieces = words.replace(",", " ").split()
    for length in (3, 1):
        for start in range(len(pieces) - length + 1):
            piece = " ".join(pieces[start : start + length])
            if day := _day(piece):
                return day, " ".join(pieces[:start] + pieces[start + length :])
    return None, words


def _day(text: str) -> dt.date | None:
    if short := _SHORT_YEAR.fullmatch(text):
        month, day, year = map(int, short.groups())
        # 26 to 99 are of the last century: who is seen for a spine is rarely born lately.
        text = f"{1900 + year if year > 25 else 2000 + year:04}-{month:02}-{day:02}"
    elif eight := _EIGHT_DIGITS.fullmatch(text):
        text = "{2}-{0}-{1}".format(*eight.groups())
    try:
        day_meant = parse_date(text)
    except ValueError:
        return None
    return day_meant if 1880 <= day_meant.year <= 2100 else None


def _charted(words: str) -> QuerySet[Patient]:
    number = " ".join(words.split()).upper()[:40]
    return Patient.objects.living().filter(chart_number=number).exclude(chart_number="")


def _lock() -> Fernet:
    key = hashlib.sha256(b"desk search\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
