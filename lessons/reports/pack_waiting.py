"""Lessons that wait for one’s answer before one’s own work begins: the same numbers on home and above the packs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from kmportal.lib.work import Work
from lessons.finding import count_to_answer, pack_url
from lessons.promises import beginning
from organisations.models import Membership

# So many pieces of work are looked at, those that begin first: what fits each is a search of its own.
MOST_PACKS = 5


@dataclass(frozen=True)
class WaitingPack:
    """A piece of work that one leads, with how many lessons of its pack wait for an answer."""

    work: Work
    starts_on: date
    count: int
    url: str


@dataclass(frozen=True)
class WaitingPacks:
    """All of them, the one that begins first on top. ``url``: where they are answered."""

    rows: Sequence[WaitingPack]
    url: str

    @property
    def count(self) -> int:
        return sum(row.count for row in self.rows)


def waiting_packs(membership: Membership, today: date) -> WaitingPacks:
    """Of work that this person leads and that begins within a week. A few queries for each piece."""
    works = [
        (work.starts_on, work)
        for _, work in beginning(today, today, [membership.person_id], organisation=membership.organisation_id)
        if work.starts_on is not None
    ]
    soonest = sorted(works, key=lambda one: (one[0], one[1].ref.kind, one[1].ref.pk))[:MOST_PACKS]
    rows = [
        WaitingPack(work, starts_on, count, pack_url(work, membership))
        for starts_on, work in soonest
        if (count := count_to_answer(work, membership))
    ]
    every = f"{reverse('pack_list', args=[membership.organisation.slug])}#waiting"
    return WaitingPacks(rows, rows[0].url if len(rows) == 1 else every)
