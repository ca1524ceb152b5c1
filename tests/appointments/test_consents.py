"""Nobody agrees to a translation that no person with a name has compared with the English."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from appointments import consents
from appointments.models import Consent
from practice.models import TranslationCheck
from practice.roles import Role
from tests import people
from tests.staff import a_member, signed_in

TEXTS = consents.Subject.TEXTS
ENGLISH = "You may send me text messages about this visit"


@pytest.fixture
def frances(db: None) -> User:
    return a_member(Role.FRONT_DESK, "frances@clinic.test", "Frances", "Field")


def test_an_unchecked_translation_is_not_shown_but_the_english_marked_as_such(db: None) -> None:
    with translation.override("es"):
        label, below = consents.shown(TEXTS)
        assert label == f'<span lang="en">{ENGLISH}</span>'
        assert consents.said(TEXTS).language == "en"
        assert "lang=" in below
    consents.check("es", by="Nora North", on=dt.date(2026, 11, 24))
    with translation.override("es"):
        assert consents.said(TEXTS).language == "es"
        assert "<span" not in consents.shown(TEXTS)[0]
        assert consents.shown(TEXTS)[0] != ENGLISH


def test_when_a_word_changes_afterwards_the_check_counts_no_more(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    consents.check("es", by="Nora North", on=dt.date(2026, 11, 24))
    key = (TEXTS, consents.VERSION)
    monkeypatch.setitem(consents.WORDS, key, ("Other words", ""))
    assert not consents.is_checked("es")


def test_the_record_says_in_which_language_the_words_were_read(db: None, now: dt.datetime) -> None:
    clinic = people.a_clinic()
    given = (consents.Given(TEXTS, True),)
    people.a_visit(clinic.same_day, now, details=people.alice(language="es", consents=given))
    assert Consent.objects.get().language == "en"
    consents.check("es", by="Nora North", on=now.date())
    people.a_visit(clinic.same_day, now, details=people.bob(language="es", consents=given))
    assert Consent.objects.latest("pk").language == "es"


def test_somebody_at_the_desk_compares_both_and_gives_their_name(frances: User) -> None:
    people.a_clinic()
    desk = signed_in(frances)
    page = desk.get("/admin/warning-signs/?language=es").content.decode()
    assert "Nobody has compared them yet" in page
    assert ENGLISH in page
    desk.post("/admin/warning-signs/consents/", {"language": "es"})
    assert TranslationCheck.objects.get().checked_by == "Frances Field"
    page = desk.get("/admin/warning-signs/?language=es").content.decode()
    assert "Compared by Frances Field" in page


def test_only_a_translation_can_be_checked_and_only_by_staff(frances: User) -> None:
    people.a_clinic()
    for language in ("en", "tlh", ""):
        answer = signed_in(frances).post("/admin/warning-signs/consents/", {"language": language})
        assert answer.status_code == 404
    Client().post("/admin/warning-signs/consents/", {"language": "es"})
    assert not TranslationCheck.objects.exists()
