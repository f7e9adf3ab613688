"""Wants and offers, the sheet: how one can be reached, said once, and five of both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from techniques.actions.room import market
from techniques.helper_registry import Act, Helper, Viewer
from techniques.helpers.ending import close
from techniques.models import MOST_OF_ONE, Claim, Match, Note, Participant, Sheet, Stage
from techniques.trading import OFFERS, SHEET, WANTS, Step, steps_taking


@dataclass(frozen=True)
class _Sheets:
    """Who can be reached how, and how much each has written in this step. Never for a template."""

    reach: dict[int, str] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)
    counts: bool = False
    step: Step | None = None


@dataclass(frozen=True)
class SeenSheet:
    """One’s own sheet. ``left`` is how many more one may write in this step; ``ready`` how many can be reached;
    ``step`` is where one puts it right."""

    reach: str
    left: int | None
    ready: int
    people: int
    step: Step | None = None


def read_sheets(stages: Sequence[Stage]) -> dict[int, _Sheets]:
    sessions = {stage.session_id for stage in stages}
    reach: dict[int, dict[int, str]] = {pk: {} for pk in sessions}
    rows = Sheet.objects.filter(participant__session__in=sessions).values_list(
        "participant__session", "participant", "reach"
    )
    for session, participant, words in rows:
        reach[session][participant] = words
    written: dict[int, dict[int, int]] = {stage.pk: {} for stage in stages}
    notes = Note.objects.filter(stage__in=stages, gone_at=None, by_facilitator=False).exclude(author=None)
    for stage_pk, author, count in notes.order_by().values_list("stage", "author").annotate(n=Count("pk")):
        written[stage_pk][author] = count
    steps = steps_taking(SHEET, sessions)
    return {
        one.pk: _Sheets(
            reach[one.session_id], written[one.pk], bool(one.columns), next(iter(steps[one.session_id]), None)
        )
        for one in stages
    }


def see_sheet(state: _Sheets, viewer: Viewer) -> SeenSheet:
    own, here = viewer.participant or 0, {person.pk for person in viewer.here}
    left = max(MOST_OF_ONE - state.written.get(own, 0), 0) if state.counts else None
    return SeenSheet(state.reach.get(own, ""), left, len(here & set(state.reach)), len(here), state.step)


def take_step(typed: str) -> dict[str, Any]:
    """The step stands in the form already; it only names the box."""
    return {}


def refuse_note(stage: Stage, column: str, author: Participant | None) -> str:
    """Five of each person, and nothing that nobody could answer. What they type for others is not theirs."""
    if author is None:
        return ""
    if not Sheet.objects.filter(participant=author).exists():
        return "Say first how people can reach you. It stands at the top of this step."
    own = Note.objects.filter(stage=stage, author=author, by_facilitator=False, gone_at=None)
    if own.count() >= MOST_OF_ONE:
        return f"You have written {MOST_OF_ONE}. Take one back before you write another."
    return ""


def _sheet(key: str, refuse: Callable[..., str] | None = None) -> Helper:
    more: dict[str, Any] = {"refuse_note": refuse, "counts_own": True} if refuse else {}
    return Helper(
        key=key,
        read=read_sheets,
        see=see_sheet,
        drawing="techniques/helpers/sheet.html",
        own="techniques/helpers/sheet_own.html",
        acts={"reach": Act(market.write_sheet, take_step, words="reach")},
        close=close,
        secrets=(Sheet, Claim, Match),
        **more,
    )


SHEET_ONLY = _sheet(SHEET)
WANTED = _sheet(WANTS, refuse_note)
OFFERED = _sheet(OFFERS, refuse_note)
