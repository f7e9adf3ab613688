"""What was expected and feared before, where a team looks back: read by everybody, and fears are marked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from techniques import outlooks
from techniques.actions.room import outlook
from techniques.helper_registry import Act, Helper, Viewer, take_number
from techniques.models import Outlook, Session, Stage


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
    tell=tell,
    acts={
        "show": Act(outlook.show_outlook, leads=True),
        **{str(came): Act(outlook.mark_fear, take_fear(came), leads=True) for came in Outlook.Came.values},
        "open": Act(outlook.mark_fear, take_fear(""), leads=True),
    },
    close=close,
)
