"""Programmes, their steps, and the interventions with what became of them."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from demo.story import Happening, Row, read
from demo.world import World
from roadmap import actions
from roadmap.models import CatalogueEntry, ProgrammeStep

# What a change of the plan may name in the story → the column, and how it is read.
DAYS = {"starts": "starts_on", "ends": "ends_on"}


def happenings(world: World) -> Iterator[Happening]:
    """Programmes begin, interventions are planned, changed with a reason, brought on; steps are marked."""
    story = read("programme", world.calendar)
    for row in story["programmes"]:
        yield Happening(row["day"], row.get("at", "10:00"), partial(_begin_programme, world, row))
        for step in row.get("steps", ()):
            yield Happening(step["day"], "16:20", partial(_mark_step, world, row, step))
    for row in story["interventions"]:
        if "planned" in row:
            yield Happening(row["planned"], row.get("at", "11:00"), partial(_plan_intervention, world, row))
        for step in row.get("story", ()):
            yield Happening(step["day"], step.get("at", "15:00"), partial(_continue_plan, world, row, step))


def _begin_programme(world: World, row: Row, at: datetime) -> None:
    """A programme. The one that the story calls current takes the place of the one before."""
    by = world.member(row["by"], row["organisation"])
    programme = actions.begin_programme(
        world.organisations[row["organisation"]],
        by=by,
        at=at,
        name=row["name"],
        starts_on=_first_day_of(world, row),
        ends_on=date(int(row["to"]), 12, 31),
        vision=row["vision"],
        mission=row["mission"],
        ambition=row["ambition"],
        lead=world.person(row.get("lead")),
        sponsor=world.person(row.get("sponsor")),
    )
    world.programmes[row["key"]] = actions.make_programme_current(programme, by=by, at=at)


def _first_day_of(world: World, row: Row) -> date:
    """The first of the month in which it was begun here, or of January for one that is older than the portal."""
    return date(int(row["from"]), 1, 1) if "from" in row else world.calendar.day(row["day"]).replace(day=1)


def _mark_step(world: World, row: Row, step: Row, at: datetime) -> None:
    found = ProgrammeStep.objects.get(programme=world.programmes[row["key"]], number=step["number"])
    by = world.actor(row["by"], found)
    actions.mark_step(found, by=by, at=at, seen=found.version, state=step["state"], note=step.get("note", ""))


def _plan_intervention(world: World, row: Row, at: datetime) -> None:
    entry = CatalogueEntry.objects.get(key=row["entry"]) if "entry" in row else None
    programme = world.programmes[row["programme"]]
    world.interventions[row["key"]] = actions.plan_intervention(
        programme,
        by=world.actor(row["by"], programme),
        at=at,
        title=row["title"],
        step=row["step"],
        entry=entry,
        owner=world.person(row.get("owner")),
        starts_on=world.day(row.get("starts")),
        ends_on=world.day(row.get("ends")),
        areas=row.get("areas"),
        summary=row.get("summary", ""),
        kind=row.get("kind", ""),
        effort=row.get("effort", ""),
        output=row.get("output", ""),
    )


def _continue_plan(world: World, row: Row, step: Row, at: datetime) -> None:
    """A new state, or a change of the plan, with the reason that was given."""
    intervention = world.fresh(world.interventions[row["key"]])
    by, reason = world.actor(step["by"], intervention), step.get("reason", "")
    if "state" in step:
        actions.set_intervention_state(intervention, by=by, at=at, state=step["state"], reason=reason)
        return
    fields: dict[str, Any] = {column: world.day(step[name]) for name, column in DAYS.items() if name in step}
    if "owner" in step:
        fields["owner"] = world.person(step["owner"])
    fields |= {name: step[name] for name in ("title", "summary", "output") if name in step}
    actions.change_intervention(intervention, by=by, at=at, seen=intervention.version, reason=reason, **fields)
