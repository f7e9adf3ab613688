"""Peer assist: sides at the door, the home team’s share of the talk, and what becomes of each piece of advice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from techniques import assisting, room_log, talking
from techniques.actions.room import assist
from techniques.helper_registry import Act, Helper, Viewer
from techniques.models import Advice, Participant, RoomEvent, Session, Side, Stage, TalkShare

# --- Sides -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeenSides:
    """How many are on each side. Nobody is told who, but each their own."""

    home: int
    visitors: int
    unsaid: int
    mine: str = ""
    sides: Sequence[tuple[str, str]] = tuple(Side.choices)

    @property
    def are_few(self) -> bool:
        """Whether those who came to help are fewer than those whom they help."""
        return bool(self.home) and self.visitors < self.home

    @property
    def mine_in_words(self) -> str:
        return str(Side(self.mine).label) if self.mine else ""


def _read_nothing(stages: Sequence[Stage]) -> dict[int, None]:
    return {stage.pk: None for stage in stages}


def see_sides(state: None, viewer: Viewer) -> SeenSides:
    """People are read with the room, so nothing else is asked."""
    sides = [person.side for person in viewer.here]
    mine = next((person.side for person in viewer.here if person.pk == viewer.participant), "")
    return SeenSides(sides.count(Side.HOME), sides.count(Side.VISITORS), sides.count(""), mine)


def take_side(typed: str) -> dict[str, Any]:
    return {"side": typed}


def leave_side(session: Session, *, by: Participant, at: datetime) -> None:
    """Who comes back says it again."""
    if Participant.objects.filter(pk=by.pk).exclude(side="").update(side=""):
        assisting.tell_sides(session, at)


def hear_arrival(session: Session, *, by: Participant, at: datetime) -> None:
    assisting.tell_sides(session, at)


def close_sides(stage: Stage, at: datetime) -> None:
    """Who was on which side is kept by nobody."""
    Participant.objects.filter(session=stage.session_id).exclude(side="").update(side="")


SIDES = Helper(
    key=assisting.SIDES,
    read=_read_nothing,
    see=see_sides,
    drawing="techniques/helpers/sides.html",
    own="techniques/helpers/sides_own.html",
    acts={"side": Act(assist.choose_side, take_side)},
    arrive=hear_arrival,
    leave=leave_side,
    close=close_sides,
)


# --- Talk ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeenTalk:
    """How long each side has spoken, in seconds, with who speaks now. ``is_first``: of the steps that count it."""

    home: int
    visitors: int
    speaking: str
    minutes: int
    is_first: bool
    is_over: bool

    @property
    def limits(self) -> talking.Limit:
        return talking.Limit(self.minutes)

    @property
    def limit_seconds(self) -> int:
        return self.limits.limit * 60

    @property
    def warn_seconds(self) -> int:
        return self.limits.warn * 60

    @property
    def home_in_minutes(self) -> str:
        return talking.minutes_in_figures(self.home)

    @property
    def in_all(self) -> str:
        return talking.minutes_in_figures(self.home + self.visitors)

    @property
    def is_near(self) -> bool:
        return self.warn_seconds <= self.home <= self.limit_seconds

    @property
    def is_too_long(self) -> bool:
        return self.home > self.limit_seconds

    @property
    def in_words(self) -> str:
        """Once the session is over."""
        minutes = "minute" if self.in_all == "1" else "minutes"
        return f"The home team spoke for {self.home_in_minutes} of the {self.in_all} {minutes} that were counted."


def read_talk(stages: Sequence[Stage]) -> dict[int, SeenTalk]:
    """As of now: the turn under way counts, too."""
    sessions = {one.pk: one for one in Session.objects.filter(pk__in={stage.session_id for stage in stages})}
    shares = {one.session_id: one for one in TalkShare.objects.filter(session__in=sessions)}
    first: dict[int, int] = {}
    for stage in sorted(stages, key=lambda one: one.position):
        first.setdefault(stage.session_id, stage.pk)
    found = {}
    for stage in stages:
        session = sessions[stage.session_id]
        found[stage.pk] = _talk_of(session, shares.get(session.pk), is_first=first[session.pk] == stage.pk)
    return found


def _talk_of(session: Session, share: TalkShare | None, *, is_first: bool) -> SeenTalk:
    seconds = {side: getattr(share, side, 0) for side in Side.values}
    speaking = share.speaking if share else ""
    if share and speaking:
        seconds[speaking] += talking.spoken(share.began_at, timezone.now())
    return SeenTalk(seconds["home"], seconds["visitors"], speaking, session.minutes, is_first, session.is_over)


def see_talk(state: SeenTalk, viewer: Viewer) -> SeenTalk:
    """It is a figure of a side, so that everybody may know it; only whoever leads and the big screen are drawn it."""
    return state


def tell_talk(seen: SeenTalk) -> str:
    return seen.in_words if seen.is_first and seen.is_over and seen.home + seen.visitors else ""


def take_speaker(typed: str) -> dict[str, Any]:
    return {"side": "" if typed == "nobody" else typed}


def close_talk(stage: Stage, at: datetime) -> None:
    """When who spoke goes; how long the sides did is kept, in half minutes."""
    share = TalkShare.objects.filter(session=stage.session_id).first()
    if share is None:
        return
    assisting.end_turn(share, at)
    share.home, share.visitors = map(talking.in_half_minutes, (share.home, share.visitors))
    share.save()


def move_talk(session: Session, *, stage: Stage, at: datetime) -> None:
    """Another step is another talk: whoever leads says who begins, and nothing is counted while people are apart."""
    share = TalkShare.objects.filter(session=session).first()
    if share and share.speaking:
        assisting.end_turn(share, at)
        share.save()
        assisting.tell_talk(session, at)


TALK = Helper(
    key=assisting.TALK,
    read=read_talk,
    see=see_talk,
    drawing="techniques/helpers/talk.html",
    outcome="techniques/helpers/talk_outcome.html",
    tell=tell_talk,
    acts={"speak": Act(assist.let_speak, take_speaker, leads=True)},
    move=move_talk,
    close=close_talk,
)


# --- Advice ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeenAdvice:
    """One piece of advice with what the home team does with it, and later what became of it."""

    handle: UUID | None
    text: str
    answer: str = ""
    reason: str = ""
    became: str = ""
    because: str = ""

    @property
    def in_words(self) -> str:
        """“We adapt it: Ring the ward first. Because nobody is at the desk at night.”"""
        if not self.answer:
            return ""
        because = f" ({self.reason})" if self.reason else ""
        return f"{Advice.Answer(self.answer).label}: {self.text}{because}"

    @property
    def answer_in_words(self) -> str:
        return str(Advice.Answer(self.answer).label) if self.answer else ""

    @property
    def became_in_words(self) -> str:
        return str(Advice.Became(self.became).label) if self.became else ""


@dataclass(frozen=True)
class SeenAdviceList:
    """All of it. ``answers``: whether this viewer answers for the home team."""

    advice: tuple[SeenAdvice, ...] = ()
    answers: bool = False
    choices: Sequence[tuple[str, str]] = field(default=tuple(Advice.Answer.choices))

    @property
    def open(self) -> int:
        return sum(not one.answer for one in self.advice)

    @property
    def answered(self) -> tuple[SeenAdvice, ...]:
        return tuple(one for one in self.advice if one.answer)


def read_advice(stages: Sequence[Stage]) -> dict[int, tuple[SeenAdvice, ...]]:
    rows: dict[int, list[Advice]] = {}
    for row in Advice.objects.filter(stage__in=stages):
        rows.setdefault(row.stage_id, []).append(row)
    return {stage.pk: _advice_of(stage, rows.get(stage.pk, [])) for stage in stages}


def _advice_of(stage: Stage, rows: Sequence[Advice]) -> tuple[SeenAdvice, ...]:
    """What is written in the step before, with its answers; after the close the answers alone."""
    answered = {row.note_id: row for row in rows if row.note_id}
    kept = [SeenAdvice(None, row.text, row.answer, row.reason, row.became, row.because) for row in rows if row.text]
    if kept:
        return tuple(kept)
    found = []
    for note in assisting.notes_with_advice(stage).order_by("created_at", "pk"):
        row = answered.get(note.pk)
        found.append(SeenAdvice(note.client_id, note.text, row.answer if row else "", row.reason if row else ""))
    return tuple(found)


def see_advice(state: tuple[SeenAdvice, ...], viewer: Viewer) -> SeenAdviceList:
    mine = next((person.side for person in viewer.here if person.pk == viewer.participant), "")
    return SeenAdviceList(state, viewer.leads or mine == Side.HOME)


def tell_advice(seen: SeenAdviceList) -> str:
    return "\n".join(one.in_words for one in seen.answered)


def take_answer(answer: str) -> Any:
    """For a press that brings the handle of a note."""

    def take(typed: str) -> dict[str, Any]:
        try:
            return {"handle": UUID(typed), "answer": answer}
        except ValueError:
            raise Refusal("We could not read this. Load the page again.") from None

    return take


def decided(stage: Stage) -> list[str]:
    """What the home team uses or adapts is an action, in the words of the advice."""
    acts = (Advice.Answer.USE, Advice.Answer.ADAPT)
    there = assisting.notes_with_advice(stage)
    rows = Advice.objects.filter(stage=stage, answer__in=acts, note__in=there).select_related("note")
    return [_as_action(row) for row in rows if row.note]


def _as_action(row: Advice) -> str:
    text = row.note.text if row.note else row.text
    return f"{text} (adapted: {row.reason})" if row.answer == Advice.Answer.ADAPT else text


def close_advice(stage: Stage, at: datetime) -> None:
    """What was answered is kept in words, without the note; what was not goes with the notes."""
    Advice.objects.filter(stage=stage, text="").exclude(note__in=assisting.notes_with_advice(stage)).delete()
    for row in Advice.objects.filter(stage=stage).select_related("note"):
        row.text, row.note = row.note.text if row.note else row.text, None
        row.save(update_fields=["text", "note"])


def move_advice(session: Session, *, stage: Stage, at: datetime) -> None:
    """What was written in the step before is there to be answered."""
    if stage.takes == assisting.ADVICE:
        room_log.append_event(session, RoomEvent.Kind.HELPER, stage.pk, at=at)


ADVICE = Helper(
    key=assisting.ADVICE,
    read=read_advice,
    see=see_advice,
    drawing="techniques/helpers/advice.html",
    own="techniques/helpers/advice_own.html",
    outcome="techniques/helpers/advice_outcome.html",
    tell=tell_advice,
    decided=decided,
    acts={
        **{
            str(answer): Act(assist.answer_advice, take_answer(answer), leads=None, words="reason")
            for answer in Advice.Answer.values
        },
        "open": Act(assist.answer_advice, take_answer(""), leads=None),
    },
    move=move_advice,
    written=assisting.hear_of_notes,
    close=close_advice,
)
