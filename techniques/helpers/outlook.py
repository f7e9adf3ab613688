"""What was expected and feared before, where a team looks back: read by everybody, and fears are marked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from techniques import outlooks, room_log
from techniques.actions.room import outlook
from techniques.helper_registry import Act, Helper, Viewer, take_number
from techniques.models import Outlook, RoomEvent, Session, Stage
from techniques.screen_wall import Group
from techniques.seen_wording import WordedLine


@dataclass(frozen=True)
class SeenOutlook:
    """The lines as they stand. ``before`` is what could be shown, for whoever leads while nothing is."""

    expected: tuple[Outlook, ...]
    feared: tuple[Outlook, ...]
    before: tuple[str, datetime] | None
    choices: Sequence[tuple[str, str]] = tuple(Outlook.Came.choices)

    @property
    def marked(self) -> tuple[Outlook, ...]:
        return tuple(one for one in self.feared if one.came)

    @property
    def is_shown(self) -> bool:
        return bool(self.expected or self.feared)


def read(stages: Sequence[Stage]) -> dict[int, SeenOutlook]:
    """Where nothing is shown yet it is looked for what could be, in rooms that are open."""
    lines: dict[int, list[Outlook]] = {}
    for line in Outlook.objects.filter(stage__in=stages):
        lines.setdefault(line.stage_id, []).append(line)
    bare = {stage.session_id for stage in stages if stage.pk not in lines}
    live = {one.pk: one for one in Session.objects.filter(pk__in=bare, state=Session.State.LIVE)}
    found = {}
    for stage in stages:
        own = lines.get(stage.pk, [])
        session = live.get(stage.session_id)
        expected = tuple(one for one in own if one.kind == Outlook.Kind.EXPECTED)
        feared = tuple(one for one in own if one.kind == Outlook.Kind.FEARED)
        found[stage.pk] = SeenOutlook(expected, feared, outlooks.offer_of(session) if session else None)
    return found


def see(state: SeenOutlook, viewer: Viewer) -> SeenOutlook:
    return state if viewer.leads else SeenOutlook(state.expected, state.feared, None)


def put_on_wall(seen: SeenOutlook) -> Sequence[Group[Any]]:
    """The fears stand among the notes, page by page: above them they would push some off the screen."""
    lines = [WordedLine(f"{one.text} ({one.get_came_display()})" if one.came else one.text) for one in seen.feared]
    return [Group("feared", "What was feared", lines)] if lines else []


def written(session: Session, *, stage: Stage, at: datetime) -> None:
    """Once the notes are shown the fears stand among them, and no longer above."""
    if stage.revealed_at == at and Outlook.objects.filter(stage=stage).exists():
        room_log.append_event(session, RoomEvent.Kind.HELPER_DESK, stage.pk, at=at)


def tell(seen: SeenOutlook) -> str:
    return "\n".join(f"Feared: {one.text}. {one.get_came_display()}." for one in seen.marked)


def take_fear(came: str) -> Callable[[str], dict[str, Any]]:
    """For a press that brings the number of a line."""
    number = take_number("number")
    return lambda typed: {**number(typed), "came": came}


def close(stage: Stage, at: datetime) -> None:
    """What nobody marked is kept where it came from."""
    Outlook.objects.filter(stage=stage, came="").delete()


OUTLOOK = Helper(
    key=outlook.HELPER,
    read=read,
    see=see,
    drawing="techniques/helpers/outlook.html",
    outcome="techniques/helpers/outlook_outcome.html",
    on_wall=put_on_wall,
    tell=tell,
    acts={
        "show": Act(outlook.show_outlook, leads=True),
        **{str(came): Act(outlook.mark_fear, take_fear(came), leads=True) for came in Outlook.Came.values},
        "open": Act(outlook.mark_fear, take_fear(""), leads=True),
    },
    written=written,
    close=close,
)
