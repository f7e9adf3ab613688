"""Affinity grouping: ticked notes get a name or are made one, and each step can be undone.

Who wrote a note stays with it: nothing is copied. Groups keep to one column, because its name says what its notes mean.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations.models import Membership
from organisations.policies import require_that
from techniques import helper_registry, policies, room_log
from techniques.models import Note, NoteGroup, RoomEvent, Session, Stage, Voting
from techniques.preconditions import lock_open_room

# Steps that can be undone; of a whole session nobody needs more.
MOST_STEPS = 20
# Groups of one stage; more are not sorted any more.
MOST_GROUPS = 40


@transaction.atomic
def group_notes(
    session: Session,
    *,
    by: Membership,
    at: datetime,
    stage: Stage,
    notes: Iterable[UUID],
    name: str = "",
    group: UUID | None = None,
) -> NoteGroup:
    """Put notes into the ``group``, or into a new one with this ``name``. A name that is there is that group.

    Idempotent. Refuses notes of several columns.
    """
    require_that(policies.may_facilitate(by, session))
    session, stage = _lock_stage(session, stage)
    ticked = _ticked(stage, notes)
    column = _one_column(ticked)
    found = _find_group(stage, column, name, group)
    if found.pk is None and stage.groups.count() >= MOST_GROUPS:
        raise Refusal(worded("A step has at most {} groups. Use one that is there.").format(MOST_GROUPS))
    if found.pk is not None and all(note.group_id == found.pk for note in ticked):
        return found
    found.save()
    count = "1 note" if len(ticked) == 1 else f"{len(ticked)} notes"
    _remember(stage, ticked, f"{count} to “{found.name}”")
    Note.objects.filter(pk__in=[note.pk for note in ticked]).update(group=found)
    room_log.append_event(session, RoomEvent.Kind.GROUPS, stage.pk, at=at)
    return found


@transaction.atomic
def merge_notes(session: Session, *, by: Membership, at: datetime, stage: Stage, notes: Iterable[UUID]) -> None:
    """Show several notes that say the same as one; all who wrote them are counted. Idempotent.

    The longest stays in sight, and of equally long ones the first. Refuses notes of several columns.
    """
    require_that(policies.may_facilitate(by, session))
    session, stage = _lock_stage(session, stage)
    ticked = _ticked(stage, notes)
    _one_column(ticked)
    shown = [note for note in ticked if note.same_as_id is None]
    if len(shown) < 2:
        raise Refusal("Tick at least two notes that say the same.")
    head = max(shown, key=lambda note: (len(note.text), -note.pk))
    _remember(stage, ticked, f"{len(shown)} notes made one")
    others = [note.pk for note in ticked if note != head]
    Note.objects.filter(pk__in=others).update(same_as=head, group=head.group)
    room_log.append_event(session, RoomEvent.Kind.GROUPS, stage.pk, at=at)
    helper_registry.tell_written(session, stage, at)


@transaction.atomic
def take_notes_apart(session: Session, *, by: Membership, at: datetime, stage: Stage, notes: Iterable[UUID]) -> None:
    """Take notes out of their group; one that stands for several is each of them again. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session, stage = _lock_stage(session, stage)
    ticked = _ticked(stage, notes)
    if not any(note.group_id or note.same_as_id for note in ticked):
        return
    _remember(stage, ticked, "1 note taken out" if len(ticked) == 1 else f"{len(ticked)} notes taken out")
    Note.objects.filter(pk__in=[note.pk for note in ticked]).update(group=None, same_as=None)
    room_log.append_event(session, RoomEvent.Kind.GROUPS, stage.pk, at=at)
    helper_registry.tell_written(session, stage, at)


@transaction.atomic
def rename_group(session: Session, *, by: Membership, at: datetime, group: NoteGroup, name: str) -> None:
    """Give a group another name. Idempotent. Refuses one that another group of the column has."""
    require_that(policies.may_facilitate(by, session) and group.session_id == session.pk)
    session, stage = _lock_stage(session, group.stage)
    group = NoteGroup.objects.get(pk=group.pk)
    before, group.name = group.name, name
    _check_name(group)
    if group.name == before:
        return
    if _named(stage, group.column, group.name, but=group) is not None:
        raise Refusal(worded("Another group has this name. Choose a different one."))
    _remember(stage, (), f"the name “{group.name}”", names={str(group.pk): before})
    group.save(update_fields=["name"])
    room_log.append_event(session, RoomEvent.Kind.GROUPS, stage.pk, at=at)


