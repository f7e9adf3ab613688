"""Sharing out the time of an action learning set: minutes that add up, and who is next. Pure: no Django.

Whoever most of the set wants to hear comes first, then whoever needs it most, then whoever has waited longest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

# In less, nobody gets from their issue to an action.
SHORTEST_TURN = 15


@dataclass(frozen=True)
class Asked:
    """A bid as it is weighed: its key, how many back it, how much it is needed, and when that person last presented."""

    key: int
    backed: int
    need: int
    last_at: datetime | None = None


def in_order(asked: Sequence[Asked]) -> list[Asked]:
    """The bids in the order in which they would have their turn. Of two that are alike the earlier bid is first."""
    return sorted(
        asked,
        key=lambda one: (
            -one.backed,
            -one.need,
            one.last_at is not None,
            one.last_at.timestamp() if one.last_at else 0.0,
            one.key,
        ),
    )


def share_out(minutes: int, people: int) -> list[int]:
    """So many minutes for so many people: as equal as whole minutes can be, and together all of them."""
    if people < 1:
        return []
    each, left = divmod(max(minutes, 0), people)
    return [each + (place < left) for place in range(people)]


def most_turns(minutes: int) -> int:
    """Into how many turns these minutes can be shared without hurrying anybody."""
    return max(minutes // SHORTEST_TURN, 1)


def takes_another(minutes: int, begun: int, waiting: int) -> bool:
    """Whether one more turn fits in without hurrying anybody: ``begun`` minutes are taken by turns that have begun, and
    the rest is shared with those that wait. A single turn always does."""
    return not (begun or waiting) or (minutes - begun) // (waiting + 1) >= SHORTEST_TURN


def fit_parts(minutes: int, pattern: Sequence[int]) -> list[int]:
    """The parts of a turn of so many minutes, in the proportions of the pattern: each at least one, together all.

    By largest remainder; a turn shorter than it has parts gives each of them one.
    """
    if not pattern:
        return []
    minutes, whole = max(minutes, len(pattern)), sum(pattern)
    exact = [minutes * part / whole if whole else minutes / len(pattern) for part in pattern]
    fitted = [int(part) for part in exact]
    by_remainder = sorted(range(len(pattern)), key=lambda place: (fitted[place] - exact[place], place))
    for place in by_remainder[: minutes - sum(fitted)]:
        fitted[place] += 1
    while 0 in fitted:  # there is enough for one each, so the longest can spare it
        fitted[fitted.index(max(fitted))] -= 1
        fitted[fitted.index(0)] += 1
    return fitted
