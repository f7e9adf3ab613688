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
MOST_PACKS = 2


@dataclass(frozen=True)
class WaitingPack:
    """A piece of work that one leads, with how many lessons of its pack wait for an answer."""

    work: Work
    starts_on: date
    count: int
    url: str


@dataclass(frozen=True)
class WaitingPacks:
    """Of the pieces of work that begin first, those with lessons that wait. ``url``: where they are answered;
    ``later``: title and address of the pack of each piece that begins after them, whose lessons nobody has counted."""

    rows: Sequence[WaitingPack]
    url: str
    later: Sequence[tuple[str, str]] = ()
    most: int = MOST_PACKS

    @property
    def count(self) -> int:
        return sum(row.count for row in self.rows)


def waiting_packs(membership: Membership, today: date) -> WaitingPacks:
    """Of work that this person leads and that begins within a week. A few queries for each piece that is counted."""
    works = [
        (work.starts_on, work)
        for _, work in beginning(today, today, [membership.person_id], organisation=membership.organisation_id)
        if work.starts_on is not None
    ]
    in_order = sorted(works, key=lambda one: (one[0], one[1].ref.kind, one[1].ref.pk))
    rows = [
        WaitingPack(work, starts_on, count, pack_url(work, membership))
        for starts_on, work in in_order[:MOST_PACKS]
        if (count := count_to_answer(work, membership))
    ]
    every = f"{reverse('pack_list', args=[membership.organisation.slug])}#waiting"
    later = [(work.title, pack_url(work, membership)) for _, work in in_order[MOST_PACKS:]]
    return WaitingPacks(rows, rows[0].url if len(rows) == 1 else every, later)
