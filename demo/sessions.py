"""Sessions: planned, invited to, prepared, and most of them held."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import NAMESPACE_URL, uuid5

from actionplan.models import Action
from demo.story import Happening, Row, read
from demo.world import World
from kmportal.lib import things
from lessons.actions.closing import close_with_lessons
from lessons.models import Lesson
from lessons.prefill import Advice, Promise
from techniques.actions import planning
from techniques.actions.room import joining, notes, stages
from techniques.models import Participant, Session, Stage, Technique


def happenings(world: World) -> Iterator[Happening]:
    """A session is planned, people are invited, the checklist is worked down; on its day it is held and closed."""
    promises, written = read("actions", world.calendar)["actions"], read("lessons", world.calendar)["lessons"]
    for row in read("sessions", world.calendar)["sessions"]:
        yield Happening(row["planned"], row.get("planned_at", "11:40"), partial(_plan_session, world, row))
        if "invited" in row:
            yield Happening(row["invited"]["day"], "13:20", partial(_invite_people, world, row))
        if "prepared" in row:
            yield Happening(row["prepared"]["day"], "15:50", partial(_prepare_session, world, row))
        if "held" in row:
            mine = [one for one in promises if one.get("session") == row["key"]]
            drafts = [one for one in written if one.get("session") == row["key"]]
            yield Happening(row["day"], row["at"], partial(_hold_session, world, row))
            yield Happening(row["day"], row["held"]["closed_at"], partial(_close_session, world, row, mine, drafts))


def _plan_session(world: World, row: Row, at: datetime) -> None:
    organisation, facilitator = world.organisations[row["organisation"]], world.people[row["facilitator"]]
    world.sessions[row["key"]] = planning.plan_session(
        organisation,
        by=world.member(str(row.get("by", row["facilitator"])), row["organisation"]),
        technique=Technique.objects.of(organisation).get(key=row["technique"]),
        length=row["length"],
        title=row["title"],
        purpose=row["purpose"],
        starts_at=world.calendar.moment(row["day"], row["at"]),
        intervention=world.interventions[row["intervention"]] if "intervention" in row else None,
        group=world.groups[row["group"]] if "group" in row else None,
        facilitator=facilitator,
        place_kind=row.get("place_kind", Session.Place.ROOM),
        place=row["place"],
        circle=(row["circle"]["kind"], row["circle"]["chairs"]) if "circle" in row else None,
        at=at,
    )


def _invite_people(world: World, row: Row, at: datetime) -> None:
    invited = row["invited"]
    session = world.sessions[row["key"]]
    planning.invite_to_session(
        session,
        by=world.actor(row["facilitator"], session),
        people=[world.people[key] for key in invited["people"]],
        guests=invited.get("guests", {}),
        at=at,
    )


def _prepare_session(world: World, row: Row, at: datetime) -> None:
    """The first items of the checklist are done."""
    session = world.sessions[row["key"]]
    for _, item in session.technique.preparation[: row["prepared"]["items"]]:
        planning.tick_preparation(session, by=world.actor(row["facilitator"], session), at=at, item=item, is_done=True)


def _hold_session(world: World, row: Row, at: datetime) -> Iterator[datetime]:
    """The room opens, people come in, and the stages follow each other as the script has them."""
    held, session = row["held"], world.sessions[row["key"]]
    by = world.actor(row["facilitator"], session)
    session = joining.open_room(session, by=by, at=at)
    came = [
        _come_to_session(world, session, key, place, at)
        for place, key in enumerate([*held["came"], *held.get("guests", ())])
    ]
    begins = at
    for stage in session.stages.order_by("position"):
        stages.go_to_stage(session, stage=stage, by=by, at=begins)
        _write_notes(session, stage, held.get("notes", {}).get(stage.key, {}), came, begins)
        if stage.reveal == Stage.Reveal.HIDDEN:
            shown = begins + timedelta(minutes=stage.minutes // 2)
            yield shown
            stages.reveal_notes(session, stage=stage, by=by, at=shown)
        begins += timedelta(minutes=stage.minutes)
        yield begins


def _come_to_session(world: World, session: Session, key: str, place: int, at: datetime) -> Participant:
    """A member is named by key, a guest by the name that they give at the door."""
    member = world.actor(key, session) if key in world.people else None
    name = member.person.name if member else key
    return joining.join_room(session, by=member, at=at + timedelta(seconds=20 * place), name=name, key=f"seat {place}")


def _write_notes(
    session: Session, stage: Stage, texts: Mapping[str, list[str]], came: list[Participant], begins: datetime
) -> None:
    """The notes of a stage, one after the other, by those in the room in turn."""
    written = [(column, text) for column, of_column in texts.items() for text in of_column]
    for place, (column, text) in enumerate(written):
        notes.write_note(
            session,
            by=came[place % len(came)],
            at=begins + timedelta(seconds=15 * (place + 1)),
            stage_key=stage.key,
            column=column,
            text=text,
            client_id=uuid5(NAMESPACE_URL, f"{session.pk}/{stage.key}/{place}"),
        )


def _close_session(world: World, row: Row, promises: list[Row], drafts: list[Row], at: datetime) -> None:
    """Whoever led it agrees the summary with the room, and keeps the promises and the lessons for others."""
    session = world.sessions[row["key"]]
    session = close_with_lessons(
        session,
        by=world.actor(row["facilitator"], session),
        at=at,
        summary=row["held"]["summary"],
        promised=[_promise_action(world, one) for one in promises],
        advice=[_advice_of(one) for one in drafts],
    )
    world.sessions[row["key"]] = session
    made = Action.objects.agreed_in(things.ref_of(session)).order_by("pk")
    world.actions.update(zip([one["key"] for one in promises], made, strict=True))
    kept = Lesson.objects.filter(session=session).order_by("pk")
    world.lessons.update(zip([one["key"] for one in drafts], kept, strict=True))


def _promise_action(world: World, one: Row) -> Promise:
    guest = one.get("guest", {})
    return Promise(
        title=one["title"],
        detail=one.get("detail", ""),
        owner=world.person(one.get("owner")),
        guest_name=guest.get("name", ""),
        guest_email=guest.get("email", ""),
        due_on=world.day(one.get("due")),
    )


def _advice_of(one: Row) -> Advice:
    words = one["words"]
    return Advice(then_do=words["then_do"], when_you=words["when_you"], title=words["title"])
