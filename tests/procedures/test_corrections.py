"""A few words may be put right without a signature; whatever decides may not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from practice.models import Practitioner
from practice.roles import Role
from procedures import signing
from procedures.corrections import why_not
from procedures.models import Ground, Procedure, Release
from tests.content import a_physician, a_procedure, the_practice, with_everything
from tests.staff import a_member

BEFORE: dict[str, Any] = {
    "summary": "A baloon lifts the broken bone, and cement holds it for 10 weeks.",
    "duration": "About 1 hour",
    "sections": [{"pk": 1, "sort_order": 0, "kind": "overview", "body": "You do not feel it."}],
    "risks": [{"pk": 1, "sort_order": 0, "text": "Cement may leak.", "frequency": "rare"}],
}


def after(**changes: Any) -> dict[str, Any]:
    return {**BEFORE, **changes}


def section(body: str, **changes: Any) -> dict[str, Any]:
    return after(sections=[{"pk": 9, "sort_order": 4, "kind": "overview", "body": body, **changes}])


@pytest.mark.parametrize(
    "changed",
    [
        after(),
        after(summary="A balloon lifts the broken bone, and cement holds it for 10 weeks."),
        section("You do not notice it."),
        after(slug="another-address", live_revision=7),
    ],
)
def test_a_few_words_of_prose_are_a_correction(changed: dict[str, Any]) -> None:
    assert why_not(BEFORE, changed) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (after(summary=BEFORE["summary"].replace("10", "12")), "10, 12"),
        (after(summary=BEFORE["summary"].replace("weeks", "days")), "weeks, days"),
        (section("You feel it."), "not"),
        (section("You don’t feel it."), "not, don't"),
        (section("You do not feel it before noon."), "before"),
        (section("You do not feel it", kind="risks"), "kind"),
        (after(duration="About 1 hours"), "duration"),
        (after(risks=[{"pk": 1, "sort_order": 0, "text": "Cement may leak."}]), "frequency"),
        (after(risks=[]), "risks"),
        (after(risks=[{**BEFORE["risks"][0], "frequency": "common"}]), "frequency"),
        (after(summary=BEFORE["summary"] + " Words" * 21), "21 words changed"),
        (after(summary="Half of A baloon lifts the broken bone"), "half"),
        (after(treatment_window_weeks=8), "treatment window weeks"),
        (section("You do not feel it. [More](https://example.com/x)"), "https"),
    ],
)
def test_what_decides_needs_a_signature(changed: dict[str, Any], said: str) -> None:
    reasons = " ".join(why_not(BEFORE, changed))
    assert reasons
    assert said in reasons


@pytest.fixture
def ana(db: None) -> Practitioner:
    the_practice()
    return a_physician(user=a_member(Role.DOCTOR, "ana@clinic.test"))


@pytest.fixture
def eve(db: None) -> User:
    return a_member(Role.EDITOR, "eve@clinic.test")


@pytest.fixture
def signed(ana: Practitioner, now: dt.datetime) -> Procedure:
    topic = with_everything(a_procedure(live=False, lead="We lift the boan with a balloon."))
    revision = Procedure.objects.get(pk=topic.pk).save_revision()
    signing.sign(
        topic, seen_revision=revision.pk, by=ana, next_review=dt.date(2027, 11, 1), now=now
    )
    return Procedure.objects.get(pk=topic.pk)


def change(topic: Procedure, user: User, **words: str) -> int:
    newest = topic.get_latest_revision_as_object()
    for name, value in words.items():
        setattr(newest, name, value)
    return int(newest.save_revision(user=user).pk)


def test_an_editor_s_correction_is_public_at_once_and_listed_for_the_physician(
    signed: Procedure, ana: Practitioner, eve: User, now: dt.datetime, client: Client
) -> None:
    seen = change(signed, eve, lead="We lift the bone with a balloon.")
    release = signing.correct(signed, seen_revision=seen, user=eve, now=now)
    assert release.ground == Ground.CORRECTION
    html = client.get("/procedures/kyphoplasty/").content.decode()
    assert "We lift the bone" in html
    assert "a few words only, after the review" in html
    assert "Ana Ortega, M.D." in html
    topic = Procedure.objects.get(pk=signed.pk)
    assert [row.user for row in signing.standing(topic).corrections] == [eve]
    assert ana.user is not None
    client.force_login(ana.user)
    assert "1 small corrections since it was signed" in client.get("/cms/").content.decode()


def test_a_changed_number_is_not_published_as_a_correction(
    signed: Procedure, eve: User, now: dt.datetime, client: Client
) -> None:
    seen = change(signed, eve, lead="We lift the bone with 2 balloons.")
    with pytest.raises(signing.NotACorrection):
        signing.correct(signed, seen_revision=seen, user=eve, now=now)
    assert "2 balloons" not in client.get("/procedures/kyphoplasty/").content.decode()
    assert Release.objects.count() == 1


def test_many_small_corrections_are_held_against_the_signed_words(
    signed: Procedure, eve: User, now: dt.datetime
) -> None:
    words = ["alpha beta gamma delta epsilon zeta theta", "iota kappa lambda mu nu xi omicron pi"]
    lead = signed.lead
    for more in words:
        lead = f"{lead} {more}"
        seen = change(signed, eve, lead=lead)
        signing.correct(signed, seen_revision=seen, user=eve, now=now)
    seen = change(signed, eve, lead=f"{lead} rho sigma tau upsilon phi chi psi omega")
    with pytest.raises(signing.NotACorrection):
        signing.correct(signed, seen_revision=seen, user=eve, now=now)
    assert Release.objects.filter(ground=Ground.CORRECTION).count() == 2


def test_a_correction_of_an_unreviewed_page_leaves_it_unreviewed(
    ana: Practitioner, eve: User, now: dt.datetime, client: Client
) -> None:
    topic = with_everything(a_procedure(live=False, lead="The boan."))
    Procedure.objects.get(pk=topic.pk).save_revision()
    signing.release_imported(topic, now=now)
    topic = Procedure.objects.get(pk=topic.pk)
    signing.correct(topic, seen_revision=change(topic, eve, lead="The bone."), user=eve, now=now)
    html = client.get("/procedures/kyphoplasty/").content.decode()
    assert "The bone." in html
    assert "has not yet reviewed this page" in html


def test_what_was_never_public_is_no_correction(
    ana: Practitioner, eve: User, now: dt.datetime
) -> None:
    topic = with_everything(a_procedure(live=False))
    revision = Procedure.objects.get(pk=topic.pk).save_revision()
    with pytest.raises(signing.NotACorrection):
        signing.correct(topic, seen_revision=revision.pk, user=eve, now=now)
    assert not Release.objects.exists()
