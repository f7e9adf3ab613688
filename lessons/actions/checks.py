"""Several people check a lesson: the rules that say how many, what one check does, and taking one’s own back."""

from datetime import datetime

from django.db import transaction

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.sentences import counted
from lessons import policies
from lessons.events import Event
from lessons.models import CheckRule, Lesson, LessonCheck, Tag, Theme
from lessons.transitions import lock_lesson
from organisations import events
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require, require_that


@transaction.atomic
def set_check_rule(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    minimum: int,
    tag: Tag | None = None,
    theme: Theme | None = None,
) -> CheckRule:
    """Say how many people have to check each lesson, or each that has a tag or belongs to a theme. Idempotent.

    No more than check lessons here: a lesson would wait for ever.
    """
    require(Permission.PLAN, by, organisation)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    refuse_invalid(CheckRule(minimum=minimum), "minimum")
    if tag is not None and tag.organisation_id != organisation.pk:
        raise Refusal("Choose a tag of your own organisation.")
    if theme is not None and (tag is not None or not Theme.objects.visible_to(by).in_use().contains(theme)):
        raise Refusal("Choose one theme that is in use in your organisation.")
    here = Membership.objects.current().filter(organisation=organisation).may(Permission.VALIDATE).count()
    if minimum > max(1, here):
        many = counted(here, "person checks", "people check")
        raise Refusal(f"Only {many} {worded('lessons')} here. Choose that number or fewer.")
    rule, made = CheckRule.objects.get_or_create(
        organisation=organisation, tag=tag, theme=theme, defaults={"minimum": minimum}
    )
    if made or rule.minimum != minimum:
        rule.minimum = minimum
        rule.save(update_fields=["minimum"])
        tag_pk, theme_pk = tag.pk if tag else None, theme.pk if theme else None
        events.record(Event.CHECK_RULE_SET, rule, by=by, at=at, minimum=minimum, tag=tag_pk, theme=theme_pk)
    return rule


@transaction.atomic
def drop_check_rule(rule: CheckRule, *, by: Membership, at: datetime) -> None:
    """Ask for one check again, as without a rule. Idempotent."""
    require(Permission.PLAN, by, rule.organisation)
    if CheckRule.objects.filter(pk=rule.pk).exists():
        events.record(Event.CHECK_RULE_DELETED, rule, by=by, at=at)
        CheckRule.objects.filter(pk=rule.pk).delete()


@transaction.atomic
def withdraw_check(lesson: Lesson, *, by: Membership, at: datetime) -> Lesson:
    """Take one’s own check back while the lesson still waits for others. Idempotent."""
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    own = LessonCheck.objects.filter(lesson=lesson, person=by.person, withdrawn_at=None)
    if not own.exists():
        return lesson
    require_that(policies.may_withdraw_check(by, lesson))
    own.filter(revision=lesson.revision).update(withdrawn_at=at)
    events.record(Event.LESSON_CHECK_WITHDRAWN, lesson, by=by, at=at, revision=lesson.words.number)
    return lesson
