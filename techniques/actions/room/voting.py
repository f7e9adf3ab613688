"""Dot voting: a vote is opened, each person gives their votes, and at its end they are counted and cut from people."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from techniques import policies, room_log
from techniques.events import Event
from techniques.models import BUDGETS, Ballot, Note, NoteGroup, Participant, RoomEvent, Session, Stage, Voting
from techniques.preconditions import lock_open_room
from techniques.transitions import count_ballots


@transaction.atomic
def open_voting(session: Session, *, by: Membership, at: datetime, stage: Stage, on: str, budget: int) -> Voting:
    """Let everybody vote on the notes or the groups of a stage. Idempotent while a vote is open there.

    A former vote of the stage goes with what it said. Refuses where there is nothing to choose from.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    found = Stage.objects.filter(pk=stage.pk, session=session).first()
    if found is None:
        raise Refusal(worded("This step is not part of the session. Reload the page."))
    if not found.shows_notes:
        raise Refusal("The notes of this step are still hidden. Show all notes first.")
    if running := Voting.objects.under_way().filter(stage=found).first():
        return running
    if on not in Voting.On.values:
        raise Refusal("Choose what people vote on.")
    if budget not in BUDGETS:
        raise Refusal(f"Give each person {BUDGETS[0]} to {BUDGETS[-1]} votes.")
    shown = list(Note.objects.filter(stage=found, gone_at=None, same_as=None))
    things = len(shown) if on == Voting.On.NOTES else _count_things(shown)
    if things < 2:
        raise Refusal(worded("There is nothing to choose from yet. A vote needs at least two notes or groups."))
    Voting.objects.filter(stage=found).delete()
    voting = Voting.objects.create(session=session, stage=found, on=on, budget=budget, opened_at=at)
    room_log.append_event(session, RoomEvent.Kind.VOTING, found.pk, at=at)
    events.record(Event.VOTING_OPENED, session, by=by, at=at, stage=found.key, votes=budget)
    return voting


@transaction.atomic
def cast_votes(session: Session, *, by: Participant, at: datetime, handle: UUID, count: int) -> None:
    """Let one’s votes for a note or group be ``count`` from now on, so that a press that arrives twice counts once.

    Refuses more than the budget. What others gave is told to nobody before the vote is over.
    """
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    voting, thing = _find_thing(session, handle)
    own = list(Ballot.objects.filter(voting=voting, participant=by).order_by("slot"))
    given = [one for one in own if (one.note_id, one.group_id) == (thing["note_id"], thing["group_id"])]
    if not 0 <= count <= voting.budget:
        raise Refusal(f"You have {voting.budget} votes.")
    if count > len(given) + voting.budget - len(own):
        raise Refusal("You have given all your votes. Take one back first.")
    free = [slot for slot in range(1, voting.budget + 1) if slot not in {one.slot for one in own}]
    for slot in free[: max(count - len(given), 0)]:
        Ballot.objects.create(voting=voting, participant=by, slot=slot, budget=voting.budget, **thing)
    Ballot.objects.filter(pk__in=[one.pk for one in given[count:]]).delete()
    has_voted = len(own) + count - len(given) > 0
    if has_voted != bool(own):
        room_log.append_event(session, RoomEvent.Kind.VOTED, voting.stage_id, at=at)


@transaction.atomic
def end_voting(session: Session, *, by: Membership, at: datetime, stage: Stage) -> None:
    """Count the votes and show them to all. From then on nobody can find out who voted for what. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    voting = Voting.objects.under_way().filter(stage=stage, session=session).first()
    if voting is None:
        return
    count_ballots(voting, at)
    room_log.append_event(session, RoomEvent.Kind.VOTING, stage.pk, at=at)
    events.record(Event.VOTING_ENDED, session, by=by, at=at, stage=stage.key)


def _count_things(notes: Iterable[Note]) -> int:
    return len({note.group_id for note in notes if note.group_id}) + sum(note.group_id is None for note in notes)


def _find_thing(session: Session, handle: UUID) -> tuple[Voting, dict[str, int | None]]:
    """The vote that is open on this note or group. Raises ``Refusal`` where there is none."""
    votings = Voting.objects.under_way().filter(session=session)
    if group := NoteGroup.objects.filter(session=session, handle=handle).first():
        if not group.notes.filter(gone_at=None).exists():
            raise Refusal(worded("This group has no notes any more. Vote for something else."))
        voting = votings.filter(stage=group.stage_id, on=Voting.On.GROUPS).first()
        thing: dict[str, int | None] = {"note_id": None, "group_id": group.pk}
    else:
        note = Note.objects.filter(session=session, client_id=handle, gone_at=None, same_as=None).first()
        voting = votings.filter(stage=note.stage_id).first() if note else None
        if voting and note and voting.on == Voting.On.GROUPS and note.group_id:
            raise Refusal(worded("This vote is on groups. Vote for the group in which the note stands."))
        thing = {"note_id": note.pk if note else None, "group_id": None}
    if voting is None:
        raise Refusal("This vote is over, so your press was not counted.")
    return voting, thing
