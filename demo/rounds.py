"""Rounds of self-assessment: who was asked, what twelve people said, and what was decided about it."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from functools import partial
from secrets import token_urlsafe
from typing import Any

from msgspec import convert

from demo.story import Happening, Row, read
from demo.world import World
from selfassessment import examples, reports
from selfassessment.actions import answering, asking, deciding, publishing, rounds
from selfassessment.models import Asked, Assessment, Criterion
from selfassessment.respondents import Choice, Respondent

EXAMPLE = "example"


def happenings(world: World) -> Iterator[Happening]:
    """Rounds are prepared, opened and answered; one still is. Those that are over are closed and decided upon."""
    for row in read("rounds", world.calendar)["rounds"]:
        opened = row["opened"]
        yield Happening(row["prepared"], "11:15", partial(_prepare_round, world, row))
        yield Happening(opened, "09:00", partial(_open_round, world, row))
        for place, one in enumerate(row["respondents"]):
            yield Happening(one["day"], one["at"], partial(_answer_round, world, row, place))
        if "reminded" in row:
            yield Happening(row["reminded"], "09:40", partial(_remind_round, world, row))
        if "closed" in row:
            yield Happening(row["closes"], "08:00", partial(_tell_closing, world, row))
            yield Happening(row["closed"], "16:30", partial(_close_round, world, row))
        for decision in row.get("decisions", ()):
            yield Happening(decision["day"], decision["at"], partial(_decide_gap, world, row, decision))


def _prepare_round(world: World, row: Row, at: datetime) -> None:
    results = row.get("results")
    world.rounds[row["key"]] = rounds.prepare_assessment(
        world.organisations[row["organisation"]],
        by=world.member(row["facilitator"], row["organisation"]),
        at=at,
        title=row["title"],
        closes_on=world.calendar.day(row["closes"]),
        capacity=row["capacity"],
        scope=row.get("scope", ""),
        programme=world.programmes[row["programme"]],
        anonymous=row["anonymous"],
        results_at=world.calendar.moment(results["day"], results["at"]) if results and "closed" not in row else None,
        results_place=results["place"] if results else "",
    )


def _open_round(world: World, row: Row, at: datetime) -> None:
    """Answers may come in from now on; members and addresses are asked, and there may be one link for all."""
    assessment = world.rounds[row["key"]]
    by = world.actor(row["facilitator"], assessment)
    rounds.open_assessment(assessment, by=by, at=at)
    if row.get("link"):
        asking.enable_link(assessment, by=by, at=at)
    members = [world.people[key] for key in row["asked"]]
    asking.ask_people(assessment, by=by, members=members, addresses=row.get("addresses", ()), at=at)


def _answer_round(world: World, row: Row, place: int, at: datetime) -> None:
    """One respondent goes through all criteria. The key is what in life only their browser would have."""
    assessment, one = world.rounds[row["key"]], row["respondents"][place]
    asked = _asked_people(world, row, one["who"])
    respondent = _respondent(world, assessment, asked, secret=token_urlsafe(24))
    criteria = {
        criterion.code: criterion for criterion in Criterion.objects.filter(section__framework=assessment.framework_id)
    }
    for code, choice in _said_by(row, place):
        saved = answering.save_answer(assessment, criteria[code], by=respondent, choice=choice, seen=0)
        if saved.is_full:
            raise ValueError(f"{row['key']}: respondent {place + 1} marks more than five criteria.")
    if one.get("finished", True):
        answering.finish_answering(assessment, by=respondent)


def _respondent(world: World, assessment: Assessment, asked: Asked | None, *, secret: str) -> Respondent:
    """Somebody as the address by which they came knows them: signed in, by their own link, or by the one for all."""
    if asked is None:
        return Respondent(secret, link=assessment.link_nonce)
    if asked.person is None:
        return Respondent(secret, asked=asked, link=asked.nonce)
    return Respondent(secret, member=world.membership(asked.person, assessment.organisation), asked=asked)


def _asked_people(world: World, row: Row, who: str) -> Asked | None:
    """The row of whoever was asked by name or address; nobody who came by the one link for all."""
    rows = Asked.objects.filter(assessment=world.rounds[row["key"]])
    if who == "link":
        return None
    return rows.get(email=who) if "@" in who else rows.get(person=world.people[who])


def _said_by(row: Row, place: int) -> Iterator[tuple[str, Choice]]:
    """What one respondent says to each criterion: a column of the story’s table, or of the example that ships."""
    if row["answers"] == EXAMPLE:
        columns = {code: said.choices[place] for code, said in examples.example().answers.items()}
    else:
        columns = {code: convert(said, examples.Answers).choices[place] for code, said in row["answers"].items()}
    for code, one in columns.items():
        if one.is_answered:
            yield code, Choice(**asdict(one))


def _remind_round(world: World, row: Row, at: datetime) -> None:
    assessment = world.rounds[row["key"]]
    asking.remind_people(assessment, by=world.actor(row["facilitator"], assessment), at=at)


def _tell_closing(world: World, row: Row, at: datetime) -> None:
    """What the worker does in the morning of the closing date."""
    rounds.tell_closing_date(world.rounds[row["key"]], at=at, day=world.calendar.day(row["closes"]))


def _close_round(world: World, row: Row, at: datetime) -> None:
    assessment = world.rounds[row["key"]]
    by = world.actor(row["facilitator"], assessment)
    rounds.close_assessment(assessment, by=by, at=at, not_heard=row.get("not_heard", ""))
    publishing.publish_report(assessment, by=by, at=at)


def _decide_gap(world: World, row: Row, decision: Row, at: datetime) -> None:
    """Accept a suggestion as an intervention or an action, in its own words or others, or reject it."""
    assessment = world.fresh(world.rounds[row["key"]])
    report = reports.build(assessment)
    offers = [*report.offers, *([report.quick_win] if report.quick_win else []), *report.others]
    offer = next(offer for offer in offers if offer.result.code == decision["criterion"])
    plain: dict[str, Any] = {"offer": offer, "by": world.actor(decision["by"], assessment), "at": at}
    if decision["verdict"] == "reject":
        deciding.reject_suggestion(assessment, reason=decision["reason"], **plain)
        return
    plain |= {"words": decision.get("words", ""), "owner": world.person(decision.get("owner"))}
    day = world.day(decision.get("until"))
    if decision["becomes"] == "intervention":
        made: Any = deciding.accept_as_intervention(assessment, ends_on=day, **plain)
        world.interventions[decision["key"]] = made.intervention
    else:
        made = deciding.accept_as_action(assessment, due_on=day, **plain)
        world.actions[decision["key"]] = made.action
