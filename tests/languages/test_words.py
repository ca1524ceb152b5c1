"""The catalogue of words: whole, sure of itself, and compiled."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from django.conf import settings

from clinic_site import words

FOLDER = Path(settings.BASE_DIR) / "locale" / "es" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|<[^>]+>")


@pytest.fixture(scope="module")
def entries() -> list[words.Entry]:
    return words.read(FOLDER / "django.po")


def test_every_word_that_a_patient_meets_is_in_the_catalogue(entries: list[words.Entry]) -> None:
    found = set(words.collect(Path(settings.BASE_DIR)))
    known = {entry.key for entry in entries}
    advice = "run `python3 run.py manage words`, translate, run it again"
    assert not found - known, advice
    assert not known - found, advice


def test_no_word_is_untranslated_or_in_doubt(entries: list[words.Entry]) -> None:
    assert [entry.key[1] for entry in entries if not all(entry.translations)] == []
    assert [entry.key[1] for entry in entries if entry.fuzzy] == []


def test_a_translation_says_the_same_names_and_marks_as_its_original(
    entries: list[words.Entry],
) -> None:
    for entry in entries:
        _context, singular, plural = entry.key
        wanted = set(PLACEHOLDER.findall(singular + plural))
        assert set(PLACEHOLDER.findall("".join(entry.translations))) == wanted, singular


def test_a_sentence_that_ends_with_a_time_has_one_full_stop(entries: list[words.Entry]) -> None:
    """In Spanish a time brings its own: "3:20 p. m."."""
    doubled = re.compile(r"%\((when|answer_by|until|time)\)s\.")
    assert [entry.key for entry in entries if any(map(doubled.search, entry.translations))] == []


def test_nobody_is_addressed_as_tu(entries: list[words.Entry]) -> None:
    familiar = re.compile(r"\b(tú|tu|tus|te|ti|contigo|puedes|tienes|quieres|vosotros)\b", re.I)
    assert [text for one in entries for text in one.translations if familiar.search(text)] == []


def test_what_is_compiled_is_what_was_translated(entries: list[words.Entry]) -> None:
    compiled = (FOLDER / "django.mo").read_bytes()
    assert compiled == words.compiled(entries, "es"), "run `python3 run.py manage words`"
    with (FOLDER / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    for entry in entries:
        context, singular, plural = entry.key
        if plural:
            said = [catalogue.ngettext(singular, plural, number) for number in (1, 2)]
        elif context:
            said = [catalogue.pgettext(context, singular)]
        else:
            said = [catalogue.gettext(singular)]
        assert said == entry.translations
