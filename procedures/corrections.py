"""Which change of a topic is a correction: its prose alone, a few words, and nothing that tells
how much, how often, how long, which side, before or after, or yes or no.

Both versions are compared as their revisions keep them (`Revision.content`). No database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from procedures.models import ITEMS


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


MOST_WORDS = 20  # changed in the whole page; more is a new text
PROSE = {"title", "seo_title", "search_description", "summary", "lead", "heading", "body", "after"}
PROSE |= {"text", "question", "answer", "alt", "caption"}
LISTS = {"sections", "images", *ITEMS.values()}
# What Wagtail keeps about the page, and the address, which says nothing about medicine.
NOT_WORDS = {
    *("pk", "id", "path", "depth", "numchild", "url_path", "translation_key", "locale", "slug"),
    *("content_type", "live", "has_unpublished_changes", "owner", "locked", "locked_at"),
    *("locked_by", "expired", "expire_at", "go_live_at", "first_published_at", "alias_of"),
    *("last_published_at", "latest_revision", "latest_revision_created_at", "live_revision"),
    *("draft_title", "wagtail_admin_comments", "show_in_menus", "index_entries", "page_ptr"),
    *("topic_ptr", "topic", "sort_order", "modified"),
}
WORD = re.compile(r"https?://\S+|[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,:/]\d+)*|%|°")
NUMBERS = _set(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred hundreds thousand thousands million half third quarter once twice double first second "
    "uno una dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta "
    "cuarenta cincuenta sesenta setenta ochenta noventa cien ciento mil millón medio media mitad "
    "tercio vez veces doble"
)
UNITS = _set(
    "% ° percent degree degrees mg mcg g kg ml l cc mm cm m km inch inches foot feet lb lbs pound "
    "pounds ounce ounces mile miles hour hours hr hrs minute minutes min second seconds day days "
    "week weeks month months year years mmhg units iu dose doses gray mgy msv celsius fahrenheit "
    "por grado grados libra libras hora horas minuto minutos segundo segundos día días semana "
    "semanas mes meses año años dosis"
)
# Words that turn a sentence around or move it: yes and no, how often, when, where, which way.
TURNS = _set(
    "no not never none nobody nothing neither nor without cannot cant unable except unless only "
    "avoid stop stops refuse instead may must should can will always sometimes often rarely rare "
    "seldom common uncommon usually most many few fewer more less least all any some every before "
    "after until during while left right both upper lower up down high low higher worse better "
    "safe unsafe likely unlikely increase decrease increases decreases allergic pregnant "
    "now today tomorrow daily 911 call "
    "nunca jamás ni ningún ninguna ninguno nada nadie sin tampoco excepto salvo solo sólo "
    "evite evitar deje puede debe siempre raro rara raramente común poco pocos más menos todo "
    "todos toda todas alguno algunos antes después hasta durante izquierda derecha izquierdo "
    "derecho ambos alto bajo peor mejor seguro hoy ahora llame"
)


def why_not(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The reasons why the change is more than a correction, in words a doctor understands; empty
    when it is one. A version without any change has none either."""
    reasons: list[str] = []
    changed = 0
    for name, old, new in differences(before, after):
        if name not in PROSE or not isinstance(old, str) or not isinstance(new, str):
            reasons.append(_("“%(field)s” changed. It is not prose.") % {"field": in_words(name)})
            continue
        if turned := telling_change(old, new):
            reasons.append(
                _("A word that decides changed: %(words)s.") % {"words": ", ".join(turned)}
            )
        changed += words_changed(old, new)
    if changed > MOST_WORDS:
        reasons.append(
            _("%(count)s words changed. More than %(most)s is a new text.")
            % {"count": changed, "most": MOST_WORDS}
        )
    return list(dict.fromkeys(reasons))


def differences(before: Any, after: Any, name: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Field by field, with the name of the field; lists entry by entry in their order."""
    if name in ("", *LISTS) and isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            if key not in NOT_WORDS:
                yield from differences(before.get(key), after.get(key), key)
        return
    if name in LISTS and isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield name, None, None
            return
        for old, new in zip(in_order(before), in_order(after), strict=True):
            yield from differences(old, new, name)
        return
    if before != after:
        yield name, before, after


def in_order(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: (row.get("sort_order") or 0, row.get("pk") or 0))


def words(text: str) -> list[str]:
    return [word.replace("’", "'").lower() for word in WORD.findall(text)]


def is_telling(word: str) -> bool:
    return (
        word[0].isdigit()
        or word.startswith("http")
        or word in NUMBERS
        or word in UNITS
        or word in TURNS
        or word.endswith("n't")
        or (word.startswith(("un", "non")) and len(word) > 6)
    )


def telling_change(old: str, new: str) -> list[str]:
    """The deciding words that are not the same, or not in the same order."""
    olds = [word for word in words(old) if is_telling(word)]
    news = [word for word in words(new) if is_telling(word)]
    found: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        if kind != "equal":
            found += olds[a:b] + news[c:d]
    return list(dict.fromkeys(found))


def words_changed(old: str, new: str) -> int:
    olds, news = words(old), words(new)
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    return sum(max(b - a, d - c) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal")


def in_words(name: str) -> str:
    return name.replace("_", " ")
