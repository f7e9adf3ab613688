"""Kick-offs: what people raise, share and sort, and what a community takes up. The rest is left for others to find."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from communities.actions import founding, kickoff, problems
from communities.models import KickOff
from demo.story import Happening, Row, read
from demo.world import World
from organisations.models import Membership

Move = Callable[[World, KickOff, Membership, datetime, Row], Any]


def happenings(world: World) -> Iterator[Happening]:
    """Each kick-off from its first day. It ends by itself, as the communities’ clock says."""
    for row in read("kickoffs", world.calendar)["kickoffs"]:
        yield Happening(row["day"], row["at"], partial(_open, world, row))
        for step in row["story"]:
            yield Happening(step["day"], step["at"], partial(_take_next_move, world, row, step))


def _open(world: World, row: Row, at: datetime) -> None:
    world.kickoffs[row["key"]] = kickoff.open_kickoff(
        world.organisations[row["organisation"]],
        by=world.member(row["by"], row["organisation"]),
        at=at,
        title=row["title"],
        why=row["why"],
    )


def _take_next_move(world: World, row: Row, step: Row, at: datetime) -> None:
    """One move; the step of the story names it."""
    opened = world.fresh(world.kickoffs[row["key"]])
    _MOVES[step["do"]](world, opened, world.member(step["by"], row["organisation"]), at, step)


def _is_in(step: Row) -> bool:
    return bool(step.get("tick") == "in")


def _raise(world: World, opened: KickOff, by: Membership, at: datetime, step: Row) -> None:
    world.problems[step["key"]] = problems.raise_problem(
        opened, by=by, at=at, line=step["line"], more=step.get("more", ""), is_in=_is_in(step)
    )


def _take_up(world: World, opened: KickOff, by: Membership, at: datetime, step: Row) -> None:
    community = world.fresh(world.communities[step["community"]])
    founding.take_up_problem(world.fresh(world.problems[step["problem"]]), by=by, at=at, community=community)


_MOVES: dict[str, Move] = {
    "raise": _raise,
    "share": lambda world, opened, by, at, step: problems.share_problem(
        world.fresh(world.problems[step["problem"]]), by=by, at=at, is_in=_is_in(step)
    ),
    "move": lambda world, opened, by, at, step: problems.move_problems(
        opened, by=by, at=at, problems=[world.problems[key] for key in step["problems"]], name=step["name"]
    ),
    "barrier": lambda world, opened, by, at, step: kickoff.name_barrier(
        opened, by=by, at=at, key=step.get("key", ""), words=step.get("words", "")
    ),
    "take up": _take_up,
}
