"""The widest gaps of the latest closed round, for the home pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from organisations.models import Membership


@dataclass(frozen=True)
class Gap:
    """One criterion with its distance."""

    code: str
    name: str
    now: float
    wanted: float
    url: str


@dataclass(frozen=True)
class WidestGaps:
    """The three widest, and where the whole report is; empty when there is nothing that may be shown."""

    rows: Sequence[Gap] = ()
    url: str = ""


def widest_gaps(membership: Membership) -> WidestGaps:
    return WidestGaps()
