"""Actions: promised anywhere, then done, moved with a reason, handed over, dropped or simply late."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

import lessons.actions.writing
import roadmap.actions
from actionplan import actions
from demo.story import Happening, Row, read
from demo.world import World


def happenings(world: World) -> Iterator[Happening]:
    """Each promise from the day it was made. Those of a session or a gap report are made there."""
    for row in read("promises", world.calendar)["actions"]:
        if "day" in row:
            yield Happening(row["day"], row["at"], partial(_promise, world, row))
        for step in row.get("story", ()):
            yield Happening(step["day"], step["at"], partial(_go_on, world, row, step))


def _promise(world: World, row: Row, at: datetime) -> None:
    """For an intervention, from a lesson, or by hand."""
    guest = row.get("guest", {})
    words: dict[str, Any] = {
        "title": row["title"],
        "detail": row.get("detail", ""),
        "owner": world.person(row.get("owner")),
        "guest_name": guest.get("name", ""),
        "guest_email": guest.get("email", ""),
        "due_on": world.day(row.get("due")),
    }
    by = world.people[row["by"]]
    if "intervention" in row:
        made = roadmap.actions.promise_for(world.interventions[row["intervention"]], by=by, **words)
    elif "lesson" in row:
        lesson = world.fresh(world.lessons[row["lesson"]])
        made = lessons.actions.writing.promise_for(lesson, by=by, **words)
    else:
        made = actions.promise(world.organisations[row["organisation"]], by=by, source=row.get("source", ""), **words)
    world.actions[row["key"]] = made


def _go_on(world: World, row: Row, step: Row, at: datetime) -> None:
    action = world.fresh(world.actions[row["key"]])
    if step["do"] == "done by guest":
        actions.done_by_guest(action, at=at, note=step.get("note", ""))
        return
    by, reason = world.people[step["by"]], step.get("reason", "")
    if step["do"] == "done":
        actions.done(action, by=by, at=at, note=step.get("note", ""))
    elif step["do"] == "reopen":
        actions.reopen(action, by=by)
    elif step["do"] == "move":
        actions.move(action, to=world.day(step["to"]), reason=reason, by=by)
    elif step["do"] == "drop":
        actions.drop(action, by=by, reason=reason)
    else:
        guest = step.get("guest", {})
        actions.hand_over(
            action,
            by=by,
            owner=world.person(step.get("owner")),
            guest_name=guest.get("name", ""),
            guest_email=guest.get("email", ""),
            reason=reason,
        )
