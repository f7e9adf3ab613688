"""People to ask: their profiles and questions; what people search for in vain, and what they follow."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from demo.story import Happening, Row, read
from demo.world import World
from lessons.actions.follows import save_search
from people import actions
from people.models import Profile, Recipient
from search.actions import keep_search


def happenings(world: World) -> Iterator[Happening]:
    """Profiles are written, most are listed; questions are asked, answered, passed on and closed."""
    story = read("finder", world.calendar)
    for row in story["profiles"]:
        yield Happening(row["day"], row["at"], partial(_write_profile, world, row))
    for row in story["questions"]:
        yield Happening(row["day"], row["at"], partial(_ask, world, row))
        for step in row.get("story", ()):
            yield Happening(step["day"], step["at"], partial(_continue_question, world, row, step))
    for row in story["searches"]:
        yield Happening(row["day"], row["at"], partial(_search_in_vain, world, row))
    for row in story["follows"]:
        yield Happening(row["day"], row["at"], partial(_follow, world, row))


def _write_profile(world: World, row: Row, at: datetime) -> None:
    by = world.member(row["person"], row["organisation"])
    actions.write_profile(
        by.organisation,
        by=by,
        at=at,
        seen=0,
        is_listed=row.get("listed", True),
        asked_about=row["ask"],
        wants_to_learn=row.get("learn", ()),
        **row.get("words", {}),
    )


def _ask(world: World, row: Row, at: datetime) -> None:
    by = world.member(row["by"], row["organisation"])
    people = [_profile_of(world, key, row) for key in row["people"]]
    world.enquiries[row["key"]] = actions.send_enquiry(by.organisation, by=by, at=at, line=row["line"], people=people)


def _continue_question(world: World, row: Row, step: Row, at: datetime) -> None:
    enquiry = world.fresh(world.enquiries[row["key"]])
    by = world.member(step["by"], row["organisation"])
    if step["do"] == "close":
        actions.close_enquiry(enquiry, by=by, at=at)
        return
    recipient = Recipient.objects.select_related("enquiry__organisation", "person").get(
        enquiry=enquiry, person=by.person
    )
    if step["do"] == "pass":
        actions.pass_on(recipient, by=by, at=at, to=_profile_of(world, step["to"], row))
    else:
        actions.answer_enquiry(recipient, by=by, at=at, answer=step["do"], note=step.get("note", ""))


def _profile_of(world: World, key: str, row: Row) -> Profile:
    return Profile.objects.get(membership=world.member(key, row["organisation"]))


def _search_in_vain(world: World, row: Row, at: datetime) -> None:
    by = world.member(row["person"], row["organisation"])
    keep_search(by.organisation, row["words"], by=by, at=at, told=row.get("told", False))


def _follow(world: World, row: Row, at: datetime) -> None:
    by = world.member(row["person"], row["organisation"])
    save_search(by.organisation, by=by, at=at, query=row["query"], name=row["name"], how=row["how"])
