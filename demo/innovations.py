"""Innovations: how far each has come, step by step."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from demo.story import Happening, Row, read
from demo.world import World
from lessons.actions import innovations
from lessons.models import Innovation


def happenings(world: World) -> Iterator[Happening]:
    """Each step by whoever tried it."""
    for row in read("innovations", world.calendar)["innovations"]:
        for step in row["steps"]:
            yield Happening(step["day"], step["at"], partial(_tell, world, row, step))


def _tell(world: World, row: Row, step: Row, at: datetime) -> None:
    lesson = world.fresh(world.lessons[row["lesson"]])
    before = Innovation.objects.filter(lesson=lesson).first()
    told = {name: words for name, words in step.items() if name not in ("by", "day", "at", "stage")}
    innovations.describe_innovation(
        lesson,
        by=world.actor(step["by"], lesson),
        at=at,
        seen=before.version if before else 0,
        stage=step["stage"],
        told=told,
    )
