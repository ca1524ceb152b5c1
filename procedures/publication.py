"""What a topic must have before patients may rely on it."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from procedures.models import Condition, Kind, Topic

SUMMARY = gettext_noop("a summary")
RISKS = gettext_noop("risks")
ALTERNATIVES = gettext_noop("alternatives")
RED_FLAGS = gettext_noop("red flags")
SOURCE = gettext_noop("a source")
ALT_TEXT = gettext_noop("alternative text for a picture")


def missing_for_publication(topic: Topic) -> list[str]:
    """What is missing, in the order of the page; empty when nothing is. English words that
    templates may translate. Works on an unsaved draft as on a published page.

    A condition says its risks by what becomes of it (prognosis) too, and its alternatives by its
    treatments.
    """
    prose = {section.kind for section in topic.sections.all() if section.body.strip()}
    a_condition = isinstance(topic, Condition)

    def has(items: str, *kinds: Kind) -> bool:
        return bool(list(getattr(topic, items).all())) or not prose.isdisjoint(kinds)

    there = {
        SUMMARY: bool(topic.summary.strip()),
        RISKS: has("risks", Kind.RISKS, *([Kind.PROGNOSIS] if a_condition else [])),
        ALTERNATIVES: has(
            "alternatives", Kind.ALTERNATIVES, *([Kind.TREATMENTS] if a_condition else [])
        ),
        RED_FLAGS: bool(list(topic.red_flags.all())),
        SOURCE: bool(list(topic.sources.all())),
        ALT_TEXT: all(picture.alt.strip() for picture in topic.images.all())
        and all(step.drawing or step.what_it_shows for step in topic.steps.all() if step.image),
    }
    return [what for what, is_there in there.items() if not is_there]
