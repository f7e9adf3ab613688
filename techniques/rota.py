"""Who sits where in which round, so that as few as possible meet again: a social golfer problem. Pure: no Django.

Where no table holds more people than there are tables, places come from orthogonal squares and nobody meets twice;
elsewhere, and when people come late, a search by swapping finds few meetings again. A seed makes it repeatable.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import ceil
from random import Random

Table = tuple[Hashable, ...]
Round = tuple[Table, ...]

# Below this tables make no sense: nobody would meet anybody new.
FEWEST = 6
# A table is a talk: two are a chat, six are two talks.
SMALLEST, USUAL, LARGEST = 3, 4, 5
TRIES, TRIES_LATE, SWAPS = 60, 6, 25
# The product of 1, x and x + 1 in the field of four, where no cyclic square of four has a partner.
_FOUR = ((0, 0, 0, 0), (0, 1, 2, 3), (0, 2, 3, 1), (0, 3, 1, 2))


@dataclass(frozen=True)
class Offer:
    """One number of tables to choose from. ``again``: how often two people meet who have met before."""

    tables: int
    sizes: tuple[int, ...]
    again: int


def sizes_of(people: int, tables: int) -> tuple[int, ...]:
    """As even as can be, the larger tables first."""
    small, rest = divmod(people, tables)
    return tuple(small + (table < rest) for table in range(tables))


def meetings_again(rounds: Iterable[Round]) -> int:
    """How often two people sit together who have sat together before."""
    return sum(count - 1 for count in _meetings(rounds).values())


def _meetings(rounds: Iterable[Round]) -> Counter[frozenset[Hashable]]:
    return Counter(frozenset(pair) for one in rounds for table in one for pair in combinations(table, 2))


@lru_cache(maxsize=256)
def offers(people: int, rounds: int) -> tuple[Offer, ...]:
    """What whoever leads can choose: tables of four or five, and one more table where fewer meet again then.

    Empty where there are too few people.
    """
    if people < FEWEST or rounds < 1:
        return ()
    first = max(people // USUAL, 2 if people < 2 * USUAL else 1)
    first = max(first, ceil(people / LARGEST))
    found = [_offer(people, first, rounds)]
    if found[0].again and people // (first + 1) >= SMALLEST:
        other = _offer(people, first + 1, rounds)
        found += [other] if other.again < found[0].again else []
    fewer = ceil(people / LARGEST)
    if not found[0].again and fewer < first and ceil(people / fewer) <= fewer:
        other = _offer(people, fewer, rounds)
        found += [] if other.again else [other]
    return tuple(found)


def _offer(people: int, tables: int, rounds: int) -> Offer:
    return Offer(tables, sizes_of(people, tables), meetings_again(plan(tuple(range(people)), tables, rounds)))


@lru_cache(maxsize=256)
def plan(people: tuple[Hashable, ...], tables: int, rounds: int, seed: int = 0) -> tuple[Round, ...]:
    """A seat for everybody in each round. The first at each table stays there in all rounds."""
    place = _square(tables, ceil(len(people) / tables), rounds)
    if place is None:
        return replan((), people, tables, rounds, seed=seed)
    made = []
    for number in range(rounds):
        seated: list[list[Hashable]] = [[] for _ in range(tables)]
        for index, person in enumerate(people):
            seated[place(number, index % tables, index // tables)].append(person)
        made.append(tuple(tuple(table) for table in seated))
    return tuple(made)


def _square(tables: int, chairs: int, rounds: int) -> Callable[[int, int, int], int] | None:
    """Where the person who begins at a table on a chair sits in a round, so that nobody meets twice; None if the
    arithmetic of that many tables gives no such rule."""
    if chairs > tables:
        return None
    if tables == len(_FOUR) and rounds <= len(_FOUR):
        return lambda number, table, chair: table ^ _FOUR[number][chair]
    moves = _moves(tables, chairs, rounds)
    if moves is None:
        return None
    return lambda number, table, chair: (table + moves[number][chair]) % tables


def _moves(tables: int, chairs: int, rounds: int) -> list[tuple[int, ...]] | None:
    """By how many tables each chair moves in each round: between any two rounds, each chair by another number."""
    found: list[tuple[int, ...]] = []

    def fits(row: Sequence[int]) -> bool:
        return all(len({(a - b) % tables for a, b in zip(row, other, strict=False)}) == len(row) for other in found)

    def grow(row: tuple[int, ...]) -> bool:
        if len(row) == chairs:
            found.append(row)
            if len(found) == rounds or grow((0,)):
                return True
            found.pop()
            return False
        return any(grow((*row, step)) for step in range(tables) if fits((*row, step)))

    found.append((0,) * chairs)
    return found if rounds == 1 or grow((0,)) else None


def replan(
    done: Sequence[Round], people: Sequence[Hashable], tables: int, rounds: int, *, seed: int = 0
) -> tuple[Round, ...]:
    """So many further rounds after those that were held, with as few meeting again as a search finds.

    Whoever sat first at a table in the last round, and is still here, keeps a table.
    """
    if not people or rounds < 1:
        return tuple(() for _ in range(max(rounds, 0)))
    if len(done) == 1 and (made := _continue(done[0], people, tables, rounds)):
        return made
    chance = Random(seed)  # noqa: S311  a lot that can be drawn again, not a secret
    stay = _who_stays(done, people, tables, chance)
    # Who sat together in a round must sit together again as soon as they are more than there are tables.
    fewest = 0 if done else (rounds - 1) * sum(_pairs_left(size, tables) for size in sizes_of(len(people), tables))
    best = None
    for _ in range(TRIES_LATE if done else TRIES):
        made = _search(done, people, tables, rounds, stay, chance)
        again = meetings_again([*done, *made])
        if best is None or again < best[0]:
            best = again, made
        if again <= meetings_again(done) + fewest:
            break
    return best[1] if best else ()


def _continue(first: Round, people: Sequence[Hashable], tables: int, rounds: int) -> tuple[Round, ...] | None:
    """The rounds after a first one so that nobody meets twice; None where arithmetic or uneven tables do not allow."""
    chairs = max(map(len, first))
    place = _square(tables, chairs, rounds + 1) if len(first) == tables else None
    if place is None or {person for table in first for person in table} != set(people):
        return None
    made = []
    for number in range(1, rounds + 1):
        seated: list[list[Hashable]] = [[] for _ in range(tables)]
        for chair in range(chairs):
            for table, sitting in enumerate(first):
                if chair < len(sitting):
                    seated[place(number, table, chair)].append(sitting[chair])
        made.append(tuple(tuple(table) for table in seated))
    sizes = [len(table) for one in made for table in one]
    return tuple(made) if max(sizes) - min(sizes) <= 1 else None


def _pairs_left(size: int, tables: int) -> int:
    """How many pairs of one table meet again, however it is spread over the tables of another round."""
    return sum(part * (part - 1) // 2 for part in sizes_of(size, tables))


def _who_stays(done: Sequence[Round], people: Sequence[Hashable], tables: int, chance: Random) -> list[Hashable]:
    """One for each table."""
    here = list(people)
    kept = [table[0] for table in done[-1] if table and table[0] in here] if done else []
    rest = [person for person in here if person not in kept]
    chance.shuffle(rest)
    return [*kept, *rest][:tables]


def _search(
    done: Sequence[Round],
    people: Sequence[Hashable],
    tables: int,
    rounds: int,
    stay: Sequence[Hashable],
    chance: Random,
) -> tuple[Round, ...]:
    """Fill at random, then swap two who move as long as it does not make more meet again."""
    met = _meetings(done)
    moving = [person for person in people if person not in stay]
    made = []
    for _ in range(rounds):
        chance.shuffle(moving)
        ends = iter(moving)
        sizes = sizes_of(len(people), tables)
        seated = [
            [*stay[number : number + 1], *(next(ends) for _ in range(size - len(stay[number : number + 1])))]
            for number, size in enumerate(sizes)
        ]
        made.append(_improve(seated, met, chance))
        met.update(_meetings(made[-1:]))
    return tuple(made)


def _improve(seated: list[list[Hashable]], met: Counter[frozenset[Hashable]], chance: Random) -> Round:
    """How often a pair met before does not matter here, only that it did: it is one meeting again each time."""
    known: dict[Hashable, set[Hashable]] = {person: set() for table in seated for person in table}
    for pair in met:
        for person in pair & known.keys():
            known[person] |= pair

    def cost(person: Hashable, table: Sequence[Hashable], without: Hashable) -> int:
        return sum(other in known[person] for other in table if other not in (person, without))

    free = [(number, chair) for number, table in enumerate(seated) for chair in range(1, len(table))]
    for _ in range(SWAPS * len(free) if len({number for number, _ in free}) > 1 else 0):
        (one, a), (two, b) = chance.sample(free, 2)
        if one == two:
            continue
        first, second = seated[one][a], seated[two][b]
        before = cost(first, seated[one], second) + cost(second, seated[two], first)
        if not before:
            continue
        after = cost(first, seated[two], second) + cost(second, seated[one], first)
        if after <= before:
            seated[one][a], seated[two][b] = second, first
    return tuple(tuple(table) for table in seated)


def seat_late(round_: Round, person: Hashable) -> Round:
    """The round under way with somebody who came late at its smallest table. Nobody else moves, and nobody is sent to
    a table that everybody has left while others talk."""
    smallest = min(range(len(round_)), key=lambda number: (not round_[number], len(round_[number])))
    return tuple((*table, person) if number == smallest else table for number, table in enumerate(round_))


def take_out(round_: Round, person: Hashable) -> Round:
    """The round under way without somebody who has gone. Nobody else moves."""
    return tuple(tuple(one for one in table if one != person) for table in round_)


def tables_for(people: int, wanted: int) -> int:
    """As many tables as were chosen, but none below three people where that can be helped."""
    return max(1, min(wanted, people // SMALLEST))
