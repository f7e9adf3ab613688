"""Actions: agreed anywhere, then done, moved with a reason, handed over, dropped or simply late."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

import lessons.actions.writing
import roadmap.actions
from actionplan import actions
from actionplan.tokens import guest_token
from demo.story import Happening, Row, read
from demo.world import World


def happenings(world: World) -> Iterator[Happening]:
    """Each action from the day it was agreed. Those of a session or a gap report are made there."""
    for row in read("actions", world.calendar)["actions"]:
        if "day" in row:
            yield Happening(row["day"], row["at"], partial(_add_own_action, world, row))
        for step in row.get("story", ()):
            yield Happening(step["day"], step["at"], partial(_continue_action, world, row, step))


def _add_own_action(world: World, row: Row, at: datetime) -> None:
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
    if "intervention" in row:
        intervention = world.interventions[row["intervention"]]
        by = world.actor(row["by"], intervention)
        made = roadmap.actions.add_intervention_action(intervention, by=by, at=at, **words)
    elif "lesson" in row:
        lesson = world.fresh(world.lessons[row["lesson"]])
        by = world.actor(row["by"], lesson)
        made = lessons.actions.writing.add_lesson_action(lesson, by=by, at=at, **words)
    else:
        by = world.member(row["by"], row["organisation"])
        made = actions.add_action(by.organisation, by=by, at=at, **words)
    world.actions[row["key"]] = made


def _continue_action(world: World, row: Row, step: Row, at: datetime) -> None:
    action = world.fresh(world.actions[row["key"]])
    if step["do"] == "done by guest":
        actions.complete_as_guest(action, token=guest_token(action), at=at, note=step.get("note", ""))
        return
    by, reason = world.actor(step["by"], action), step.get("reason", "")
    if step["do"] == "done":
        actions.complete_action(action, by=by, at=at, note=step.get("note", ""))
    elif step["do"] == "reopen":
        actions.reopen_action(action, by=by, at=at)
    elif step["do"] == "move":
        actions.reschedule_action(action, by=by, at=at, to=world.day(step["to"]), reason=reason)
    elif step["do"] == "drop":
        actions.drop_action(action, by=by, at=at, reason=reason)
    else:
        guest = step.get("guest", {})
        actions.hand_over_action(
            action,
            by=by,
            at=at,
            owner=world.person(step.get("owner")),
            guest_name=guest.get("name", ""),
            guest_email=guest.get("email", ""),
            reason=reason,
        )
