"""Vocabulary control: a tag is called otherwise, another takes its place, it is put out of use or brought back.

Nothing is deleted: whoever types an old name, or opens an old address, is led to what stands in its place, and what
people follow goes along.
"""

from datetime import datetime

from django.db import transaction

from jobs.actions import enqueue
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_fields import key_of_name
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.events import Event
from lessons.models import Follow, FollowHit, How, Lesson, Tag
from lessons.tagging import tags_called
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from search import subscribers as search

# So many lessons are found by their new tags at once; of more, the worker takes care.
AT_ONCE = 300
BATCH = 200


@transaction.atomic
def rename_tag(tag: Tag, *, by: Membership, at: datetime, name: str) -> Tag:
    """Call it otherwise. Its old name still means it. Idempotent."""
    require_that(policies.may_curate(by, tag.organisation))
    tag = _lock_tag(tag)
    _refuse_retired(tag)
    name = line_of_text(name)
    if name == tag.name:
        return tag
    refuse_invalid(Tag(name=name), "name")
    before, old_key = tag.name, tag.name_key
    other = Tag.ever_used.filter(organisation=tag.organisation_id, name_key=key_of_name(name)).exclude(pk=tag.pk)
    if found := other.first():
        if found.replaced_by_id != tag.pk:
            raise Refusal(f"There is a tag “{found.name}” already. Put it in the place of this one.")
        Tag.ever_used.filter(replaced_by=found).update(replaced_by=tag)  # what led to it leads here
        found.delete()  # an old name of its own
    tag.name = name
    tag.save()
    if tag.name_key != old_key:
        Tag.ever_used.create(organisation=tag.organisation, name=before, retired_at=at, replaced_by=tag)
    events.record(Event.TAG_RENAMED, tag, by=by, at=at, texts={"name_before": before})
    _find_anew(tag, at=at)
    return tag


@transaction.atomic
def replace_tag(tag: Tag, *, by: Membership, at: datetime, name: str) -> Tag:
    """Merge terms: another tag takes its place, on its lessons and with whoever follows it. Answers the other one;
    idempotent."""
    require_that(policies.may_curate(by, tag.organisation))
    key = key_of_name(line_of_text(name))
    other = tags_called(tag.organisation_id, [key]).get(key)
    tag = _lock_tag(tag)
    if other is None:
        raise Refusal("Choose a tag that is in use.")
    if tag.retired_at is not None and tag.replaced_by_id == other.pk:
        return other
    _refuse_retired(tag)
    if other.pk == tag.pk:
        raise Refusal("Choose another tag than this one.")
    filed = Lesson.tags.through.objects
    there = filed.filter(tag=other).values("lesson")
    new = filed.filter(tag=tag).exclude(lesson__in=there).values_list("lesson", flat=True)
    filed.bulk_create([Lesson.tags.through(lesson_id=key, tag=other) for key in new], ignore_conflicts=True)
    tag.retired_at, tag.replaced_by = at, other
    tag.save(update_fields=["retired_at", "replaced_by"])
    _let_followers_go_along(tag, other)
    events.record(Event.TAG_REPLACED, tag, by=by, at=at, other=other)
    _find_anew(tag, at=at)
    return other


@transaction.atomic
def retire_tag(tag: Tag, *, by: Membership, at: datetime) -> Tag:
    """Put it out of use: nobody sees it, and nothing is filed under it any more. Idempotent."""
    require_that(policies.may_curate(by, tag.organisation))
    tag = _lock_tag(tag)
    if tag.retired_at is not None:
        return tag
    tag.retired_at = at
    tag.save(update_fields=["retired_at"])
    events.record(Event.TAG_RETIRED, tag, by=by, at=at)
    _find_anew(tag, at=at)
    return tag


@transaction.atomic
def restore_tag(tag: Tag, *, by: Membership, at: datetime) -> Tag:
    """Bring it back on the lessons that had it. What took its place stays on them. Idempotent."""
    require_that(policies.may_curate(by, tag.organisation))
    tag = _lock_tag(tag)
    if tag.retired_at is None:
        return tag
    tag.retired_at = tag.replaced_by = None
    tag.save(update_fields=["retired_at", "replaced_by"])
    events.record(Event.TAG_RESTORED, tag, by=by, at=at)
    _find_anew(tag, at=at)
    return tag


def find_lessons_of_tag(tag: Tag) -> int:
    """Have the lessons of a tag found by their tags of today. The portal’s own; safe to repeat."""
    rows = Lesson.objects.filter(pk__in=Lesson.tags.through.objects.filter(tag=tag).values("lesson")).order_by("pk")
    rows = rows.select_related("organisation", "revision").prefetch_related("tags")
    batch: list[Lesson] = []
    number = 0
    for lesson in rows.iterator(BATCH):
        batch.append(lesson)
        if len(batch) == BATCH:
            search.put(batch)
            batch = []
        number += 1
    search.put(batch)
    return number


# --- What they share -------------------------------------------------------------------------------------------------


def _lock_tag(tag: Tag) -> Tag:
    return Tag.ever_used.select_for_update(of=("self",)).select_related("organisation").get(pk=tag.pk)


def _refuse_retired(tag: Tag) -> None:
    if tag.retired_at is not None:
        raise Refusal(f"The tag “{tag.name}” is not used any more. Bring it back first.")


def _let_followers_go_along(tag: Tag, other: Tag) -> None:
    """Whoever follows both follows the one that stays, and hears of it as soon as of either; what they were to be told
    of stands."""
    for follow in Follow.objects.filter(kind=Follow.Kind.TAG, tag=tag):
        values = {"membership": follow.membership_id, "kind": Follow.Kind.TAG, "key": str(other.pk)}
        kept = Follow.objects.filter(**values).first()
        if kept is None:
            Follow.objects.filter(pk=follow.pk).update(tag=other, key=str(other.pk))
            continue
        FollowHit.objects.filter(follow=follow).update(follow=kept)
        Follow.objects.filter(pk=kept.pk).update(how=min(kept.how, follow.how, key=How.values.index))
        follow.delete()


def _find_anew(tag: Tag, *, at: datetime) -> None:
    if Lesson.tags.through.objects.filter(tag=tag).count() <= AT_ONCE:
        find_lessons_of_tag(tag)
        return
    enqueue(
        "lessons.tasks.find_lessons_of_tag",
        {"tag_id": tag.pk},
        title=worded("Have lessons found by their tags of today"),
        at=at,
        organisation=tag.organisation,
    )
