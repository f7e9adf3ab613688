"""Putting the story into the order of time, and playing it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

import jobs.actions
from demo import (
    coffee,
    communities,
    finder,
    innovations,
    kickoffs,
    learning_sets,
    lessons,
    own_actions,
    people,
    programme,
    quotes,
    reminders,
    reuse,
    risks,
    rounds,
    sessions,
    themes,
)
from demo.calendar import Calendar
from demo.story import Happening, read
from demo.world import World
from jobs.models import Job, Mail
from organisations.models import Organisation


def names() -> list[str]:
    """The slugs of the story’s organisations."""
    return [row["key"] for row in read("people", Calendar(timezone.localdate()))["organisations"]]


def is_loaded() -> bool:
    """Whether any of them is in the database already."""
    return Organisation.objects.filter(slug__in=names()).exists()


@transaction.atomic
def load(*, at: datetime | None = None) -> World:
    """Play the whole year that ends at ``at``, all or nothing. The caller has made sure that none of it is there.

    Content (framework, techniques, catalogue) must have been loaded before.
    """
    at = at or timezone.now()
    calendar = Calendar(timezone.localdate(at))
    world = World(calendar)
    parts = (
        *(people, programme, rounds, sessions, lessons, themes, quotes, reuse, communities, kickoffs, own_actions),
        *(innovations, risks, finder, coffee, learning_sets),
    )
    story: list[Happening] = [happening for part in parts for happening in part.happenings(world)]
    story += reminders.happenings(world, now=at)
    before = _Newest.now()
    _play_happenings(story, calendar)
    before.lay_to_rest()
    jobs.actions.tidy_jobs(at)
    return world


def _play_happenings(story: list[Happening], calendar: Calendar) -> None:
    """All happenings in the order of time. One that takes a while says when it goes on, so that what happens elsewhere
    meanwhile finds its place."""
    order = count()
    waiting: list[tuple[datetime, int, Happening, Iterator[datetime] | None]]
    waiting = [(calendar.moment(one.day, one.clock), next(order), one, None) for one in story]
    heapify(waiting)
    while waiting:
        moment, _, happening, rest = heappop(waiting)
        try:
            rest = rest or happening.do(moment)
            goes_on = next(rest, None) if rest else None
        except Exception as error:
            error.add_note(f"It was to happen on day {happening.day} at {happening.clock} of the demo’s story.")
            raise
        if goes_on:
            heappush(waiting, (goes_on, next(order), happening, rest))


@dataclass(frozen=True)
class _Newest:
    """The newest mail and the newest work before the story, so that nothing else is touched."""

    mail: int
    job: int

    @classmethod
    def now(cls) -> "_Newest":
        return cls(*(model.objects.aggregate(newest=Max("pk"))["newest"] or 0 for model in (Mail, Job)))

    def lay_to_rest(self) -> None:
        """Mail of the story never leaves: its addresses are as invented as its people. What the worker would have
        done in that year is done."""
        Mail.objects.filter(pk__gt=self.mail).update(is_kept=True, job=None)
        Job.objects.filter(pk__gt=self.job, due_at__lte=timezone.now()).delete()
