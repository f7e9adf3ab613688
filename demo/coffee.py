"""Coffee trials: one that is over and told, and one that people can join."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from coffee import actions
from coffee.models import Joiner, Pairing, Trial
from demo.story import Happening, Row, read
from demo.world import World


def happenings(world: World) -> Iterator[Happening]:
    """Planned, joined, drawn on its day, met or not, ended, told."""
    for row in read("coffee", world.calendar)["trials"]:
        yield Happening(row["day"], row["at"], partial(_plan, world, row))
        for joining in row["joining"]:
            yield Happening(joining["day"], joining["at"], partial(_join, world, row, joining))
        for step in row.get("story", ()):
            yield Happening(step["day"], step["at"], partial(_continue, world, row, step))


def _plan(world: World, row: Row, at: datetime) -> None:
    by = world.member(row["by"], row["organisation"])
    actions.plan_trial(
        by.organisation, by=by, at=at, title=row["title"], rule=row["rule"], weeks=row["weeks"],
        pairs_on=world.day(row["pairs"]), coordinator=by.person, first_joiners=row.get("first", ""),
        place=row.get("place", ""),
    )  # fmt: skip


def _trial(row: Row) -> Trial:
    return Trial.objects.select_related("organisation").get(title=row["title"])


def _join(world: World, row: Row, joining: Row, at: datetime) -> None:
    by = world.member(joining["person"], row["organisation"])
    actions.join_trial(_trial(row), by=by, at=at, **joining.get("words", {}))


def _continue(world: World, row: Row, step: Row, at: datetime) -> None:
    trial, by = _trial(row), world.member(row["by"], row["organisation"])
    match step["do"]:
        case "pair":
            actions.make_pairs(trial, by=by, at=at)
        case "met":
            member = world.member(step["person"], row["organisation"])
            pairing = Pairing.objects.select_related("trial__organisation").get(
                trial=trial, seats__joiner__membership=member
            )
            actions.say_met(pairing, by=member, at=at, has_met=True)
        case "end":
            actions.end_trial(trial, by=by, at=at)
        case "answer":
            member = world.member(step["person"], row["organisation"])
            joiner = Joiner.objects.select_related("trial__organisation").get(trial=trial, membership=member)
            actions.answer_trial(joiner, by=member, at=at, would_again=step["again"], line=step.get("line", ""))
        case "share":
            actions.share_outcome(trial, by=by, at=at, outcome=step["outcome"])
