"""How well what fits a piece of work is found: precision at five, beside the plain word search.

``pieces_of_work.json`` has 32 pieces of work in a sentence each, and 224 labels: the number of a real lesson of NASA’s
Lessons Learned Information System, and whether it fits. How they were made: both ways were asked for their first five;
what they found was put together and mixed, so that nobody could see which way had found what; one reader read title,
summary and lesson of each, and said that it fits where it would tell somebody who is about to do this work something
that they can use. No text of a lesson is kept here. A lesson without a label counts as one that does not fit.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

from organisations.models import Membership, Organisation
from organisations.visibility import Reach
from search import index
from search.related import find_related

LESSONS = Path("/work/shared/data/lessons_nasa_llis/llis_partial_2026.jsonl")
LABELS = Path(__file__).parent / "pieces_of_work.json"
FIRST = 5


@dataclass(frozen=True)
class Precision:
    """The share of the first five that fit, over all pieces of work; of fewer than five, the missing ones do not."""

    pack: float
    search: float


def fill(organisation: Organisation) -> None:
    """The real lessons, as the index keeps them."""
    rows: list[dict[str, Any]] = [json.loads(line) for line in LESSONS.read_text().splitlines()]
    index.put_many(
        index.Doc(
            kind="lesson",
            ident=int(row["lesson_number"]),
            organisation=organisation,
            reach=Reach.ORGANISATION,
            group_id=None,
            author_id=None,
            title=(row["title"] or "")[:300],
            abstract=row["abstract_text"] or "",
            body="\n".join(row[name] or "" for name in ("driving_event_text", "lesson_text", "recommendation_text")),
            tags=tuple(topic for topic in row["nasa_topics"] or () if topic != "None"),
            state="noted",
            source="NASA LLIS",
            rank=350,
            at=datetime(2010, 1, 1, tzinfo=UTC),
        )
        for row in rows
    )


def precision(reader: Membership) -> Precision:
    """Of both ways, over the labels."""
    pack, search = [], []
    for one in json.loads(LABELS.read_text()):
        work, fits = one["work"], set(one["fits"])
        found = find_related(reader, [work], kinds={"lesson": FIRST})["lesson"]
        pack.append(len(fits.intersection(related.ident for related in found)) / FIRST)
        hits = index.find(reader, work, kinds=["lesson"], per_page=FIRST, correct=True).hits
        search.append(len(fits.intersection(hit.ident for hit in hits)) / FIRST)
    return Precision(mean(pack), mean(search))
