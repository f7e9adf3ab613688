"""Marks out of ten: what may be said of them when nobody’s own mark may be known. Pure: no Django."""

from collections.abc import Sequence
from enum import StrEnum

MARKS = range(11)
# Of fewer marks each person could work out what another gave.
FEWEST = 3


class Spread(StrEnum):
    """How far lowest and highest mark lie apart, in three steps: the number would name both in a small group."""

    TOGETHER = "together"
    APART = "apart"
    FAR = "far"


def halves_of(marks: Sequence[int]) -> int:
    """The average in half marks, so 15 is seven and a half; a quarter is rounded up."""
    return (4 * sum(marks) + len(marks)) // (2 * len(marks))


def spread_of(marks: Sequence[int]) -> Spread:
    """Within two marks of each other, three to five apart, or more."""
    apart = max(marks) - min(marks)
    if apart <= 2:
        return Spread.TOGETHER
    return Spread.APART if apart <= 5 else Spread.FAR
