"""Steps that several actions of a room share. All are taken under the room’s lock."""

from collections import Counter
from datetime import datetime

from django.db import transaction

from techniques import guest_cookies
from techniques.models import Ballot, Note, Participant, Session, Voting
from techniques.policies import Writer
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

    Those that it stood for are shown by the first of them.
    """
    same = list(Note.objects.filter(same_as=note).order_by("pk"))
    if same:
        same[0].same_as = None
        same[0].save(update_fields=["same_as"])
        Note.objects.filter(pk__in=[one.pk for one in same[1:]]).update(same_as=same[0])
    note.same_as = None


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
