"""While a doctor writes, the page says what to look at again, in words a doctor understands."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from practice.roles import Role
from procedures.wording import Person, remarks
from tests.content import a_physician
from tests.staff import a_member, signed_in

ANA = Person("Ana Ortega", "Ortega", "M.D.", is_physician=True)
BEN = Person("Ben Whitfield", "Whitfield", "P.A.", is_physician=False)
HARD = (
    "Percutaneous vertebral augmentation necessitates fluoroscopically guided transpedicular "
    "instrumentation, consequently restoring biomechanical stability, notwithstanding "
    "osteoporotic comorbidities which characteristically predispose individuals to subsequent "
    "vertebral compression deformities and considerable functional limitation."
)


def said(text: str, **fields: str) -> str:
    return " ".join(remarks({"lead": text, **fields}, [ANA, BEN]).get("lead", []))


def test_a_hard_text_is_told_its_grade_and_its_longest_sentence() -> None:
    words = said(HARD)
    assert "Aim for grade 8" in words
    assert "Percutaneous vertebral augmentation" in words


def test_a_plain_text_is_left_alone() -> None:
    assert said("We lift the bone. Then we fill it. You can go home the same day. " * 4) == ""


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("We are the best clinic in town.", "“best”"),
        ("A cure for back pain.", "“cure” sounds like a promise"),
        ("You will be pain free.", "“pain free” sounds like a promise"),
        ("She is board eligible.", "“board eligible” may not be said"),
        ("She is board-certified.", "needs board, specialty and date"),
        ("Ask Ana Ortega about it.", "Write “Ana Ortega, M.D.”"),
        ("Dr. Whitfield will see you.", "Ben Whitfield is not a physician"),
    ],
)
def test_each_kind_of_claim_is_pointed_at(text: str, part: str) -> None:
    assert part in said(text)


def test_a_name_with_its_title_is_right() -> None:
    assert said("Ask Ana Ortega, M.D., or Dr. Ortega.") == ""


@pytest.mark.parametrize(
    ("stated", "text", "is_told"),
    [
        ("About 1 hour", "The procedure takes some hours.", True),
        ("About 1 hour", "It takes 45 to 60 minutes.", False),
        ("About 1 hour", "Recovery goes on for 6 weeks.", False),
        ("30 minutes", "It lasts two hours.", True),
        ("", "It lasts two hours.", False),
    ],
)
def test_two_tellings_of_one_duration_are_held_against_each_other(
    stated: str, text: str, is_told: bool
) -> None:
    assert ("How long it takes" in said(text, duration=stated)) is is_told


def test_two_tellings_of_the_window_are_held_against_each_other() -> None:
    assert "8 weeks" in said("Come within 4 months.", treatment_window_weeks="8")
    assert said("Come within 2 months.", treatment_window_weeks="8") == ""


def test_weeks_without_their_source_are_remarked_on() -> None:
    weeks = {"treatment_window_weeks": "8", "treatment_window_source": ""}
    assert "by which source" in remarks(weeks, [])["treatment_window_source"][0]
    assert remarks({**weeks, "treatment_window_source": "A trial"}, []) == {}
    assert remarks({**weeks, "treatment_window_weeks": ""}, []) == {}


@pytest.mark.django_db
def test_the_editor_gets_remarks_and_strangers_do_not(client: Client) -> None:
    a_physician()
    body = json.dumps({"fields": {"lead": "The best. Ask Ana Ortega.", "slug": "best"}})
    asked = {"path": "/cms/topics/remarks/", "data": body, "content_type": "application/json"}
    answer = signed_in(a_member(Role.EDITOR, "eve@clinic.test")).post(**asked)
    assert set(answer.json()["remarks"]) == {"lead"}
    assert len(answer.json()["remarks"]["lead"]) == 2
    assert client.post(**asked).status_code == 302
    desk = signed_in(a_member(Role.FRONT_DESK, "fred@clinic.test"))
    assert "remarks" not in desk.post(**asked).content.decode()
    broken = signed_in(a_member(Role.DOCTOR, "dan@clinic.test"))
    assert broken.post(**{**asked, "data": "["}).status_code == 400
