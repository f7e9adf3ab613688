"""Communities: begun, joined, what they ask each other, their charters and steps, and how two of them end."""

import calendar
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone

from communities.actions import closing, health, keeping, life, meetings, people, rehoming, review, shelf, stories, talk
from communities.actions.timetable import move_communities_on
from communities.models import (
    Access,
    Community,
    Knock,
    Meeting,
    MeetingDay,
    Objection,
    Pin,
    Post,
    Rehoming,
    Review,
    Thread,
)
from demo.calendar import A_WEEK
from demo.story import Happening, Row, read
from demo.world import World
from lessons.actions import asset_steps, assets
from organisations.models import Membership
from organisations.visibility import Reach

FIRST_DAY, CLOCK = -245, "06:30"
Move = Callable[[World, Community, Membership, datetime, Row], Any]


def happenings(world: World) -> Iterator[Happening]:
    """Each community from its first minute to where it stands today, and each week what time does to all of them."""
    story = read("communities", world.calendar)
    for row in story["communities"]:
        yield Happening(row["day"], row["at"], partial(_begin, world, row))
        if "closed" in row:  # before the weeks below
            yield Happening(row["closed"], CLOCK, _let_time_pass)
        for step in row.get("story", ()):
            yield Happening(step["day"], step["at"], partial(_take_next_move, world, row, step))
    for day in range(FIRST_DAY, 1, A_WEEK):
        yield Happening(day, CLOCK, _let_time_pass)


def _begin(world: World, row: Row, at: datetime) -> None:
    organisation = world.organisations[row["organisation"]]
    world.communities[row["key"]] = life.found_community(
        organisation,
        by=world.member(row["by"], row["organisation"]),
        at=at,
        name=row["name"],
        question=row["question"],
        access=row.get("access", Access.OPEN),
    )


def _let_time_pass(at: datetime) -> None:
    move_communities_on(at=at)


def _take_next_move(world: World, row: Row, step: Row, at: datetime) -> None:
    """One move; the step of the story names it."""
    community = world.fresh(world.communities[row["key"]])
    by = world.member(step["by"], row["organisation"])
    _MOVES[step["do"]](world, community, by, at, step)


