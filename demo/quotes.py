"""Quotes: what people of the story may be quoted with, and one that still waits for a yes."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from demo.story import Happening, Row, read
from demo.world import World
from lessons.actions import quotes
from lessons.models import Quote


def happenings(world: World) -> Iterator[Happening]:
    """Each is written in, and agreed to on a later day by whoever has an account."""
    for row in read("quotes", world.calendar)["quotes"]:
        yield Happening(row["day"], row["at"], partial(_add, world, row))
        if step := row.get("agree"):
            yield Happening(step["day"], step["at"], partial(_agree, world, row, step))


def _add(world: World, row: Row, at: datetime) -> None:
    lesson = world.fresh(world.lessons[row["lesson"]])
    quotes.add_quote(
        lesson,
        by=world.actor(row["by"], lesson),
        at=at,
        text=row["text"],
        signed=row["signed"],
        said_by=world.person(row.get("said_by")),
        agreed_on=world.day(row.get("agreed")),
    )


def _agree(world: World, row: Row, step: Row, at: datetime) -> None:
    quote = Quote.objects.get(lesson=world.lessons[row["lesson"]], person=world.people[row["said_by"]])
    quotes.agree_to_quote(quote, by=world.actor(row["said_by"], quote), at=at, signed=step["signed"])
