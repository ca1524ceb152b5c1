"""The practice's own words for what we send, in place of those in templates/emails/.

Own words are plain text with names in braces: `{phone}`. Only the names of their kind are known
(correspondence/kinds.py), and they are put in by this module alone: no template engine ever sees
what somebody typed. A line whose value is not known for a message is left out of it. A message is
put into words when it is sent, so one that waits already goes out in the new words.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from correspondence.kinds import KINDS
from correspondence.models import OutboxMessage, Wording
from practice.models import Practice

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_TEXT = 300  # characters of a text message, with the values and STOP: two parts or so
NAME = re.compile(r"\{([^{}\n]*)\}")
# What may stand in no message, whoever writes it: a mailbox and a locked screen are read by others.
CLINICAL = re.compile(
    r"\b(?:spin(?:e|al)|vertebr\w*|surg\w*|pain\w*|diagnos\w*|disc|fractur\w*|kyphoplast\w*|cancer"
    r"|tumou?rs?|symptom\w*|column|columna|cirug\w*|dolor\w*|diagn[oó]stic\w*|disco|s[ií]ntoma\w*"
    r"|espalda|inject\w*|inyecci\w*)\b",
    re.IGNORECASE,
)


class Unfit(ValueError):
    """These words cannot be sent; `faults` says why, field by field."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = faults


class AlreadyChanged(Exception):
    """A colleague changed these words meanwhile. Nothing was changed."""


@dataclass(frozen=True)
class Words:
    subject: str
    body: str
    text: str  # of the text message; empty where there is none


def editable() -> list[str]:
    """Every kind but those to staff, whose words are the site's own."""
    return [kind for kind in KINDS if not kind.startswith("staff_")]


def names_of(kind: str) -> frozenset[str]:
    """What may stand in braces."""
    spec = KINDS[kind]
    return spec.required | spec.optional | (frozenset({"link"}) if spec.links else frozenset())


def needed(kind: str) -> frozenset[str]:
    """What must stand there, because it stands in the default: how to reach us, the way back, and
    the time once there is one. Our name and number stand under every e-mail anyway."""
    said = set(NAME.findall(default(kind, settings.LANGUAGE_CODE).body))
    return names_of(kind) & said & {"phone", "reference", "when", "link"}


def needed_in_text(kind: str) -> frozenset[str]:
    return names_of(kind) & {"practice", "when", "link"}


def latest(kind: str, locale: str) -> Wording | None:
    return Wording.objects.filter(kind=kind, locale=locale).last()


def own(kind: str, locale: str) -> Words | None:
    """The practice's own words; None where the default holds."""
    row = latest(kind, locale)
    return Words(row.subject, row.body, row.text) if row and row.subject else None


def default(kind: str, locale: str) -> Words:
    """The words of templates/emails/, with each name in braces where its value would stand."""
    with translation.override(locale):
        values = {name: f"{{{name}}}" for name in names_of(kind)}
        title = str(KINDS[kind].title)
        body = render_to_string(f"emails/{kind}.txt", {**values, "title": title})
        text = render_to_string("emails/text_message.txt", {**values, "title": title})
        stop = _("Reply STOP to end these texts.")
    lines = [line.strip() for line in body.strip().splitlines()]
    while lines and lines[-1] in {"{practice}", "{phone}", ""}:
        lines.pop()
    words = " ".join(text.split()).removesuffix(stop).strip() if KINDS[kind].by_text else ""
    return Words(title, re.sub(r"\n{3,}", "\n\n", "\n".join(lines)), words)


@transaction.atomic
def change(
    kind: str, locale: str, words: Words, *, seen: int, by: User, now: dt.datetime
) -> Wording:
    """From now on these words; `seen` is the number of the row that was on the screen (0: none).
    Raises Unfit, AlreadyChanged."""
    words = tidy(words)
    check(kind, locale, words)
    return _write(kind, locale, words, seen=seen, by=by, now=now)


@transaction.atomic
def restore(kind: str, locale: str, *, seen: int, by: User, now: dt.datetime) -> Wording:
    """From now on the default again. Raises AlreadyChanged."""
    return _write(kind, locale, Words("", "", ""), seen=seen, by=by, now=now)


def _write(
    kind: str, locale: str, words: Words, *, seen: int, by: User, now: dt.datetime
) -> Wording:
    row = latest(kind, locale)
    if (row.number if row else 0) != seen:
        raise AlreadyChanged
    try:
        with transaction.atomic():
            return Wording.objects.create(
                kind=OutboxMessage.Kind(kind),
                locale=locale,
                number=seen + 1,
                subject=words.subject,
                body=words.body,
                text=words.text,
                at=now,
                user=by,
            )
    except IntegrityError as error:
        if "wording_one_after_the_other" in str(error):
            raise AlreadyChanged from error
        raise