def _ask_to_join(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    knock = people.ask_to_join(community, by=by, at=at, words=step["words"])
    people.answer_knock(knock, by=world.actor(step["yes"], community), at=at, accept=True)


def _invite(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    person = world.people[step["person"]]
    knock: Knock = people.invite_into_community(community, by=by, at=at, person=person)
    people.answer_knock(knock, by=world.actor(step["person"], community), at=at, accept=True)


def _write_charter(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    life.write_charter(community, by=by, at=at, seen=community.version, answers=step["answers"])


def _ask(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    world.threads[step["key"]] = talk.start_thread(
        community,
        by=by,
        at=at,
        title=step["title"],
        text=step["text"],
        kind=step.get("kind", Thread.Kind.QUESTION),
    )


def _mark(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    """The first answer is post 1: the question itself stands before it."""
    thread = world.fresh(world.threads[step["thread"]])
    post = Post.objects.filter(thread=thread)[step["post"]]
    talk.mark_answer(thread, by=by, at=at, post=post)


def _tell_story(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    words = {name: text for name, text in step["story"].items() if name not in ("reach", "benefit")}
    benefit = step["story"].get("benefit", {})
    if "amount" in benefit:
        benefit["amount"] = Decimal(benefit["amount"])
    stories.tell_story(community, by=by, at=at, words=words, reach=step["story"]["reach"], **benefit)


def _look_back(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    """Begun and answered; what members say of the two questions is counted."""
    found = review.open_review(community, by=by, at=at)
    review.answer_review(found, by=by, at=at, answers=step["answers"])
    for person, would_miss in step["voices"].items():
        member = world.actor(person, community)
        review.give_voice(found, by=member, at=at, would_miss=would_miss == "yes", is_free=True)


def _decide_to_change(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    found = Review.objects.select_related("community__organisation").get(community=community, decision="")
    review.decide_to_change(found, by=by, at=at, why=step["why"])


def _pin(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    words = {name: step[name] for name in ("url", "title", "note")}
    shelf.pin_to_shelf(community, by=by, at=at, kind=Pin.Kind.LINK, **words)


def _find_home(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    """Asked and answered with yes on the same day."""
    pin = Pin.objects.get(community=community, title=step["title"])
    asked = rehoming.ask_for_home(
        community, by=by, at=at, kind=Rehoming.Kind.PIN, ident=pin.pk, person=world.people[step["person"]]
    )
    rehoming.answer_for_home(asked, by=world.actor(step["person"], community), at=at, accept=True)


def _keep(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    """The answer becomes an asset: written on, published, checked by somebody else, and put on the shelf."""
    asset = keeping.make_asset(world.fresh(world.threads[step["thread"]]), by=by, at=at)
    words = {name: step[name] for name in assets.WORDS}
    asset = assets.write_asset(
        asset,
        by=by,
        at=at,
        seen=asset.version,
        words=words,
        group=asset.group,
        share_with=Reach.ORGANISATION,
    )
    asset = assets.publish_asset(asset, by=by, at=at)
    assets.check_asset(asset, by=world.actor(step["checked_by"], community), at=at, number=asset.number)
    for number in step.get("steps_done", ()):
        asset_steps.do_step(world.fresh(asset), by=by, at=at, number=number)
    shelf.pin_to_shelf(community, by=by, at=at, kind=Pin.Kind.ASSET, asset=asset, note=step["note"])


def _plan_to_meet(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    """On the first Tuesday of each month, from the next month on."""
    first = (timezone.localdate(at).replace(day=1) + timedelta(days=31)).replace(day=1)
    meetings.plan_meeting(
        community,
        by=by,
        at=at,
        title=step["title"],
        words=step["words"],
        place=step["place"],
        minutes=step["minutes"],
        first_on=first + timedelta(days=(calendar.TUESDAY - first.weekday()) % 7),
        clock=time(14),
        again_at=time(2, 30),
        repeats=Meeting.Repeats.SAME_WEEKDAY,
    )


def _write_up(world: World, community: Community, by: Membership, at: datetime, step: Row) -> None:
    """The newest day on which it met."""
    days = MeetingDay.objects.held().filter(meeting__community=community, starts_at__lt=at)
    day = days.select_related("meeting__community__organisation").latest("starts_at")
    who = [world.people[key] for key in step["people"]]
    meetings.write_up_meeting(day, by=by, at=at, seen=day.version, notes=step["notes"], people=who)


_MOVES: dict[str, Move] = {
    "join": lambda world, community, by, at, step: people.join_community(community, by=by, at=at),
    "ask to join": _ask_to_join,
    "invite": _invite,
    "roles": lambda world, community, by, at, step: people.set_roles(
        community, by=by, at=at, person=world.people[step["person"]], roles=step["roles"]
    ),
    "charter": _write_charter,
    "step": lambda world, community, by, at, step: life.take_step(community, by=by, at=at, step=step["step"]),
    "answer": lambda world, community, by, at, step: life.answer_step(
        community, by=by, at=at, step=step["step"], answers=step["answers"]
    ),
    "ask": _ask,
    "post": lambda world, community, by, at, step: talk.write_post(
        world.fresh(world.threads[step["thread"]]), by=by, at=at, text=step["text"]
    ),
    "mark": _mark,
    "keep": _keep,
    "answer objection": lambda world, community, by, at, step: closing.answer_objection(
        Objection.objects.select_related("closing__community__organisation").filter(closing__community=community).get(),
        by=by,
        at=at,
        answer=step["words"],
    ),
    "meet": _plan_to_meet,
    "write up": _write_up,
    "informal": lambda world, community, by, at, step: life.leave_informal(community, by=by, at=at),
    "announce": lambda world, community, by, at, step: closing.announce_closing(
        community, by=by, at=at, reason=step["reason"], words=step["words"]
    ),
    "object": lambda world, community, by, at, step: closing.object_to_closing(
        community, by=by, at=at, words=step["words"]
    ),
    "agree": lambda world, community, by, at, step: health.agree_on_figures(community, by=by, at=at, **step["figures"]),
    "story": _tell_story,
    "look back": _look_back,
    "decide to change": _decide_to_change,
    "pin": _pin,
    "find home": _find_home,
    "tell": lambda world, community, by, at, step: closing.write_story(community, by=by, at=at, story=step["story"]),
}
