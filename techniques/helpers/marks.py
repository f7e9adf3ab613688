"""Marks out of ten: each person’s own, shown as average and spread, and kept so that a trend can be read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kmportal.lib.charts import Columns, columns
from kmportal.lib.domain_words import worded
from organisations.models import Membership
from techniques import room_log, scoring
from techniques.actions.room import marks
from techniques.helper_registry import Act, Helper, Viewer, take_number
from techniques.models import Mark, Marking, Participant, RoomEvent, Session, Stage, Technique
from techniques.transitions import sum_marks_up

# What a picture of columns has room for
LAST = 12


@dataclass(frozen=True)
class _State:
    """Whose mark is which, until all are shown. Never for a template."""

    given: dict[int, int] = field(default_factory=dict)
    marking: Marking | None = None


@dataclass(frozen=True)
class SeenMarks:
    """What may be known of the marks. ``mine`` is the viewer’s own; ``given`` is how many there are, for whoever leads
    and for the big screen."""

    marking: Marking | None
    given: int
    people: int
    mine: int | None
    numbers: Sequence[int] = tuple(scoring.MARKS)
    fewest: int = scoring.FEWEST

    @property
    def is_enough(self) -> bool:
        return self.given >= self.fewest


def read(stages: Sequence[Stage]) -> dict[int, _State]:
    markings = {one.stage_id: one for one in Marking.objects.filter(stage__in=stages)}
    given: dict[int, dict[int, int]] = {}
    for mark in Mark.objects.filter(stage__in=stages):
        given.setdefault(mark.stage_id, {})[mark.participant_id] = mark.value
    return {stage.pk: _State(given.get(stage.pk, {}), markings.get(stage.pk)) for stage in stages}


def see(state: _State, viewer: Viewer) -> SeenMarks:
    """Nobody is told of the marks of others before there is an average, and of single marks never."""
    is_counted = viewer.audience != "participant"
    mine = state.given.get(viewer.participant) if viewer.participant else None
    return SeenMarks(state.marking, len(state.given) if is_counted else 0, len(viewer.here), mine)


def tell(seen: SeenMarks) -> str:
    return f"{seen.marking.in_words}" if seen.marking else ""


@dataclass(frozen=True)
class MarksOverTime:
    """The averages of former sessions: a picture of the last ones, and a list with its pages, the newest first."""

    chart: Columns
    markings: Sequence[Marking]


def history(membership: Membership, technique: Technique) -> MarksOverTime | None:
    """Of the sessions of this technique that the reader may see."""
    sessions = Session.objects.visible_to(membership).filter(technique=technique)
    found = list(Marking.objects.of_held(sessions))
    if not found:
        return None
    rows = [(f"{one.stage.session.starts_at:%b %y}", one.average) for one in found[-LAST:]]
    chart = columns(rows, "Average marks out of ten", ident="marks", heads=(worded("Session"), "Average mark"))
    return MarksOverTime(chart, found[::-1])


def forget(session: Session, *, by: Participant, at: datetime) -> None:
    """Who comes back may be somebody new to the portal: their mark would count twice."""
    given = Mark.objects.filter(participant=by, stage__session=session)
    stages = list(given.values_list("stage", flat=True))
    given.delete()
    for stage in stages:
        room_log.append_event(session, RoomEvent.Kind.HELPER_DESK, stage, at=at)


def close(stage: Stage, at: datetime) -> None:
    """An average that nobody had time to show is kept all the same; too few marks go."""
    if not Marking.objects.filter(stage=stage).exists():
        sum_marks_up(stage, at)
    Mark.objects.filter(stage=stage).delete()


MARKS = Helper(
    key=marks.HELPER,
    read=read,
    see=see,
    drawing="techniques/helpers/marks.html",
    own="techniques/helpers/marks_own.html",
    outcome="techniques/helpers/marks_outcome.html",
    tell=tell,
    history=history,
    history_drawing="techniques/helpers/marks_history.html",
    acts={
        "give": Act(marks.give_mark, take_number("value")),
        "take_back": Act(marks.take_mark_back),
        "show": Act(marks.show_marks, leads=True),
    },
    leave=forget,
    close=close,
    secrets=(Mark,),
    traces=lambda: Marking.objects.with_traces(),
)
