"""`{% load procedures %}`

{% reading page as topic %}         a topic's page (procedures/reading.py Reading):
    topic.parts                     sections in order: .kind .title .anchor .body .items .after
    topic.facts                     key facts: .name .label .value
    topic.treats .treated_by .similar_to   links: .name .url (empty: no page) .summary
    topic.pictures                  .image .alt .caption .credit
    topic.red_flags                 by level: topic.red_flags.911, .today, .book
    topic.author_page .reviewer_page       PersonPage or None;  topic.publisher
    topic.standing                  procedures/signing.py Standing: .is_signed .signature
                                    (.at .signer .signed_by .is_own_text .next_review)
                                    .corrections .is_overdue
  (page.author, page.reviewed_by, page.published, .modified, .reviewed, .next_review,
  .lead, .summary, .name, .title, .is_sample are on the page itself)
  items by kind:  steps .text .image .drawing;  candidates .text .suits;  risks .text .frequency
    .per .action;  recovery .starts .ends .type (milestone, do, dont);  preparation .by .when;
    red_flags .level (911, today, book);  questions .question .answer;  evidence .citation .url;
    causes, contraindications, benefits, alternatives .text
{% conditions as topics %}{% procedures as topics %}    published, each .name .title .summary .url
{% topics_by person as topics %}    what this person wrote or reviewed
{% structured_data thing %}         JSON-LD of a page, a location or nothing (the practice)
{% path_to thing as crumbs %}       breadcrumbs: .name .url, the page itself last
"""

from __future__ import annotations

from typing import Any, TypeVar

from django import template
from django.conf import settings
from django.db.models import Q
from django.utils.safestring import SafeString

from practice import languages
from practice.models import Practice, Practitioner
from procedures import structured_data as data
from procedures.models import Condition, Procedure, Topic
from procedures.reading import Link, Reading, links, read

register = template.Library()
T = TypeVar("T", Condition, Procedure)


@register.simple_tag
def reading(page: Topic) -> Reading:
    return read(page, Practice.objects.current())


@register.simple_tag
def conditions() -> list[Link]:
    return links(_shown(Condition), [])


@register.simple_tag
def procedures() -> list[Link]:
    return links(_shown(Procedure), [])


@register.simple_tag
def topics_by(person: Practitioner) -> list[Link]:
    theirs = Q(author=person) | Q(reviewed_by=person)
    return [*links(_shown(Procedure, theirs), []), *links(_shown(Condition, theirs), [])]


def _shown(model: type[T], *those: Q) -> list[T]:
    """Published, each once, in the language of the page where it is translated."""
    rows = model.objects.live().public().filter(*those).select_related("locale")
    return languages.shown(rows.order_by("path"))


@register.simple_tag
def structured_data(thing: Any = None) -> SafeString:
    return data.script(data.graph(thing, url=settings.CLINIC_URL))


@register.simple_tag
def path_to(thing: Any) -> list[Link]:
    return data.breadcrumbs(thing)