def tidy(words: Words) -> Words:
    """Line ends as ours, no other control characters, one line where one line belongs."""
    lines = [_printable(line).rstrip() for line in re.split(r"\r\n|\r|\n", words.body.strip())]
    one = [" ".join(_printable(value).split()) for value in (words.subject, words.text)]
    return Words(one[0], re.sub(r"\n{3,}", "\n\n", "\n".join(lines)), one[1])


def _printable(value: str) -> str:
    return "".join(c if c.isprintable() else " " for c in value)


def check(kind: str, locale: str, words: Words) -> None:
    """Raises Unfit."""
    faults: dict[str, str] = {}
    parts = [("subject", words.subject, frozenset[str](), frozenset[str]())]
    parts.append(("body", words.body, names_of(kind), needed(kind)))
    if KINDS[kind].by_text:
        parts.append(("text", words.text, names_of(kind), needed_in_text(kind)))
    for field, value, known, wanted in parts:
        if fault := _fault(field, value, known, wanted):
            faults[field] = fault
    if not faults and KINDS[kind].by_text:
        length = len(text_message(words, example(kind, locale), locale))
        if length > LONGEST_TEXT:
            faults["text"] = _(
                "This text message would have %(length)d characters; at most %(most)d fit."
            ) % {"length": length, "most": LONGEST_TEXT}
    if faults:
        raise Unfit(faults)


def _fault(field: str, value: str, known: frozenset[str], wanted: frozenset[str]) -> str:
    used = set(NAME.findall(value))
    if not value:
        return _("Write something here, or restore the default.")
    if "<" in value or ">" in value:
        return _("Write plain words, without < and >.")
    if field == "subject" and used:
        return _("The subject shows on locked screens: nothing in braces may stand in it.")
    if unknown := sorted(used - known):
        return _("%(unknown)s cannot stand in this message. Allowed: %(known)s.") % {
            "unknown": _braced(unknown),
            "known": _braced(sorted(known)),
        }
    if "{" in NAME.sub("", value) or "}" in NAME.sub("", value):
        return _("A brace stands alone. Write names as in %(example)s.") % {"example": "{phone}"}
    if missing := sorted(wanted - used):
        return _("%(missing)s is missing: without it nobody knows how to go on.") % {
            "missing": _braced(missing)
        }
    if found := CLINICAL.search(value):
        return _("“%(word)s” says what somebody is treated for. Leave it out.") % {
            "word": found.group()
        }
    return ""


def _braced(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


# --- putting values in ---------------------------------------------------------------------------
def filled(line: str, values: Mapping[str, str]) -> str | None:
    """The line with its values; None when one of them is not known for this message."""
    if any(not values.get(name) for name in NAME.findall(line)):
        return None
    return NAME.sub(lambda found: values[found.group(1)], line)


def plain(words: Words, values: Mapping[str, str]) -> str:
    """The body as text, with who writes under it."""
    lines = [filled(line, values) for line in words.body.splitlines()]
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line is not None))
    signed = [value for value in (values.get("practice"), values.get("phone")) if value]
    return f"{body.strip()}\n\n" + "\n".join(signed) + "\n"


def paragraphs(words: Words, values: Mapping[str, str]) -> list[SafeString]:
    """The body as HTML: every value and every word escaped, the link as one."""
    safe = {name: conditional_escape(value) for name, value in values.items()}
    if link := values.get("link"):
        safe["link"] = format_html('<a href="{0}">{0}</a>', link)
    found = []
    for block in words.body.split("\n\n"):
        # The braces are no characters that escaping changes.
        lines = [filled(str(conditional_escape(line)), safe) for line in block.splitlines()]
        if kept := [line for line in lines if line]:
            found.append(mark_safe("<br>".join(kept)))  # noqa: S308 each part is escaped
    return found


def text_message(words: Words, values: Mapping[str, str], locale: str) -> str:
    """One line, with the way to end them. A value that is not known leaves no gap."""
    with translation.override(locale):
        stop = _("Reply STOP to end these texts.")
    line = NAME.sub(lambda found: values.get(found.group(1), ""), words.text)
    return " ".join(f"{line} {stop}".split())


def example(kind: str, locale: str) -> dict[str, str]:
    """Invented values, for looking at a message before it is anybody's."""
    practice = Practice.objects.current()
    with translation.override(locale):
        moment = dt.datetime(2026, 11, 24, 15, 20)  # noqa: DTZ001 a time on the wall
        day = date_format(moment, pgettext("format of a day", "l, F j"), use_l10n=False)
        time = date_format(moment, pgettext("format of a time", "g:i A"), use_l10n=False)
        when = _("%(day)s, %(time)s") % {"day": day, "time": time}
        values = {
            "practice": practice.called,
            "reference": "7KM4-X2PD",
            "phone": practice.phone.as_national if practice.phone else "(214) 555-0142",
            "when": when,
            "answer_by": when,
            "try_again": when,
            "until": day,
            "cancelled_by": practice.called,
            "minutes": "20",
            "link": f"{settings.CLINIC_URL}/a/Q2xpbmljRXhhbXBsZUFkZHJlc3M/",
        }
    return {name: values[name] for name in names_of(kind)}
