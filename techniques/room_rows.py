"""Rows of rooms, read at once. Only ``techniques.room_visibility`` may ask for them: they hold every text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from techniques import helper_registry
from techniques.models import (
    Ballot,
    Comment,
    MeToo,
    Note,
    NoteGroup,
    Participant,
    Session,
    Stage,
    Voting,
    Wish,
    Wording,
)


@dataclass(frozen=True)
class RoomRows:
    """Rows of one room, read at once. Not for templates: it holds every text."""

    session: Session
    seq: int
    stages: Sequence[Stage]
    notes: Sequence[Note]
    people: Sequence[Participant]
    groups: Sequence[NoteGroup] = ()
    votings: Sequence[Voting] = ()
    ballots: Sequence[Ballot] = ()
    me_toos: Sequence[MeToo] = ()
    comments: Sequence[Comment] = ()
    wording: Wording | None = None
    wishes: Sequence[Wish] = ()
    helpers: Mapping[int, Any] = field(default_factory=dict)


def read_room(session: Session) -> RoomRows:
    """Read one room. The number is read first: what changes meanwhile is seen twice rather than never."""
    return next(iter(read_rooms([session.pk]).values()))


def read_rooms(pks: Iterable[int]) -> dict[int, RoomRows]:
    """Read several rooms with as many queries as one."""
    sessions = {one.pk: one for one in Session.objects.for_room().filter(pk__in=list(pks))}
    stages = _group_by_session(Stage.objects.filter(session__in=sessions))
    notes = _group_by_session(Note.objects.filter(session__in=sessions, gone_at=None).select_related("author"))
    people = _group_by_session(Participant.objects.here().filter(session__in=sessions))
    groups = _group_by_session(NoteGroup.objects.filter(session__in=sessions))
    votings = _group_by_session(Voting.objects.filter(session__in=sessions))
    is_open = [one.pk for found in votings.values() for one in found if one.ended_at is None]
    ballots = list(Ballot.objects.filter(voting__in=is_open)) if is_open else []
    me_toos = list(MeToo.objects.filter(note__session__in=sessions))
    comments = list(Comment.objects.filter(note__session__in=sessions, gone_at=None))
    # Only who is at the last step reads how the close is worded.
    last = [pk for pk, rows in stages.items() if rows and rows[-1].pk == sessions[pk].stage_id]
    wordings = {one.session_id: one for one in Wording.objects.filter(session__in=last)} if last else {}
    wishes = _group_by_session(Wish.objects.filter(session__in=last)) if last else {}
    helpers = helper_registry.read_states(stage for found in stages.values() for stage in found)
    return {
        pk: RoomRows(
            one,
            one.seq,
            stages.get(pk, []),
            notes.get(pk, []),
            people.get(pk, []),
            groups.get(pk, []),
            votings.get(pk, []),
            ballots,
            me_toos,
            comments,
            wordings.get(pk),
            wishes.get(pk, []),
            helpers,
        )
        for pk, one in sessions.items()
    }


def _group_by_session(rows: Iterable) -> dict[int, list]:
    found: dict[int, list] = {}
    for row in rows:
        found.setdefault(row.session_id, []).append(row)
    return found