@transaction.atomic
def undo_grouping(session: Session, *, by: Membership, at: datetime, stage: Stage, seen: int) -> None:
    """Put back what the last step of sorting changed.

    ``seen`` is how many steps there were when the button was drawn: pressed twice, it undoes one.
    """
    require_that(policies.may_facilitate(by, session))
    session, stage = _lock_stage(session, stage)
    if not stage.grouping_steps or len(stage.grouping_steps) != seen:
        return
    step = stage.grouping_steps.pop()
    present = dict(Note.objects.filter(stage=stage, gone_at=None).values_list("pk", "column"))
    for note, column, group, same_as in step["notes"]:
        head = same_as if present.get(same_as) == column else None
        Note.objects.filter(pk=note, stage=stage, column=column, gone_at=None).update(group_id=group, same_as_id=head)
    for pk, name in step["names"].items():
        NoteGroup.objects.filter(pk=pk, stage=stage).update(name=name)
    stage.save(update_fields=["grouping_steps"])
    room_log.append_event(session, RoomEvent.Kind.GROUPS, stage.pk, at=at)
    helper_registry.tell_written(session, stage, at)


# --- What they share ---------------------------------------------------------------------------------------------


def _lock_stage(session: Session, stage: Stage) -> tuple[Session, Stage]:
    """The room with its row locked, and the stage as it stands. Raises ``Refusal`` where nothing can be sorted."""
    session = lock_open_room(session)
    found = Stage.objects.filter(pk=stage.pk, session=session).first()
    if found is None:
        raise Refusal(worded("This step is not part of the session. Reload the page."))
    if not found.shows_notes:
        raise Refusal("The notes of this step are still hidden. Show all notes first.")
    if Voting.objects.under_way().filter(stage=found).exists():
        raise Refusal("People are voting on these notes. End the vote, then sort them.")
    return session, found


def _ticked(stage: Stage, handles: Iterable[UUID]) -> list[Note]:
    """The notes with these handles, and those that they stand for."""
    wanted = set(handles)
    notes = list(Note.objects.filter(stage=stage, gone_at=None).order_by("pk"))
    heads = {note.pk for note in notes if note.client_id in wanted}
    ticked = [note for note in notes if note.pk in heads or note.same_as_id in heads]
    if not ticked:
        raise Refusal("Tick the notes first. If you did, they were taken back meanwhile.")
    return ticked


def _one_column(notes: Sequence[Note]) -> str:
    columns = {note.column for note in notes}
    if len(columns) > 1:
        raise Refusal(
            worded("Tick notes of one column only: a group keeps to its column, which says what the notes mean.")
        )
    return columns.pop()


def _find_group(stage: Stage, column: str, name: str, handle: UUID | None) -> NoteGroup:
    if handle is not None:
        found = stage.groups.filter(handle=handle).first()
        if found is None:
            raise Refusal(worded("This group is not there any more. Reload the page."))
        if found.column != column:
            raise Refusal(
                worded("“{}” is a group of the other column. Choose one of the notes’ own column.").format(found.name)
            )
        return found
    fresh = NoteGroup(session_id=stage.session_id, stage=stage, column=column, name=name)
    _check_name(fresh)
    return _named(stage, column, fresh.name) or fresh


def _check_name(group: NoteGroup) -> None:
    """Refuse a name that cannot be read, and that of a column: in the summary it would turn the meaning round."""
    refuse_invalid(group, "name")
    if group.name.casefold() in {column.name.casefold() for column in group.stage.columns}:
        raise Refusal(worded("This is the name of a column. Choose a different name for the group."))


def _named(stage: Stage, column: str, name: str, *, but: NoteGroup | None = None) -> NoteGroup | None:
    wanted = name.casefold()
    same = (one for one in stage.groups.filter(column=column) if one.name.casefold() == wanted and one != but)
    return next(same, None)


def _remember(stage: Stage, notes: Iterable[Note], words: str, *, names: dict[str, str] | None = None) -> None:
    """Keep how these notes stood, so that the step can be undone."""
    rows = [[note.pk, note.column, note.group_id, note.same_as_id] for note in notes]
    step = {"words": words, "notes": rows, "names": names or {}}
    stage.grouping_steps = [*stage.grouping_steps, step][-MOST_STEPS:]
    stage.save(update_fields=["grouping_steps"])
