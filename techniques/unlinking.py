"""Taking the traces of notes from the files of the database: docs/decisions/0024.

Nobody acts here: it is called at the close and by the timetable, and tells nothing.
"""

from kmportal.lib.unlinking import remove_old_versions
from techniques import helper_registry
from techniques.models import (
    Ballot,
    Comment,
    Correction,
    Feedback,
    MeToo,
    Note,
    NoteGroup,
    Participant,
    RoomEvent,
    Seat,
    Session,
    Voting,
    Wish,
    Wording,
)

# Whatever knew who wrote, said or chose something.
LINKED = (Note, NoteGroup, Participant, Comment, Correction, MeToo, Ballot, Wish, Wording, Seat, RoomEvent)
# Checking the foreign keys of a ballot leaves its transaction as ``xmax`` on the rows of who voted and for what.
VOTED = (Ballot, Participant, Note, NoteGroup)


def remove_traces() -> int:
    """Have the database drop what closed sessions have deleted or cut from who wrote it; answers for how many.

    The same for votes that are over, which are counted, too, and for counts of feedback. Called at each close, at the
    end of each vote, and each minute. Idempotent: while somebody still reads the old rows, the mark of a session, vote
    or count stays and the next call tries again.
    """
    closed = list(Session.objects.with_traces().values_list("pk", flat=True))
    chosen = [table for helper in helper_registry.registered().values() for table in helper.secrets]
    if closed and remove_old_versions(*LINKED, *chosen, whole_files=True):
        Session.objects.filter(pk__in=closed).update(keeps_traces=False)
    voted = list(Voting.objects.with_traces().values_list("pk", flat=True))
    if voted and remove_old_versions(*VOTED, whole_files=True):
        Voting.objects.filter(pk__in=voted).update(keeps_traces=False)
    told = list(Feedback.objects.filter(keeps_traces=True).values_list("pk", flat=True))
    if told and remove_old_versions(Feedback, Participant, whole_files=True):
        Feedback.objects.filter(pk__in=told).update(keeps_traces=False)
    return len(closed) + len(voted) + len(told) + sum(map(_remove_traces_of, helper_registry.registered().values()))


def _remove_traces_of(helper: helper_registry.Helper) -> int:
    """The same for what people chose in a helper of a step, once it has ended. Answers for how many."""
    rows = helper.traces()
    ended = list(rows.values_list("pk", flat=True)) if rows is not None else []
    if rows is not None and ended and remove_old_versions(*helper.secrets, Participant, whole_files=True):
        rows.model._base_manager.filter(pk__in=ended).update(keeps_traces=False)
    return len(ended)
