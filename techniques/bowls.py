"""The inner circle of a fishbowl as rows: read as a value, changed by its rules, and saved. Under the room’s lock."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from kmportal.lib.exceptions import Refusal
from techniques import room_log
from techniques.circling import BEFORE, ON, PAST, Circle, Sitting, Talk, Who, sum_up
from techniques.models import Bowl, Chair, Note, RoomEvent, Session, Spoken, Stage, Waiting

FISHBOWL, PLAYBACK = "fishbowl", "playback"


@dataclass(frozen=True)
class BowlRows:
    """All of one session. Never for a template: it knows who has spoken and for how long."""

    bowl: Bowl
    circle: Circle
    talk: Talk


def read_bowls(sessions: Iterable[int]) -> dict[int, BowlRows]:
    """By session. One of which nothing was chosen is open, with the usual chairs."""
    wanted = set(sessions)
    bowls = {one.session_id: one for one in Bowl.objects.filter(session__in=wanted)}
    chairs, queues, spoken = (
        _by_bowl(model.objects.filter(bowl__in=bowls.values())) for model in (Chair, Waiting, Spoken)
    )
    found = {}
    for pk in wanted:
        bowl = bowls.get(pk) or Bowl(session_id=pk)
        circle = _circle_of(bowl, chairs.get(bowl.pk, []), queues.get(bowl.pk, []))
        talk = sum_up((one.seconds, one.longest) for one in spoken.get(bowl.pk, []))
        found[pk] = BowlRows(bowl, circle, replace(talk, voices=talk.voices + (bowl.voices or 0)))
    return found


def _by_bowl(rows: Iterable[Any]) -> dict[int | None, list[Any]]:
    found: dict[int | None, list[Any]] = {}
    for row in rows:
        found.setdefault(row.bowl_id, []).append(row)
    return found


def _circle_of(bowl: Bowl, chairs: Iterable[Chair], queue: Iterable[Waiting]) -> Circle:
    rows = list(chairs)
    speaking = next((one for one in rows if one.speaks_at), None)
    return Circle(
        mode=bowl.kind,
        chairs=bowl.chairs,
        seats=tuple(Sitting(_who(one), one.number, one.sat_at, one.said_at, one.asked_at) for one in rows),
        queue=tuple(map(_who, queue)),
        speaker=_who(speaking) if speaking else None,
        speaks_at=speaking.speaks_at if speaking else None,
        offered_at=bowl.offered_at,
    )


def _who(row: Chair | Waiting) -> Who:
    return row.participant_id or row.name


def as_handle(who: Who) -> str:
    """Somebody, as a press names them."""
    return f"p{who}" if isinstance(who, int) else f"n{who}"


def of_handle(typed: str) -> Who:
    """Whom a press names."""
    kind, rest = typed[:1], typed[1:]
    if kind == "n" and rest:
        return rest
    if kind == "p" and rest.isascii() and rest.isdigit() and len(rest) < 19:
        return int(rest)
    raise Refusal("We could not read this. Load the page again.")


def _as_row(who: Who) -> dict[str, Any]:
    return {"participant_id": who, "name": ""} if isinstance(who, int) else {"participant": None, "name": who}


def change_circle(locked: Session, change: Callable[[Circle], Circle], at: datetime, step: Stage | None = None) -> bool:
    """Change the circle by its rules and tell everybody; answers whether anything is another now."""
    bowl = Bowl.objects.get_or_create(session=locked)[0]
    before = read_bowls([locked.pk])[locked.pk].circle
    after = change(before)
    if after == before:
        return False
    _save_chairs(bowl, before, after)
    _save_queue(bowl, before, after)
    for turn in after.turns:
        row = Spoken.objects.get_or_create(bowl=bowl, **_as_row(turn.who))[0]
        if turn.seconds is not None:
            longest = Greatest(F("longest"), turn.seconds)
            Spoken.objects.filter(pk=row.pk).update(seconds=F("seconds") + turn.seconds, longest=longest)
    if after.offered_at != before.offered_at:
        Bowl.objects.filter(pk=bowl.pk).update(offered_at=after.offered_at)
    tell_circle(locked, at, step)
    return True


def _save_chairs(bowl: Bowl, before: Circle, after: Circle) -> None:
    """Who has gone goes first, so that a number is free for whoever comes; so does the word."""
    stays = {seat.who: seat.number for seat in after.seats}
    gone = [seat.number for seat in before.seats if stays.get(seat.who) != seat.number]
    Chair.objects.filter(bowl=bowl, number__in=gone).delete()
    if before.speaker != after.speaker:
        Chair.objects.filter(bowl=bowl, speaks_at__isnull=False).update(speaks_at=None)
    for seat in after.seats:
        speaks_at = after.speaks_at if after.speaker == seat.who else None
        facts = {"said_at": seat.said_at, "asked_at": seat.asked_at, "speaks_at": speaks_at}
        there = Chair.objects.filter(bowl=bowl, number=seat.number)
        if not there.update(**facts):
            Chair.objects.create(
                bowl=bowl, number=seat.number, chairs=bowl.chairs, sat_at=seat.sat_at, **_as_row(seat.who), **facts
            )


def _save_queue(bowl: Bowl, before: Circle, after: Circle) -> None:
    """Who is new stands behind all others, so their rows come last."""
    for who in before.queue:
        if who not in after.queue:
            Waiting.objects.filter(bowl=bowl, **_as_row(who)).delete()
    for who in after.queue:
        if who not in before.queue:
            Waiting.objects.create(bowl=bowl, **_as_row(who))


def tell_circle(locked: Session, at: datetime, step: Stage | None = None) -> None:
    """Everybody hears of the circle, in the step of the room and in that where it was pressed; each phone fetches its
    own part. The other steps are drawn when the room comes to them."""
    steps = locked.stages.filter(takes=FISHBOWL)
    now = [one.pk for one in steps if one.pk == locked.stage_id or (step and one.pk == step.pk)]
    for pk in now or [one.pk for one in steps]:
        room_log.append_event(locked, RoomEvent.Kind.HELPER, pk, at=at)


def phase_of(here: Stage | None, steps: Sequence[Stage]) -> str:
    """Whether people come in by themselves where the room is: in the last of the steps with chairs."""
    if not steps or (here and here.pk == steps[-1].pk):
        return ON
    return PAST if here and here.position > steps[-1].position else BEFORE


def phase_in(session: Session) -> str:
    """The same of one room."""
    return phase_of(session.stage, steps_with_chairs(session))


def may_change_form(here: Stage | None, steps: Sequence[Stage]) -> bool:
    """Until the room has left the first step with chairs."""
    return here is None or not steps or here.position <= steps[0].position


def steps_with_chairs(session: Session) -> list[Stage]:
    """In their order."""
    return list(session.stages.filter(takes=FISHBOWL).order_by("position"))


def forget_talk(session_pk: int) -> None:
    """Who sat where, who waited, and how long anybody spoke goes; how many have sat in the circle is kept."""
    heard = Spoken.objects.filter(bowl__session=session_pk).count()
    for model in (Chair, Waiting, Spoken):
        model.objects.filter(bowl__session=session_pk).delete()
    Bowl.objects.filter(session=session_pk).update(offered_at=None, voices=Coalesce(F("voices"), 0) + heard)


# --- Notes of the outer circle ---------------------------------------------------------------------------------------


def steps_watched(stage: Stage) -> list[Stage]:
    """The steps before this one in which the outer circle writes, hidden until the play-back."""
    before = Stage.objects.filter(session=stage.session_id, position__lt=stage.position).order_by("position")
    hidden = before.filter(reveal=Stage.Reveal.HIDDEN, writes=Stage.Writes.EVERYONE)
    return [one for one in hidden if one.columns]


def notes_watched(stage: Stage) -> list[Note]:
    """What is written in them and can be read, in an order that tells nothing."""
    shown = [one.pk for one in steps_watched(stage) if one.shows_notes]
    return list(Note.objects.filter(stage__in=shown, gone_at=None, same_as=None).order_by("client_id"))
