"""Reuse: what people of the story say came of a lesson, and what a second person makes of it."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from demo.story import Happening, Row, read
from demo.world import World
from lessons.actions import reuse
from lessons.actions.reuse import Saved
from lessons.models import Reuse, Saving


def happenings(world: World) -> Iterator[Happening]:
    """Said and described in one go; confirmed or declined on a later day."""
    for row in read("reuse", world.calendar)["reuse"]:
        yield Happening(row["day"], row["at"], partial(_say, world, row))
        for decision in ("confirm", "decline"):
            if step := row.get(decision):
                yield Happening(step["day"], step["at"], partial(_decide, world, row, step))


def _say(world: World, row: Row, at: datetime) -> None:
    by = world.member(row["by"], row["organisation"])
    said = reuse.say_reuse(world.fresh(world.lessons[row["lesson"]]), by=by, at=at, kind=row["kind"])
    if "changed" in row or "saved" in row:
        reuse.describe_reuse(
            said,
            by=by,
            at=at,
            seen=said.version,
            group=world.groups[row["group"]] if "group" in row else None,
            changed=row.get("changed", ""),
            saved={measure: _saved(told) for measure, told in row.get("saved", {}).items()},
        )


def _saved(told: dict[str, Any]) -> Saved:
    amount = Decimal(told["amount"]) if "amount" in told else None
    return Saved(amount=amount, words=told.get("words", ""), sureness=told["sure"])


def _decide(world: World, row: Row, step: Row, at: datetime) -> None:
    said = Reuse.objects.get(lesson=world.lessons[row["lesson"]], person=world.people[row["by"]], kind=row["kind"])
    saving = Saving.objects.select_related("reuse__organisation").get(reuse=said, measure=step["measure"])
    values: dict[str, Any] = {"by": world.member(step["by"], row["organisation"]), "at": at, "seen": saving.version}
    if "reason" in step:
        reuse.decline_saving(saving, reason=step["reason"], **values)
    else:
        reuse.confirm_saving(saving, **values)
