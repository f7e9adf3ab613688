"""Deduplication: one lesson goes into another, with what hangs on it; or comes out of it again.

Nothing is deleted. Each row that goes along is a row of the merge, so that within seven days it can be taken back, with
what was written since. The old address leads on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.events import Event
from lessons.models import Lesson, LessonMerge, LessonRevision, State
from lessons.models.merging import hanging
from lessons.storing import files_in_words
from lessons.transitions import lock_lesson, save_columns
from organisations import events
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.policies import require

FILE = "file"
KEPT, OTHER, BOTH = "kept", "other", "both"
LINES = ("title", "when_you")
TEXTS = ("expected", "happened", "why", "then_do", "abstract", "learned")
FACTS = ("kind", "happened_on", "contact", "process")
READERS = "readers"
# How far on a lesson is, from nothing that must change to changed for good.
STAGES = (State.NOTED, State.IDENTIFIED, State.ACTION_AGREED, State.LEARNED, State.EMBEDDED)
LIFE = ("state", "evidence", "learned_on", "look_again_on")
# Where the one that stays says nothing, what the other one says.
GAPS = ("went_well", "session_id", "intervention_id")
_WORDS_OF_TARGET = ("revision_id", "approved_id")
_OF_TARGET = (*_WORDS_OF_TARGET, *FACTS, "share_with", "reach", "group_id", *GAPS, *LIFE)
_OF_SOURCE = ("state", "claimed_by_id", "claimed_at", "answer_due_on")


@transaction.atomic
def merge_lessons(
    lesson: Lesson,
    *,
    by: Membership,
    at: datetime,
    into: Lesson,
    seen: tuple[int, int] | None = None,
    chosen: Mapping[str, str] | None = None,
) -> LessonMerge:
    """Have ``lesson`` go into another one that is checked. Idempotent; of two who do it at once, the first does.

    ``chosen`` says for each field whose words stand then: of the one that is ``kept``, of the ``other`` one, or
    ``both``; where nothing is said, those of the one that is kept, and of the other where it has none. ``seen`` are the
    versions that the person had before them; ``Stale`` when either has moved on. Words that are new stand unchecked.
    """
    require(Permission.VALIDATE, by, lesson.organisation)
    source, target = lesson, into
    _lock_both(source, target)
    if source.merged_into_id == target.pk:
        return LessonMerge.objects.get(source=source, undone_at=None)
    _refuse_unless_fit(source, target, by)
    if seen is not None and seen != (source.version, target.version):
        raise Stale(worded("One of the lessons was changed since you opened this page. Compare them again."))
    chosen = chosen or {}
    merge = LessonMerge.objects.create(
        source=source,
        target=target,
        at=at,
        by=by.person,
        before={"source": _columns(source, _OF_SOURCE), "target": _columns(target, _OF_TARGET)},
    )
    moved = {kind for kind, what in hanging().items() if merge.carry(kind, **vars(what))}
    words = {name: _choose(name, source.words, target.words, chosen) for name in (*LINES, *TEXTS)}
    words["files"] = files_in_words(target) if FILE in moved else target.words.files
    merge.revision = _write_words(target, words, by=by, at=at)
    _take_facts(source, target, chosen)
    _take_life(source, target)
    added = [tag.pk for tag in source.tags.exclude(pk__in=target.tags.values("pk"))]
    target.tags.add(*added)
    source.state, source.merged_into = State.SUPERSEDED, target
    source.claimed_by = source.claimed_at = source.answer_due_on = None
    save_columns(source, *_OF_SOURCE, "merged_into")
    save_columns(target, *_OF_TARGET)
    merge.before["tags"] = added
    merge.after = {"source": _columns(source, _OF_SOURCE), "target": _columns(target, _OF_TARGET)}
    merge.save(update_fields=["revision", "before", "after"])
    events.record(Event.LESSON_MERGED, target, by=by, at=at, also=[source], source=source, merge=merge)
    return merge


@transaction.atomic
def part_lessons(merge: LessonMerge, *, by: Membership, at: datetime) -> LessonMerge:
    """Take a merge back, within seven days: each thing goes where it was, with what was written in it since. What was
    changed in the lesson that stayed, since, stands. Idempotent."""
    require(Permission.VALIDATE, by, merge.source.organisation)
    source, target = merge.source, merge.target
    _lock_both(source, target)
    merge.refresh_from_db(fields=["undone_at", "before", "after"])
    if merge.undone_at is not None:
        return merge
    if not policies.may_part(by, merge):
        raise Refusal(worded("Somebody else who checks lessons must take this back: one of the two is your own."))
    if not merge.can_be_undone(at):
        raise Refusal("This can be taken back within seven days, and they are over.")
    if source.merged_into_id != target.pk or target.merged_into_id is not None:
        raise Refusal("It has gone on from there already, and cannot be taken back.")
    readers = target.reach, target.group_id
    for kind, what in hanging().items():
        merge.bring_back(kind, what.rows, field=what.field)
    _restore_words(target, merge, by=by, at=at)
    _restore(target, merge.before["target"], merge.after["target"], _OF_TARGET[len(_WORDS_OF_TARGET) :])
    _restore(source, merge.before["source"], merge.after["source"], _OF_SOURCE)
    target.tags.remove(*merge.before.get("tags", ()))
    source.merged_into = None
    save_columns(source, *_OF_SOURCE, "merged_into")
    save_columns(target, *_OF_TARGET)
    merge.undone_at = at
    merge.save(update_fields=["undone_at"])
    events.record(Event.LESSON_PARTED, source, by=by, at=at, also=[target], target=target, merge=merge)
    if (target.reach, target.group_id) != readers:
        events.record(Event.LESSON_READERS_CHANGED, target, by=by, at=at, before=readers[0], after=target.reach)
    return merge


# --- What they share -------------------------------------------------------------------------------------------------


def _lock_both(one: Lesson, other: Lesson) -> None:
    """In the order of their keys, so that two merges of the same two wait for each other and do not block."""
    for lesson in sorted((one, other), key=lambda row: row.pk):
        lock_lesson(lesson)


def _refuse_unless_fit(source: Lesson, target: Lesson, by: Membership) -> None:
    if source.pk == target.pk or source.organisation_id != target.organisation_id:
        raise Refusal(worded("Choose another lesson of your organisation."))
    if policies.wrote(by, source) or policies.wrote(by, target):
        raise Refusal(worded("One of the two is your own lesson. Somebody else who checks lessons must merge them."))
    if source.merged_into_id is not None:
        raise Refusal(worded("This lesson is part of another one already."))
    if source.is_waiting and not policies.may_merge(by, source):
        raise Refusal(f"{source.claimed_by} is checking this {worded('lesson')}. Leave it to them.")
    if not policies.may_merge(by, source):
        raise Refusal(worded("This lesson cannot become part of another one as it stands."))
    readable = Lesson.objects.visible_to(by).filter(pk=target.pk).exists()
    if not readable or not policies.may_take_in(by, target):
        raise Refusal(worded("Choose a lesson that is checked and still holds."))


def _choose(name: str, other: Any, kept: Any, chosen: Mapping[str, str]) -> Any:
    ours, theirs = getattr(kept, name), getattr(other, name)
    match chosen.get(name):
        case "other":
            return theirs
        case "both" if name in TEXTS and ours and theirs and ours != theirs:
            return f"{ours}\n\n{theirs}"
        case "kept":
            return ours
        case _:
            return ours if ours not in ("", None) else theirs


def _write_words(target: Lesson, words: dict[str, str], *, by: Membership, at: datetime) -> LessonRevision | None:
    """A new revision where they differ; the approval stays with the one that was checked."""
    if all(getattr(target.words, name) == text for name, text in words.items()):
        return None
    refuse_invalid(LessonRevision(**words), *LINES, *TEXTS)
    newest = target.revisions.order_by("-number").values_list("number", flat=True)[0]
    target.revision = LessonRevision.objects.create(lesson=target, number=newest + 1, at=at, by=by.person, **words)
    return target.revision


def _take_facts(source: Lesson, target: Lesson, chosen: Mapping[str, str]) -> None:
    for name in FACTS:
        setattr(target, name, _choose(name, source, target, chosen))
    for name in GAPS:
        if getattr(target, name) is None:
            setattr(target, name, getattr(source, name))
    if (source.share_with, source.group_id) == (target.share_with, target.group_id) or not source.is_shared:
        return
    match chosen.get(READERS):
        case "other":
            target.share_with, target.group = source.share_with, source.group
            target.reach = source.reach
        case "kept":
            pass
        case _:
            raise Refusal(worded("Not the same people may read the two lessons. Choose who may read it then."))


def _take_life(source: Lesson, target: Lesson) -> None:
    """Whichever is further on: what was promised and changed because of either is so for both."""
    if source.state not in STAGES:
        return
    ours, theirs = STAGES.index(State(target.state)), STAGES.index(State(source.state))
    if theirs > ours:
        for name in LIFE:
            setattr(target, name, getattr(source, name))


def _columns(lesson: Lesson, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(lesson, name) for name in names}


def _restore_words(target: Lesson, merge: LessonMerge, *, by: Membership, at: datetime) -> None:
    """Its words before the merge, as a new revision, unless somebody has written since. What was checked is."""
    before = merge.before["target"]
    old = target.revisions.filter(pk=before["revision_id"]).first()
    if merge.revision_id is None or target.revision_id != merge.revision_id or old is None:
        if merge.rows.filter(kind=FILE).exists():  # files went back, and the words of since stand
            words = {name: getattr(target.words, name) for name in (*LINES, *TEXTS)}
            _write_words(target, {**words, "files": files_in_words(target)}, by=by, at=at)
        return
    words = {name: getattr(old, name) for name in (*LINES, *TEXTS, "files")}
    newest = target.revisions.order_by("-number").values_list("number", flat=True)[0]
    target.revision = target.revisions.create(number=newest + 1, at=at, by=old.by, brought_in=old.brought_in, **words)
    was_checked = before["approved_id"] == before["revision_id"]
    target.approved = target.revision if was_checked else target.revisions.filter(pk=before["approved_id"]).first()


def _restore(lesson: Lesson, before: dict[str, Any], after: dict[str, Any], names: Sequence[str]) -> None:
    """Columns that are still as the merge left them; one that points at what is gone since is left empty."""
    for name in names:
        field: Any = lesson._meta.get_field(name.removesuffix("_id"))
        is_key = isinstance(field, models.ForeignKey)
        column = field.target_field if is_key else field
        now, then, left = getattr(lesson, name), column.to_python(before[name]), column.to_python(after[name])
        if now != left:
            continue
        if is_key and then is not None and not field.related_model._base_manager.filter(pk=then).exists():
            then = None
        setattr(lesson, name, then)
