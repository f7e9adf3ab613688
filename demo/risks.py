"""Knowledge at risk: what few people know, who sees to it, and what they have done about it so far."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from demo.story import Happening, Row, read
from demo.world import World
from lessons.actions import risk_holders, risks
from lessons.models import Risk


def happenings(world: World) -> Iterator[Happening]:
    """Each topic is put in with those who know about it; some begin a knowledge asset later, or say that it is kept."""
    for row in read("risks", world.calendar)["risks"]:
        yield Happening(row["day"], row["at"], partial(_put_in, world, row))
        if step := row.get("asset"):
            yield Happening(step["day"], step["at"], partial(_begin_asset, world, row))
        if step := row.get("kept"):
            yield Happening(step["day"], step["at"], partial(_settle, world, row, step))


def _put_in(world: World, row: Row, at: datetime) -> None:
    by = world.member(row["by"], row["organisation"])
    wanted = {name: row.get(name, "") for name in ("title", "why", "matter", "loss", "plan")}
    wanted |= {"owner": world.person(row.get("owner")), "due_on": world.day(row.get("due"))}
    risk = risks.add_risk(by.organisation, by=by, at=at, wanted=wanted)
    for one in row["holders"]:
        risk_holders.name_holder(
            risk,
            by=by,
            at=at,
            person=world.person(one.get("person")),
            name=one.get("name", ""),
            leaves_on=world.day(one.get("leaves")),
        )


def _begin_asset(world: World, row: Row, at: datetime) -> None:
    risk = _risk_of(world, row)
    risks.begin_asset_of_risk(risk, by=world.actor(row["owner"], risk), at=at)


def _settle(world: World, row: Row, step: Row, at: datetime) -> None:
    risk = _risk_of(world, row)
    risks.settle_risk(risk, by=world.actor(row["owner"], risk), at=at, how=step["how"])


def _risk_of(world: World, row: Row) -> Risk:
    return Risk.objects.get(organisation=world.organisations[row["organisation"]], title=row["title"])
