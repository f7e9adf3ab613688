"""An action learning set: begun, one meeting held, the next one planned."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from demo.story import Happening, Row, read
from demo.world import World
from organisations.models import Membership
from techniques.actions import learning_sets
from techniques.actions.room import joining, learning, stages
from techniques.learning import current_turn, where
from techniques.models import LearningSet, Participant, Session


def happenings(world: World) -> Iterator[Happening]:
    for row in read("learning_sets", world.calendar)["sets"]:
        held = row["held"]
        yield Happening(row["day"], row["at"], partial(_begin, world, row))
        yield Happening(held["day"], held["at"], partial(_hold, world, row))
        yield Happening(held["day"], held["closed_at"], partial(_end, world, row))
        yield Happening(row["next"]["day"], row["next"]["at"], partial(_plan_next, world, row))


def _begin(world: World, row: Row, at: datetime) -> None:
    by = world.member(row["by"], row["organisation"])
    learning_sets.begin_set(
        by.organisation, by=by, at=at, name=row["name"], people=[world.people[key] for key in row["people"]],
        dates=[world.calendar.moment(one["day"], one["at"]) for one in row["meetings"]],
        length=row["length"], place=row["place"],
    )  # fmt: skip


def _set_of(world: World, row: Row) -> LearningSet:
    rows = LearningSet.objects.select_related("organisation")
    return rows.get(organisation=world.organisations[row["organisation"]], name=row["name"])


def _hold(world: World, row: Row, at: datetime) -> None:
    """They come in, bid, agree, present, ask and give; the clock of the story does not wait for them."""
    held, by = row["held"], world.member(row["by"], row["organisation"])
    session = joining.open_room(_set_of(world, row).meetings.get(), by=by, at=at)
    here = {key: _let_in(world, session, key, at) for key in row["people"]}
    bidding, turns = session.stages.get(takes="bids"), session.stages.get(takes="turns")
    bids = {}
    for one in held["bids"]:
        who = here[one["person"]]
        bids[one["person"]] = learning.place_bid(session, by=who, at=at, stage=bidding, about=one["about"])
        learning.say_need(session, by=who, at=at, stage=bidding, need=one["need"])
    for one in held["bids"]:
        for key in one["backed"]:
            learning.back_bid(session, by=here[key], at=at, stage=bidding, bid=bids[one["person"]].pk)
    learning.share_out(session, by=by, at=at, stage=bidding, presenters=len(held["turns"]))
    stages.go_to_stage(session, by=by, at=at, stage=turns)
    for one in held["turns"]:
        learning.wish_for_gifts(session, by=here[one["person"]], at=at, stage=turns, wishes=bool(one["gifts"]))
        _let_present(world, session, one, here, at=at, by=row["by"])


def _let_in(world: World, session: Session, key: str, at: datetime) -> Participant:
    member = world.actor(key, session)
    return joining.join_room(session, by=member, at=at, name=str(member.person), key=f"seat {key}")


def _let_present(
    world: World, session: Session, row: Row, here: dict[str, Participant], *, at: datetime, by: str
) -> None:
    """A whole turn, from the first part to its end."""
    leads, stage = world.actor(by, session), session.stages.get(takes="turns")
    _go_on(session, leads, at)
    for one in row["questions"]:
        learning.ask_question(session, by=here[one["person"]], at=at, stage=stage, text=one["text"], is_sure=True)
    for one in row["gifts"]:
        learning.give_gift(session, by=here[one["person"]], at=at, stage=stage, gift=one["text"])
    for one in row["own"]:
        due = world.calendar.day(one["due"]).isoformat()
        learning.promise_oneself(
            session, by=here[row["person"]], at=at + timedelta(minutes=1), stage=stage, text=one["text"], due=due
        )
    while current_turn(session.turns.all()):
        _go_on(session, leads, at)


def _go_on(session: Session, leads: Membership, at: datetime) -> None:
    seen = where(current_turn(session.turns.all()))
    learning.go_on(session, by=leads, at=at, stage=session.stages.get(takes="turns"), seen=seen)


def _end(world: World, row: Row, at: datetime) -> None:
    by, said = world.member(row["by"], row["organisation"]), {name: row["held"][name] for name in ("asking", "working")}
    learning_sets.end_meeting(_set_of(world, row).meetings.to_come().get(), by=by, at=at, **said)


def _plan_next(world: World, row: Row, at: datetime) -> None:
    """From the last one."""
    by, found = world.member(row["by"], row["organisation"]), _set_of(world, row)
    starts_at = world.calendar.moment(row["next"]["starts"], row["meetings"][1]["at"])
    learning_sets.plan_next_meeting(found, by=by, at=at, starts_at=starts_at, length=found.length, place=found.place)
