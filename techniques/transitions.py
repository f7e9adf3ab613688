"""Steps that several actions of a room share. All are taken under the room’s lock."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from techniques import guest_cookies, helper_registry, room_log, trading
from techniques.models import (
    Ballot,
    Claim,
    Comment,
    Mark,
    Marking,
    MeToo,
    Note,
    NoteGroup,
    Participant,
    RoomEvent,
    Session,
    Stage,
    Voting,
)
from techniques.policies import Writer
from techniques.scoring import FEWEST, halves_of, spread_of
from techniques.unlinking import remove_traces


def find_author(session: Session, by: Writer) -> Participant:
    """As whom they write. A member who types for the room has a row that is not counted among those who are here."""
    if isinstance(by, Participant):
        return by
    values = {
        "name": str(by.person)[: Participant._meta.get_field("name").max_length],
        "key": guest_cookies.fingerprint(guest_cookies.new_key()),
    }
    return Participant.objects.get_or_create(session=session, person=by.person, defaults=values)[0]


def leave_others(note: Note) -> None:
    """Have a note stand for itself, because its words or its column change or it goes. Called under the room’s lock.

    Those that it stood for are shown by the first of them, which takes over what was said to all. What was claimed of
    one that stood for nothing else is claimed of those that stay.
    """
    same = list(Note.objects.filter(same_as=note, gone_at=None).order_by("pk"))
    if same:
        same[0].same_as = None
        same[0].save(update_fields=["same_as"])
        Note.objects.filter(pk__in=[one.pk for one in same[1:]]).update(same_as=same[0])
        _pass_on_what_was_said(note, same[0])
    elif note.same_as_id:
        trading.pass_claims_on(note.pk, note.same_as_id)
    note.same_as = None


def _pass_on_what_was_said(note: Note, head: Note) -> None:
    """Votes, “me too”, comments and claims were for what several had written, not for the one whose words stood in
    sight."""
    Ballot.objects.filter(note=note).update(note=head)
    for voting in Voting.objects.filter(stage=note.stage_id):
        if votes := voting.result.pop(str(note.client_id), 0):
            handle = str(head.client_id)
            voting.result[handle] = voting.result.get(handle, 0) + votes
            voting.save(update_fields=["result"])
    there = MeToo.objects.filter(note=head).values_list("participant", flat=True)
    MeToo.objects.filter(note=note, participant__in=list(there)).delete()
    MeToo.objects.filter(note=note).update(note=head)
    Comment.objects.filter(note=note).update(note=head)
    trading.pass_claims_on(note.pk, head.pk)


def forget_what_was_said(note: Note) -> bool:
    """Votes that were counted, “me too” and claims were for other words. Answers whether there were any."""
    found = bool(MeToo.objects.filter(note=note).delete()[0] + Claim.objects.filter(note=note).delete()[0])
    for voting in Voting.objects.filter(stage=note.stage_id):
        if voting.result.pop(str(note.client_id), None) is not None:
            voting.save(update_fields=["result"])
            found = True
    return found


def forget_likeness(stage: Stage, changed: Iterable[int]) -> None:
    """Other words say something else: no step of sorting that is undone makes these notes one with others again."""
    pks = set(changed)
    for step in stage.grouping_steps:
        step["notes"] = [
            [note, column, group, None if (note in pks) != (same_as in pks) else same_as]
            for note, column, group, same_as in step["notes"]
        ]
    stage.save(update_fields=["grouping_steps"])


def forget_ballots_of_empty_groups(session: Session) -> set[int]:
    """Votes for a group go with its last note. Answers in which stages. Called under the room’s lock."""
    standing = NoteGroup.objects.filter(session=session, notes__gone_at=None, notes__isnull=False)
    lost = Ballot.objects.filter(voting__session=session, group__isnull=False).exclude(group__in=standing)
    stages = set(lost.values_list("voting__stage", flat=True))
    lost.delete()
    return stages


def count_ballots(voting: Voting, at: datetime) -> None:
    """Write the result of a vote and delete its ballots. Called under the room’s lock."""
    ballots = list(Ballot.objects.filter(voting=voting).select_related("note", "group"))
    chosen = [one.note.client_id for one in ballots if one.note] + [one.group.handle for one in ballots if one.group]
    voting.result = dict(sorted(Counter(map(str, chosen)).items()))
    voting.voters = len({one.participant_id for one in ballots})
    voting.ended_at, voting.keeps_traces = at, True
    voting.save()
    Ballot.objects.filter(voting=voting).delete()
    # What cannot be done now, because somebody still reads, the timetable does: the mark stays until then.
    transaction.on_commit(remove_traces, robust=True)


def sum_marks_up(stage: Stage, at: datetime) -> Marking | None:
    """Keep average and spread of the marks of a step and delete each mark. Called under the room’s lock.

    Does nothing and answers None where there are too few.
    """
    marks = list(Mark.objects.filter(stage=stage).values_list("value", flat=True))
    if len(marks) < FEWEST:
        return None
    marking = Marking.objects.create(
        stage=stage, count=len(marks), halves=halves_of(marks), spread=spread_of(marks), shown_at=at
    )
    Mark.objects.filter(stage=stage).delete()
    transaction.on_commit(remove_traces, robust=True)
    return marking


def end_presence(session: Session, participant: Participant, at: datetime) -> bool:
    """Whether they were in this room until now."""
    here = Participant.objects.filter(session=session, pk=participant.pk, joined_at__isnull=False)
    if not here.update(joined_at=None):
        return False
    room_log.append_event(session, RoomEvent.Kind.AWAY, at=at)
    _take_back_what_counts(session, participant, at)
    helper_registry.tell_departure(session, participant, at)
    return True


def _take_back_what_counts(session: Session, participant: Participant, at: datetime) -> None:
    """Who comes back may be somebody new to the portal: what they gave in a vote that is open, and their “me too”,
    would count twice."""
    given = Ballot.objects.filter(participant=participant, voting__in=Voting.objects.under_way())
    stages = sorted(set(given.values_list("voting__stage", flat=True)))
    given.delete()
    agreed = MeToo.objects.filter(participant=participant)
    noted = sorted({head or note for note, head in agreed.values_list("note", "note__same_as")})
    agreed.delete()
    for stage in stages:
        room_log.append_event(session, RoomEvent.Kind.VOTED, stage, at=at)
    for note in noted:
        room_log.append_event(session, RoomEvent.Kind.NOTE, note, at=at)
