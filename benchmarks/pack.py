"""How long it takes to find what fits a piece of work among 100,000 lessons, and how well it fits among real ones.

The lessons have words as frequent as in real texts (``benchmarks.search``). Everything is made in a transaction that is
taken back, in whichever database is configured. The last figure is no time: of the first five lessons, how many of a
hundred do not fit, over the labels of ``tests.search.labelled``; its limit is what the plain word search misses.
"""

import random
import statistics
from typing import Any

from django.db import connection, transaction

from benchmarks.search import _COMMON, figure, milliseconds
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Role
from tests.search import labelled

LESSONS = 100_000
ROUNDS = 15
LIMIT = 100
BATCH = 5_000
WORDS = (
    "Move the ward to the new building: handover of patients, medicine and discharge, cable and pump, staff training"
)


def _fill(organisation: Organisation) -> list[str]:
    """The lessons, and a few of their rare words."""
    from search import index

    dice = random.Random(2014)
    letters = "bcdfghklmnprstvw"
    tail = [
        "".join(dice.choice(letters) + dice.choice("aeiou") for _ in range(3)) + str(one % 7) for one in range(9000)
    ]
    words = [*_COMMON.split(), *tail]
    weights = [1 / (rank + 2) for rank in range(len(words))]

    def text(number: int) -> str:
        return " ".join(dice.choices(words, weights, k=number))

    for first in range(0, LESSONS, BATCH):
        index.put_many(
            index.Doc(
                kind="lesson",
                ident=20_000_000 + number,
                organisation=organisation,
                reach="organisation",
                group_id=None,
                author_id=None,
                title=text(8).capitalize(),
                abstract=text(30),
                body=text(80),
                tags=text(2).split(),
                state="noted",
                rank=dice.randint(0, 1000),
            )
            for number in range(first, first + BATCH)
        )
    return tail[3000:3004]


def figures() -> list[dict[str, Any]]:
    """Milliseconds of finding what fits, and what does not fit of a hundred."""
    from kmportal.lib.work import work_of
    from lessons.finding import count_to_answer
    from lessons.reports.pack import build_pack
    from roadmap.models import Intervention, Programme

    found = []
    with transaction.atomic():
        organisation = Organisation.objects.create(name="Benchmark", slug="benchmark-of-packs")
        person = Person.objects.create(email="benchmark@pack.example", name="Bench Mark")
        member = Membership.objects.create(organisation=organisation, person=person, role=Role.LEAD)
        rare = _fill(organisation)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        programme = Programme.objects.create(
            organisation=organisation, name="Plan", starts_on="2026-01-01", ends_on="2028-01-01"
        )
        row = Intervention.objects.create(
            programme=programme, step=2, title=WORDS[:100], summary=" ".join([WORDS, *rare])
        )
        work = work_of(row)
        for what, do in {
            "the pack for an intervention": lambda: build_pack(work, member),
            "how many lessons of it wait": lambda: count_to_answer(work, member),
        }.items():
            measured = statistics.median(milliseconds(do) for _ in range(ROUNDS))
            found.append(figure(f"{what}, of {LESSONS:,} lessons", measured, LIMIT))
        transaction.set_rollback(True)
    return found + _misses()


def _misses() -> list[dict[str, Any]]:
    if not labelled.LESSONS.exists():
        return []
    with transaction.atomic():
        organisation = Organisation.objects.create(name="Benchmark", slug="benchmark-of-labels")
        person = Person.objects.create(email="benchmark@labels.example", name="Bench Mark")
        member = Membership.objects.create(organisation=organisation, person=person, role=Role.LEAD)
        labelled.fill(organisation)
        measured = labelled.precision(member)
        transaction.set_rollback(True)
    misses = figure("of the first five of the pack, do not fit", 100 * (1 - measured.pack), 100 * (1 - measured.search))
    return [{**misses, "unit": "%"}]
