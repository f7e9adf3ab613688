"""Drawing pairs: a matching of greatest weight (networkx), and what goes before it and after it.

Pure: no Django. Nobody is left out while there is anybody whom they may meet; nobody meets somebody they asked not to
meet; nobody meets the same person again while there is anybody else. A seed says which of all equal draws it is, so
that a draw can be repeated and explained.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from random import Random

# A matching of all at once takes time with the square of their number; of more than so many, blocks are drawn.
BLOCK = 40
# Where few are left to meet, a draw is preferred after which everybody can meet somebody new once more.
FEW = 26
TRIES = 12

Pair = tuple[int, int]


class Way(StrEnum):
    """How somebody would like to meet."""

    EITHER = "either"
    FACE = "face"
    REMOTE = "remote"


class Reason(StrEnum):
    """Why two were drawn together, beside chance."""

    NEW = "new"
    TEAM = "team"
    SITE = "site"
    PROFESSION = "profession"
    AGAIN = "again"


@dataclass(frozen=True)
class Joiner:
    """Somebody who wants to meet somebody: what the explained rule looks at. Empty is unknown."""

    key: int
    team: str = ""
    site: str = ""
    profession: str = ""
    way: Way = Way.EITHER
    never: frozenset[int] = frozenset()


@dataclass(frozen=True)
class History:
    """Who has met whom, and how many draws ago that was last; who was in a three before, and who last time."""

    met: Mapping[Pair, int] = field(default_factory=dict)
    threes: Mapping[int, int] = field(default_factory=dict)
    last_threes: frozenset[int] = frozenset()

    def draws_ago(self, one: int, other: int) -> int | None:
        return self.met.get(pair_of(one, other))


@dataclass(frozen=True)
class Draw:
    """Who meets whom: twos, and threes where the number is odd. ``alone`` may meet nobody who is there."""

    groups: tuple[tuple[int, ...], ...]
    alone: tuple[int, ...]
    repeats: int

    def pairs(self) -> Iterator[Pair]:
        """Everybody who meets, two by two: a three is three meetings."""
        for group in self.groups:
            yield from (pair_of(*two) for two in combinations(group, 2))


def pair_of(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def draw(joiners: Sequence[Joiner], history: History, *, is_explained: bool, seed: int) -> Draw:
    """Draw pairs of all. The same joiners, history and seed give the same draw, in whatever order they come."""
    people = {joiner.key: joiner for joiner in sorted(joiners, key=lambda joiner: joiner.key)}
    few = len(people) <= FEW
    best: tuple[tuple[int, bool], Draw] | None = None
    for attempt in range(TRIES if few else 1):
        chance = Random(f"{seed} {attempt}")  # noqa: S311  a lot that can be drawn again, not a secret
        drawn = _draw_once(people, history, is_explained, chance)
        rank = (len(drawn.alone) * 1000 + drawn.repeats, few and not _leaves_another(people, history, drawn))
        if best is None or rank < best[0]:
            best = (rank, drawn)
        if best[0] == (0, False):
            break
    return best[1] if best else Draw((), (), 0)


def reasons_of(group: Sequence[Joiner], history: History, *, is_explained: bool) -> list[Reason]:
    """What is true of all who meet in this group, of what the rule asks for."""
    twos = list(combinations(group, 2))
    if any(history.draws_ago(one.key, other.key) is not None for one, other in twos):
        return [Reason.AGAIN]
    found = [Reason.NEW]
    if not is_explained:
        return found
    if all(one.team and other.team and one.team != other.team for one, other in twos):
        found.append(Reason.TEAM)
    if all(one.site and one.site == other.site for one, other in twos):
        found.append(Reason.SITE)
    if all(one.profession and other.profession and one.profession != other.profession for one, other in twos):
        found.append(Reason.PROFESSION)
    return found


def third_for(
    joiner: Joiner, groups: Iterable[Sequence[Joiner]], history: History, *, is_explained: bool
) -> int | None:
    """The place in ``groups`` of the two with whom somebody alone can meet, best first; None if there are none."""
    ranked = sorted(
        (_cost_of_third(joiner, group, history, is_explained), place)
        for place, group in enumerate(groups)
        if len(group) == 2 and all(_may_meet(joiner, other) for other in group)
    )
    return ranked[0][1] if ranked else None


def _draw_once(people: Mapping[int, Joiner], history: History, is_explained: bool, chance: Random) -> Draw:
    order = list(people)
    chance.shuffle(order)
    spare = _choose_third(order, history) if len(order) % 2 else None
    if spare is not None:
        order.remove(spare)
    matched = _match(order, people, history, is_explained, chance)
    groups = [tuple(sorted(two)) for two in matched]
    paired = {key for two in matched for key in two}
    left = [key for key in order if key not in paired] + ([spare] if spare is not None else [])
    alone = []
    for key in left:
        members = [[people[other] for other in group] for group in groups]
        place = third_for(people[key], members, history, is_explained=is_explained)
        if place is None:
            alone.append(key)
        else:
            groups[place] = tuple(sorted((*groups[place], key)))
    drawn = Draw(tuple(sorted(groups)), tuple(sorted(alone)), 0)
    repeats = sum(pair in history.met for pair in drawn.pairs())
    return Draw(drawn.groups, drawn.alone, repeats)


def _choose_third(order: Sequence[int], history: History) -> int:
    """Of an odd number the one who joins a pair: whoever was in a three least often, and not last time. ``order`` is
    drawn by lot, so that it decides among equals."""
    return min(order, key=lambda key: (key in history.last_threes, history.threes.get(key, 0)))


def _match(
    order: Sequence[int], people: Mapping[int, Joiner], history: History, is_explained: bool, chance: Random
) -> set[Pair]:
    """Twos of all, in blocks where there are many; what did not turn out well in its block is drawn once more."""
    if len(order) <= BLOCK:
        return _match_block(order, people, history, is_explained, chance)
    found: set[Pair] = set()
    for start in range(0, len(order), BLOCK):
        found |= _match_block(order[start : start + BLOCK], people, history, is_explained, chance)
    for _ in range(3):
        poor = {two for two in found if _weight(people[two[0]], people[two[1]], history, is_explained) < 0}
        paired = {key for two in found for key in two}
        again = [key for two in sorted(poor) for key in two] + [key for key in order if key not in paired]
        if not again:
            break
        # With others beside them, so that there is somebody to change with.
        good = sorted(found - poor)
        helpers = chance.sample(good, min(len(good), BLOCK // 2))
        pool = [*again[: 2 * BLOCK], *(key for two in helpers for key in two)]
        found -= set(helpers) | {two for two in poor if two[0] in pool}
        chance.shuffle(pool)
        found |= _match_block(pool, people, history, is_explained, chance)
    return found


def _match_block(
    order: Sequence[int], people: Mapping[int, Joiner], history: History, is_explained: bool, chance: Random
) -> set[Pair]:
    weights = {
        (one, other): _weight(people[one], people[other], history, is_explained) + chance.randrange(1_000)
        for one, other in combinations(order, 2)
        if _may_meet(people[one], people[other])
    }
    return _greatest_matching(weights)


def _may_meet(one: Joiner, other: Joiner) -> bool:
    return other.key not in one.never and one.key not in other.never


def _weight(one: Joiner, other: Joiner, history: History, is_explained: bool) -> int:
    """How well two fit. Below nought is what should not be while there is anything else."""
    weight = 0
    if ago := history.draws_ago(one.key, other.key):
        weight -= 10_000_000 + 100_000 * max(100 - ago, 0)  # the longer ago, the better
    if not is_explained:
        return weight
    if {one.way, other.way} == {Way.FACE, Way.REMOTE}:
        weight -= 1_000_000
    if Way.FACE in (one.way, other.way) and one.site and other.site and one.site != other.site:
        weight -= 200_000
    if one.team and one.team == other.team:
        weight -= 500_000
    if one.site and one.site == other.site:
        weight += 2_000
    if one.profession and other.profession and one.profession != other.profession:
        weight += 4_000
    return weight


def _cost_of_third(joiner: Joiner, group: Sequence[Joiner], history: History, is_explained: bool) -> tuple[int, ...]:
    again = sum(history.draws_ago(joiner.key, other.key) is not None for other in group)
    last = sum(other.key in history.last_threes for other in group)
    threes = sum(history.threes.get(other.key, 0) for other in group)
    return (again, last, threes, -sum(_weight(joiner, other, history, is_explained) for other in group))


def _leaves_another(people: Mapping[int, Joiner], history: History, drawn: Draw) -> bool:
    """Whether everybody could meet somebody new once more after this draw."""
    met = {*history.met, *drawn.pairs()}
    new = {
        two: 1
        for two in combinations(sorted(people), 2)
        if two not in met and _may_meet(people[two[0]], people[two[1]])
    }
    return len(_greatest_matching(new)) >= len(people) // 2


def _greatest_matching(weights: Mapping[Pair, int]) -> set[Pair]:
    """As many pairs as can be, and of those the ones of the greatest weight."""
    import networkx  # noqa: PLC0415  only when pairs are drawn: it takes memory that no page needs

    graph = networkx.Graph()
    graph.add_weighted_edges_from((one, other, weight) for (one, other), weight in weights.items())
    return {pair_of(*two) for two in networkx.max_weight_matching(graph, maxcardinality=True)}
