"""The legal notices that a practice shows: ordinary pages, found by their address.

We write no official wording. A page that waits for it has a heading that begins with "GAP:".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from practice.models import HomePage, PlainPage

GAP = re.compile(r"^#+\s*GAP:.*$", re.MULTILINE)


class State(StrEnum):
    MISSING = "missing"
    NOT_PUBLIC = "not public"
    GAP = "has a gap"
    COMPLETE = "complete"


@dataclass(frozen=True)
class Notice:
    slug: str
    title: str
    paste: str  # what has to come from the practice and its lawyer


NOTICES = [
    Notice("privacy", "Your privacy", "your Notice of Privacy Practices with its effective date"),
    Notice(
        "accessibility",
        "Using this site",
        "whom to contact about a barrier, and the date of your last test by people",
    ),
    Notice(
        "electronic-disclosure",
        "How we share records electronically",
        "the notice of electronic disclosure that your state asks for",
    ),
    Notice(
        "complaint-notice",
        "How to file a complaint",
        "the complaint notice of your medical board, word for word, in English and Spanish",
    ),
    Notice(
        "non-discrimination",
        "Equal treatment and help in your language",
        "the federal notice of non-discrimination and the lines about help in other languages",
    ),
    Notice(
        "good-faith-estimate",
        "What it will cost",
        "the federal notice of the right to a good-faith estimate",
    ),
    Notice(
        "online-reviews",
        "How we handle reviews",
        "the rules by which you publish and refuse reviews, once your lawyer has read them",
    ),
]


def state(notice: Notice) -> State:
    pages = PlainPage.objects.filter(slug=notice.slug).order_by("-live", "path")
    page = pages.first()
    if page is None:
        return State.MISSING
    if not page.live:
        return State.NOT_PUBLIC
    if GAP.search(page.body) or not page.body.strip():
        return State.GAP
    return State.COMPLETE


def make_missing() -> list[Notice]:
    """A draft with a marked gap for each notice that has no page; returns which were made."""
    home = HomePage.objects.order_by("path").first()
    if home is None:
        return []
    made = [notice for notice in NOTICES if state(notice) == State.MISSING]
    for notice in made:
        body = (
            "### GAP: the official words go here\n\n"
            f"**Before this page goes public, paste in:** {notice.paste}. "
            "The words must come from the practice and its lawyer.\n"
        )
        page = PlainPage(title=notice.title, slug=notice.slug, body=body, live=False)
        home.add_child(instance=page)
        page.save_revision()
    return made
