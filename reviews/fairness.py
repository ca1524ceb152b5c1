"""Do refusals depend on stars? An exact test, made to be looked at every week for years.

Given how many reviews were decided and how many of them were refused, every choice of which ones
is equally likely as long as stars play no part. For each way to part few stars from many (1 against
2 to 5, up to 1 to 4 against 5), Fisher's exact test counts in how many of these choices the refused
ones fall as far to one side as ours: right for any numbers, however small. The smallest of the four
chances counts, times four.

Whoever looks often enough at a fair coin sees a streak. So the chance of a false alarm is shared
out over all looks to come: each time the number of decisions doubles, the next share is smaller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, fsum, lgamma, log2

from django.db.models import Q

from reviews.models import Decision

FALSE_ALARMS = 1e-4  # the chance that somebody fair is ever suspected, about
FIRST_LOOK = 10  # rated decisions before anything is said
MOST = 2000  # rated decisions; beyond, the latest ones are looked at
CUTS = (1, 2, 3, 4)

Tally = Mapping[int, tuple[int, int]]  # stars → (decided, refused)


@dataclass(frozen=True)
class Verdict:
    """`chance`: how often a fair moderator would differ as much as this, or more."""

    decided: int
    refused: int
    chance: float
    alarm: bool


def judge(tally: Tally, *, among: int = 1) -> Verdict:
    """`among`: how many such tallies are looked at side by side."""
    decided = sum(count for count, _refused in tally.values())
    refused = sum(refused for _count, refused in tally.values())
    chance = chance_of(tally) if decided >= FIRST_LOOK else 1.0
    return Verdict(decided, refused, chance, chance < allowed(decided) / among)


def allowed(decided: int) -> float:
    """The share of FALSE_ALARMS for a look at this many decisions."""
    doublings = max(1, int(log2(max(decided, FIRST_LOOK) / FIRST_LOOK)) + 1)
    return FALSE_ALARMS / (doublings * (doublings + 1))


def chance_of(tally: Tally) -> float:
    """The chance, 1.0 when nothing or everything was refused."""
    decided = sum(count for count, _refused in tally.values())
    refused = sum(number for _count, number in tally.values())
    if refused in (0, decided):
        return 1.0
    chances = [1.0]
    for cut in CUTS:
        few = [numbers for stars, numbers in tally.items() if stars <= cut]
        chances.append(
            fisher(
                decided=decided,
                refused=refused,
                few=sum(count for count, _refused in few),
                few_refused=sum(number for _count, number in few),
            )
        )
    return min(1.0, len(CUTS) * min(chances))


def fisher(*, decided: int, refused: int, few: int, few_refused: int) -> float:
    """Fisher's exact test, two-sided by doubling the smaller side."""
    least, most = max(0, refused - (decided - few)), min(few, refused)
    everything = _log_choices(decided, refused)

    def share(numbers: range) -> float:
        return fsum(
            exp(_log_choices(few, n) + _log_choices(decided - few, refused - n) - everything)
            for n in numbers
        )

    low, high = share(range(least, few_refused + 1)), share(range(few_refused, most + 1))
    return min(1.0, 2 * min(low, high))


def _log_choices(of: int, number: int) -> float:
    return lgamma(of + 1) - lgamma(number + 1) - lgamma(of - number + 1)


def tally_of(choices: Sequence[tuple[int, bool]]) -> dict[int, tuple[int, int]]:
    """From (stars, was refused), one for each decision."""
    found: dict[int, tuple[int, int]] = {}
    for stars, was_refused in choices:
        decided, refused = found.get(stars, (0, 0))
        found[stars] = (decided + 1, refused + was_refused)
    return found


@dataclass(frozen=True)
class Suspicion:
    """An alarm about one person (`who`: their name) or, with an empty name, about everybody."""

    who: str
    verdict: Verdict


def look() -> tuple[Verdict, list[Suspicion]]:
    """All first decisions on rated reviews together, and everything that sets off the alarm.

    First decisions, because a second person who disagrees must not hide what the first one does.
    """
    firsts = Decision.objects.filter(
        Q(what=Decision.What.ACCEPTED) | Q(what=Decision.What.REFUSAL_PROPOSED),
        review__rating__isnull=False,
        review__came_by="form",
    )
    rows = firsts.order_by("-pk").values_list("by", "review__rating", "what")[:MOST]
    everybody: list[tuple[int, bool]] = []
    each: dict[int, list[tuple[int, bool]]] = {}
    for person, stars, what in rows:
        if person is None or stars is None:
            continue
        choice = (stars, what == Decision.What.REFUSAL_PROPOSED)
        everybody.append(choice)
        each.setdefault(person, []).append(choice)
    among = len(each) + 1
    overall = judge(tally_of(everybody), among=among)
    found = [Suspicion("", overall)] if overall.alarm else []
    for person, choices in each.items():
        verdict = judge(tally_of(choices), among=among)
        if verdict.alarm:
            found.append(Suspicion(_name_of(person), verdict))
    return overall, found


def _name_of(person: int) -> str:
    from django.contrib.auth.models import User

    user = User.objects.get(pk=person)
    return user.get_full_name() or user.get_username()
