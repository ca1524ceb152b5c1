"""What the practice may say under a review.

A reply that admits that somebody was here breaks the law, however kind it is. So there are a few
approved sentences that say nothing about anybody; anything else is scanned and takes two people.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from practice.models import Practitioner
from procedures.models import Condition, Procedure
from reviews.models import Decision, Reply, Review
from reviews.moderation import SAME_PERSON, NotAllowed, note

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Approved once, by whoever answers for the law here; a new one is a change of this file.
TEMPLATES: dict[str, Promise] = {
    "thanks": _("Thank you for taking the time to write."),
    "listen": _(
        "Thank you for writing. We read every review. The law keeps us from saying more in "
        "public. Anybody can reach us by telephone at any time."
    ),
    "call": _(
        "We are sorry to read this. The law does not let us answer in public, not even to say "
        "who has been here. Please call our office and ask for the manager."
    ),
}
LONGEST = 600

_MONTHS = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec enero febrero marzo abril mayo junio julio "
    "agosto septiembre octubre noviembre diciembre"
)
_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday today yesterday "
    "lunes martes miércoles jueves viernes sábado domingo ayer hoy"
)
_CARE = (
    "visit visits visited appointment appointments chart charts record records treatment "
    "treatments treated treat surgery surgeries surgical operation operated procedure procedures "
    "injection injections x-ray mri scan diagnosis diagnosed prescription medication medicine "
    "patient patients exam examination examined therapy implant fracture fractures condition "
    "insurance bill billing refund consultation consult anesthesia recovery symptoms pain "
    "cita citas paciente pacientes cirugía tratamiento consulta operación dolor"
)
_BODY = (
    "back spine spinal neck knee hip shoulder leg legs arm arms foot feet bone bones disc disk "
    "vertebra vertebrae nerve nerves muscle joint head hand hands espalda columna rodilla cuello"
)
_NOT_NAMES = frozenset(
    ["the", "and", "for", "our", "you", "your", "her", "his", "she", "him", "who"]
)


def found_in(words: str, *, author: str) -> list[str]:
    """What of `words` may say something about somebody: names, dates, treatments, body parts."""
    text = words.casefold()
    found = [match[0] for match in re.finditer(r"\d[\d./:-]*", text)]
    # One-word months that are also verbs are found as well: better to ask once too often.
    for word in _words(_MONTHS, _DAYS, _CARE, _BODY, *_names(author), *_topics()):
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text):
            found.append(word)
    return list(dict.fromkeys(found))


def _names(author: str) -> Iterable[str]:
    yield " ".join(
        word for word in re.findall(r"[^\W\d_]{2,}", author.casefold()) if word not in _NOT_NAMES
    )
    for person in Practitioner.objects.all():
        for name in (person.name, *person.name_variants):
            yield " ".join(
                word
                for word in re.findall(r"[^\W\d_]{3,}", name.casefold())
                if word not in _NOT_NAMES
            )


def _topics() -> Iterable[str]:
    for model in (Procedure, Condition):
        for topic in model.objects.all():
            for name in (topic.name, *topic.alternate_names):
                yield " ".join(re.findall(r"[^\W\d_]{5,}", name.casefold()))


def _words(*lists: str) -> list[str]:
    return list(dict.fromkeys(word for one in lists for word in one.split()))


def words_of(reply: Reply) -> str:
    if reply.template:
        return str(TEMPLATES[reply.template]) if reply.template in TEMPLATES else ""
    return reply.words


@transaction.atomic
def from_template(review: Review, *, template: str, by: User, now: dt.datetime) -> Reply:
    """Stands at once: its words were approved before."""
    if template not in TEMPLATES:
        raise NotAllowed(_("This is not one of the approved replies."))
    _is_free(review)
    reply = Reply.objects.create(
        review=review, template=template, by=by, at=now, approved_by=by, approved_at=now
    )
    note(review, Decision.What.REPLIED, by=by, now=now, reason=template)
    return reply


@transaction.atomic
def in_free_words(review: Review, *, words: str, by: User, now: dt.datetime) -> Reply:
    """Waits for a second person. Raises NotAllowed, and keeps nothing, when the scan finds
    anything about anybody."""
    words = words.strip()
    if not words or found_in(words, author=review.author):
        raise NotAllowed(_("A reply must say nothing about anybody."))
    _is_free(review)
    reply = Reply.objects.create(review=review, words=words, by=by, at=now)
    note(review, Decision.What.REPLIED, by=by, now=now)
    return reply


@transaction.atomic
def approve(reply: Reply, *, by: User, now: dt.datetime) -> None:
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    if reply.by_id == by.pk:
        raise NotAllowed(SAME_PERSON)
    if found_in(reply.words, author=reply.review.author):
        raise NotAllowed(_("A reply must say nothing about anybody."))
    reply.approved_by, reply.approved_at = by, now
    reply.save(update_fields=["approved_by", "approved_at"])
    note(reply.review, Decision.What.REPLY_APPROVED, by=by, now=now)


@transaction.atomic
def take_back(reply: Reply, *, by: User, now: dt.datetime) -> None:
    """A reply that waits, or that stands already, is gone."""
    review = reply.review
    reply.delete()
    note(review, Decision.What.REPLY_REFUSED, by=by, now=now)


def _is_free(review: Review) -> None:
    if Reply.objects.filter(review=review).exists():
        raise NotAllowed(_("There is a reply already. Take it back first."))
