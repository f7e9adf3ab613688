"""The end of a session: what is kept of it, and what goes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from kmportal.lib.cleaning import clean_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.unlinking import rewrite_in_random_order
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from techniques import helper_registry, policies, room_log, room_visibility
from techniques.confidentiality import Confidentiality
from techniques.events import Event
from techniques.models import (
    Comment,
    Correction,
    MeToo,
    Note,
    NoteGroup,
    Participant,
    RoomEvent,
    Session,
    Stage,
    SummaryVersion,
    Voting,
    Wish,
    Wording,
)
from techniques.room_visibility import Audience
from techniques.transitions import count_ballots
from techniques.unlinking import forget_who_came, remove_traces

# Of a note that was written once the others of its step were shown.
AFTERWARDS = timedelta(seconds=1)


@transaction.atomic
def close_session(session: Session, *, by: Membership, at: datetime, summary: Mapping[str, str]) -> Session:
    """End the session: the summary is kept, the code is dead, and the notes go as people were promised.

    ``summary`` maps stage keys to the agreed words. Notes that were never shown are deleted in any case, and what is
    kept no longer knows who wrote it. Refuses a session that is not open; two closes at once leave one.
    """
    require_that(policies.may_facilitate(by, session))
    session = room_log.lock_session(session)
    if session.is_closed:
        raise Refusal(worded("This session is closed already."))
    if not session.is_live:
        raise Refusal(worded("Open the room first: only a session that was held can be closed."))
    if session.learning_set_id and any(words.strip() for words in summary.values()):
        raise Refusal("Nothing of what was said in a set is kept, so it has no summary.")
    session.state, session.closed_at, session.keeps_traces = Session.State.CLOSED, at, True
    session.end_code()
    session.summary = {key: clean_text(words).strip() for key, words in summary.items()}
    session.stage = session.ends_at = session.paused_seconds = None
    for voting in Voting.objects.under_way().filter(session=session):
        count_ballots(voting, at)
    helper_registry.end_helpers(session, at)
    session.stages.update(**Stage.NOTHING_ALONE, grouping_steps=[])  # before notes are deleted or get other numbers
    session.notes_deleted_at = _delete_notes(session, at)
    _keep_summary(session, by, at)
    session.save()
    Participant.objects.filter(session=session, person=None).update(name="")
    if not Confidentiality(session.confidentiality).keeps_who_came:
        forget_who_came(session)
    _forget_moments(session)
    last = room_log.append_event(session, RoomEvent.Kind.CLOSED, at=at)
    RoomEvent.objects.filter(session=session, seq__lt=last).delete()
    # What cannot be done now, because somebody still reads, the timetable does: the mark stays until then.
    transaction.on_commit(remove_traces, robust=True)
    events.record(Event.SESSION_CLOSED, session, by=by, at=at, notes_kept=session.notes_deleted_at is None)
    return session


def _keep_summary(session: Session, by: Membership, at: datetime) -> None:
    """The first version of the summary, with how many agreed to it; its draft and who agreed go."""
    here = Participant.objects.here().filter(session=session)
    version = Wording.objects.filter(session=session).values_list("version", flat=True).first()
    agreed = here.filter(agreed_to=version).count() if version else 0
    SummaryVersion.objects.create(
        session=session, number=1, words=session.summary, agreed=agreed, people=here.count(), by=by.person, at=at
    )
    Wording.objects.filter(session=session).delete()
    Wish.objects.filter(session=session).delete()
    Participant.objects.filter(session=session).update(agreed_to=None)


def _delete_notes(session: Session, at: datetime) -> datetime | None:
    """Delete what must not outlive the session. Answers when all notes are gone, None when the shown ones stay."""
    notes = Note.objects.filter(session=session)
    Correction.objects.filter(participant__session=session).delete()
    Participant.objects.filter(session=session).update(ready_for=None)
    if not Confidentiality(session.confidentiality).keeps_notes:
        notes.delete()
        NoteGroup.objects.filter(session=session).delete()
        Voting.objects.filter(session=session).update(result={})
        return at
    _keep_what_is_said(session)
    _forget_handles(session)
    notes.exclude(gone_at=None).delete()
    notes.filter(stage__reveal=Stage.Reveal.HIDDEN, stage__revealed_at=None).delete()
    notes.update(author=None, by_facilitator=False, promised_by="", due_on=None)
    _rename(list(notes))
    _forget_order(session)
    return None


def _keep_what_is_said(session: Session) -> None:
    """Write beside each note that is kept what was said of it, as figures and words without anybody; then the rows of
    who said it go. Of equal notes that were made one, that one is left."""
    room = room_visibility.project_room(room_visibility.read_room(session), Audience.SCREEN)
    seen = {note.handle: note for stage in room.stages for note in stage.notes}
    kept = list(Note.objects.filter(session=session, client_id__in=seen))
    for note in kept:
        note.kept = seen[note.client_id].to_keep
    Note.objects.bulk_update(kept, ["kept"], batch_size=200)
    Note.objects.filter(session=session).exclude(same_as=None).filter(same_as__in=[one.pk for one in kept]).delete()
    MeToo.objects.filter(note__session=session).delete()
    Comment.objects.filter(note__session=session).delete()


def _forget_handles(session: Session) -> None:
    """Results keep the handles of groups alone: those of notes were made by their writers’ browsers."""
    groups = {str(group.handle) for group in NoteGroup.objects.filter(session=session)}
    for voting in Voting.objects.filter(session=session):
        voting.result = {handle: count for handle, count in voting.result.items() if handle in groups}
        voting.save(update_fields=["result"])


def _rename(kept: list[Note]) -> None:
    """The identifier that the writer’s browser made stands in its storage, and in the address of each change of the
    note, which a proxy may log: what is kept gets another one."""
    for note in kept:
        note.client_id = uuid4()
    Note.objects.bulk_update(kept, ["client_id"], batch_size=200)


def _forget_moments(session: Session) -> None:
    """When somebody came and when a note was written: who was in the room before the second came wrote the first notes.
    So everybody came when it was opened, and each note was written when its step began, or after its notes were shown;
    notes of an open step stay in their order."""
    start = session.opened_at or session.closed_at
    Participant.objects.here().filter(session=session).update(joined_at=start)
    for stage in Stage.objects.filter(session=session):
        shown = stage.revealed_at if stage.reveal == Stage.Reveal.HIDDEN else None
        notes = Note.objects.filter(stage=stage)
        if shown:
            notes.filter(created_at__gt=shown).update(created_at=shown + AFTERWARDS)
        else:
            notes.update(created_at=stage.started_at or start)


def _forget_order(session: Session) -> None:
    """Of notes that were hidden and then shown together, neither order nor moment of writing is kept: beside who was
    there they would say who wrote them. The page shows them in the order of their random identifiers."""
    for stage in Stage.objects.filter(session=session, reveal=Stage.Reveal.HIDDEN).exclude(revealed_at=None):
        together = Note.objects.filter(stage=stage, created_at__lte=stage.revealed_at)
        together.update(created_at=stage.revealed_at)
        rewrite_in_random_order(together, renumber=True)
