"""The alarm: it sounds for a moderator who refuses few stars more often, and for nobody else."""

from __future__ import annotations

import datetime as dt
import random
from itertools import combinations

import pytest
from django.contrib.auth.models import User

from correspondence.models import OutboxMessage
from reviews import fairness, moderation, tasks
from tests.content import the_practice, written

# How stars fall at a clinic that most people like, and at one with many unhappy ones.
LIKED = {5: 0.70, 4: 0.14, 3: 0.06, 2: 0.04, 1: 0.06}
DISLIKED = {5: 0.30, 4: 0.15, 3: 0.10, 2: 0.15, 1: 0.30}
WEEK = 20  # decisions


def first_alarm(
    seed: int, stars: dict[int, float], refuses: dict[int, float], *, weeks: int
) -> int | None:
    """The decision at which the alarm sounds for one moderator, looked at once a week."""
    chance = random.Random(seed)
    tally = {number: (0, 0) for number in stars}
    for week in range(1, weeks + 1):
        for given in chance.choices(list(stars), list(stars.values()), k=WEEK):
            decided, refused = tally[given]
            tally[given] = (decided + 1, refused + (chance.random() < refuses[given]))
        if fairness.judge(tally).alarm:
            return week * WEEK
    return None


def alike(rate: float) -> dict[int, float]:
    return dict.fromkeys(LIKED, rate)


@pytest.mark.parametrize("stars", [LIKED, DISLIKED])
@pytest.mark.parametrize("rate", [0.02, 0.1, 0.3])
def test_a_moderator_who_refuses_alike_never_sets_it_off(
    stars: dict[int, float], rate: float
) -> None:
    found = [first_alarm(seed, stars, alike(rate), weeks=26) for seed in range(30)]
    assert found == [None] * 30


@pytest.mark.parametrize("stars", [LIKED, DISLIKED])
def test_a_moderator_who_refuses_few_stars_more_often_sets_it_off(stars: dict[int, float]) -> None:
    biased = alike(0.03) | {1: 0.45, 2: 0.45}
    found = [first_alarm(seed, stars, biased, weeks=26) for seed in range(30)]
    assert None not in found
    assert sorted(n for n in found if n)[15] <= 200  # half of them within 200 decisions


def test_hiding_many_stars_is_found_as_well() -> None:
    generous = alike(0.03) | {5: 0.3, 4: 0.3}
    found = [first_alarm(seed, DISLIKED, generous, weeks=26) for seed in range(20)]
    assert None not in found


def test_the_chance_is_exact() -> None:
    """Against counting every possible choice of refused reviews."""
    for tally in (
        {1: (3, 2), 3: (2, 1), 5: (5, 0)},
        {1: (2, 0), 2: (2, 1), 4: (3, 1), 5: (2, 2)},
        {1: (1, 1), 5: (8, 0)},
    ):
        reviews = [stars for stars, (count, _n) in tally.items() for _ in range(count)]
        refused = sum(n for _count, n in tally.values())
        chances = []
        for cut in (1, 2, 3, 4):
            seen = sum(n for stars, (_count, n) in tally.items() if stars <= cut)
            found = [sum(s <= cut for s in choice) for choice in combinations(reviews, refused)]
            sides = sum(n <= seen for n in found), sum(n >= seen for n in found)
            chances.append(min(1, 2 * min(sides) / len(found)))
        assert fairness.chance_of(tally) == pytest.approx(min(1, 4 * min(chances)))


@pytest.mark.parametrize("tally", [{}, {5: (100, 0)}, {1: (100, 100)}, {1: (3, 3), 5: (3, 0)}])
def test_too_little_says_nothing(tally: dict[int, tuple[int, int]]) -> None:
    assert not fairness.judge(tally).alarm


@pytest.mark.django_db
def test_the_alarm_names_the_person_and_reaches_the_practice(
    frances: User, morgan: User, now: dt.datetime
) -> None:
    the_practice()
    for number in range(60):
        stars = 1 + number % 5
        review = written(author=f"P{number}", rating=stars)
        if stars <= 2:
            moderation.propose_refusal(review, reason="abuse", by=frances, now=now)
            # The second person never agrees; what the first one did is seen all the same.
            moderation.reject_refusal(review, by=morgan, now=now)
        else:
            moderation.accept(review, by=frances, now=now)
    _overall, suspicions = fairness.look()
    assert {one.who for one in suspicions} == {"", "Frances Field"}
    assert tasks.tell_if_alarmed(now=now)
    assert tasks.tell_if_alarmed(now=now)
    message = OutboxMessage.objects.get(kind="staff_review_alarm")
    assert (message.to, message.context) == ("desk@example.com", {"practice": "Harbor Spine"})


@pytest.mark.django_db
def test_nobody_is_named_where_refusals_are_alike(
    frances: User, morgan: User, now: dt.datetime
) -> None:
    the_practice()
    for number in range(60):
        review = written(author=f"P{number}", rating=1 + number % 5)
        if number % 7 == 0:
            moderation.propose_refusal(review, reason="advertising", by=frances, now=now)
            moderation.confirm_refusal(review, by=morgan, now=now)
        else:
            moderation.accept(review, by=frances, now=now)
    assert fairness.look()[1] == []
    assert not tasks.tell_if_alarmed(now=now)
    assert not OutboxMessage.objects.filter(kind="staff_review_alarm").exists()
