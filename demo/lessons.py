"""Lessons: written down, sent, returned, written again, checked, declined; and a file of them brought in."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.timezone import localdate

from demo.story import Happening, Row, read, read_file
from demo.world import World
from lessons.actions import importing, life, review, safe, upkeep, writing
from lessons.models import Lesson, ReviewTurn
from lessons.quality import QUALITY
from lessons.tokens import make_receipt_code
from organisations.models import Membership


def happenings(world: World) -> Iterator[Happening]:
    """Each lesson from its first words to where it stands today, and what was brought in from elsewhere."""
    story = read("lessons", world.calendar)
    for row in story["lessons"]:
        if "session" in row:  # its draft is made by the close of the session; here it gets words of its own
            yield Happening(row["day"], row["at"], partial(_reword_lesson, world, row))
        else:
            yield Happening(row["day"], row["at"], partial(_start_lesson, world, row))
        for step in row.get("story", ()):
            yield Happening(step["day"], step["at"], partial(_take_next_move, world, row, step))
    for row in story["brought_in"]:
        yield Happening(row["day"], "14:10", partial(_bring_in_file, world, row))


def _facts_of_lesson(world: World, row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {name: row[name] for name in ("kind", "went_well", "contact", "process") if name in row}
    if "group" in row:
        found["group"] = world.groups[row["group"]]
    if "happened_on" in row:
        found["happened_on"] = world.calendar.day(row["happened_on"])
    if "share" in row:
        found["share_with"] = row["share"]
    return found


def _start_lesson(world: World, row: Row, at: datetime) -> None:
    world.lessons[row["key"]] = writing.start_lesson(
        world.organisations[row["organisation"]],
        by=world.member(row["author"], row["organisation"]),
        at=at,
        words=row["words"],
        facts=_facts_of_lesson(world, row),
        tags=row.get("tags", ()),
        intervention=world.interventions[row["intervention"]] if "intervention" in row else None,
    )


def _reword_lesson(world: World, row: Row, at: datetime) -> None:
    lesson = world.fresh(world.lessons[row["key"]])
    writing.write_lesson(
        lesson,
        by=world.membership(lesson.author, lesson.organisation),
        at=at,
        seen=lesson.version,
        words=row["words"],
        facts=_facts_of_lesson(world, row),
        tags=row.get("tags", ()),
    )


def _take_next_move(world: World, row: Row, step: Row, at: datetime) -> None:
    """One move; the step of the story names it."""
    lesson = world.fresh(world.lessons[row["key"]])
    by = world.membership(world.people[step["by"]] if "by" in step else lesson.author, lesson.organisation)
    holder = world.membership(lesson.claimed_by, lesson.organisation) if lesson.claimed_by else by
    move = step["do"]
    if move == "send":
        writing.submit_lesson(lesson, by=by, at=at)
    elif move == "withdraw":
        writing.withdraw_lesson(lesson, by=by, at=at)
    elif move == "write":
        writing.write_lesson(lesson, by=by, at=at, seen=lesson.version, words=step["words"])
    elif move == "claim":
        review.claim_lesson(lesson, by=by, at=at)
    elif move == "release":
        review.release_lesson(lesson, by=by, at=at)
    elif move == "take over":
        review.take_over_lesson(lesson, by=by, at=at)
    elif move == "return":
        review.return_lesson(lesson, by=holder, at=at, comment=step["comment"])
    elif move == "decline":
        review.decline_lesson(lesson, by=holder, at=at, reason=step["comment"])
    elif move == "send safely":
        to = world.people[step["to"]]
        safe.send_safely(lesson, by=by, at=at, to=to, code=make_receipt_code())
    elif move == "learned":
        life.learn_lesson(lesson, by=by, at=at, evidence=step["evidence"])
    elif move == "embedded":
        life.embed_lesson(lesson, by=by, at=at)
    elif move == "doubt":
        _doubt(lesson, by, step["words"], at)
    elif move == "confirm":
        review.confirm_change(lesson, by=by, at=at, read=lesson.revision_id)
    else:
        _check_lesson(world, row, step, lesson, at)


def _doubt(lesson: Lesson, by: Membership, words: str, at: datetime) -> None:
    """Whoever looks after it was asked in the round of the month, and says what is not right any more."""
    day = localdate(at)
    turn = ReviewTurn.objects.create(
        lesson=lesson, person=by.person, round_on=day.replace(day=1), asked_on=day, created_at=at
    )
    upkeep.answer_turn(turn, by=by, at=at, answer=ReviewTurn.Answer.CHANGE, words=words)


def _check_lesson(world: World, row: Row, step: Row, lesson: Any, at: datetime) -> None:
    """It is true and useful and shows nobody: *identified*, or *noted* when nothing has to change."""
    review.validate_lesson(
        lesson,
        by=world.membership(lesson.claimed_by, lesson.organisation),
        at=at,
        outcome=step["do"],
        read=lesson.revision_id,
        ticked=[line.key for line in QUALITY],
        contact=row["contact"],
        process=row.get("process", ""),
        group=lesson.group,
        share_with=row.get("share", lesson.share_with),
        review_on=world.day(step.get("review")),
        tags=row.get("tags", ()),
        comment=step.get("comment", ""),
    )


def _bring_in_file(world: World, row: Row, at: datetime) -> None:
    """A file of another library’s lessons, as the page brings it in."""
    run = importing.upload_import(
        world.organisations[row["organisation"]],
        by=world.member(row["by"], row["organisation"]),
        at=at,
        file_name=row["file_name"],
        content=read_file(row["file"], world.calendar),
        source=row["source"],
        group_name=row["group_name"],
    )
    importing.begin_import(run)
    importing.run_import(run, at=at)
